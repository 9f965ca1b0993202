"""A seat that is needed no more is dropped while its person has nothing; the others keep what they have."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from inventory import activity, allocations, crises, evidence, journal, loans
from inventory.activity import Event, Status
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.times import utc_now
from kit.app import crises as commands
from kit.app import dropping
from kit.app import station as building
from kit.app.compose import App
from kit.plan.stages import Stage
from kit.settings import Home, load
from kit.workflows import planning
from tests.databases import fresh
from tests.unit.inventory.samples import entries
from tests.unit.kit.cli.lending import BY, ready

Act = Callable[[Session, str], object]
REFERENCE = "13005-2026-01"
REASON = "works from elsewhere"


def opened(folder: Path) -> App:
    home = Home.at(folder)
    settings = load(home)
    return App(home, settings, Database(settings.database))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with a crisis whose plan is kept and whose two seats have everything ready."""
    folder = tmp_path_factory.mktemp("station")
    fresh(Home.at(folder).state / "kit.db").dispose()
    made = opened(folder)
    ready(made.database)
    building.engine(made).prepare()
    commands.plan(made, REFERENCE)
    made.database.dispose()
    return folder


@pytest.fixture
def app(prepared: Path, tmp_path: Path) -> Iterator[App]:
    """That station, of the test's own."""
    shutil.copytree(prepared, tmp_path / "home")
    made = opened(tmp_path / "home")
    yield made
    made.database.dispose()


def held(app: App) -> list[tuple[int, str]]:
    with app.database.read() as session:
        return [(loan.seat_number, loan.device_tag) for loan in loans.open_loans(session, crisis=REFERENCE)]


def test_its_reservations_end_and_the_plan_is_made_anew_without_it(app: App) -> None:
    before = held(app)
    told = dropping.drop_seat(app, REFERENCE, 1, reason=REASON)
    assert (told.person, told.planned) == ("Camille Exemple 1", True)
    # A prepared device waits for its wipe, as after every loan.
    assert {(each.tag, each.state) for each in told.freed} == {
        (tag, DeviceState.QUARANTINED) for number, tag in before if number == 1
    }
    assert held(app) == [each for each in before if each[0] == 2]
    with app.database.read() as session:
        plan = planning.kept(session, REFERENCE)
        assert [(seat.number, seat.laptop.tag) for seat in plan.seats] == [(2, "LAP-02")]
        assert [seat.number for seat in crises.seats(session, REFERENCE)] == [2]
        (line,) = (each for each in journal.tail(session) if each.kind == "seat.dropped")
        assert (line.subject, line.data["reason"]) == (f"crisis:{REFERENCE}/seat:1", REASON)
        assert journal.verify(session)
    assert [seat.number for seat in commands.look(app, REFERENCE).seats] == [2]


def test_its_number_is_never_used_again_and_nothing_is_reserved_for_it(app: App) -> None:
    dropping.drop_seat(app, REFERENCE, 2, reason=REASON)
    with app.database.write() as session:
        crisis = crises.get(session, REFERENCE)
        without_phone = [replace(entry, wants_phone=False) for entry in entries(1)]
        added = crises.add_seats(session, BY, crisis, without_phone, validated_by="Dominique Essai")
        assert [seat.number for seat in added] == [3]
    with pytest.raises(Exception, match="the seat was dropped"), app.database.write() as session:
        loans.reserve(session, BY, REFERENCE, 2, "LAP-03")
    again = commands.plan(app, REFERENCE)
    assert [seat.number for seat in again.seats] == [1, 3]


def test_a_crisis_without_a_plan_gets_none(app: App) -> None:
    with app.database.write() as session:
        crises.get(session, REFERENCE).plan = None
    assert not dropping.drop_seat(app, REFERENCE, 1, reason=REASON).planned
    with app.database.read() as session:
        assert crises.get(session, REFERENCE).plan is None


def hand_over(session: Session, _reference: str) -> None:
    (loan,) = loans.open_loans(session, device="TEL-01")
    loans.hand_over(session, BY, loan)


def give_back(session: Session, reference: str) -> None:
    hand_over(session, reference)
    loans.end(session, BY, loans.open_loans(session, device="TEL-01")[0], "test")


def begin_account(status: Status) -> Act:
    def act(session: Session, reference: str) -> None:
        activity.record(session, [Event(reference, Stage.ACCOUNT, status, BY.at, seat=1)])

    return act


def name_apart(session: Session, reference: str) -> None:
    proof = {"principal_name": "camille.exemple2@secours.example", "id": "1"}
    evidence.keep(session, BY, reference, Stage.ACCOUNT, proof, seat=2)


REFUSED: dict[str, Act] = {
    "was given TEL-01": hand_over,
    "was given TEL-01; nothing": give_back,
    "has an account": lambda s, r: evidence.keep(s, BY, r, Stage.ACCOUNT, {"id": "1"}, seat=1),
    "Nobody knows whether seat 1": begin_account(Status.FAILED),
    "account of seat 2 would change its name": name_apart,
    "is being ended in the tenant": lambda s, r: evidence.keep(s, BY, r, Stage.REVOKE, {}),
    "was closed": lambda s, r: crises.close(s, BY, crises.get(s, r), utc_now()),
}


@pytest.mark.parametrize(("said", "act"), REFUSED.items(), ids=list(REFUSED))
def test_it_is_refused_once_something_stands_on_the_seat(app: App, said: str, act: Act) -> None:
    with app.database.write() as session:
        act(session, REFERENCE)
        before = journal.head(session)
    with pytest.raises(IllegalMove, match=said):
        dropping.drop_seat(app, REFERENCE, 1, reason=REASON)
    with app.database.read() as session:
        assert (journal.head(session), len(crises.seats(session, REFERENCE))) == (before, 2)


def test_a_stage_that_never_began_does_not_stand_in_the_way(app: App) -> None:
    with app.database.write() as session:
        begin_account(Status.PENDING)(session, REFERENCE)
    assert dropping.drop_seat(app, REFERENCE, 1, reason=REASON).seat == 1


def test_a_dropped_seat_asks_nothing_of_a_scarce_pool(app: App) -> None:
    def asked() -> int:
        with app.database.read() as session:
            return next(each.asked for each in allocations.demands(session) if each.kind is DeviceKind.LAPTOP)

    assert asked() == 2
    dropping.drop_seat(app, REFERENCE, 1, reason=REASON)
    assert asked() == 1


def test_no_seat_is_dropped_twice_nor_the_last_one_nor_without_a_reason(app: App) -> None:
    with pytest.raises(BadValue):
        dropping.drop_seat(app, REFERENCE, 1, reason=" ")
    with pytest.raises(Unknown):
        dropping.drop_seat(app, REFERENCE, 9, reason=REASON)
    dropping.drop_seat(app, REFERENCE, 1, reason=REASON)
    with pytest.raises(IllegalMove, match="was dropped before"):
        dropping.drop_seat(app, REFERENCE, 1, reason=REASON)
    with pytest.raises(IllegalMove, match="is the last of crisis") as caught:
        dropping.drop_seat(app, REFERENCE, 2, reason=REASON)
    assert "kit crisis close" in caught.value.hint
