"""Opens a session of counting: what is expected is frozen by value, whatever happens to the devices later."""

import hashlib
from collections.abc import Iterable
from difflib import get_close_matches
from gettext import gettext as _

from sqlalchemy import func, insert
from sqlalchemy import select as columns_of
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from inventory import journal
from inventory.devices import Device
from inventory.errors import BadValue, Unknown
from inventory.journal import Stamp
from inventory.stocktakes import book, records
from inventory.stocktakes.book import Scope
from inventory.stocktakes.comparison import Record
from inventory.stocktakes.records import ExpectedDevice, Stocktake
from inventory.text import named


def open_stocktake(session: Session, by: Stamp, scope: Scope, *, owner: str, year: int) -> Stocktake:
    """Open a session and freeze what it expects.

    Raises:
        BadValue: it names neither a place nor a commune, or both.
        Unknown: the book has nothing there.
    """
    if bool(scope.place.strip()) == (scope.commune_code is not None):
        raise BadValue(
            _("A stocktake counts either a place or what a commune has; nothing was opened."),
            hint=_("Give either `--place` or `--commune`."),
        )
    found = book.expected(session, scope)
    if not found:
        raise _nothing(session, scope)
    stocktake = Stocktake(
        reference=_next_reference(session, year),
        place=found[0].place,  # as the book spells it
        commune_code=scope.commune_code,
        state=scope.state or "",
        owner=named(owner, empty=True) or by.actor,
        opened_at=by.at,
        opened_by=by.actor,
    )
    session.add(stocktake)
    session.flush()
    rows = [{"stocktake": stocktake.reference, **vars(record)} for record in found]
    session.execute(insert(ExpectedDevice), rows)
    line = {
        "place": stocktake.place,
        "commune": stocktake.commune_code,
        "state": stocktake.state,
        "owner": stocktake.owner,
        "expected": len(found),
        "expected_sha256": fingerprint(found),
    }
    journal.append(session, by, "stocktake.opened", records.subject(stocktake.reference), line)
    session.flush()
    return stocktake


def expected(session: Session, reference: str) -> dict[str, Record]:
    """What a session expects, by tag."""
    columns = [getattr(ExpectedDevice, name) for name in Record.__dataclass_fields__]
    query = columns_of(*columns).where(col(ExpectedDevice.stocktake) == reference)
    return {row[0]: Record(*row) for row in session.execute(query.order_by(col(ExpectedDevice.tag)))}


def shared(session: Session, reference: str) -> dict[str, int]:
    """By reference, other open sessions that expect some of the same devices, and how many."""
    mine, theirs = aliased(ExpectedDevice), aliased(ExpectedDevice)
    query = select(theirs.stocktake, func.count()).join(mine, col(mine.tag) == theirs.tag)
    query = query.join(Stocktake, col(Stocktake.reference) == theirs.stocktake)
    query = query.where(
        mine.stocktake == reference, theirs.stocktake != reference, col(Stocktake.closed_at).is_(None)
    )
    return dict(session.exec(query.group_by(theirs.stocktake).order_by(theirs.stocktake)).all())


def fingerprint(found: Iterable[Record]) -> str:
    """SHA-256 of what is expected, whatever the order."""
    rows = {record.tag: vars(record) for record in found}
    return hashlib.sha256(journal.canonical(rows)).hexdigest()


def _next_reference(session: Session, year: int) -> str:
    prefix = f"ST-{year}-"
    query = select(Stocktake.reference).where(col(Stocktake.reference).startswith(prefix))
    numbers = [int(reference.removeprefix(prefix)) for reference in session.exec(query).all()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def _nothing(session: Session, scope: Scope) -> Unknown:
    if scope.commune_code is not None:
        return Unknown(
            _("Commune {code} has nothing of that on loan; no stocktake was opened.").format(
                code=scope.commune_code
            ),
            hint=_("See what is lent with `kit pool list --state on_loan`."),
        )
    places = [place for place in session.exec(select(Device.place).distinct()).all() if place]
    close = get_close_matches(scope.place, places, n=3)
    return Unknown(
        _("The book has nothing of that at “{place}”; no stocktake was opened.").format(place=scope.place),
        hint=_("Did you mean {names}?").format(names=", ".join(close))
        if close
        else _("See places and states with `kit pool list`."),
    )
