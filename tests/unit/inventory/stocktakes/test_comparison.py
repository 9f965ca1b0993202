"""Three sides compared: the book, what people scanned, what devices say. The order plays no part."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.stocktakes.comparison import (
    Comparison,
    Condition,
    Discrepancy,
    Record,
    Sighting,
    Variance,
    compare,
)
from tests.unit.inventory.samples import NOW

D = Discrepancy
TAGS = [f"LAP-{number:02d}" for number in range(1, 6)]
PLACES = ["Armoire A", "Armoire B", "armoire  b", ""]


def record(tag: str = "LAP-01", **changes: Any) -> Record:
    return replace(Record(tag, "laptop", "Portable", "in_stock", "PF1", "Armoire A"), **changes)


def seen(code: str = "LAP-01", *, minute: int = 0, **told: Any) -> Sighting:
    return Sighting(NOW + timedelta(minutes=minute), "poste", 1, code, **({"place": "Armoire A"} | told))


def compared(expected: list[Record], sightings: list[Sighting], *others: Record) -> Comparison:
    known = {one.tag: one for one in (*expected, *others)}
    return compare({one.tag: one for one in expected}, sightings, known)


def told(found: Comparison) -> list[tuple[str, Discrepancy, str, str]]:
    return [(one.subject, one.discrepancy, one.expected, one.found) for one in found.variances]


HELD = {"state": "on_loan", "holder": "Camille Exemple", "seat": "13005-2026-01/3"}


@pytest.mark.parametrize(
    ("book", "sightings", "differs"),
    [
        (record(), [seen()], []),
        (record(), [seen(place="armoire a")], []),
        (record(), [seen(), seen(minute=5)], []),
        (record(), [], [(D.MISSING, "Armoire A", "")]),
        (record(**HELD), [], [(D.MISSING, "Camille Exemple", "")]),
        (record(), [seen(place="Mairie")], [(D.WRONG_PLACE, "Armoire A", "Mairie")]),
        (record(place=""), [seen(place="Mairie")], []),
        (
            record(),
            [seen(place="Mairie"), seen(minute=1)],
            [(D.SEEN_TWICE, "Armoire A", "Armoire A, Mairie")],
        ),
        (record(**HELD), [seen(holder="exemple camille")], []),
        (record(**HELD), [seen(holder="13005-2026-01/3")], []),
        (record(**HELD), [seen(holder="Sacha")], [(D.WRONG_HOLDER, "Camille Exemple", "Sacha")]),
        (record(), [seen(holder="Sacha")], [(D.WRONG_HOLDER, "", "Sacha")]),
        (record(), [seen(condition=Condition.GOOD)], []),
        (record(), [seen(condition=Condition.FAULTY)], [(D.WRONG_CONDITION, "", "faulty")]),
        (record(state="broken"), [seen(condition=Condition.FAULTY)], []),
        (record(state="broken"), [seen(condition=Condition.NEW)], [(D.WRONG_CONDITION, "", "new")]),
        (record(), [seen(condition=Condition.FAULTY), seen(minute=1, condition=Condition.GOOD)], []),
        (record(), [seen(serial="pf1")], []),
        (record(serial=""), [seen(serial="PF9")], []),
        (record(), [seen(serial="PF9")], [(D.OTHER_IDENTITY, "PF1", "PF9")]),
        (
            record(),
            [seen(host_key="SHA256:x")],
            [(D.MISSING, "Armoire A", ""), (D.OTHER_IDENTITY, "PF1", "SHA256:x")],
        ),
    ],
)
def test_what_differs_is_told_and_nothing_else(
    book: Record, sightings: list[Sighting], differs: list[tuple[Discrepancy, str, str]]
) -> None:
    assert told(compared([book], sightings)) == [("LAP-01", *one) for one in differs]


def test_a_device_that_the_session_does_not_expect_is_told_with_its_place_or_its_holder() -> None:
    shelf, lent = record("CHG-1", place="Armoire B"), record("CHG-2", **HELD)
    found = compared([], [seen("CHG-1"), seen("CHG-2")], shelf, lent)
    assert told(found) == [
        ("CHG-1", D.UNEXPECTED, "Armoire B", "Armoire A"),
        ("CHG-2", D.UNEXPECTED, "Camille Exemple", "Armoire A"),
    ]


@pytest.mark.parametrize("state", ["lost", "stolen", "retired"])
def test_what_is_gone_by_the_book_is_unexpected_even_where_it_was_expected(state: str) -> None:
    found = compare({"LAP-01": record()}, [seen()], {"LAP-01": record(state=state)})
    assert [(one.discrepancy, one.record) for one in found.variances] == [(D.UNEXPECTED, record(state=state))]


def test_a_code_that_nothing_has_is_told_with_its_place() -> None:
    assert told(compared([], [seen("foo")])) == [("foo", D.UNKNOWN_CODE, "", "Armoire A")]


def test_the_sim_found_in_a_phone_is_seen_there_too_and_may_be_the_wrong_one() -> None:
    phone = record("TEL-1", kind="phone", sim="SIM-1 SIM-2")
    sims = [record(f"SIM-{number}", kind="sim", serial="") for number in (1, 2, 3)]
    assert told(compared([phone, sims[0]], [seen("TEL-1", sim="SIM-1")])) == []
    wrong = compared([phone], [seen("TEL-1", sim="SIM-3")], *sims)
    assert told(wrong) == [
        ("SIM-3", D.UNEXPECTED, "Armoire A", "Armoire A"),
        ("TEL-1", D.WRONG_SIM, "SIM-1 SIM-2", "SIM-3"),
    ]
    assert told(compared([phone], [seen("TEL-1", sim="8933")])) == [
        ("8933", D.UNKNOWN_CODE, "", "Armoire A"),
        ("TEL-1", D.WRONG_SIM, "SIM-1 SIM-2", "8933"),
    ]


def test_counts_are_by_kind_and_place_of_the_book() -> None:
    books = [record(), record("LAP-02"), record("TEL-1", kind="phone")]
    found = compared(books, [seen(), seen("LAP-09"), seen("foo")], record("LAP-09", place="Armoire B"))
    assert (found.expected, found.seen) == (3, 1)
    assert [(one.kind, one.place, one.expected, one.seen, one.unexpected) for one in found.tallies] == [
        ("laptop", "Armoire A", 2, 1, 0),
        ("laptop", "Armoire B", 0, 0, 1),
        ("phone", "Armoire A", 1, 0, 0),
    ]


def test_a_decision_is_about_what_was_seen_not_about_what_the_book_says_later() -> None:
    before = Variance("LAP-01", D.UNEXPECTED, "Armoire B", "Armoire A", "Armoire A", record())
    assert before.fingerprint == replace(before, expected="Armoire A", record=None).fingerprint
    others = [
        replace(before, subject="LAP-02"),
        replace(before, found="Armoire C"),
        replace(before, at_place="Armoire C"),
    ]
    assert before.fingerprint not in {one.fingerprint for one in others}


sightings_of_all = st.lists(
    st.builds(
        Sighting,
        at=st.integers(0, 5).map(lambda minute: NOW + timedelta(minutes=minute)),
        station=st.sampled_from(["a", "b"]),
        sequence=st.integers(1, 3),
        code=st.sampled_from([*TAGS, "foo"]),
        place=st.sampled_from(PLACES),
        condition=st.sampled_from(["", *Condition]),
        holder=st.sampled_from(["", "Sacha", "Camille Exemple"]),
        serial=st.sampled_from(["", "PF1", "PF2"]),
        host_key=st.sampled_from(["", "SHA256:x"]),
    ),
    max_size=12,
)
books = st.lists(
    st.builds(
        record,
        st.sampled_from(TAGS),
        state=st.sampled_from(["in_stock", "on_loan", "broken", "lost"]),
        place=st.sampled_from(PLACES),
        holder=st.sampled_from(["", "Camille Exemple"]),
    ),
    max_size=5,
    unique_by=lambda one: one.tag,
)


@given(expected=books, sightings=sightings_of_all, data=st.data())
def test_neither_the_order_nor_repetitions_of_sightings_play_a_part(
    expected: list[Record], sightings: list[Sighting], data: st.DataObject
) -> None:
    others = [record(tag) for tag in TAGS]
    known = {one.tag: one for one in (*others, *expected)}
    frozen = {one.tag: one for one in expected}
    repeated = data.draw(st.permutations(sightings + sightings[:3]))
    assert compare(frozen, repeated, known) == compare(frozen, sightings, known)


@given(expected=books, sightings=sightings_of_all)
def test_every_device_is_accounted_for_once(expected: list[Record], sightings: list[Sighting]) -> None:
    known = {one.tag: one for one in (*(record(tag) for tag in TAGS), *expected)}
    frozen = {one.tag: one for one in expected}
    found = compare(frozen, sightings, known)
    present = {one.code for one in sightings if one.code in known and not one.host_key}
    by_kind: dict[Discrepancy, set[str]] = {kind: set() for kind in D}
    for one in found.variances:
        assert one.subject not in by_kind[one.discrepancy]
        by_kind[one.discrepancy].add(one.subject)
    assert by_kind[D.MISSING] == frozen.keys() - present
    assert by_kind[D.UNEXPECTED] >= present - frozen.keys()
    assert by_kind[D.UNKNOWN_CODE] == {one.code for one in sightings} - known.keys()
    assert found.seen + len(by_kind[D.MISSING]) == found.expected == len(frozen)
    assert sum(one.expected for one in found.tallies) == found.expected
    assert sum(one.seen for one in found.tallies) == found.seen
    assert sum(one.unexpected for one in found.tallies) == len(present - frozen.keys())


@given(expected=books)
def test_a_count_that_sees_everything_where_it_belongs_finds_nothing(expected: list[Record]) -> None:
    here = [replace(one, state="in_stock") for one in expected]
    assert compared(here, [seen(one.tag, place=one.place) for one in here]).variances == ()
