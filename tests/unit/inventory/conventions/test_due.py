"""What must be done for 92 communes, and the calendar of it: nobody expires silently."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlmodel import Session

from inventory import communes, contacts, conventions
from inventory.contacts import Gap, Role
from inventory.conventions import NoticeKind, Side, ics, notices, records
from inventory.conventions.deadlines import DeadlineKind
from inventory.conventions.due import Due, State, read
from inventory.conventions.notices import Letter
from inventory.database import Database
from inventory.journal import Stamp
from tests.unit.inventory.samples import TODAY


@pytest.fixture
def book(database: Database, by: Stamp) -> Database:
    """Aubagne's convention ends for good in 2034, Allauch's is a draft, Cassis' has ended."""
    with database.write() as session:
        communes.load(session, by)
        for code, notified in (("13005", date(2026, 3, 15)), ("13002", None), ("13022", date(2015, 1, 1))):
            conventions.add(
                session,
                by,
                communes.find(session, code),
                template="amp_cyber",
                signed_on=None,
                notified_on=notified,
            )
    return database


def of(session: Session, code: str | None, today: date, *, days: int | None = 90) -> list[Due]:
    listed = read(session, today, days=days, contact_days=365)
    return [each for each in listed if (each.commune.code if each.commune else None) == code]


def kinds(found: list[Due]) -> list[str]:
    return [each.kind.value for each in found]


def test_every_commune_without_a_right_is_told(book: Database) -> None:
    with book.read() as session:
        assert kinds(of(session, "13002", TODAY)) == [State.DRAFT, Gap.MISSING, Gap.MISSING]
        assert kinds(of(session, "13022", TODAY)) == [State.NO_CONVENTION]
        assert kinds(of(session, "13001", TODAY)) == [State.NO_CONVENTION]
        everything = read(session, TODAY, days=0, contact_days=365)
        assert {each.commune.code for each in everything if each.commune} == {
            commune.code for commune in communes.listing(session)
        }
        # The lender's own contact is missing too; it validates nothing.
        assert kinds(of(session, None, TODAY)) == [Gap.MISSING]


@pytest.mark.parametrize(
    ("today", "days", "told"),
    [
        (date(2026, 6, 1), 90, []),
        (date(2026, 9, 1), 90, [DeadlineKind.LAST_RECEIPT]),
        (date(2026, 9, 30), 93, [DeadlineKind.LAST_RECEIPT, DeadlineKind.RENEWAL]),
        (date(2026, 10, 1), 91, []),
        (date(2026, 10, 1), 92, [DeadlineKind.RENEWAL]),
        (date(2034, 1, 1), 90, [DeadlineKind.FINAL_END]),
    ],
)
def test_a_year_of_a_convention(book: Database, today: date, days: int, told: list[DeadlineKind]) -> None:
    with book.read() as session:
        found = of(session, "13005", today, days=days)
    assert [each.kind for each in found if isinstance(each.kind, DeadlineKind)] == told


def test_running_letters_are_told_however_far_they_run(book: Database, by: Stamp) -> None:
    with book.write() as session:
        standing = records.chosen(session, "13005", "", TODAY)
        for letter in (
            Letter(NoticeKind.EXIT, Side.COMMUNE, date(2026, 10, 2), date(2026, 10, 5)),
            Letter(NoticeKind.FORCE_MAJEURE, Side.LENDER, date(2026, 4, 2), since=date(2026, 4, 1)),
            Letter(NoticeKind.BREACH, Side.LENDER, date(2026, 11, 10)),
        ):
            notices.record(session, by, standing, letter, TODAY)
        found = of(session, "13005", TODAY, days=0)
    assert [(each.kind.value, each.until) for each in found if not isinstance(each.kind, Gap)] == [
        ("exit", date(2027, 12, 31)),
        ("not_received", None),
        ("not_received", None),
        ("force_majeure_open", None),
    ]


def test_contacts_that_grew_old_are_told_with_the_day(book: Database, by: Stamp) -> None:
    with book.write() as session:
        for deputy in (False, True):
            contacts.put(
                session,
                by,
                "13005",
                Role.CORRESPONDENT,
                deputy=deputy,
                name="Camille",
                phone="01 99 00 12 34",
                email="",
                today=TODAY,
            )
        assert kinds(of(session, "13005", TODAY, days=0)) == [Gap.MISSING]
        late = of(session, "13005", TODAY + timedelta(days=400), days=0)
    assert [(each.kind, each.until) for each in late] == [
        (Gap.STALE, TODAY + timedelta(days=366)),
        (Gap.STALE, TODAY + timedelta(days=366)),
        (Gap.MISSING, None),
    ]


def test_the_most_urgent_comes_first(book: Database) -> None:
    with book.read() as session:
        found = read(session, date(2026, 9, 15), days=120, contact_days=365)
    dated = [each.until for each in found if each.until is not None]
    assert dated == sorted(dated)
    assert [each.until for each in found[: len(dated)]] == dated


def entries(session: Session, today: date) -> list[ics.Entry]:
    return [
        ics.Entry(each.standing, each.deadline, f"Aubagne, {each.kind.value} ; été", "rule")
        for each in of(session, "13005", today, days=None)
        if each.standing is not None and each.deadline is not None
    ]


def test_the_calendar_is_of_whole_days_with_a_reminder_a_month_before(book: Database) -> None:
    with book.read() as session:
        written = ics.write(entries(session, TODAY), TODAY)
        again = ics.write(entries(session, TODAY), TODAY)
    assert written == again
    calendar = Calendar.from_ical(written)
    first, *others = calendar.events
    assert len(others) == 2
    assert (first.start, first.end) == (date(2027, 1, 1), date(2027, 1, 2))
    assert first["SUMMARY"] == "Aubagne, renewal ; été"
    assert written.count(b"TRIGGER:-P30D\r\n") == len(calendar.events)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


def test_an_event_keeps_its_name_while_its_day_moves_and_has_a_new_one_each_year(
    book: Database, by: Stamp
) -> None:
    def names(session: Session, today: date) -> dict[str, str]:
        return {
            each.deadline.kind.value: str(ics.uid(each.standing, each.deadline))
            for each in entries(session, today)
        }

    with book.write() as session:
        now, next_year = names(session, date(2026, 9, 1)), names(session, date(2027, 9, 1))
        assert now["final_end"] == next_year["final_end"]
        assert now["last_receipt"] != next_year["last_receipt"]
        assert now["renewal"] != next_year["renewal"]
        assert len(set(now.values())) == len(now)
