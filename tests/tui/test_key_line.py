"""The line of keys: whole keys only, a sign where there is no room for all."""

import pytest

from inventory.database import Database
from tests.tui.piloting import Stage, play
from tui.widgets.key_line import line

KEYS = [("?", "Help"), ("q", "Quit"), ("F5", "Read")]


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (80, "? Help  q Quit  F5 Read"),
        (23, "? Help  q Quit  F5 Read"),
        (22, "? Help  q Quit  …"),
        (17, "? Help  q Quit  …"),
        (16, "? Help  …"),
        (9, "? Help  …"),
        (8, "…"),
    ],
)
def test_keys_are_shown_whole_or_not_at_all(room: int, shown: str) -> None:
    assert line(KEYS, room).plain == shown


def test_one_key_needs_no_room_for_a_sign() -> None:
    assert line(KEYS[:1], 6).plain == "? Help"


def test_each_action_stands_once_and_the_line_follows_the_focus(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("Filter", "Mark")
        await stage.press("slash")
        await stage.misses("Mark")
        await stage.press("escape")
        await stage.sees("Mark")

    play(database, act, size=(200, 30))
