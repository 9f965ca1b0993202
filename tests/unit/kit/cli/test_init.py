"""`kit init` and `kit doctor`, as typed."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kit.cli import app


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station made under the usual file mask, in a process of its own because it launches an engine."""
    home = tmp_path_factory.mktemp("init") / "home"
    init(home)
    return home


def init(home: Path) -> str:
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "init", "--json"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, umask=0o022)
    assert json.loads(ended.stdout)["database"] == f"sqlite:///{home}/kit.db"
    return ended.stderr


def contents(home: Path) -> dict[Path, bytes]:
    files = [home / "kit.toml", *sorted((home / "keys").iterdir())]
    return {path: path.read_bytes() for path in files}


def test_nothing_that_init_makes_can_be_read_by_others(ready: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (ready, *ready.rglob("*"))}
    expected = {path: 0o700 if path.is_dir() else 0o600 for path in modes}
    assert modes == expected
    assert {"app.key", "app.crt", "ssh_ed25519", "ssh_ed25519.pub", "age-identity.txt"} == {
        path.name for path in modes if path.parent.name == "keys"
    }


def test_init_again_changes_nothing_and_tells_no_identity_to_move(ready: Path) -> None:
    before = contents(ready)
    assert "age-identity" not in init(ready)
    assert contents(ready) == before


def test_doctor_names_all_that_is_missing_at_once(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "doctor", "--json"])
    assert result.exit_code == 2
    findings = json.loads(result.stdout)
    missing = [finding["subject"] for finding in findings if not finding["ok"]]
    assert set(missing) >= {"keys", "settings", "data base"}
    assert all(finding["hint"] for finding in findings if not finding["ok"])
    assert "This station lacks" in result.stderr
    assert not (tmp_path / "none").exists()


def test_doctor_sees_a_key_that_others_can_read(ready: Path) -> None:
    key = ready / "keys" / "app.key"
    key.chmod(0o644)
    try:
        result = CliRunner().invoke(app, ["--home", str(ready), "doctor"])
    finally:
        key.chmod(0o600)
    assert result.exit_code == 2
    assert "app.key" in result.stdout


def doubts(home: Path, toml: str) -> dict[str, bool]:
    """What doctor thinks of tenant, isolation and disks with these settings."""
    (home / "kit.toml").write_text(toml)
    result = CliRunner().invoke(app, ["--home", str(home), "doctor", "--json"])
    found = {finding["subject"]: finding["ok"] for finding in json.loads(result.stdout)}
    return {name: found[name] for name in ("tenant", "isolation", "isolation, tried", "encrypted disks")}


def test_doctor_asks_for_a_tenant_for_what_proves_isolation_and_opens_disks(tmp_path: Path) -> None:
    assert doubts(tmp_path, "") == {
        "tenant": False,
        "isolation": False,
        "isolation, tried": False,
        "encrypted disks": False,
    }
    key = tmp_path / "unlock"
    key.write_text("secret\n")
    key.chmod(0o644)
    told = f"""
[tenant]
tenant_id = "11111111-0000-4000-8000-000000000001"
[workstations]
disk_unlock_key = "{key}"
[workstations.variables]
firewall_denied_networks = ["192.0.2.0/24"]
report_must_not_reach = [{{ address = "192.0.2.1", port = 443 }}]
"""
    assert doubts(tmp_path, told) == {
        "tenant": True,
        "isolation": True,
        "isolation, tried": True,
        "encrypted disks": False,
    }
    key.chmod(0o600)
    assert doubts(tmp_path, told)["encrypted disks"]
    needless = "[workstations.variables]\nreport_require_encryption = false\n"
    assert doubts(tmp_path, needless)["encrypted disks"]
