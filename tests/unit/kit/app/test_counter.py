"""Each scan at the counter is answered by the rules of the book; what lies there changes hands as one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory import counter as lying
from inventory import devices, handings, loans, returns
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove, OperatorError, Unknown
from kit.app import counter, handing
from kit.app.compose import App
from kit.app.handing import Words
from kit.settings import Home, Settings
from tests.databases import fresh
from tests.unit.kit.cli.lending import ready

WORDS = Words("staff badge", "Camille Exemple")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    database: Database = fresh(tmp_path / "kit.db")
    yield App(Home.at(tmp_path), Settings(database=database.name), database)
    database.dispose()


@pytest.fixture
def crisis(app: App) -> str:
    """LAP-01, TEL-01 and SIM-1 are ready for seat 1, the second ones for seat 2; LAP-03 is in stock."""
    return ready(app.database)


def states(app: App, *tags: str) -> list[str]:
    with app.database.read() as session:
        return [devices.get(session, tag).state.value for tag in tags]


def test_what_was_scanned_is_handed_over_as_one_receipt(app: App, crisis: str) -> None:
    laptop = counter.scan_out(app, crisis, 1, "lap-01")
    assert (laptop.tag, laptop.seat, laptop.person, laptop.before) == (
        "LAP-01",
        1,
        "Camille Exemple 1",
        False,
    )
    assert counter.scan_out(app, crisis, 1, "LAP-01").before
    # A SIM by its ICCID.
    counter.scan_out(app, crisis, 1, "89331", condition="bent tray")
    laid = counter.laid_out(app, crisis, 1)
    assert ([each.tag for each in laid.lying], [each.tag for each in laid.missing]) == (
        ["LAP-01", "SIM-1"],
        ["TEL-01"],
    )
    assert (laid.done, laid.total) == (2, 3)
    assert states(app, "LAP-01", "SIM-1") == ["ready", "ready"]
    receipt = counter.hand_over(app, crisis, 1, WORDS)
    assert receipt.devices == {"LAP-01": "good", "SIM-1": "bent tray"}
    assert receipt.reference == f"{crisis}-S1-1"
    assert states(app, "LAP-01", "SIM-1", "TEL-01") == ["on_loan", "on_loan", "ready"]
    left = counter.laid_out(app, crisis, 1)
    assert (left.lying, [each.tag for each in left.missing]) == ((), ["TEL-01"])


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("LAP-02", IllegalMove, "seat 2 of crisis"),
        ("LAP-03", IllegalMove, "nobody holds it"),
        ("NOPE", Unknown, "Nothing in the pool"),
        ("=1+1\x07", BadValue, "A code"),
    ],
)
def test_a_scan_that_is_refused_lays_nothing_there(
    app: App, crisis: str, code: str, kind: type[OperatorError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        counter.scan_out(app, crisis, 1, code)
    assert counter.laid_out(app, crisis, 1).lying == ()


def test_without_a_scan_nothing_is_handed_over(app: App, crisis: str) -> None:
    with pytest.raises(IllegalMove, match="Nothing was scanned"):
        counter.hand_over(app, crisis, 1, WORDS)
    with pytest.raises(IllegalMove, match="Nothing was scanned"):
        counter.check_in(app, crisis, None, WORDS)
    assert states(app, "LAP-01") == ["ready"]


def test_what_was_taken_back_is_not_handed_over(app: App, crisis: str) -> None:
    for code in ("LAP-01", "TEL-01"):
        counter.scan_out(app, crisis, 1, code)
    assert counter.take_back(app, lying.for_seat(crisis, 1)) == "TEL-01"
    assert counter.hand_over(app, crisis, 1, WORDS).devices == {"LAP-01": "good"}


def test_what_is_no_longer_for_the_seat_says_so_and_is_refused_at_the_end(app: App, crisis: str) -> None:
    counter.scan_out(app, crisis, 1, "LAP-01")
    with app.database.write() as session:
        loans.set_apart(session, app.stamp(), "LAP-01", "wet")
    assert "no longer" in counter.laid_out(app, crisis, 1).lying[0].said
    with pytest.raises(IllegalMove):
        counter.hand_over(app, crisis, 1, WORDS)


def test_seats_say_what_is_ready_and_had(app: App, crisis: str) -> None:
    handing.hand_over_seat(app, crisis, 1, scanned=["LAP-01"], words=WORDS)
    assert [(each.had, each.ready, each.total) for each in counter.seats(app, crisis)] == [
        (1, 2, 3),
        (0, 3, 3),
    ]


def test_what_came_back_is_checked_in_as_one_and_what_differs_is_told_at_once(app: App, crisis: str) -> None:
    words = Words("badge", accessories=("charger=1",), place="Room A")
    for seat in (1, 2):
        handing.hand_over_seat(app, crisis, seat, scanned=(), words=words)
    assert counter.accessories_of(app, crisis, 1) == {"charger": 1}
    assert counter.scan_in(app, crisis, None, "LAP-01").said == ""
    assert "seat 2" in counter.scan_in(app, crisis, 1, "LAP-02").said
    assert "it was not out" in counter.scan_in(app, crisis, None, "LAP-03").said
    assert counter.scan_in(app, crisis, None, "NOPE").what == ""
    with pytest.raises(BadValue, match="nothing is said of its condition"):
        counter.scan_in(app, crisis, None, "LAP-03", condition="wet")
    assert counter.take_back(app, lying.of_return(crisis)) == "NOPE"
    counter.scan_in(app, crisis, None, "LAP-01", condition="cracked screen")
    laid = counter.laid_in(app, crisis, None)
    assert (laid.done, laid.total) == (2, 6)
    assert states(app, "LAP-01") == ["on_loan"]
    taken = counter.check_in(app, crisis, None, WORDS)
    assert [receipt.devices for receipt in taken.receipts] == [
        {"LAP-01": "cracked screen"},
        {"LAP-02": "good"},
    ]
    assert sorted(each.subject for each in taken.differences) == ["LAP-01", "LAP-03"]
    assert taken.left == 4
    assert states(app, "LAP-01", "LAP-02", "LAP-03") == ["quarantined", "quarantined", "in_stock"]
    assert counter.laid_in(app, crisis, None).lying == ()
    with app.database.read() as session:
        assert len(returns.look(session, crisis).back) == 2
        assert handings.accessories_out(handings.of(session, crisis, seat=1)) == {"charger": 1}
