"""`kit tui` on the command line."""

import json
import subprocess
import sys
from pathlib import Path

from inventory.database import Database
from tests.tui import feeding


def _kit(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "tui", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_without_a_terminal_it_says_what_to_use_instead(database: Database, tmp_path: Path) -> None:
    ended = _kit(tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "need a terminal" in ended.stderr
    assert "kit tui --json" in ended.stderr


def test_json_says_what_the_first_screen_shows(database: Database, tmp_path: Path) -> None:
    crisis = feeding.open_crisis(database, drill=True)
    feeding.tell(database, *feeding.mid_run(crisis))
    ended = _kit(tmp_path, "--json", "--crisis", "aubagne")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert [known["reference"] for known in told["crises"]] == [crisis]
    assert told["crises"][0]["drill"] is True
    assert told["crises"][0]["since_t0_s"] > 0
    assert {"kind": "laptop", "state": "reserved", "count": 4} in told["pool"]


def test_an_unknown_crisis_is_refused_before_the_screens_open(database: Database, tmp_path: Path) -> None:
    ended = _kit(tmp_path, "--crisis", "nowhere")
    assert ended.returncode == 4
    assert "No commune is called “nowhere”" in ended.stderr
