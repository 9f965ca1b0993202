"""Decisions on a scarce pool: kept with author and reason, obeyed by whoever reserves, never overdrawn."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from inventory import allocations, communes, crises, devices, journal, loans, swaps
from inventory.allocations import Allocation
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadValue, IllegalMove, Shortage
from inventory.journal import Stamp
from tests.unit.inventory.processes import together
from tests.unit.inventory.samples import NOW, TODAY, entries, fill

PROCESSES = 8
DEVICES = 10
LAPTOP = DeviceKind.LAPTOP


def several(
    database: Database, by: Stamp, count: int, *, laptops: int, seats: int = 3, phones: int = 0
) -> list[str]:
    """That many open crises of one commune, all with the same number of seats."""
    references = [fill(database, by, laptops=laptops, seats=seats, phones=phones)]
    with database.write() as session:
        commune = communes.find(session, "13005")
        for _more in range(count - 1):
            opened = crises.open_crisis(
                session, by, commune, t0=NOW, drill=False, seats=entries(seats), today=TODAY
            )
            references.append(opened.reference)
    return references


def grant(database: Database, by: Stamp, reference: str, count: int, **said: Any) -> Allocation:
    words = {"author": "Camille Exemple", "reason": "hospital first"} | said
    with database.write() as session:
        crisis = crises.get(session, reference)
        return allocations.decide(session, by, crisis, LAPTOP, count, **words)


def take(database: Database, by: Stamp, reference: str, tag: str, seat: int = 1) -> None:
    with database.write() as session:
        loans.reserve(session, by, reference, seat, tag)


def test_a_decision_is_kept_with_author_and_reason_and_the_newest_is_in_force(
    either_database: Database, by: Stamp
) -> None:
    (reference,) = several(either_database, by, 1, laptops=3)
    grant(either_database, by, reference, 1)
    grant(either_database, by, reference, 2, author=" Dominique  Essai ", reason="more came back")
    with either_database.read() as session:
        (found,) = allocations.in_force(session)
        assert (found.granted, found.author, found.reason) == (2, "Dominique Essai", "more came back")
        assert allocations.in_force(session, kind=DeviceKind.PHONE) == []
        assert allocations.in_force(session, crisis="other") == []
        lines = [line for line in journal.tail(session) if line.kind == "allocation.decided"]
        assert [line.subject for line in lines] == [f"crisis:{reference}"] * 2
        assert lines[0].data == {
            "kind": "laptop",
            "granted": 1,
            "held": 0,
            "free": 3,
            "author": "Camille Exemple",
            "reason": "hospital first",
        }


def test_the_decision_in_force_said_again_changes_nothing(database: Database, by: Stamp) -> None:
    (reference,) = several(database, by, 1, laptops=3)
    first = grant(database, by, reference, 1)
    with database.read() as session:
        lines = journal.head(session)
    assert grant(database, by, reference, 1).id == first.id
    with database.read() as session:
        assert journal.head(session) == lines


@pytest.mark.parametrize(
    ("count", "said", "refusal"),
    [
        (1, {"author": "  "}, (BadValue, "is empty")),
        (1, {"reason": ""}, (BadValue, "is empty")),
        (-1, {}, (BadValue, "cannot be granted -1")),
        (0, {}, (IllegalMove, "holds 1 of kind laptop: it cannot be granted 0")),
        (4, {}, (Shortage, r"2 of kind laptop are free: 3 more for .*\(–\)")),
    ],
)
def test_what_cannot_be_decided_is_refused_and_leaves_no_trace(
    database: Database, by: Stamp, count: int, said: dict[str, str], refusal: tuple[type[Exception], str]
) -> None:
    (reference,) = several(database, by, 1, laptops=3)
    take(database, by, reference, "LAP-01")
    error, told = refusal
    with pytest.raises(error, match=told):
        grant(database, by, reference, count, **said)
    with database.read() as session:
        assert allocations.in_force(session) == []
        assert journal.tail(session)[-1].kind == "loan.reserved"


def test_each_device_of_a_kit_counts_against_what_was_granted(database: Database, by: Stamp) -> None:
    reference, other = several(database, by, 2, laptops=5)
    grant(database, by, reference, 2)
    grant(database, by, other, 3)
    with pytest.raises(Shortage, match=r"LAP-03 .* holds 2 .* granted it 2"), database.write() as session:
        loans.reserve_all(session, by, reference, [(seat, f"LAP-0{seat}") for seat in (1, 2, 3)])
    with database.write() as session:
        loans.reserve_all(session, by, reference, [(seat, f"LAP-0{seat}") for seat in (1, 2)])
        loans.reserve_all(session, by, other, [(seat, f"LAP-0{seat + 2}") for seat in (1, 2, 3)])


def test_a_closed_crisis_is_granted_nothing_and_its_grant_binds_nobody(database: Database, by: Stamp) -> None:
    closed, other = several(database, by, 2, laptops=2)
    grant(database, by, closed, 2)
    with database.write() as session:
        crises.close(session, by, crises.get(session, closed), NOW)
    with pytest.raises(IllegalMove, match="was closed"):
        grant(database, by, closed, 1)
    take(database, by, other, "LAP-01")
    with database.read() as session:
        assert allocations.in_force(session) == []


def test_who_overdraws_is_told_who_was_granted_how_many(database: Database, by: Stamp) -> None:
    first, second, third = several(database, by, 3, laptops=5)
    grant(database, by, first, 2)
    grant(database, by, second, 2)
    take(database, by, first, "LAP-01")
    with pytest.raises(Shortage, match=f"4 of kind laptop are free: 2 more for {third}") as refused:
        grant(database, by, third, 2)
    assert f"({first}: 1, {second}: 2)" in refused.value.message
    assert "kit pool share" in refused.value.hint
    grant(database, by, third, 1)


def test_after_a_loss_a_grant_can_be_lowered_though_others_exceed_what_is_left(
    database: Database, by: Stamp
) -> None:
    first, second = several(database, by, 2, laptops=4)
    grant(database, by, first, 1)
    grant(database, by, second, 3)
    with database.write() as session:
        for tag in ("LAP-01", "LAP-02"):
            devices.move(session, by, devices.get(session, tag), DeviceState.LOST, reason="flood")
    grant(database, by, first, 0)
    with pytest.raises(Shortage):
        grant(database, by, first, 1)
    grant(database, by, second, 1)
    grant(database, by, first, 1)


def test_a_crisis_never_holds_more_than_it_was_granted(database: Database, by: Stamp) -> None:
    (reference,) = several(database, by, 1, laptops=3)
    grant(database, by, reference, 1)
    take(database, by, reference, "LAP-01")
    take(database, by, reference, "LAP-01")
    with pytest.raises(Shortage, match="holds 1 of kind laptop, and Camille Exemple granted it 1") as refused:
        take(database, by, reference, "LAP-02")
    assert "kit pool grant" in refused.value.hint
    grant(database, by, reference, 2)
    take(database, by, reference, "LAP-02", seat=2)


def test_a_crisis_never_takes_what_is_granted_to_another_and_not_taken(database: Database, by: Stamp) -> None:
    first, second = several(database, by, 2, laptops=3, phones=1)
    grant(database, by, first, 2)
    take(database, by, second, "LAP-03")
    with pytest.raises(Shortage, match="2 of kind laptop are free") as refused:
        take(database, by, second, "LAP-02", seat=2)
    assert f"({first}: 2)" in refused.value.message
    take(database, by, second, "TEL-01")
    take(database, by, first, "LAP-01")
    take(database, by, first, "LAP-02", seat=2)


def test_a_swap_at_the_limit_counts_the_faulty_device_no_more(database: Database, by: Stamp) -> None:
    (reference,) = several(database, by, 1, laptops=2)
    grant(database, by, reference, 1)
    take(database, by, reference, "LAP-01")
    with database.write() as session:
        swaps.swap(session, by, "LAP-01", "LAP-02", reason="dead screen")
        assert loans.held(session, LAPTOP) == {reference: 1}


def test_demands_say_what_each_open_crisis_asks_holds_and_was_granted(
    either_database: Database, by: Stamp
) -> None:
    first, second, closed = several(either_database, by, 3, laptops=4, seats=2)
    with either_database.write() as session:
        crises.seats(session, second)[0].wants_phone = False
        crises.close(session, by, crises.get(session, closed), NOW)
    grant(either_database, by, first, 1)
    take(either_database, by, first, "LAP-01")
    with either_database.read() as session:
        found = allocations.demands(session)
    assert [(d.crisis, d.kind.value, d.asked, d.held, d.granted) for d in found] == [
        (first, "laptop", 2, 1, 1),
        (second, "laptop", 2, 0, None),
        (first, "phone", 2, 0, None),
        (second, "phone", 1, 0, None),
        (first, "sim", 2, 0, None),
        (second, "sim", 1, 0, None),
    ]
    assert {(d.commune, d.drill, d.t0) for d in found} == {("Aubagne", False, NOW)}


def test_eight_processes_take_what_is_due_to_their_crises_and_no_more(
    either_database: Database, by: Stamp
) -> None:
    first, second, third = several(either_database, by, 3, laptops=DEVICES, seats=PROCESSES)
    grant(either_database, by, first, 5)
    grant(either_database, by, second, 3)
    worker = Path(__file__).with_name("reserve_everything.py")
    who = [first, second, third, first, second, third, first, second]
    arguments = [
        [either_database.name, reference, str(seat), str(DEVICES)] for seat, reference in enumerate(who, 1)
    ]
    ended = together(worker, arguments)
    took: Counter[str] = Counter()
    for reference, each in zip(who, ended, strict=True):
        took[reference] += len(each["reserved"])
    assert took == {first: 5, second: 3, third: 2}
    with either_database.read() as session:
        assert loans.held(session, LAPTOP) == took
        journal.verify(session)


def test_eight_processes_that_grant_and_take_at_once_never_overdraw_the_pool(
    either_database: Database, by: Stamp
) -> None:
    references = several(either_database, by, PROCESSES, laptops=DEVICES)
    worker = Path(__file__).with_name("grant_and_reserve.py")
    ended = together(worker, [[either_database.name, reference, str(DEVICES)] for reference in references])
    assert sum(each["granted"] for each in ended) == DEVICES
    with either_database.read() as session:
        granted = {each.crisis: each.granted for each in allocations.in_force(session)}
        held = loans.held(session, LAPTOP)
        assert granted == {r: e["granted"] for r, e in zip(references, ended, strict=True) if e["granted"]}
        assert held == {r: e["reserved"] for r, e in zip(references, ended, strict=True) if e["reserved"]}
        assert all(count <= granted[reference] for reference, count in held.items())
        journal.verify(session)
