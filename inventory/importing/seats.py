"""Reads a seats file: the people to equip, their service, and whether each needs a phone."""

import re
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path

from inventory.crisis_records import Seat, SeatEntry
from inventory.importing import cells
from inventory.importing.refusal import Fault, refused
from inventory.importing.tables import ColumnSpec, Row, read_table
from inventory.text import fold

MAX_SEATS = 500
#: Microsoft Graph takes up to 64 characters for names and department (user resource type).
MAX_LENGTH = 64

_COLUMNS = (
    ColumnSpec("last_name", ("nom", "nom de famille", "last name", "last_name", "surname"), required=True),
    ColumnSpec("first_name", ("prénom", "first name", "first_name", "given name"), required=True),
    ColumnSpec("service", ("service", "direction", "department"), required=True),
    ColumnSpec("phone", ("téléphone", "tél", "mobile", "phone", "wants_phone"), required=True),
    ColumnSpec("contact", ("contact", "numéro de contact", "contact number")),
)
_YES = frozenset({"oui", "o", "yes", "y", "x", "1", "vrai", "true"})
_NO = frozenset({"", "non", "n", "no", "0", "faux", "false"})
_NAME = re.compile(r"[^\W\d_]+\.?(?:[ '’‑-]+[^\W\d_]+\.?)*")
_FORMULA = ("=", "+", "-", "@")


def read_seats(path: Path, *, there: Sequence[Seat] = ()) -> tuple[SeatEntry, ...]:
    """The seats in the order of the file, numbered from 1.

    `there` are the seats that the crisis has already: nobody gets a second one in the same service.

    Raises:
        BadRows: names every bad line and why.
    """
    seats, faults = check(read_table(path, _COLUMNS).rows, there=there)
    if faults:
        raise refused(path, faults)
    return seats


def check(rows: Sequence[Row], *, there: Sequence[Seat] = ()) -> tuple[tuple[SeatEntry, ...], list[Fault]]:
    """The seats of these lines, wherever they were typed, with what is wrong with them.

    A cell is found by the name of its `SeatEntry` field; that of the phone is called "phone".
    """
    room = max(MAX_SEATS - len(there), 0)
    if len(rows) > room:
        reason = _("is the first line too many: a crisis has {limit} seats at most").format(limit=MAX_SEATS)
        return (), [(rows[room].line, reason)]
    faults: list[Fault] = []
    seats = tuple(_seat(number, row, faults) for number, row in enumerate(rows, start=1))
    seated = {_who(seat): seat.number for seat in there}
    faults += [
        (row.line, _("has seat {number} already").format(number=seated[_who(seat)]))
        for row, seat in zip(rows, seats, strict=True)
        if _who(seat) in seated
    ]
    people: dict[tuple[str, str], int] = {}
    for row, seat in zip(rows, seats, strict=True):
        person = (fold(seat.first_name), fold(seat.last_name))
        if all(person) and person in people:
            faults.append((row.line, _("names the same person as line {line}").format(line=people[person])))
        people.setdefault(person, row.line)
    return seats, faults


def _seat(number: int, row: Row, faults: list[Fault]) -> SeatEntry:
    """The row as a seat; what is wrong with it is added to `faults` and left empty."""
    values: dict[str, str] = {}
    for name, check in _CHECKS.items():
        try:
            values[name] = check(row.cells.get(name, ""))
        except ValueError as exc:
            fault = (row.line, str(exc))
            # First and last name missing is one thing to mend.
            if fault not in faults:
                faults.append(fault)
    return SeatEntry(
        number=number,
        first_name=values.get("first_name", ""),
        last_name=values.get("last_name", ""),
        service=values.get("service", ""),
        wants_phone=values.get("phone") == "yes",
        contact=values.get("contact", ""),
    )


def _who(seat: Seat | SeatEntry) -> tuple[str, str, str]:
    return fold(seat.first_name), fold(seat.last_name), fold(seat.service)


def _text(text: str) -> str:
    value = cells.plain(text)
    if value.startswith(_FORMULA):
        raise ValueError(_("“{value}” begins like a spreadsheet formula").format(value=value))
    if len(value) > MAX_LENGTH:
        raise ValueError(
            _("“{value}” is longer than {limit} characters").format(value=value, limit=MAX_LENGTH)
        )
    return value


def _name(text: str) -> str:
    value = _text(text)
    if not value:
        raise ValueError(_("has no first name or no last name"))
    if not _NAME.fullmatch(value):
        raise ValueError(
            _("“{value}” is no name: letters, spaces, hyphens and apostrophes").format(value=value)
        )
    return value


def _service(text: str) -> str:
    value = _text(text)
    if not value:
        raise ValueError(_("has no service"))
    return value


def _phone(text: str) -> str:
    word = fold(text)
    if word not in _YES | _NO:
        raise ValueError(_("“{value}” is neither yes nor no for the phone").format(value=text))
    return "yes" if word in _YES else "no"


def _contact(text: str) -> str:
    return cells.number(text) or ""


_CHECKS = {
    "last_name": _name,
    "first_name": _name,
    "service": _service,
    "phone": _phone,
    "contact": _contact,
}
