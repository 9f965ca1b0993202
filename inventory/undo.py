"""Owns undoing the last move of a device, e.g. a wrong scan at the shelf: another line, never an erasure.

What may be undone is a table. A hand-over, a return and a wipe never are, for a person signed them or the
device itself proved them; nor is what a machine found, or what is older than a day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from sqlmodel import Session, col, select

from inventory import devices, journal, loans
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.journal import JournalLine, Stamp
from inventory.text import named

#: How long after a move it may be undone: later, nobody can vouch that nothing happened in between.
WITHIN = timedelta(hours=24)

_AT_HAND = frozenset({DeviceState.IN_STOCK, DeviceState.WIPED, DeviceState.RETURNED, DeviceState.QUARANTINED})
_ACCIDENTS = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN})

#: To each state, the states from which a move to it may be undone.
UNDOABLE: Mapping[DeviceState, frozenset[DeviceState]] = {
    DeviceState.LOST: _AT_HAND | {DeviceState.ON_LOAN},
    DeviceState.BROKEN: _AT_HAND | {DeviceState.ON_LOAN},
    DeviceState.STOLEN: _AT_HAND | {DeviceState.ON_LOAN},
    DeviceState.QUARANTINED: _ACCIDENTS | {DeviceState.IN_STOCK, DeviceState.WIPED, DeviceState.RETURNED},
    DeviceState.IN_STOCK: frozenset({DeviceState.WIPED}),
    DeviceState.RETIRED: _ACCIDENTS | {DeviceState.IN_STOCK, DeviceState.WIPED},
}
#: What the line of a move has when a person alone made it: anything more is what was found.
_PERSONS_WORD = frozenset({"from", "to", "reason", "crate"})


def undo(session: Session, by: Stamp, tag: str, *, reason: str) -> Device:
    """Bring a device back to the state before its last move, with the line that says so.

    It does not go back into the crate that the move took it out of: somebody packs it again.

    Raises:
        Unknown: there is no such device.
        BadValue: there is no reason.
        IllegalMove: the last thing that happened to it is no move that may be undone; says why.
    """
    device = devices.get(session, tag)
    line = _last(session, device)
    if line is None or line.kind != "device.moved" or line.data["to"] != device.state.value:
        raise _refused(device, _("the last thing that happened to it is no move"))
    if why := obstacle(line.data, line.at, by.at):
        raise _refused(device, why)
    before = DeviceState(line.data["from"])
    if before is DeviceState.ON_LOAN and not loans.open_loans(session, device=device.tag):
        raise _refused(device, _("its loan has ended since"))
    data = {"undoes": line.seq, "from": device.state.value, "to": before.value, "reason": named(reason)}
    journal.append(session, by, "device.undone", devices.subject(device.tag), data)
    device.state, device.state_since = before, by.at
    session.add(device)
    session.flush()
    return device


def obstacle(move: Mapping[str, Any], at: datetime, now: datetime) -> str:
    """What speaks against undoing that move, made at `at`, for people; empty where nothing does. Pure."""
    before, after = DeviceState(move["from"]), DeviceState(move["to"])
    if before not in UNDOABLE.get(after, frozenset()):
        return _("a move from {before} to {after} is never undone").format(before=before, after=after)
    if set(move) - _PERSONS_WORD:
        return _("it was moved for what was found on it, not by mistake")
    if now - at > WITHIN:
        return _("it happened more than {hours} hours ago").format(hours=WITHIN // timedelta(hours=1))
    return ""


def _last(session: Session, device: Device) -> JournalLine | None:
    query = select(JournalLine).where(JournalLine.subject == devices.subject(device.tag))
    return session.exec(query.order_by(col(JournalLine.seq).desc()).limit(1)).first()


def _refused(device: Device, why: str) -> IllegalMove:
    legal = sorted(devices.next_states(device.kind, device.state))
    return IllegalMove(
        _("{tag} stays {state}: {why}.").format(tag=device.tag, state=device.state, why=why),
        hint=_("From here it can become: {states}.").format(states=", ".join(legal))
        if legal
        else _("Nothing follows {state}.").format(state=device.state),
    )
