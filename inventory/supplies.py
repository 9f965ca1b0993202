"""Owns what is counted instead of known one by one: chargers, cables, bags, by item and place.

A crate is a place too, by its tag. The data base lets no count fall below zero, whatever the program does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.crate_records import Crate
from inventory.errors import BadValue, IllegalMove, Shortage
from inventory.journal import Stamp
from inventory.text import fold, named


class Supply(SQLModel, table=True):
    """How many of an item are at a place; zero where there were some once."""

    __tablename__ = "supply"
    __table_args__ = (CheckConstraint("count >= 0", name="supply_not_negative"),)

    item: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    count: int


@dataclass(frozen=True)
class Stock:
    """How many of an item are at a place."""

    item: str
    place: str
    count: int


def subject(item: str) -> str:
    """How the journal names an item."""
    return f"supply:{item}"


def receive(session: Session, by: Stamp, item: str, place: str, count: int, *, reason: str) -> Stock:
    """More of an item are at a place, e.g. bought or given back; returns what is there now.

    Raises:
        BadValue: item, place or reason is empty, or the count is below one.
        IllegalMove: the place is a crate that is dissolved.
    """
    row, why = _row(session, item, place), named(reason)
    _must_be_positive(count)
    _must_be_there(session, row.place)
    row.count += count
    return _keep(session, by, row, "supply.received", count, reason=why)


def issue(session: Session, by: Stamp, item: str, place: str, count: int, *, reason: str) -> Stock:
    """Fewer of an item are at a place, e.g. given away or broken; returns what is left.

    Raises:
        BadValue: item, place or reason is empty, or the count is below one.
        Shortage: there are not so many; nothing was changed.
    """
    row, why = _row(session, item, place), named(reason)
    _take(row, count)
    return _keep(session, by, row, "supply.issued", count, reason=why)


def carry(session: Session, by: Stamp, item: str, source: str, target: str, *, count: int) -> Stock:
    """Some of an item go from one place to another, e.g. into a crate; returns what is there now.

    Raises:
        BadValue: item or place has no name, both places are the same, or the count is below one.
        Shortage: there are not so many at `source`; nothing was changed.
        IllegalMove: `target` is a crate that is dissolved.
    """
    taken, given = _row(session, item, source), _row(session, item, target)
    if taken.place == given.place:
        raise BadValue(_("{place} is where they are already.").format(place=given.place))
    _must_be_there(session, given.place)
    _take(taken, count)
    given.count += count
    _keep(session, by, taken, "supply.issued", count, to=given.place)
    return _keep(session, by, given, "supply.received", count, **{"from": taken.place})


def stock(session: Session, *, item: str | None = None, place: str | None = None) -> Sequence[Stock]:
    """What there is, by item and place; of one item or at one place where these are given."""
    query = select(Supply.item, Supply.place, Supply.count).where(col(Supply.count) > 0)
    if item is not None:
        query = query.where(Supply.item == item_named(session, item))
    if place is not None:
        query = query.where(Supply.place == _place_named(session, place))
    ordered = query.order_by(col(Supply.item), col(Supply.place))
    return [Stock(*row) for row in session.exec(ordered).all()]


def item_named(session: Session, text: str) -> str:
    """An item as it was spelled the first time, so that one thing is not counted under two names.

    Raises:
        BadValue: it has no name.
    """
    return spelled(text, session.exec(select(Supply.item).distinct()).all())


def _place_named(session: Session, text: str) -> str:
    crate = session.get(Crate, text.strip().upper())
    if crate is not None:
        return crate.tag
    return spelled(text, session.exec(select(Supply.place).distinct()).all())


def spelled(text: str, known: Iterable[str]) -> str:
    """A name as one of the known ones spells it, else as it is.

    Raises:
        BadValue: it is none.
    """
    name = named(text)
    return next((other for other in known if fold(other) == fold(name)), name)


def _row(session: Session, item: str, place: str) -> Supply:
    key = (item_named(session, item), _place_named(session, place))
    return session.get(Supply, key) or Supply(item=key[0], place=key[1], count=0)


def _take(row: Supply, count: int) -> None:
    _must_be_positive(count)
    if row.count < count:
        raise Shortage(
            _("{place} has {there} of {item}, not {count}; nothing was changed.").format(
                place=row.place, there=row.count, item=row.item, count=count
            ),
            hint=_("See where there are some: `kit stock list`."),
        )
    row.count -= count


def _must_be_positive(count: int) -> None:
    if count < 1:
        raise BadValue(_("{count} is no quantity: count from one on.").format(count=count))


def _must_be_there(session: Session, place: str) -> None:
    crate = session.get(Crate, place)
    if crate is not None and crate.dissolved_at is not None:
        raise IllegalMove(_("Crate {tag} is dissolved: nothing goes into it.").format(tag=crate.tag))


def _keep(session: Session, by: Stamp, row: Supply, kind: str, count: int, **why: str) -> Stock:
    session.add(row)
    line = {"place": row.place, "count": count, "there": row.count} | why
    journal.append(session, by, kind, subject(row.item), line)
    session.flush()
    return Stock(row.item, row.place, row.count)
