"""The playbooks' own modules: pure decisions, and files that are written together or not at all."""

import importlib.util
import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PLAYBOOKS = Path(__file__).parents[4] / "playbooks"
RECORDED = Path(__file__).parents[3] / "data" / "ansible_events" / "provisioned.jsonl"


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clean_state(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    shared = load(PLAYBOOKS / "module_utils" / "nftables.py", "ansible.module_utils.nftables")
    monkeypatch.setitem(sys.modules, "ansible.module_utils.nftables", shared)
    return load(PLAYBOOKS / "library" / "clean_state.py", "clean_state")


@pytest.fixture
def facts() -> dict[str, Any]:
    """What a lab laptop said about itself in a recorded run."""
    events = (json.loads(line) for line in RECORDED.read_text().splitlines())
    found: dict[str, Any] = next(
        event["event_data"]["res"]["report"]
        for event in events
        if event["event_data"].get("task_action") == "clean_state" and event["event"] == "runner_on_ok"
    )
    rules = "".join(
        f"type filter hook {hook} priority filter; policy drop;\n" for hook in ("input", "forward", "output")
    )
    return {**found, "firewall": {**found["firewall"], "rules": rules}}


def expected(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "host_name": facts["host_name"],
        "host_key": facts["host_keys"][0]["key"],
        "provision_login": "provision",
        "seat_login": "cexemple",
        "seat_password_login": True,
        "allowed_ports": ["tcp/22"],
    }


def failed(clean_state: ModuleType, facts: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    return [check["name"] for check in clean_state.checks(facts, wanted) if not check["passed"]]


def test_a_laptop_as_provisioned_passes_every_check(clean_state: ModuleType, facts: dict[str, Any]) -> None:
    assert failed(clean_state, facts, expected(facts)) == []


@pytest.mark.parametrize(
    ("check", "where", "value"),
    [
        ("host_name", ["host_name"], "other"),
        ("host_key", ["host_keys"], [{"key": "ssh-ed25519 BBBB", "fingerprint": "SHA256:x"}]),
        ("no_privilege", ["administrators"], ["cexemple"]),
        (
            "listening",
            ["listening"],
            [{"protocol": "tcp", "address": "192.0.2.7", "port": 631, "program": "cupsd"}],
        ),
        ("firewall", ["firewall", "as_in_file"], False),
        ("firewall", ["firewall", "rules"], "hook input priority filter; policy accept;"),
        ("packages", ["packages", "modified"], ["/usr/sbin/sshd"]),
        ("security_updates", ["updates", "security"], ["openssl"]),
        ("sshd_keys_only", ["sshd", "provision", "passwordauthentication"], "yes"),
        ("sshd_keys_only", ["sshd", "root", "kbdinteractiveauthentication"], "yes"),
        ("sshd_allowed", ["sshd", "root", "allowusers"], "provision cexemple root"),
        ("sshd_no_root", ["sshd", "root", "permitrootlogin"], "without-password"),
    ],
)
def test_each_check_fails_on_what_it_is_for(
    clean_state: ModuleType, facts: dict[str, Any], check: str, where: list[str], value: object
) -> None:
    wanted, changed = expected(facts), deepcopy(facts)
    *path, last = where
    inside = changed
    for key in path:
        inside = inside[key]
    inside[last] = value
    assert failed(clean_state, changed, wanted) == [check]


def test_an_account_that_nobody_asked_for_is_found(clean_state: ModuleType, facts: dict[str, Any]) -> None:
    stranger = {"name": "dessai", "uid": 1002, "shell": "/bin/bash", "password_set": True}
    changed = {**facts, "accounts": [*facts["accounts"], stranger]}
    assert failed(clean_state, changed, expected(facts)) == ["accounts"]


def test_without_its_lab_setting_a_password_login_of_the_seat_is_refused(
    clean_state: ModuleType, facts: dict[str, Any]
) -> None:
    wanted = {**expected(facts), "seat_password_login": False}
    assert failed(clean_state, facts, wanted) == ["sshd_keys_only", "sshd_allowed"]


def rendered_files(*, check: bool = False, **arguments: object) -> dict[str, Any]:
    """Run the module as Ansible does: a process that reads its arguments and prints its result."""
    given = {"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": check}}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", PLAYBOOKS / "library" / "rendered_files.py"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_files_and_links_are_written_once(tmp_path: Path) -> None:
    text, link = tmp_path / "new" / "a.conf", tmp_path / "b"
    files = [
        {"path": str(text), "content": "x\n", "mode": "0600"},
        {"path": str(link), "target": "/dev/null"},
    ]
    assert rendered_files(files=files)["paths"] == [str(text), str(link)]
    assert (text.read_text(), text.stat().st_mode & 0o777) == ("x\n", 0o600)
    assert link.readlink() == Path("/dev/null")
    assert rendered_files(files=files)["changed"] is False
    assert sorted(tmp_path.rglob(".kit-*")) == []


def test_check_mode_tells_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.conf"
    assert rendered_files(check=True, files=[{"path": str(path), "content": "x"}])["paths"] == [str(path)]
    assert not path.exists()


def test_a_set_that_is_refused_is_put_back_whole(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    old.chmod(0o640)
    result = rendered_files(
        files=[{"path": str(old), "content": "after"}, {"path": str(new), "content": "after"}],
        validate=["grep", "before", str(old)],
    )
    assert result["failed"] is True
    assert "put back" in result["msg"]
    assert (old.read_text(), old.stat().st_mode & 0o777) == ("before", 0o640)
    assert not new.exists()
