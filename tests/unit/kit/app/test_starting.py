"""Runs that are started without being hosted: a process of its own carries them out, and ends by itself."""

import fcntl
import json

import pytest

from inventory import crises
from kit.app import run, starting
from kit.app import station as building
from kit.app.compose import App
from kit.errors import MissingRequirement
from kit.workflows import engine
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal


def test_a_run_that_was_started_is_carried_out_by_a_process_that_ends_itself(rehearsal: Rehearsal) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    app = App.open(rehearsal.home)
    # Nobody is there yet: the process that is started would do the same.
    with (rehearsal.home / "worker.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        starting.start_run(app, rehearsal.reference)
        starting.start_run(app, rehearsal.reference)
    url = building.workflows_url(app)
    assert engine.statuses(url, f"{rehearsal.reference}/run-") == {f"{rehearsal.reference}/run-1": "ENQUEUED"}
    worker = rehearsal.start("worker", "--until-idle")
    _out, err = worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0, err
    assert "The engine of station" in err
    assert engine.idle(url)
    told = json.loads(rehearsal.run("crisis", "status", rehearsal.reference, "--json").stdout)
    assert all(seat["ready_at"] for seat in told["seats"])


def test_one_process_stands_by_and_one_with_nothing_to_do_ends_at_once(rehearsal: Rehearsal) -> None:
    ended = rehearsal.run("worker", "--until-idle", "--json")
    assert json.loads(ended.stdout)["stopped"] is True
    assert "The engine of station" not in ended.stderr
    with (rehearsal.home / "worker.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        starting.start_run(App.open(rehearsal.home), rehearsal.reference)
        # The other one has the turn: this one leaves what is submitted to it.
        assert "The engine of station" not in rehearsal.run("worker", "--until-idle").stderr


def test_who_stands_by_waits_for_the_engine_and_leaves_when_asked(rehearsal: Rehearsal) -> None:
    app = App.open(rehearsal.home)
    stop, hosting = run.StopRequest(), []
    with (
        (rehearsal.home / "engine.lock").open("w") as other,
        (rehearsal.home / "worker.lock").open("w") as turn,
    ):
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not building.engine(app).free()
        fcntl.flock(turn, fcntl.LOCK_EX)
        starting.start_run(app, rehearsal.reference)
        fcntl.flock(turn, fcntl.LOCK_UN)
        stop.ask()
        starting.stand_by(app, stop=stop, ready=lambda: hosting.append(True))
    assert not hosting
    assert building.engine(app).free()
    assert not engine.idle(building.workflows_url(app))


def test_where_a_person_signs_in_nothing_is_begun(rehearsal: Rehearsal) -> None:
    (rehearsal.home / "kit.toml").write_text('[tenant]\nsign_in = "device-code"\n')
    app = App.open(rehearsal.home)
    with pytest.raises(MissingRequirement, match="takes a terminal"):
        starting.start_run(app, rehearsal.reference)
    assert engine.idle(building.workflows_url(app))
    with app.database.read() as session:
        assert crises.get(session, rehearsal.reference).plan is not None
