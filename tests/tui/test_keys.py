"""Which keys a station may give to actions, and the sheet of them all."""

import pytest

from inventory.database import Database
from inventory.errors import BadValue
from tests.tui import keys_page
from tests.tui.piloting import Stage, play
from tui import keys
from tui.actions import ACTIONS
from tui.app import Look


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_may_keep_its_keys(action: str) -> None:
    assert keys.checked({action: ACTIONS[action].keys}) == {action: ACTIONS[action].keys}


@pytest.mark.parametrize(
    "key", ["é", "1", "ctrl+s", "left_square_bracket", "at", "backslash", "f13", "P", ""]
)
def test_a_key_that_azerty_has_not_plain_is_refused(key: str) -> None:
    with pytest.raises(BadValue, match="not on every keyboard"):
        keys.checked({"pool": key})


@pytest.mark.parametrize(
    ("remapped", "told"),
    [
        ({"pool": "j"}, "means journal already"),
        ({"pool": "o", "journal": "o"}, "means journal already"),
        ({"theme": "enter"}, "means open already"),
        ({"hologram": "o"}, "no action “hologram”"),
    ],
)
def test_a_key_with_another_meaning_and_an_unknown_action_are_refused(
    remapped: dict[str, str], told: str
) -> None:
    with pytest.raises(BadValue, match=told):
        keys.checked(remapped)


def test_keys_may_change_places() -> None:
    assert keys.checked({"pool": "j", "journal": "p, f4"}) == {"pool": "j", "journal": "p,f4"}


def test_a_stations_keys_work_and_show(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("o Pool")
        await stage.press("p")
        await stage.press("o")
        await stage.sees("Pool · 12 devices")

    play(database, act, look=Look(keys={"pool": "o"}), size=(120, 34))


def test_the_sheet_names_every_action_with_the_stations_keys() -> None:
    sheet = keys.sheet(str, {"pool": "o,f3"})
    assert "| `o` `F3` | Every device, with a filter. |" in sheet
    assert all(action.about in sheet for action in ACTIONS.values())
    assert sheet.count("\n| `") == len(ACTIONS)


def test_the_documentation_has_the_sheet_in_every_language() -> None:
    assert keys_page.FILE.read_text(encoding="utf-8") == keys_page.page()
