"""What an operator does on screen: marks, acts on many, the questions before; and a wall that only shows."""

import pytest

from inventory import devices
from inventory.database import Database
from inventory.devices import DeviceState
from tests.tui import feeding
from tests.tui.piloting import Stage, play, program
from tui.acting import Hands, Outcome
from tui.actions import ACTIONS
from tui.app import Look


def _states(database: Database) -> dict[str, DeviceState]:
    with database.read() as session:
        return {device.tag: device.state for device in devices.listing(session)}


def _apart(database: Database) -> set[str]:
    return {tag for tag, state in _states(database).items() if state is DeviceState.QUARANTINED}


def test_marked_devices_are_set_apart_once_their_number_is_typed_with_a_reason(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("PC-00001")
        await stage.press("space", "down", "space")
        await stage.sees("+ 2 marked", "+PC-00001", "+PC-00003")
        await stage.press("x")
        await stage.sees("Set 2 devices apart: PC-00001, PC-00003?", "Type “2”")
        await stage.press("shift+tab", "shift+tab", *"2", "tab", *"wet", "tab", "tab", "enter")
        await stage.until(lambda: _apart(database) == {"PC-00001", "PC-00003"}, "two in quarantine")
        await stage.sees("✓ 2 devices are in quarantine.")
        await stage.misses("marked")

    play(database, act)


@pytest.mark.parametrize("name", ["", "PC-0001", "1"])
def test_nothing_is_done_before_the_name_is_typed(database: Database, name: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("PC-00001")
        await stage.press("x")
        await stage.sees("Type “PC-00001”")
        await stage.press("shift+tab", "shift+tab", *name, "tab", *"wet", "tab", "tab", "enter")
        await stage.press("escape")
        await stage.misses("Type “PC-00001”")

    play(database, act)
    assert not _apart(database)


def test_cancel_is_in_focus(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("PC-00001")
        await stage.press("x")
        await stage.sees("Type “PC-00001”")
        await stage.press("enter")
        await stage.misses("Type “PC-00001”")

    play(database, act)
    assert not _apart(database)


def test_one_that_is_refused_is_told_and_the_others_are_done(database: Database) -> None:
    with database.write() as session:
        device = devices.get(session, "PC-00002")
        devices.move(session, feeding.BY, device, DeviceState.LOST, reason="test")
        devices.move(session, feeding.BY, device, DeviceState.RETIRED, reason="test")

    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("retired")
        await stage.press("space", "space", "x")
        await stage.sees("Type “2”")
        await stage.press("shift+tab", "shift+tab", *"2", "tab", *"wet", "tab", "tab", "enter")
        await stage.sees("Refused", "✗ PC-00002", "✓ 1 device is in quarantine.")

    play(database, act, size=(120, 34))
    assert _apart(database) == {"PC-00001"}


def test_labels_of_the_device_under_the_cursor_are_written(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("PC-00001")
        await stage.press("l")
        await stage.sees("✓ 1 label written to")

    play(database, act, size=(200, 60))
    (file,) = program(database).home.documents.glob("labels-*.pdf")
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_screen_on_the_wall_offers_no_act_and_does_none(database: Database) -> None:
    before = _states(database)

    async def act(stage: Stage) -> None:
        for opening, seen in ((("p",), "PC-00001"), (("enter",), "History")):
            await stage.press(*opening)
            await stage.sees(seen)
            offered = {active.binding.id for active in stage.app.screen.active_bindings.values()}
            assert not offered & {action.id for action in ACTIONS.values() if action.acts}
            for action in ACTIONS.values():
                if action.acts:
                    await stage.press(*action.keys.split(","))
                    await stage.app.run_action(action.action, stage.app.screen)
            assert len(stage.app.screen_stack) == (2 if seen == "PC-00001" else 3)
        await stage.press("colon")
        await stage.sees("Situation  (s)")
        assert "Quarantine" not in stage.text()

    play(database, act, look=Look(read_only=True), size=(120, 34))
    assert _states(database) == before
    assert not list(program(database).home.documents.glob("*"))


def test_hands_that_only_show_refuse_whatever_they_are_given() -> None:
    told: list[object] = []
    with pytest.raises(PermissionError):
        Hands(told.append, read_only=True).carry_out(lambda: Outcome("done"))
    assert not told


def test_the_palette_finds_an_act_by_its_name(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("in stock")
        await stage.press("colon", *"journ")
        await stage.sees("Journal  (j)")
        await stage.press("enter")
        await stage.sees("Journal · ", "follows")

    play(database, act, size=(120, 34))
