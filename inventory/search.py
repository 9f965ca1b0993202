"""Owns how the pool is searched: the table that is looked through, and the conditions on it.

Each device has a line with everything that a search may find: its facts, and who holds it. Triggers of the
data base keep it (migration 0010), so that no command can forget to; nobody else writes it. One look through
these short lines answers any search, and needs nothing that only one of the two data bases has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from inventory.crate_records import Crate
from inventory.crisis_records import Seat
from inventory.devices import Device
from inventory.loans import Loan
from inventory.search_terms import (
    Key,
    Query,
    Term,
    digits,
    kinds_meant,
    prefixed,
    spellings,
    states_meant,
)

Thing = TypeVar("Thing", bound=Device | Crate)

#: Facts in their order in a line, each between its mark and the next one; the address has no key.
_SECTIONS = (
    Key.TAG,
    Key.SERIAL,
    Key.IMEI,
    Key.ICCID,
    Key.NUMBER,
    Key.MODEL,
    Key.PLACE,
    Key.CRATE,
    None,
    Key.CRISIS,
    Key.COMMUNE,
    Key.PERSON,
)
#: The code of the first mark; marks are control characters, which no fact holds and nobody can type.
_FIRST_MARK = 14
_DIGITS = frozenset({Key.IMEI, Key.ICCID, Key.NUMBER})


class Searchable(SQLModel, table=True):
    """What a search finds a device by; `words` in the form of `inventory.text.unaccented`."""

    __tablename__ = "searchable"
    # In the order of tags on disk: the first lines that match are then the first that are read.
    __table_args__ = ({"sqlite_with_rowid": False},)

    tag: str = Field(primary_key=True, foreign_key="device.tag")
    kind: str
    state: str
    words: str


@dataclass(frozen=True)
class Holder:
    """Who holds a device: the seat of a crisis, and its person's first and last name."""

    crisis: str
    seat: int
    person: str


@dataclass(frozen=True)
class Found:
    """Devices by tag, and how many there are in all."""

    devices: Sequence[Device]
    total: int


def find(
    session: Session, query: Query, *, first: int = 0, limit: int | None = None, total: int | None = None
) -> Found:
    """The devices for which every condition holds, from the one at `first` on, `limit` of them.

    `total` is what an earlier call has counted: it is the slow part, and done only where it must be.
    """
    window = tags_found(query).order_by(col(Searchable.tag)).offset(first).limit(limit).subquery()
    devices = session.exec(
        select(Device).where(col(Device.tag).in_(select(window.c.tag))).order_by(col(Device.tag))
    ).all()
    if total is None:
        ended = limit is None or len(devices) < limit
        total = first + len(devices) if ended and (devices or not first) else count(session, query)
    return Found(devices, total)


def count(session: Session, query: Query) -> int:
    """For how many devices every condition holds."""
    return session.exec(select(func.count()).select_from(Searchable).where(*conditions(query))).one()


def tags_found(query: Query) -> SelectOfScalar[str]:
    """The question for the tags of the devices for which every condition holds."""
    return select(Searchable.tag).where(*conditions(query))


def among(session: Session, query: Query, things: Iterable[Thing]) -> list[Thing]:
    """Those of these devices for which every condition holds; a crate is found by the empty search only."""
    if not query:
        return list(things)
    found = set(session.exec(tags_found(query)))
    return [thing for thing in things if thing.tag in found]


def conditions(query: Query) -> list[ColumnElement[bool]]:
    """What must hold of a line of `Searchable`, a condition a term."""
    # The one that few lines pass comes first, as far as that can be guessed: the others are then not asked.
    terms = sorted(query, key=_weight)
    return [not_(_condition(term)) if term.excluded else _condition(term) for term in terms]


def holders(session: Session, tags: Iterable[str] | None = None) -> Mapping[str, Holder]:
    """Who holds these devices, or all that are held, by tag."""
    query = (
        select(Loan, Seat)
        .join(Seat, and_(col(Seat.crisis) == Loan.crisis, col(Seat.number) == Loan.seat_number))
        .where(col(Loan.ended_at).is_(None))
    )
    if tags is not None:
        query = query.where(col(Loan.device_tag).in_(tags))
    return {
        loan.device_tag: Holder(loan.crisis, loan.seat_number, f"{seat.first_name} {seat.last_name}")
        for loan, seat in session.exec(query)
    }


def _weight(term: Term) -> tuple[bool, bool, int]:
    longest = max(map(len, term.values))
    return term.excluded, term.key not in {Key.STATE, Key.KIND} and not digits(term.values), -longest


def _condition(term: Term) -> ColumnElement[bool]:
    match term.key:
        case None:
            return _anywhere(term.values)
        case Key.STATE:
            return col(Searchable.state).in_(term.values)
        case Key.KIND:
            return col(Searchable.kind).in_(term.values)
        case key:
            mark = _FIRST_MARK + _SECTIONS.index(key)
            number = digits(term.values) if key in _DIGITS else ""
            forms = (number,) if number else spellings(*term.values)
            return or_(*(_like(chr(mark), form, chr(mark + 1)) for form in forms))


def _anywhere(words: Sequence[str]) -> ColumnElement[bool]:
    if len(words) == 1:
        return or_(*_word(*words))
    if prefixed(words):
        return _like(digits(words))
    return or_(and_(*(or_(*_word(word)) for word in words)), _like(digits(words)))


def _word(word: str) -> Iterator[ColumnElement[bool]]:
    for form in dict.fromkeys((*spellings(word), *filter(None, (digits([word]),)))):
        yield _like(form)
    if states := states_meant(word):
        yield col(Searchable.state).in_(states)
    if kinds := kinds_meant(word):
        yield col(Searchable.kind).in_(kinds)


def _like(*parts: str) -> ColumnElement[bool]:
    """A line that holds these parts in this order; as each mark is there once, that is within a section."""
    pattern = "%".join(("", *(_escaped(part) for part in parts), ""))
    return col(Searchable.words).like(pattern, escape="/")


def _escaped(text: str) -> str:
    for sign in "/%_":
        text = text.replace(sign, f"/{sign}")
    return text
