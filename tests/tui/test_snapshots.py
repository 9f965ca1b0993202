"""What the screens look like, as pictures to compare with: small, comfortable, and on the wall.

`pytest tests/tui/test_snapshots.py --snapshot-update` makes them anew; look at each before it is kept.
"""

from dataclasses import dataclass

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from inventory.database import Database
from tests.tui import feeding
from tests.tui.piloting import Stage, play
from tui.app import Look
from tui.theme import CONTRAST, DAY, NIGHT

SMALL, COMFORTABLE, WALL = (80, 24), (120, 34), (200, 60)


@dataclass(frozen=True)
class Shot:
    """One picture: keys, each pressed once its text of `seen` stands there; the rest stand there last."""

    name: str
    size: tuple[int, int]
    keys: tuple[tuple[str, ...], ...] = ()
    seen: tuple[str, ...] = ()
    theme: str = NIGHT.name
    drill: bool = False
    crisis: bool = False


SHOTS = (
    Shot("situation small", SMALL, seen=("Plug it in", "deployable")),
    Shot("situation comfortable", COMFORTABLE, seen=("Plug it in", "deployable")),
    Shot("situation wall", WALL, seen=("Plug it in", "deployable")),
    Shot("situation drill", COMFORTABLE, seen=("EXERCISE", "deployable"), drill=True),
    Shot("crisis small", SMALL, seen=("✗ failed", "Seat 1"), crisis=True),
    Shot("crisis comfortable", COMFORTABLE, seen=("✗ failed", "Seats that work"), crisis=True),
    Shot("crisis wall", WALL, seen=("✗ failed", "Seats that work"), crisis=True),
    Shot("crisis light", COMFORTABLE, seen=("✗ failed", "Seats that work"), crisis=True, theme=DAY.name),
    Shot("cell", COMFORTABLE, (("down", "down", "enter"),), ("✗ failed", "no route to host"), crisis=True),
    Shot("pool small", SMALL, (("p",),), ("Plug it in", "PC-00001", "12 devices")),
    Shot("pool contrast", COMFORTABLE, (("p",),), ("Plug it in", "PC-00004"), theme=CONTRAST.name),
    Shot(
        "device", COMFORTABLE, (("p",), ("enter",)), ("Plug it in", "PC-00001", "Latitude 5450", "SN000001")
    ),
    Shot("journal", COMFORTABLE, (("j",),), ("Plug it in", "crisis.opened")),
    Shot("open a crisis", SMALL, (("n",),), ("Plug it in", "▶ Commune", "Aix-en-Provence")),
    Shot("counter", COMFORTABLE, (("c",),), ("Plug it in", "Hand over", "new stocktake")),
    Shot("help", COMFORTABLE, (("question_mark",),), ("things without a date", "What this screen shows")),
)


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_screen_looks_as_it_did(shot: Shot, database: Database, snapshot: SnapshotAssertion) -> None:
    crisis = feeding.open_crisis(database, drill=shot.drill)
    feeding.tell(database, *feeding.mid_run(crisis))
    look = Look(crisis=crisis if shot.crisis else None, theme=shot.theme)

    async def act(stage: Stage) -> None:
        for keys, text in zip(shot.keys, shot.seen, strict=False):
            await stage.sees(text)
            await stage.press(*keys)
        await stage.sees(*shot.seen[len(shot.keys) :])
        assert await stage.settled() == snapshot(extension_class=SVGImageSnapshotExtension)

    play(database, act, size=shot.size, look=look)
