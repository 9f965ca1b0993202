"""Reads what an offline reader saw: a file of codes, each with its moment, ready for a stocktake."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from gettext import gettext as _
from pathlib import Path

from inventory.importing import cells
from inventory.importing.refusal import Fault, refused
from inventory.importing.tables import ColumnSpec, Row, read_table
from inventory.stocktakes import codes
from inventory.stocktakes.comparison import Condition, Sighting
from inventory.text import fold

COLUMNS = (
    ColumnSpec("code", ("code", "code-barres", "barcode", "étiquette", "asset_tag", "tag"), required=True),
    ColumnSpec("at", ("moment", "horodatage", "date et heure", "date", "timestamp", "at"), required=True),
    ColumnSpec("place", ("lieu", "site", "emplacement", "place", "location")),
    ColumnSpec("condition", ("état", "condition")),
    ColumnSpec("holder", ("détenteur", "personne", "holder", "person")),
    ColumnSpec("sim", ("sim", "iccid")),
    ColumnSpec("station", ("lecteur", "poste", "station", "reader")),
    ColumnSpec("sequence", ("séquence", "numéro d'ordre", "sequence")),
)
#: What stands for the station where a file names none: the same file under another name is the same file.
NO_STATION = "file"
#: Clocks of readers may differ from the station's by as much.
CLOCKS = timedelta(minutes=10)

_CONDITIONS = {
    fold(word): condition
    for condition, words in {
        Condition.NEW: ("new", "neuf", "neuve"),
        Condition.GOOD: ("good", "ok", "bon", "bonne", "bon état"),
        Condition.FAULTY: ("faulty", "broken", "défectueux", "défectueuse", "cassé", "en panne", "hs"),
    }.items()
    for word in words
}
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ T](\d{1,2})[:h](\d{2})(?::(\d{2}))?")


@dataclass(frozen=True)
class Reading:
    """How a file is read: `zone` of moments that name none, `place` where a row names none.

    Moments before `since` or after `now` are refused: what was seen then is no part of this session.
    """

    zone: tzinfo
    place: str
    since: datetime
    now: datetime


def read_scans(path: Path, how: Reading) -> tuple[Sighting, ...]:
    """The sightings of a file; a row without a running number has that of its line.

    Raises:
        BadRows: names every bad line and why.
    """
    rows = read_table(path, COLUMNS).rows
    faults: list[Fault] = []
    found = [_sighting(row, how, faults) for row in rows]
    if faults:
        raise refused(path, faults)
    return tuple(found)


def condition(text: str) -> str:
    """The condition that a word means; empty where nothing is told.

    Raises:
        ValueError: it means none.
    """
    word = fold(text)
    if word and word not in _CONDITIONS:
        raise ValueError(_("“{value}” is no condition: {list}").format(value=text, list=", ".join(Condition)))
    return _CONDITIONS[word].value if word else ""


def _sighting(row: Row, how: Reading, faults: list[Fault]) -> Sighting:
    def told(name: str, check: Callable[[str], str]) -> str:
        text = row.cells.get(name, "")
        try:
            return check(text) if text or name == "code" else ""
        except ValueError as exc:
            faults.append((row.line, str(exc)))
            return ""

    return Sighting(
        at=_moment(row, how, faults),
        station=told("station", cells.plain) or NO_STATION,
        sequence=int(told("sequence", _number) or row.line),
        code=told("code", codes.tidy),
        place=told("place", cells.plain) or how.place,
        condition=told("condition", condition),
        holder=told("holder", cells.plain),
        sim=told("sim", codes.tidy),
    )


def _number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(_("“{value}” is no running number").format(value=text))
    return text


def _moment(row: Row, how: Reading, faults: list[Fault]) -> datetime:
    text = row.cells["at"]
    try:
        at = _read_moment(text, how.zone)
    except ValueError:
        reason = _("“{value}” is no moment: write 2026-11-20 14:05 or 20/11/2026 14:05")
        faults.append((row.line, reason.format(value=text)))
        return how.now
    if at < how.since - CLOCKS:
        faults.append((row.line, _("{value} is before this stocktake was opened").format(value=text)))
    if at > how.now + CLOCKS:
        faults.append((row.line, _("{value} is still to come: check the reader's clock").format(value=text)))
    return at


def _read_moment(text: str, zone: tzinfo) -> datetime:
    if french := _FRENCH.fullmatch(text):
        day, month, *rest = (int(part or 0) for part in french.groups())
        year, hour, minute, second = rest
        at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    else:
        at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)
