"""`kit journal`, as typed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from typer.testing import Result


def convention(kit: Callable[..., Result], day: str) -> None:
    added = kit("convention", "add", "aubagne", "--template", "amp_cyber", "--notified", day)
    assert added.exit_code == 0


def test_tail_shows_the_newest_lines_and_those_about_one_thing(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    for day in ("2024-03-15", "2024-03-16"):
        convention(kit, day)
    assert [line["seq"] for line in kit_json("journal", "tail", "-n", "2")] == [2, 3]
    about = kit_json("journal", "tail", "--subject", "commune:13005")
    assert [line["data"]["notified_on"] for line in about] == ["2024-03-15", "2024-03-16"]
    text = kit("journal", "tail", "-n", "1").stdout
    assert "convention.added" in text
    assert "notified_on: 2024-03-16" in text


def test_a_line_tells_what_changed_as_old_and_new_and_leaves_out_what_is_empty(
    kit: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "pool.csv"
    for place in ("Room A", "Room B"):
        file.write_text(f"tag;kind;imei;lieu\nTEL-1;phone;490154203237518;{place}\n", "utf-8")
        assert kit("pool", "import", str(file)).exit_code == 0
    kit("pool", "quarantine", "TEL-1", "--reason", "dropped")
    kit("pool", "wiped", "TEL-1", "--how", "factory reset")
    changed, _moved, examined, _wiped = kit("journal", "tail", "-n", "4").stdout.splitlines()
    assert "device.changed  place: Room A → Room B  (device:TEL-1)" in changed
    assert "device.examined  examination: wipe, sha256: " in examined


def test_times_are_told_in_the_teams_zone_whatever_the_machine_is_set_to(
    kit: Callable[..., Result], home: Path
) -> None:
    (home / "kit.toml").write_text('[team]\ntimezone = "Pacific/Kiritimati"\n', "utf-8")
    convention(kit, "2024-03-15")
    with closing(sqlite3.connect(home / "kit.db")) as connection:
        ((at,),) = connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1")
    there = datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert f"  {there:%Y-%m-%d %H:%M:%S}  " in kit("journal", "tail", "-n", "1").stdout


def test_verify_counts_the_lines_and_gives_the_anchor_to_note_down(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    verified = kit_json("journal", "verify")
    assert verified["lines"] == 1
    convention(kit, "2024-03-15")
    assert kit("journal", "verify", "--head", verified["head"]).stdout.startswith("2 lines hold.\nHead: ")


def test_verify_names_the_line_that_was_changed(kit: Callable[..., Result], home: Path) -> None:
    convention(kit, "2024-03-15")
    with closing(sqlite3.connect(home / "kit.db")) as connection, connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 1")
    result = kit("journal", "verify")
    assert result.exit_code == 12
    assert "Line 1 was changed" in result.stderr


def test_verify_misses_an_anchor_that_is_gone(kit: Callable[..., Result]) -> None:
    result = kit("journal", "verify", "--head", "f" * 64)
    assert result.exit_code == 12
    assert "noted down" in result.stderr
