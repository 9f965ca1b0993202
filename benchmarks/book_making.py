"""Fills a book for measurements: 100,000 devices that lived, and a journal of so many lines that tells it.

Devices and loans are the same whatever the length of the journal: only of how many the past is told differs.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from inventory import communes, devices, journal
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.journal import Entry, Stamp

DEVICES = 100_000
#: One in so many devices is out, in the crisis that is open; the others were, in one of these crises.
OUT = 100
CRISES, SEATS = 100, 250
OPEN = "13005-2026-01"
PLACES = 40
#: What became of some of the others, by the last two digits of their numbers.
_ODD = {7: "quarantined", 23: "broken", 55: "lost", 91: "retired"}
#: The states of a life in their order, from one stay on the shelf to the next.
_LIFE = ("in_stock", "reserved", "ready", "on_loan", "returned", "quarantined", "wiped", "in_stock")
#: Lines of a life: its moves, what they tell of the loan, the finding of the wipe.
_LINES = len(_LIFE) - 1 + 4


def tag(number: int) -> str:
    """The asset tag of a device by its number: in turns a laptop, a phone, a SIM."""
    return f"{('PC', 'TEL', 'SIM')[number % 3]}-{number:06}"


def seat(number: int) -> tuple[str, int]:
    """Crisis and seat that have or had it."""
    if number % OUT == 0:
        return OPEN, number // OUT % SEATS + 1
    return f"13001-2025-{number % CRISES + 1:02}", number // CRISES % SEATS + 1


def make(database: Database, by: Stamp, lines: int) -> int:
    """Migrate and fill it; returns how many lines the journal has, which is about what was asked for."""
    database.migrate()
    tables = SQLModel.metadata.tables
    with database.write() as session:
        communes.load(session, by)
        session.execute(insert(tables["crisis"]), list(_crises(by)))
        session.execute(insert(tables["seat"]), list(_seats()))
        session.execute(insert(tables["device"]), [_device(number, by) for number in range(DEVICES)])
        session.execute(insert(tables["loan"]), [_loan(number, by) for number in range(DEVICES)])
        return _tell(session, by, lines)


def _tell(session: Session, by: Stamp, lines: int) -> int:
    """The lines that the commands would have written: all devices take turns, as in a year they do."""
    known = DEVICES if lines > DEVICES else lines // (_LINES + 1)
    lived = min(known, (lines - known) // _LINES)
    added = (_added(number, by) for number in range(known))
    # The lines of a life are spread over the journal as wide as the crises were apart.
    lives = (line for turn in range(len(_LIFE)) for number in range(lived) for line in _turn(number, turn))
    now = (line for number in range(known) for line in _now(number))
    journal.append_many(session, by, chain(added, lives, now))
    return journal.head(session)[0]


def _added(number: int, by: Stamp) -> Entry:
    facts = {name: value for name, value in _device(number, by).items() if value and name != "state_since"}
    return "device.added", devices.subject(tag(number)), facts | {"state": "in_stock"}


def _turn(number: int, turn: int) -> Iterator[Entry]:
    """The lines of one move of a life; in the last turn the finding that the wipe left."""
    about, held = devices.subject(tag(number)), "crisis:{}/seat:{}".format(*seat(number))
    if turn == len(_LIFE) - 1:
        found = {"examination": "wipe", "failed": [], "sha256": f"{number:064}"}
        yield "device.examined", about, found
        return
    before, after = _LIFE[turn : turn + 2]
    yield "device.moved", about, {"from": before, "to": after, "reason": "test"}
    loan = {"reserved": "loan.reserved", "on_loan": "loan.handed_over", "returned": "loan.ended"}
    if after in loan:
        yield loan[after], held, {"device": tag(number)}


def _now(number: int) -> Iterator[Entry]:
    """The lines that explain why it is not on the shelf."""
    for turn in range(3) if number % OUT == 0 else ():
        yield from _turn(number, turn)
    if number % 100 in _ODD:
        why = {"from": "in_stock", "to": _ODD[number % 100], "reason": "test"}
        yield "device.moved", devices.subject(tag(number)), why


def _crises(by: Stamp) -> Iterable[dict[str, Any]]:
    for reference in (OPEN, *(f"13001-2025-{number + 1:02}" for number in range(CRISES))):
        told = {"drill": False, "forced_by": "", "forced_reason": "", "caller_verified_by": "", "plan": None}
        moments = {"t0": by.at, "opened_at": by.at, "closed_at": None if reference == OPEN else by.at}
        yield {"reference": reference, "commune_code": reference[:5]} | moments | told


def _seats() -> Iterable[dict[str, Any]]:
    for reference in (OPEN, *(f"13001-2025-{number + 1:02}" for number in range(CRISES))):
        for number in range(1, SEATS + 1):
            person = {"first_name": f"Camille {number}", "last_name": f"Exemple {reference[-2:]}"}
            rest = {"service": "Mairie", "wants_phone": True, "contact": "", "ready_at": None}
            yield {"crisis": reference, "number": number} | person | rest


def _device(number: int, by: Stamp) -> dict[str, Any]:
    kind = tuple(DeviceKind)[number % 3]
    state = DeviceState.ON_LOAN if number % OUT == 0 else DeviceState(_ODD.get(number % 100, "in_stock"))
    laptop, phone, sim = (kind is each for each in (DeviceKind.LAPTOP, DeviceKind.PHONE, DeviceKind.SIM))
    return {
        "tag": tag(number),
        "kind": kind,
        "state": state,
        "model": f"Latitude {number % 7}" if laptop else f"Mobile {number % 5}" if phone else "",
        "serial": None if sim else f"PF{number:07}X",
        "address": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" if laptop else None,
        "host_key": f"ssh-ed25519 {number:068}" if laptop else None,
        "imei": f"35000000{number:07}" if phone else None,
        "iccid": f"893315031{number:010}" if sim else None,
        "number": f"+33612{number:06}" if sim else None,
        "place": f"Armoire {number % PLACES}",
        "note": "contrôlé",
        "state_since": by.at,
    }


def _loan(number: int, by: Stamp) -> dict[str, Any]:
    crisis, at = seat(number)
    ended = None if crisis == OPEN else by.at
    return {
        "device_tag": tag(number),
        "crisis": crisis,
        "seat_number": at,
        "reserved_at": by.at,
        "handed_over_at": by.at,
        "ended_at": ended,
        "end_reason": "given back" if ended else "",
    }
