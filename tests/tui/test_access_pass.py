"""An access pass made at the counter by the simulated tenant; nobody else waits while the tenant is asked."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from kit.app.compose import App
from tests.tui.piloting import Stage, perform
from tests.unit.kit.app.rehearsal import Rehearsal
from tui.app import Look
from tui.screens import access_pass

PERSON = "Camille Exemple"
ACCOUNT = "camille.exemple.aubagne@secours.example"


@pytest.fixture
def equipped(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Two people with accounts, the first with a phone that is ready; the tenant does not answer yet."""
    copied = Rehearsal.equipped(tmp_path_factory).copy(tmp_path / "home")
    copied.use_tenant(patience=10)
    yield copied
    copied.end()


async def to_scans(stage: Stage) -> None:
    """From the people to the scans for the first of them."""
    await stage.sees("Whole service", PERSON)
    await stage.press("home", "enter")
    await stage.sees("How their identity was verified")
    await stage.press(*"badge", "enter", "enter")
    await stage.sees(f"Scan what {PERSON} gets")


async def to_pass(stage: Stage, crisis: str) -> None:
    """From the first screen to the wish for an access pass, the phone handed over."""
    await stage.sees(crisis)
    await stage.press("c")
    await stage.sees("Hand over")
    await stage.press("enter")
    await to_scans(stage)
    await stage.press(*"TEL-1", "enter")
    await stage.sees("✓ TAKEN", "TEL-1")
    await stage.press("f12")
    await stage.sees(f"Hand over to {PERSON}")
    await stage.press("enter", "enter", "enter")
    await stage.sees("Done", "Make the access pass now")
    await stage.press("shift+tab", "enter")


def code_on(stage: Stage) -> str:
    """The pass that is shown."""
    code = str(stage.app.screen.query_one("#code", Static).content)
    assert code in stage.text()
    return code


def kept(station: Rehearsal) -> list[str]:
    """What the journal says of passes."""
    return [line.subject for line in station.journal() if line.kind == "pass.issued"]


def test_the_tenant_makes_a_pass_that_is_shown_once_and_kept_nowhere(equipped: Rehearsal) -> None:
    equipped.serve()
    shown: list[str] = []

    async def act(stage: Stage) -> None:
        await to_pass(stage, equipped.reference)
        await stage.sees(f"Access pass of {PERSON}", ACCOUNT, "Works until")
        shown.append(code_on(stage))
        await stage.press("escape")
        await stage.misses(shown[0])
        await stage.sees("Whole service", "1 of 3, 1 ready")

    perform(App.open(equipped.home), act)
    assert kept(equipped) == [f"crisis:{equipped.reference}/seat:1"]
    for path in equipped.home.rglob("*"):
        if path.is_file() and "tenant" not in path.relative_to(equipped.home).parts:
            assert shown[0].encode() not in path.read_bytes()


def test_the_next_person_is_served_while_the_tenant_is_asked(equipped: Rehearsal) -> None:
    async def act(stage: Stage) -> None:
        await to_pass(stage, equipped.reference)
        await stage.sees("The tenant is asked for an access pass …")
        await stage.press("escape")
        await to_scans(stage)
        await stage.press(*"SIM-1", "enter")
        await stage.sees("✓ TAKEN", "SIM-1")
        equipped.serve()
        await stage.sees("was made after its screen was left")
        assert "Access pass of" not in stage.text()
        # What the scanner goes on to type is no command.
        await stage.press("q")
        await stage.sees("was made after its screen was left")
        assert stage.app.is_running

    perform(App.open(equipped.home), act)
    assert kept(equipped) == [f"crisis:{equipped.reference}/seat:1"]


def test_who_leaves_does_not_wait_for_the_tenant(
    equipped: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_pass, "_PATIENCE", 60.0)
    left = 0.0

    async def act(stage: Stage) -> None:
        nonlocal left
        await to_pass(stage, equipped.reference)
        await stage.sees("The tenant is asked for an access pass …")
        left = time.monotonic()

    perform(App.open(equipped.home), act)
    assert time.monotonic() - left < 20
    assert not kept(equipped)


def test_a_tenant_that_does_not_answer_is_told_and_asked_again(
    equipped: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_pass, "_PATIENCE", 0.0)

    async def act(stage: Stage) -> None:
        await to_pass(stage, equipped.reference)
        await stage.sees("No access pass", "✗ ", "Make the access pass now")
        equipped.serve()
        await stage.press("shift+tab", "enter")
        await stage.sees(f"Access pass of {PERSON}", ACCOUNT)

    perform(App.open(equipped.home), act)


async def from_the_crisis(stage: Stage) -> None:
    """Ask for the pass of the first seat on the screen of its crisis."""
    await stage.sees(f"Seat 1 · {PERSON}")
    await stage.press("a")
    await stage.sees(f"Access pass of {PERSON}", "ends an earlier one")
    await stage.press("shift+tab", "enter")


def test_whose_pass_works_no_more_gets_another_one_from_the_crisis(equipped: Rehearsal) -> None:
    equipped.serve()
    codes: list[str] = []

    async def act(stage: Stage) -> None:
        for _time in range(2):
            await from_the_crisis(stage)
            await stage.sees(ACCOUNT, "Works until")
            codes.append(code_on(stage))
            await stage.press("escape")
            await stage.misses(codes[-1])
        await stage.press("up", "a")
        await stage.sees("No access pass", "Move the cursor to the seat")

    perform(App.open(equipped.home), act, look=Look(crisis=equipped.reference))
    assert codes[0] != codes[1]
    assert kept(equipped) == [f"crisis:{equipped.reference}/seat:1"] * 2


def test_no_pass_is_told_with_its_reason_on_the_crisis_too(
    equipped: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_pass, "_PATIENCE", 0.0)

    async def act(stage: Stage) -> None:
        await from_the_crisis(stage)
        await stage.sees("No access pass", "✗ ")

    perform(App.open(equipped.home), act, look=Look(crisis=equipped.reference))
    assert not kept(equipped)
