"""What an operator decides about a stage while a run waits; no laptop can be reached."""

import json
import time

import pytest

from inventory import activity, examinations, heartbeats, interventions
from inventory.activity import Status
from inventory.board import read_board
from inventory.devices import DeviceKind
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.examinations import Examination
from inventory.interventions import Kind
from kit.app import intervening, replacing
from kit.app.compose import App
from kit.plan.stages import Stage
from kit.workflows import planning
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal
from tests.unit.kit.app.test_run import wait_for_line

WHY = ("--reason", "they have their own")


def tried(app: App, reference: str) -> list[Status]:
    with app.database.read() as session:
        events = activity.of_cell(session, reference, Stage.TENANT, None, limit=20)
    return [event.status for _number, event in events]


@pytest.fixture
def app(rehearsal: Rehearsal) -> App:
    return App.open(rehearsal.home)


def statuses(app: App, reference: str) -> dict[tuple[int | None, str], Status]:
    with app.database.read() as session:
        cells = read_board(session, reference).cells
    return {key: cell.status for key, cell in cells.items()}


def test_a_killed_run_goes_on_with_what_was_decided_meanwhile(rehearsal: Rehearsal) -> None:
    rehearsal.serve()
    rehearsal.use_tenant(patience=600)
    crisis = rehearsal.reference
    killed = rehearsal.start("crisis", "run", crisis)
    wait_for_line(killed, "Laptop: needs you")
    killed.kill()
    killed.wait()
    said = json.loads(rehearsal.run("crisis", "skip", crisis, "laptop", "--seat", "1", *WHY, "--json").stdout)
    assert (said["decision"], said["heard"]) == ("skip", True)

    going = rehearsal.start("crisis", "run", crisis)
    wait_for_line(going, "1 Camille Exemple, Laptop: left out")
    # The other one is decided while the run waits: it hears it and comes to its end.
    asked = time.monotonic()
    rehearsal.run("crisis", "skip", crisis, "laptop", "--seat", "2", *WHY)
    _out, err = going.communicate(timeout=LIMIT)
    assert going.returncode == 11
    assert time.monotonic() - asked < 60
    assert "All that was planned works, but for what was left out" in err

    situation = json.loads(rehearsal.run("crisis", "status", crisis, "--json").stdout)
    assert [seat["ready_at"] for seat in situation["seats"]] == [None, None]
    assert {(each["seat"], each["stage"]) for each in situation["left_out"]} == {(1, "laptop"), (2, "laptop")}
    assert "they have their own" in situation["left_out"][0]["told"]
    # It is tried after all: the decision is lifted for every seat.
    rehearsal.prove_laptops()
    rehearsal.run("crisis", "retry", crisis, "laptop")
    assert all(seat["ready_at"] for seat in rehearsal.run_crisis(code=0)["seats"])


def test_a_licence_that_lacks_is_a_question_and_the_answer_has_it_looked_at_again(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    assert rehearsal.tenant is not None
    rehearsal.use_tenant(patience=600)
    crisis = rehearsal.reference
    with (rehearsal.home / "kit.toml").open("a") as settings:
        settings.write('sku = "ENTERPRISEPACK_NOT_BOUGHT"\n')
    rehearsal.run("crisis", "plan", crisis)
    run = rehearsal.start("crisis", "run", crisis)
    wait_for_line(run, "Tenant: needs you")
    refused = rehearsal.run("crisis", "skip", crisis, "tenant", *WHY, code=14)
    assert "cannot be left out" in refused.stderr
    rehearsal.run("crisis", "retry", crisis, "tenant")
    # It was begun twice, and asks again; a crisis run is not told of what passes within a quarter second.
    app = App.open(rehearsal.home)
    end = time.monotonic() + LIMIT
    while tried(app, crisis).count(Status.RUNNING) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    app.database.dispose()
    run.kill()
    run.wait()


@pytest.mark.parametrize(
    ("stage", "seat", "error"),
    [
        ("reserve", None, IllegalMove),
        ("account", 1, IllegalMove),
        ("revoke", None, Unknown),
        ("nonsense", None, Unknown),
        ("laptop", 9, Unknown),
        ("team", 1, BadValue),
    ],
)
def test_what_cannot_be_left_out_is_refused_and_nothing_is_kept(
    app: App, rehearsal: Rehearsal, stage: str, seat: int | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        intervening.leave_out(app, rehearsal.reference, stage, seat, "because")
    with app.database.read() as session:
        assert not interventions.of(session, rehearsal.reference)
    assert not statuses(app, rehearsal.reference)


def test_a_decision_shows_at_once_and_the_other_one_lifts_it(app: App, rehearsal: Rehearsal) -> None:
    crisis = rehearsal.reference
    decided = intervening.leave_out(app, crisis, "Laptop", 2, " none is left ")
    assert (decided.stage, decided.seat, decided.reason, decided.heard) == (
        "laptop",
        2,
        "none is left",
        False,
    )
    assert statuses(app, crisis) == {(2, "laptop"): Status.LEFT_OUT}
    intervening.retry(app, crisis, "laptop", 2)
    assert statuses(app, crisis) == {(2, "laptop"): Status.PENDING}
    with app.database.read() as session:
        assert [each.kind for each in interventions.of(session, crisis)] == [Kind.SKIP, Kind.RETRY]


def test_a_laptop_is_replaced_in_book_and_plan_whether_it_is_held_or_was_set_apart(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.serve()
    rehearsal.use_tenant(patience=0)
    rehearsal.run_crisis(code=10)
    crisis = rehearsal.reference
    app = App.open(rehearsal.home)
    # Nobody has looked at the shelf.
    refused = rehearsal.run("crisis", "replace", crisis, "1", "--reason", "no picture", code=6)
    assert "deployable" in refused.stderr
    with app.database.write() as session:
        facts = {"battery": 90, "security_updates": 0}
        examinations.keep(session, app.stamp(), "LAP-3", Examination.PROBE, facts)
    assert replacing.planned(app, crisis, 1, DeviceKind.LAPTOP) == "LAP-1"
    done = replacing.replace(app, crisis, 1, DeviceKind.LAPTOP, reason="no picture")
    assert (done.replaced, done.replacement, done.heard) == ("LAP-1", "LAP-3", False)
    assert ("LAP-3", 1) in rehearsal.held()
    assert ("LAP-1", 1) not in rehearsal.held()
    assert statuses(app, crisis)[1, "laptop"] is Status.PENDING
    with app.database.read() as session:
        plan = planning.kept(session, crisis)
    assert plan.seat(1).laptop.tag == "LAP-3"
    with pytest.raises(Unknown):
        replacing.replace(app, crisis, 2, DeviceKind.PHONE, reason="no picture")
    with pytest.raises(BadValue):
        replacing.replace(app, crisis, 1, DeviceKind.SIM, reason="no picture")
    app.database.dispose()


def test_an_engine_beats_and_says_goodbye(rehearsal: Rehearsal) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    rehearsal.run_crisis(code=0)
    app = App.open(rehearsal.home)
    with app.database.read() as session:
        (sign,) = heartbeats.listing(session)
    assert sign.ended
    assert sign.at >= sign.began_at
    assert str(rehearsal.home) in sign.station
    app.database.dispose()
