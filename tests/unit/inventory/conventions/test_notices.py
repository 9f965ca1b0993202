"""Letters are recorded once, completed by later facts, and never silently overwritten."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from inventory import communes, conventions, journal
from inventory.conventions import NoticeKind, Side, notices, records
from inventory.conventions.notices import Letter
from inventory.conventions.records import Standing
from inventory.database import Database
from inventory.errors import BadValue, ConventionInactive, IllegalMove, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.samples import TODAY

SENT = date(2026, 9, 1)
EXIT = Letter(NoticeKind.EXIT, Side.COMMUNE, SENT)


@pytest.fixture
def session(database: Database, by: Stamp) -> Iterator[Session]:
    """A book in which Aubagne's convention is in force since 15 March 2026, and Moselle's kind since 2020."""
    with database.write() as opened:
        communes.load(opened, by)
        for code, template, since in (
            ("13005", "amp_cyber", date(2026, 3, 15)),
            ("13002", "moselle", date(2020, 1, 1)),
        ):
            conventions.add(
                opened, by, communes.find(opened, code), template=template, signed_on=since, notified_on=since
            )
        yield opened


def standing(session: Session, code: str = "13005") -> Standing:
    return records.chosen(session, code, "", TODAY)


def record(session: Session, by: Stamp, letter: Letter, code: str = "13005") -> records.ConventionNotice:
    return notices.record(session, by, standing(session, code), letter, TODAY)


def last_day(session: Session) -> date | None:
    (found,) = conventions.standings(session, "13005")
    return conventions.last_day(found.template, found.dates)


def test_an_exit_counts_from_its_receipt_and_closes_the_right_to_a_kit(session: Session, by: Stamp) -> None:
    first = record(session, by, EXIT)
    assert last_day(session) == date(2034, 3, 15)
    second = record(session, by, Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, received_on=date(2026, 9, 3)))
    assert record(session, by, EXIT).id == first.id == second.id
    assert last_day(session) == date(2026, 12, 31)
    assert conventions.active(session, "13005", date(2026, 12, 31)).template == "amp_cyber"
    with pytest.raises(ConventionInactive, match="ended on 2026-12-31"):
        conventions.active(session, "13005", date(2027, 1, 1))
    kinds = [line.kind for line in journal.tail(session, subject="commune:13005")]
    assert sorted(kinds) == [
        "convention.added",
        "convention.notice-completed",
        "convention.notice-recorded",
    ]


def test_another_date_is_refused_and_a_mistake_settled_with_its_reason(session: Session, by: Stamp) -> None:
    known = Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, received_on=date(2026, 9, 3))
    record(session, by, known)
    with pytest.raises(IllegalMove, match="2026-09-03, not 2026-10-03") as caught:
        record(session, by, Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, received_on=date(2026, 10, 3)))
    assert "--settled" in caught.value.hint
    with pytest.raises(BadValue, match="reason is empty"):
        record(session, by, Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, settled_on=SENT))
    wrong = Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, settled_on=SENT, reason="wrong day of receipt")
    settled = record(session, by, wrong)
    assert record(session, by, wrong).id == settled.id
    again = record(session, by, Letter(NoticeKind.EXIT, Side.COMMUNE, SENT, received_on=date(2026, 10, 3)))
    assert again.id != settled.id
    assert last_day(session) == date(2027, 12, 31)


def test_force_majeure_has_a_threshold_before_its_letter(session: Session, by: Stamp) -> None:
    end = Letter(NoticeKind.FORCE_MAJEURE_END, Side.LENDER, date(2026, 10, 1))
    with pytest.raises(IllegalMove, match="no force majeure is recorded"):
        record(session, by, end)
    event = Letter(NoticeKind.FORCE_MAJEURE, Side.LENDER, date(2026, 4, 2), since=date(2026, 4, 1))
    record(session, by, event)
    with pytest.raises(IllegalMove, match="sent after 2026-10-01"):
        record(session, by, end)
    record(session, by, Letter(NoticeKind.FORCE_MAJEURE_END, Side.LENDER, date(2026, 10, 2)))
    assert last_day(session) == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"received_on": date(2026, 8, 31)}, r"receipt \(2026-08-31\) is before sending \(2026-09-01\)"),
        ({"received_on": date(2062, 9, 3)}, r"today \(2026-11-20\) is before receipt"),
        ({"sent_on": date(2026, 11, 21)}, r"today \(2026-11-20\) is before sending"),
        ({"sent_on": date(2026, 3, 14)}, "in force only from 2026-03-15"),
        ({"kind": NoticeKind.FORCE_MAJEURE}, "first day of the event is missing"),
        ({"kind": NoticeKind.FORCE_MAJEURE, "since": date(2026, 9, 2)}, "sending .* is before the beginning"),
        ({"settled_on": date(2026, 8, 1), "reason": "cured"}, "settled before it was sent"),
    ],
)
def test_impossible_orders_are_refused(session: Session, by: Stamp, facts: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"kind": NoticeKind.EXIT, "side": Side.COMMUNE, "sent_on": SENT} | facts
    with pytest.raises(IllegalMove, match=said) as caught:
        record(session, by, Letter(**given))
    assert "nothing was changed" in caught.value.message


@pytest.mark.parametrize(
    ("kind", "side", "said"),
    [
        (NoticeKind.EXIT, Side.LENDER, "gives that side no exit"),
        (NoticeKind.BREACH, Side.COMMUNE, "no rule for a breach"),
        (NoticeKind.FORCE_MAJEURE, Side.COMMUNE, "no rule for force majeure"),
    ],
)
def test_a_letter_that_the_template_does_not_know_is_refused(
    session: Session, by: Stamp, kind: NoticeKind, side: Side, said: str
) -> None:
    with pytest.raises(IllegalMove, match=said):
        record(session, by, Letter(kind, side, SENT, since=SENT), code="13002")


def test_an_amendment_ends_nothing(session: Session, by: Stamp) -> None:
    record(session, by, Letter(NoticeKind.AMENDMENT, Side.LENDER, date(2026, 1, 1), date(2026, 1, 3)))
    assert last_day(session) == date(2034, 3, 15)


def test_which_convention_is_asked_where_there_are_several(session: Session, by: Stamp) -> None:
    aubagne = communes.find(session, "13005")
    conventions.add(session, by, aubagne, template="amp_mcmdmp", signed_on=None, notified_on=date(2026, 1, 1))
    with pytest.raises(Unknown, match="several conventions: amp_cyber, amp_mcmdmp"):
        standing(session)
    assert records.chosen(session, "13005", "amp_mcmdmp", TODAY).template.key == "amp_mcmdmp"
    # The next one is signed while the one before is in force: letters are about that.
    conventions.add(session, by, aubagne, template="amp_cyber", signed_on=date(2026, 11, 1), notified_on=None)
    assert records.chosen(session, "13005", "amp_cyber", TODAY).dates.notified_on == date(2026, 3, 15)
    signed = records.chosen(session, "13005", "amp_cyber", TODAY, to_sign=True)
    assert (signed.dates.signed_on, signed.dates.notified_on) == (date(2026, 11, 1), None)
    with pytest.raises(Unknown, match="no such convention"):
        records.chosen(session, "13005", "moselle", TODAY)
