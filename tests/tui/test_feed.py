"""The feed reads what is new, and says when the data base is lost."""

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from inventory import activity
from inventory.activity import Status
from inventory.database import Database
from kit.plan.stages import Stage as PlanStage
from tests.tui import feeding
from tests.tui.piloting import Stage, play
from tui.picture import PoolPage, PoolQuery
from tui.reading import Reader


def test_a_lost_data_base_shows_as_such_and_is_read_again_when_it_is_back(
    database: Database, tmp_path: Path
) -> None:
    feeding.open_crisis(database)
    file, away = tmp_path / "kit.db", tmp_path / "away.db"

    async def act(stage: Stage) -> None:
        await stage.sees("Aubagne")
        file.rename(away)
        await stage.sees("Data base not readable since 03:14:14, trying again")
        assert "Aubagne" in stage.text()
        assert not file.exists()
        away.rename(file)
        await stage.misses("Data base not readable")
        second = feeding.open_crisis(database, seats=0)
        await stage.sees(second)

    play(database, act)


def test_a_data_base_that_never_answers_shows_as_such_and_keys_still_work(
    database: Database, tmp_path: Path
) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("not deployable")
        lock = sqlite3.connect(tmp_path / "kit.db", isolation_level=None, timeout=0)
        lock.execute("PRAGMA locking_mode = EXCLUSIVE")
        await stage.until(lambda: _locked(database, lock), "the lock")
        try:
            await stage.sees("it does not answer")
            await stage.press("question_mark")
            await stage.sees("First what needs a human now")
        finally:
            lock.close()
        await stage.press("escape")
        await stage.misses("it does not answer")

    play(database, act, size=(120, 34))


def _locked(database: Database, lock: sqlite3.Connection) -> bool:
    """Nobody else may have the file open for that: the workers come back at every tick."""
    database.dispose()
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def test_a_full_disk_shows_as_such(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=12_000_000))

    async def act(stage: Stage) -> None:
        await stage.sees("✗ Disk full: 12 MB left")

    play(database, act)


def test_nothing_new_gives_no_picture(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    reader = Reader(Path())
    with database.read() as session:
        assert reader.read(session, None) is not None
        assert reader.read(session, None) is None
    feeding.tell(database, feeding.event(crisis, PlanStage.GROUP, Status.RUNNING))
    with database.read() as session:
        picture = reader.read(session, None)
        assert picture is not None
        assert picture.count(crisis, Status.RUNNING) == 1
        assert reader.read(session, None) is None


def test_a_question_gives_a_picture_with_its_answer(database: Database) -> None:
    reader = Reader(Path())
    with database.read() as session:
        reader.read(session, None)
        picture = reader.read(session, PoolQuery("galaxy", count=2))
        assert picture is not None
        assert isinstance(picture.answer, PoolPage)
        assert (picture.answer.total, len(picture.answer.devices)) == (4, 2)
        without = reader.read(session, None)
        assert without is not None
        assert without.answer is None


def test_a_backlog_is_read_to_its_end_turn_by_turn(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    events = [
        feeding.event(crisis, PlanStage.LAPTOP, Status.RUNNING, after=n, seat=1, data={"task": f"task {n}"})
        for n in range(6_000)
    ]
    feeding.tell(database, *events)
    reader, tasks = Reader(Path()), []
    with database.read() as session:
        while (picture := reader.read(session, None)) is not None:
            cell = picture.board(crisis).cell(1, PlanStage.LAPTOP)
            assert cell is not None
            tasks.append(cell.task)
        whole = activity.since(session, limit=20_000)[0]
    assert tasks[-1] == "task 5999"
    assert len(tasks) == 2
    assert whole == 6_000
