"""A laptop that answers with another host key gets nothing, and another one takes its place."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit.app.labs import lab_of
from kit.cli import exits
from kit.settings import Home, load
from tests.acceptance.conftest import Prepare

pytestmark = pytest.mark.lab


def test_a_changed_host_key_is_refused_quarantined_and_the_laptop_replaced(
    tmp_path: Path, prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A run waits that long for somebody to say what is to become of the laptop; here nobody does.
    monkeypatch.setenv("KIT_TENANT__PATIENCE", "15")
    with prepared(tmp_path / "home", 2, 1) as (demo, reference):
        home = Home.at(tmp_path / "home")
        lab_of(home, load(home)).wipe("LT-0001", new_key=True)

        refused = run(demo.command("crisis", "run", reference))
        assert refused.returncode == exits.CODES["host-key-changed"]
        assert "LT-0001" in refused.stderr
        assert "SHA256:" in refused.stderr
        assert state_of(demo.kit_json("pool", "list"), "LT-0001") == "quarantined"

        replaced = demo.kit_json("crisis", "plan", reference)
        assert replaced["seats"][0]["laptop"]["tag"] == "LT-0002"
        assert run(demo.command("crisis", "run", reference)).returncode == exits.OK
        assert demo.prove(reference).holds
        assert state_of(demo.kit_json("pool", "list"), "LT-0001") == "quarantined"


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)


def state_of(devices: list[dict[str, Any]], tag: str) -> str:
    return next(str(device["state"]) for device in devices if device["tag"] == tag)
