"""The pool screen: a window over the data base that narrows as one types."""

from pathlib import Path

import pytest

from inventory.database import Database
from inventory.devices import DeviceState
from tests.tui import feeding
from tests.tui.piloting import Stage, play
from tui import pool_query
from tui.picture import PoolQuery
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import Table


def test_typing_narrows_the_pool_and_escape_shows_it_all_again(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("Pool · 12 devices", "PC-00001", "SIM-00004")
        await stage.press("slash", *"TEL-00003")
        await stage.sees("Pool · 1 device match", "TEL-00003", "Galaxy A16")
        assert "PC-00001" not in stage.text()
        await stage.press("escape")
        await stage.sees("Pool · 12 devices", "PC-00001")

    play(database, act)


def test_letters_typed_into_the_filter_are_words_and_not_keys(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p", "slash", "q", "s", "question_mark")
        await stage.sees("0 devices match “qs?”", "No device.")

    play(database, act)


def test_a_held_device_names_its_crisis_seat_and_person(database: Database) -> None:
    crisis = feeding.open_crisis(database)

    async def act(stage: Stage) -> None:
        await stage.press("p", "slash", *"reserved")
        await stage.sees("4 devices match", f"{crisis}/2", "seat 1: Camille Exemple, Aubagne")
        await stage.press("enter", "down")
        await stage.sees("seat 2: Dominique Essai, Aubagne")

    play(database, act)


def test_the_table_reads_only_the_window_in_sight(tmp_path: Path) -> None:
    database = feeding.station(tmp_path, devices=400)

    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("Pool · 1200 devices", "PC-00001")
        await stage.press("end")
        await stage.sees("TEL-00400")
        table = stage.app.screen.query_one("#devices", Table)
        assert len(table.rows.rows) < 200
        assert table.key == "TEL-00400"
        await stage.press("home")
        await stage.sees("PC-00001")

    play(database, act)
    database.dispose()


def test_a_key_that_there_is_not_is_told_and_the_list_stays(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p", "slash", *"TEL-00003")
        await stage.sees("Pool · 1 device match", "Galaxy A16")
        typed = stage.app.screen.query_one(FilterLine)
        typed.value = "plac:mars"
        await stage.sees("A search has no “plac:”.", "person, state, kind.", "TEL-00003")
        await stage.sees("Pool · 1 device match “TEL-00003”")
        typed.value = "00003 place:mars kind:phone"
        await stage.sees("Pool · 1 device match “00003 place:mars kind:phone”", "Galaxy A16")
        await stage.misses("A search has no")
        typed.value = "state:x"
        await stage.sees("There is no “x”.", "lost, stolen, broken, retired.")
        await stage.press("escape")
        await stage.sees("Pool · 12 devices")

    play(database, act)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 12),
        ("latitude", 4),
        ("latitude aubagne 00002", 1),
        ("phone marseille", 4),
        ("sim card", 4),
        ("sim", 4),
        ("stock", 8),
        ("2026-01", 4),
        ("dominique", 1),
        ("-commune:aubagne kind:laptop", 0),
        ("-place:aubagne", 8),
        ("100%", 0),
        ("_", 0),
        ("''", 12),
    ],
)
def test_a_device_must_match_every_word(database: Database, text: str, expected: int) -> None:
    feeding.open_crisis(database)
    with database.read() as session:
        found = pool_query.page(session, PoolQuery(text))
    assert found.total == len(found.devices) == expected


def test_windows_side_by_side_make_the_whole_pool(database: Database) -> None:
    feeding.open_crisis(database)
    with database.read() as session:
        whole = pool_query.page(session, PoolQuery(count=100)).devices
        parts = [pool_query.page(session, PoolQuery(first=at, count=5)).devices for at in (0, 5, 10)]
    assert tuple(device for part in parts for device in part) == whole
    assert [device.holder is not None for device in whole].count(True) == 4
    assert {device.state for device in whole if device.holder} == {DeviceState.RESERVED}
