"""Owns what lies on the counter: scanned for a hand-over or a return, and not signed for yet.

A scan is a line of the journal, and so is taking it back: what lies there follows from them, and a station
that stops in between loses nothing. What changes hands clears the counter by the line that says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session, col, select

from inventory import journal
from inventory.errors import IllegalMove
from inventory.journal import JournalLine, Stamp

_SCANNED, _UNSCANNED = "counter.scanned", "counter.unscanned"
#: By which a hand-over (of a seat) and a check-in (of a crisis) say that what lay there changed hands.
_CLEARING = ("handing.out", "return.scanned")


@dataclass(frozen=True)
class Lying:
    """A thing on the counter: its tag, or a code that nothing has, and in which condition it was said to be.

    `line` is the number of the journal line that has it.
    """

    line: int
    subject: str
    condition: str


def for_seat(reference: str, seat: int) -> str:
    """How the journal names what lies there for a seat's hand-over."""
    return f"crisis:{reference}/seat:{seat}"


def of_return(reference: str) -> str:
    """How the journal names what lies there of a crisis's return."""
    return f"crisis:{reference}"


def scan(session: Session, by: Stamp, counter: str, subject: str, condition: str) -> Lying:
    """Lay a thing there; once more, with another condition, corrects that."""
    for each in lying(session, counter):
        if (each.subject, each.condition) == (subject, condition):
            return each
    said = {"subject": subject, "condition": condition}
    line = journal.append(session, by, _SCANNED, counter, said)
    session.flush()
    return Lying(line.seq, subject, condition)


def take_back(session: Session, by: Stamp, counter: str) -> Lying:
    """Take the thing away that was scanned last, by another line; gives it.

    Raises:
        IllegalMove: nothing lies there.
    """
    there = lying(session, counter)
    if not there:
        raise IllegalMove(_("No scan is left that could be taken back; nothing was changed."))
    last = there[-1]
    journal.append(session, by, _UNSCANNED, counter, {"undoes": last.line, "subject": last.subject})
    session.flush()
    return last


def lying(session: Session, counter: str) -> tuple[Lying, ...]:
    """What lies there, the last scan last."""
    query = select(JournalLine).where(JournalLine.subject == counter)
    query = query.where(col(JournalLine.kind).in_((_SCANNED, _UNSCANNED, *_CLEARING)))
    return fold(session.exec(query.order_by(col(JournalLine.seq))))


def fold(lines: Iterable[JournalLine]) -> tuple[Lying, ...]:
    """What lies there after these lines, in their order. Pure."""
    there: dict[str, Lying] = {}
    for line in lines:
        if line.kind in _CLEARING:
            there.clear()
            continue
        subject = line.data["subject"]
        if line.kind == _UNSCANNED:
            there.pop(subject, None)
        else:
            # One whose condition was corrected stays where it was scanned.
            there[subject] = Lying(line.seq, subject, line.data["condition"])
    return tuple(there.values())
