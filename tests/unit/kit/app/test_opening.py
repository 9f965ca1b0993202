"""Looking ahead at an opening writes nothing; declaring it writes all of it, or nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory import crises, journal, sizings
from inventory.crises import SeatEntry
from inventory.database import Database
from inventory.errors import BadValue, ConventionInactive, Shortage, Unknown
from kit.app import opening
from kit.app.compose import App
from kit.app.crises import Opening
from kit.app.opening import Declaration
from kit.app.sizing_facts import Decision
from kit.settings import Home, Settings
from tests.tui import feeding

SAID = Declaration(
    "13005",
    Opening(drill=True, t0=feeding.T0.replace(tzinfo=None)),
    tuple(
        SeatEntry(n, first, last, "CCAS", wants_phone=n == 1)
        for n, (first, last) in enumerate(feeding.PEOPLE[:2], 1)
    ),
    (Decision("CCAS", 3, "Alix Témoin", "cold spell"),),
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A station with a pool of four."""
    database = feeding.station(tmp_path)
    yield App(Home.at(tmp_path), Settings(database=database.name), database)
    database.dispose()


def _last(database: Database) -> int:
    with database.read() as session:
        return journal.tail(session, limit=1)[0].seq


def test_looking_ahead_shows_size_and_plan_and_writes_nothing(app: App) -> None:
    before = _last(app.database)
    opening.check(app, SAID)
    size = opening.size(app, SAID)
    assert {each.service: (each.there, each.decided) for each in size.services}["CCAS"] == (2, 3)
    assert [seat.laptop.tag for seat in opening.plan(app, SAID).seats] == ["PC-00001", "PC-00002"]
    assert _last(app.database) == before
    with app.database.read() as session:
        assert not crises.listing(session)


def test_a_service_is_proposed_seats_once_it_is_said_to_be_due(app: App) -> None:
    def by_rule(said: Declaration) -> int:
        return next(each.by_rule for each in opening.size(app, said).services if each.service == "Élections")

    assert by_rule(SAID) == 0
    assert by_rule(replace(SAID, due=frozenset({"élections"}))) > 0
    with pytest.raises(Unknown, match="waits for its time"):
        opening.size(app, replace(SAID, due=frozenset({"CCAS"})))


def test_what_was_foreseen_is_opened_with_its_plan_and_its_decisions(app: App) -> None:
    foreseen = opening.plan(app, SAID)
    reference = opening.declare(app, SAID, foreseen)
    with app.database.read() as session:
        crisis = crises.get(session, reference)
        (decision,) = sizings.listing(session, reference)
        assert len(crises.seats(session, reference)) == 2
    assert reference == foreseen.crisis.reference
    assert crisis.plan is not None
    assert (decision.service, decision.wanted, decision.author) == ("CCAS", 3, "Alix Témoin")


def test_without_a_plan_the_crisis_is_open_all_the_same(app: App) -> None:
    many = tuple(SeatEntry(n, "Camille", f"Exemple{'abcde'[n - 1]}", "CCAS", False) for n in range(1, 6))
    said = replace(SAID, seats=many)
    with pytest.raises(Shortage):
        opening.plan(app, said)
    reference = opening.declare(app, said, None)
    with app.database.read() as session:
        assert crises.get(session, reference).plan is None


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (replace(SAID, commune="13022"), ConventionInactive),
        (replace(SAID, opening=Opening(called_back_on="0199001122", called_back_by="Alix")), BadValue),
        (replace(SAID, decisions=(Decision("CCAS", 3, "", "cold"),)), BadValue),
    ],
)
def test_what_would_be_refused_is_refused_ahead_and_writes_nothing(
    app: App, said: Declaration, error: type[Exception]
) -> None:
    before = _last(app.database)
    with pytest.raises(error):
        opening.check(app, said)
    with pytest.raises(error):
        opening.declare(app, said, None)
    assert _last(app.database) == before


def test_a_plan_that_would_be_another_one_now_opens_nothing(app: App) -> None:
    foreseen = opening.plan(app, SAID)
    feeding.open_crisis(app.database, seats=1)
    before = _last(app.database)
    with pytest.raises(Shortage, match="has changed"):
        opening.declare(app, SAID, foreseen)
    assert _last(app.database) == before
