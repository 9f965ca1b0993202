"""Owns what was seen: sightings kept once whoever brings them how often, and the answer to each scan.

A scan that was a mistake stays, and a line of the journal takes it back: nothing counts it any more.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC
from gettext import gettext as _
from typing import Any

from sqlalchemy import insert
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from inventory import journal
from inventory.errors import IllegalMove
from inventory.journal import JournalLine, Stamp
from inventory.stocktakes import book, records
from inventory.stocktakes.book import Match
from inventory.stocktakes.comparison import GONE, Sighting
from inventory.stocktakes.records import ExpectedDevice, Scan, Stocktake

_TAKEN_BACK = "stocktake.unscanned"
_FIELDS = tuple(field.name for field in fields(Sighting))
#: Parameters that one statement takes on both data bases.
_CHUNK = 2000


@dataclass(frozen=True)
class Answer:
    """What to tell the person who scanned.

    Attributes:
        match: the device; None for a code that nothing in the pool has.
        expected: whether the session expects it, and it can be there.
        before: how often this code was scanned before in the session.
        elsewhere: other open sessions that expect it.
    """

    sighting: Sighting
    match: Match | None
    expected: bool
    before: int
    elsewhere: tuple[str, ...] = ()


def take(session: Session, stocktake: Stocktake, sighting: Sighting) -> Answer:
    """Keep one scan of an open session and say what it is."""
    before = len(_standing(session, stocktake.reference, sighting.code))
    _insert(session, stocktake.reference, [sighting])
    match = book.identify(session, [sighting.code]).get(sighting.code)
    if match is None:
        return Answer(sighting, None, expected=False, before=before)
    record = match.record
    query = select(ExpectedDevice.stocktake).join(Stocktake)
    query = query.where(ExpectedDevice.tag == record.tag, col(Stocktake.closed_at).is_(None))
    expecting = set(session.exec(query))
    return Answer(
        sighting,
        match,
        expected=stocktake.reference in expecting and record.state not in GONE,
        before=before,
        elsewhere=tuple(sorted(expecting - {stocktake.reference})),
    )


def take_back(session: Session, by: Stamp, stocktake: Stocktake, code: str, *, station: str) -> Sighting:
    """Take back the last scan of a code at a station, by a line that says so; gives it.

    Raises:
        IllegalMove: that station has no scan of it that counts.
    """
    mine = [scan for scan in _standing(session, stocktake.reference, code) if scan.station == station]
    if not mine:
        raise IllegalMove(
            _("{station} has no scan of {code} in {reference}; nothing was changed.").format(
                station=station, code=code, reference=stocktake.reference
            )
        )
    last = max(mine, key=lambda scan: (scan.at, scan.sequence))
    line = {"scan": last.id, "code": last.code, "station": last.station, "at": last.at.isoformat()}
    journal.append(session, by, _TAKEN_BACK, records.subject(stocktake.reference), line)
    session.flush()
    return Sighting(*(getattr(last, name) for name in _FIELDS))


def merge(
    session: Session, by: Stamp, stocktake: Stocktake, sightings: Iterable[Sighting], *, source: str
) -> int:
    """Keep many sightings of an open session, e.g. an offline reader's; says how many were new.

    The same ones again change nothing, and what several readers saw gives the same whoever comes first.
    """
    new = _insert(session, stocktake.reference, {*sightings})
    if new:
        line = {"source": source, "sightings": new}
        journal.append(session, by, "stocktake.merged", records.subject(stocktake.reference), line)
    return new


def of(session: Session, reference: str) -> list[Sighting]:
    """Every sighting of a session that was not taken back, each once."""
    columns = [getattr(Scan, name) for name in ("id", *_FIELDS)]
    void = _taken_back(session, reference)
    rows = session.execute(columns_of(*columns).where(col(Scan.stocktake) == reference))
    return [Sighting(*facts) for key, *facts in rows if key not in void]


def fingerprint(reference: str, sightings: Iterable[Sighting]) -> str:
    """SHA-256 over all sightings of a session, whatever their order."""
    ids = sorted(_id(reference, sighting) for sighting in sightings)
    return hashlib.sha256(journal.canonical(ids)).hexdigest()


def _standing(session: Session, reference: str, code: str) -> list[Scan]:
    """The scans of a code that were not taken back."""
    query = select(Scan).where(Scan.stocktake == reference, Scan.code == code)
    void = _taken_back(session, reference)
    return [scan for scan in session.exec(query) if scan.id not in void]


def _taken_back(session: Session, reference: str) -> set[str]:
    """The ids of what was taken back."""
    query = select(JournalLine).where(JournalLine.subject == records.subject(reference))
    return {line.data["scan"] for line in session.exec(query.where(JournalLine.kind == _TAKEN_BACK))}


def _insert(session: Session, reference: str, sightings: Iterable[Sighting]) -> int:
    """Writers come one at a time: what is not there now is not there when it is written."""
    rows = {(key := _id(reference, sighting)): _row(key, reference, sighting) for sighting in sightings}
    missing: list[dict[str, Any]] = []
    for chunk in _chunks(sorted(rows)):
        there = set(session.exec(select(Scan.id).where(col(Scan.id).in_(chunk))))
        missing += [rows[key] for key in chunk if key not in there]
    if missing:
        session.execute(insert(Scan), missing)
    return len(missing)


def _row(key: str, reference: str, sighting: Sighting) -> dict[str, Any]:
    return {"id": key, "stocktake": reference, **vars(sighting)}


def _id(reference: str, sighting: Sighting) -> str:
    told = vars(sighting) | {"stocktake": reference, "at": sighting.at.astimezone(UTC).isoformat()}
    return hashlib.sha256(journal.canonical(told)).hexdigest()


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))
