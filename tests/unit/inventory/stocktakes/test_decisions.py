"""Each discrepancy allows some decisions; a decision is journalled, and writes by the book's own rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from inventory import crates, devices, journal, pairings, undo
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.stocktakes import closing, decisions, records, scans
from inventory.stocktakes.comparison import Discrepancy, Sighting
from inventory.stocktakes.decisions import ALLOWED, Case, Choice, Ruling
from tests.unit.inventory.samples import TODAY, laptop
from tests.unit.inventory.stocktakes.shelf import SHELF, seen

D, C = Discrepancy, Choice


@dataclass
class Counting:
    """A session, and what is done in it."""

    session: Session
    by: Stamp
    reference: str

    def scan(self, *sightings: Sighting) -> None:
        scans.merge(self.session, self.by, self.stocktake, sightings, source="test")

    def decide(self, code: str, about: Discrepancy, choice: Choice, **more: Any) -> Case:
        ruling = Ruling(choice, **more)
        return decisions.decide(
            self.session, self.by, self.stocktake, ruling, code=code, discrepancy=about, today=TODAY
        )

    def case(self, code: str, about: Discrepancy, *, today: date = TODAY) -> Case | None:
        cases = decisions.look(self.session, self.stocktake, today).cases
        found = [one for one in cases if (one.variance.subject, one.variance.discrepancy) == (code, about)]
        return found[0] if found else None

    def lines(self) -> list[str]:
        return [line.kind for line in journal.tail(self.session, after=1, limit=1000)]

    @property
    def stocktake(self) -> records.Stocktake:
        return records.get_open(self.session, self.reference)

    def device(self, tag: str) -> devices.Device:
        return devices.get(self.session, tag)


@pytest.fixture
def counting(database: Database, reference: str, by: Stamp) -> Any:
    with database.write() as session:
        yield Counting(session, by, reference)
        journal.verify(session)


def test_what_nobody_saw_is_declared_lost_once(counting: Counting) -> None:
    decided = counting.decide("lap-02", D.MISSING, C.LOST, reason="searched twice", owner="Sacha")
    assert counting.device("LAP-02").state is DeviceState.LOST
    lines = counting.lines()
    assert lines[-2:] == ["device.moved", "stocktake.decided"]
    again = counting.decide("LAP-02", D.MISSING, C.LOST, reason="searched twice")
    assert (again.decision, counting.lines()) == (decided.decision, lines)
    assert decided.decision is not None
    assert (decided.decision.owner, decided.decision.by) == ("Sacha", counting.by.actor)
    with pytest.raises(IllegalMove, match="the book was changed so"):
        counting.decide("LAP-02", D.MISSING, C.ACCEPT, reason="never mind")


def test_what_is_lost_no_more_waits_for_another_decision(counting: Counting) -> None:
    counting.decide("LAP-02", D.MISSING, C.LOST)
    undo.undo(counting.session, counting.by, "LAP-02", reason="it is in the car")
    case = counting.case("LAP-02", D.MISSING)
    assert case is not None
    assert case.decision is None
    counting.decide("LAP-02", D.MISSING, C.LOST)
    case = counting.case("LAP-02", D.MISSING)
    assert case is not None
    assert case.decision is not None
    assert counting.device("LAP-02").state is DeviceState.LOST


def test_what_was_lost_and_is_seen_needs_another_decision_and_goes_to_quarantine(counting: Counting) -> None:
    counting.decide("LAP-02", D.MISSING, C.LOST)
    counting.scan(seen("LAP-02"))
    assert counting.case("LAP-02", D.MISSING) is None
    with pytest.raises(IllegalMove, match="LAP-02 is lost"):
        counting.decide("LAP-02", D.UNEXPECTED, C.CORRECT)
    counting.decide("LAP-02", D.UNEXPECTED, C.FOUND)
    assert counting.device("LAP-02").state is DeviceState.QUARANTINED
    # Nothing differs any more, and the report tells what became of it all the same.
    case = counting.case("LAP-02", D.UNEXPECTED)
    assert case is not None
    told = closing.row(case, "")
    assert (told["state"], told["found"], told["choice"]) == ("lost", SHELF, "found")
    lines = counting.lines()
    counting.decide("LAP-02", D.UNEXPECTED, C.FOUND)
    assert counting.lines() == lines


def test_what_lies_elsewhere_gets_its_place_with_the_lines_that_say_so(counting: Counting) -> None:
    counting.scan(seen("LAP-01", place="Mairie"), seen("LAP-04"))
    counting.decide("LAP-01", D.WRONG_PLACE, C.CORRECT)
    counting.decide("LAP-04", D.UNEXPECTED, C.CORRECT)
    assert [counting.device(tag).place for tag in ("LAP-01", "LAP-04")] == ["Mairie", SHELF]
    lines = counting.lines()
    assert lines.count("device.changed") == 2
    counting.decide("LAP-01", D.WRONG_PLACE, C.CORRECT)
    counting.decide("LAP-04", D.UNEXPECTED, C.CORRECT)
    assert counting.lines() == lines
    for tag, about in (("LAP-01", D.WRONG_PLACE), ("LAP-04", D.UNEXPECTED)):
        case = counting.case(tag, about)
        assert case is not None
        assert case.decision is not None


def test_a_decision_is_told_with_what_the_book_said_before_it(counting: Counting) -> None:
    counting.session.add(laptop(5))
    devices.move(counting.session, counting.by, counting.device("LAP-05"), DeviceState.LOST, reason="test")
    counting.scan(seen("LAP-04"), seen("LAP-05"))

    def told() -> list[tuple[str, str, str]]:
        cases = decisions.look(counting.session, counting.stocktake, TODAY).cases
        rows = [closing.row(case, "") for case in cases if case.variance.discrepancy is D.UNEXPECTED]
        return [(row["subject"], row["state"], row["expected"]) for row in rows]

    before = told()
    assert before == [("LAP-04", "in_stock", "Armoire B"), ("LAP-05", "lost", "")]
    counting.decide("LAP-04", D.UNEXPECTED, C.CORRECT)
    counting.decide("LAP-05", D.UNEXPECTED, C.FOUND)
    assert (counting.device("LAP-04").place, counting.device("LAP-05").state) == (SHELF, "quarantined")
    assert told() == before


def test_what_was_seen_at_two_places_belongs_where_it_was_seen_last(counting: Counting) -> None:
    counting.scan(seen("LAP-01", minute=2, place="Mairie"), seen("LAP-01", minute=1))
    counting.decide("LAP-01", D.SEEN_TWICE, C.CORRECT)
    assert counting.device("LAP-01").place == "Mairie"


def test_a_device_of_a_crate_has_the_crates_place(counting: Counting) -> None:
    crate = crates.make(counting.session, counting.by, "CRATE-1", place=SHELF, pattern={})
    crates.put_in(counting.session, counting.by, crate, "LAP-01")
    counting.scan(seen("LAP-01", place="Mairie"))
    with pytest.raises(IllegalMove, match="LAP-01 belongs in crate CRATE-1"):
        counting.decide("LAP-01", D.WRONG_PLACE, C.CORRECT)
    assert counting.device("LAP-01").place == SHELF


def test_nobody_can_correct_a_place_that_nobody_told(counting: Counting) -> None:
    counting.scan(seen("LAP-04", place=""))
    with pytest.raises(IllegalMove, match="Nobody told where LAP-04 was seen"):
        counting.decide("LAP-04", D.UNEXPECTED, C.CORRECT)


def test_a_faulty_device_is_broken_and_a_broken_one_that_works_is_quarantined(counting: Counting) -> None:
    devices.move(counting.session, counting.by, counting.device("LAP-04"), DeviceState.BROKEN, reason="test")
    counting.scan(seen("LAP-01", condition="faulty"), seen("LAP-04", condition="good"))
    counting.decide("LAP-01", D.WRONG_CONDITION, C.CORRECT)
    counting.decide("LAP-04", D.WRONG_CONDITION, C.CORRECT)
    assert [counting.device(tag).state for tag in ("LAP-01", "LAP-04")] == [
        *(DeviceState.BROKEN, DeviceState.QUARANTINED),
    ]


def test_a_sim_that_was_found_takes_the_place_of_the_one_in_the_book(counting: Counting) -> None:
    pairings.insert(counting.session, counting.by, "SIM-02", "TEL-02")
    counting.scan(seen("TEL-01", sim="893302"))
    counting.decide("TEL-01", D.WRONG_SIM, C.CORRECT)
    current = pairings.current(counting.session, "SIM-01", "SIM-02", "TEL-01", "TEL-02")
    assert [(one.sim_tag, one.host_tag) for one in current] == [("SIM-02", "TEL-01")]


def test_a_sim_found_where_the_book_has_none_leaves_the_phone_of_the_book(counting: Counting) -> None:
    counting.scan(seen("TEL-02", sim="SIM-01"))
    case = counting.case("TEL-02", D.WRONG_SIM)
    assert case is not None
    assert (case.variance.expected, case.variance.found) == ("", "SIM-01")
    counting.decide("TEL-02", D.WRONG_SIM, C.CORRECT)
    current = pairings.current(counting.session, "SIM-01", "TEL-01", "TEL-02")
    assert [(one.sim_tag, one.host_tag, one.slot) for one in current] == [("SIM-01", "TEL-02", 1)]


def test_which_of_two_sims_left_is_not_guessed(counting: Counting) -> None:
    pairings.remove(counting.session, counting.by, "SIM-01")
    counting.scan(seen("TEL-01", sim="SIM-02"))
    with pytest.raises(IllegalMove, match="not as it was counted"):
        counting.decide("TEL-01", D.WRONG_SIM, C.CORRECT)


def test_an_unknown_code_is_accepted_with_its_reason(counting: Counting) -> None:
    counting.scan(seen("foo"))
    with pytest.raises(BadValue, match="needs a reason"):
        counting.decide("foo", D.UNKNOWN_CODE, C.ACCEPT, reason=" ")
    decided = counting.decide("foo", D.UNKNOWN_CODE, C.ACCEPT, reason="an empty box")
    assert counting.case("foo", D.UNKNOWN_CODE) == decided


def test_a_search_holds_until_its_last_day_and_any_other_decision_may_follow(counting: Counting) -> None:
    counting.decide("LAP-01", D.MISSING, C.SEARCH, until=TODAY)
    held = [
        (case := counting.case("LAP-01", D.MISSING, today=day)) is not None and case.decision is not None
        for day in (TODAY, TODAY + timedelta(days=1))
    ]
    assert held == [True, False]
    counting.decide("LAP-01", D.MISSING, C.LOST)
    assert counting.device("LAP-01").state is DeviceState.LOST


@pytest.mark.parametrize(
    ("choice", "until", "said"),
    [
        (C.SEARCH, None, "has a last day"),
        (C.LOST, TODAY, "has a last day"),
        (C.SEARCH, TODAY - timedelta(days=1), "is over"),
    ],
)
def test_a_day_goes_with_a_search_only(
    counting: Counting, choice: Choice, until: date | None, said: str
) -> None:
    with pytest.raises(BadValue, match=said):
        counting.decide("LAP-01", D.MISSING, choice, until=until)


@pytest.mark.parametrize(("about", "choice"), [(d, c) for d, c in product(D, C) if c not in ALLOWED[d]])
def test_what_makes_no_sense_for_a_discrepancy_is_refused(
    counting: Counting, about: Discrepancy, choice: Choice
) -> None:
    with pytest.raises(BadValue) as caught:
        counting.decide("LAP-01", about, choice, reason="x")
    assert "accept" in caught.value.hint


def test_every_discrepancy_can_be_accepted_and_searched_for() -> None:
    assert ALLOWED.keys() == set(D)
    assert all({C.ACCEPT, C.SEARCH} <= choices for choices in ALLOWED.values())


def test_a_decision_about_what_is_not_so_any_more_is_refused(counting: Counting) -> None:
    counting.scan(seen("LAP-01"))
    with pytest.raises(Unknown, match="LAP-01 is not missing") as caught:
        counting.decide("LAP-01", D.MISSING, C.LOST)
    assert "Nothing differs" in caught.value.hint
    counting.scan(seen("LAP-02", place="Mairie"))
    with pytest.raises(Unknown) as caught:
        counting.decide("LAP-02", D.MISSING, C.LOST)
    assert "wrong_place" in caught.value.hint
    assert counting.device("LAP-02").state is DeviceState.IN_STOCK


def test_other_facts_open_a_discrepancy_again_but_not_another_spelling(counting: Counting) -> None:
    counting.scan(seen("LAP-01", place="Mairie", holder="Sacha"))
    for about in (D.WRONG_PLACE, D.WRONG_HOLDER):
        counting.decide("LAP-01", about, C.ACCEPT, reason="lent for a day")
    counting.scan(seen("LAP-01", place="MAIRIE", holder="Alix", minute=1))
    place, holder = counting.case("LAP-01", D.WRONG_PLACE), counting.case("LAP-01", D.WRONG_HOLDER)
    assert place is not None
    assert holder is not None
    assert (place.variance.found, place.decision is None) == ("MAIRIE", False)
    assert (holder.variance.found, holder.decision is None) == ("Alix", True)


@pytest.mark.parametrize(
    ("about", "choice", "told"),
    [(D.MISSING, C.LOST, {}), (D.WRONG_CONDITION, C.CORRECT, {"condition": "faulty"})],
)
def test_the_book_is_not_changed_where_the_device_moved_since_it_was_counted(
    counting: Counting, about: Discrepancy, choice: Choice, told: dict[str, Any]
) -> None:
    if told:
        counting.scan(seen("LAP-01", **told))
    device = counting.device("LAP-01")
    devices.move(counting.session, counting.by, device, DeviceState.QUARANTINED, reason="test")
    with pytest.raises(IllegalMove, match="in_stock, Armoire A then, quarantined, Armoire A now"):
        counting.decide("LAP-01", about, choice)
    assert device.state is DeviceState.QUARANTINED
    counting.decide("LAP-01", about, C.ACCEPT, reason="set apart meanwhile")


def test_a_place_is_not_corrected_where_somebody_else_did(counting: Counting) -> None:
    counting.scan(seen("LAP-01", place="Mairie"))
    counting.device("LAP-01").place = "Garage"
    with pytest.raises(IllegalMove, match="Garage now"):
        counting.decide("LAP-01", D.WRONG_PLACE, C.CORRECT)
    assert counting.device("LAP-01").place == "Garage"


def test_what_is_found_must_have_been_lost(counting: Counting) -> None:
    counting.scan(seen("LAP-04"))
    with pytest.raises(IllegalMove, match="neither lost nor stolen"):
        counting.decide("LAP-04", D.UNEXPECTED, C.FOUND)
