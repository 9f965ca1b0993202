"""A crisis from the first key to the hand-over in a real terminal, on lab laptops and the simulated tenant.

`KIT_PICTURES=docs/pictures pytest tests/acceptance/test_terminal.py` also keeps the pictures of the README.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory import handings, journal
from inventory.crises import listing
from inventory.devices import DeviceState
from inventory.devices import get as device
from kit.app.compose import App
from kit.app.demo import COMMUNE
from tests.acceptance.conftest import Furnish
from tests.acceptance.terminal import Terminal, terminal

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no terminal: tmux is not installed"),
]

NUMBER = "+33 4 42 18 00 00"
SEATS = (
    "nom,prénom,service,téléphone\nExemple,Camille,Direction générale,oui\nEssai,Dominique,État civil,non\n"
)
#: Seconds within which two lab laptops are prepared on a busy machine.
RUN = 300.0


def keep(held: Terminal, name: str, title: str) -> None:
    """Keep a picture where somebody wants it."""
    if folder := os.environ.get("KIT_PICTURES"):
        held.picture(Path(folder) / f"{name}.svg", title)


def open_and_run(held: Terminal, seats: Path) -> None:
    """From the first screen to a run that is under way."""
    held.sees("Needs you now", "No crisis")
    held.press("n")
    held.sees("▶ Commune", "Aix-en-Provence")
    held.type("aubag")
    held.misses("Aix-en-Provence")
    held.press("Enter")
    held.sees("⏎ Open")
    held.press("Enter")
    held.sees("Aubagne  ✓ active")
    held.press("F7")
    held.sees("▶ Call-back", NUMBER.replace(" ", "")[-4:])
    held.press("Enter")
    held.sees("F9 Command")
    held.type("Dominique Témoin")
    held.sees("Dominique Témoin")
    held.press("F7")
    held.sees("▶ People", "Nobody yet.")
    held.type(str(seats))
    held.press("Enter")
    held.sees("Camille Exemple", "Dominique Essai")
    held.press("F7")
    held.sees("▶ Size")
    held.press("F7")
    held.sees("▶ Plan", "LT-0001")
    held.press("F7")
    held.sees("▶ Read and run", "2 people to equip")
    keep(held, "read-and-run", "One page to read before anything is written")
    held.press("Tab", "Enter")
    held.sees("is open.")
    held.sees("▶ running", within=RUN)
    keep(held, "crisis", "A crisis, live")


def hand_over(held: Terminal, *codes: str) -> None:
    """Give the first person what was prepared, with a scanner."""
    held.press("Escape")
    held.sees("Needs you now")
    held.press("c")
    held.sees("Hand over")
    held.press("Enter")
    held.sees("Camille Exemple")
    held.press("Enter")
    held.sees("How their identity was verified")
    held.type("staff badge")
    held.press("Enter", "Enter")
    held.sees("Scan what Camille Exemple gets")
    for code in codes:
        held.type(code)
        held.press("Enter")
        held.sees("✓ TAKEN", code)
    keep(held, "counter", "Hand-over by scanner")
    held.press("F12")
    held.sees("Hand over to Camille Exemple")
    held.press("Enter", "Enter", "Enter")
    held.sees("Done", "Receipt")


@pytest.fixture
def home() -> Iterator[Path]:
    """A station's folder with a short name: the pictures show it."""
    with tempfile.TemporaryDirectory(prefix="kit-") as folder:
        yield Path(folder) / "home"


def test_a_crisis_is_opened_run_and_handed_over_by_keys_alone(
    home: Path, tmp_path: Path, furnished: Furnish
) -> None:
    seats = tmp_path / "seats.csv"
    seats.write_text(SEATS, encoding="utf-8")
    with furnished(home, 2) as demo:
        demo.kit("contact", "set", COMMUNE, "correspondent", "--name", "Alix Exemple", "--phone", NUMBER)
        with terminal(tmp_path, demo.command("tui")) as held:
            open_and_run(held, seats)
            # Whoever leaves the screens stops nothing.
            held.press("q")
            held.until(held.ended, "the screens gone")
        with terminal(tmp_path, demo.command("tui")) as held:
            held.sees("13005-2026-01")
            held.press("Enter")
            held.sees("2 of 2 seats work", within=RUN)
            app = App.open(home)
            with app.database.read() as session:
                (crisis,) = listing(session)
                reference = crisis.reference
            hand_over(held, "LT-0001")
            held.press("Escape", "Escape", "Escape")
            held.press("s")
            held.sees("Needs you now")
            keep(held, "situation", "Crises and pool at a glance")
            held.press("q")
            held.until(held.ended, "the screens gone")
        with app.database.read() as session:
            (row,) = handings.of(session, reference)
            assert (row.device_tag, row.seat_number, row.identity) == ("LT-0001", 1, "staff badge")
            assert device(session, "LT-0001").state is DeviceState.ON_LOAN
            assert device(session, "LT-0002").state is DeviceState.READY
            assert journal.verify(session)
        app.database.dispose()
