"""Writes to the book what was decided, by the book's own rules: only where it still is as it was counted."""

from gettext import gettext as _

from sqlmodel import Session

from inventory import departures, devices, journal, loans, pairings
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.stocktakes import book
from inventory.stocktakes.comparison import Condition, Record, Variance


def lose(session: Session, by: Stamp, variance: Variance, reason: str) -> None:
    """Nobody knows where the device is.

    Raises:
        IllegalMove: its state or its holder changed since the session was opened.
    """
    then, now = _then_and_now(session, variance)
    _must_agree(then, now, (then.state, then.holder) == (now.state, now.holder))
    departures.declare(session, by, now.tag, Departure.LOST, reason)


def take_back(session: Session, by: Stamp, variance: Variance, reason: str) -> None:
    """What was lost or stolen is here: quarantined, and the loan that held it ends.

    Raises:
        IllegalMove: it is neither lost nor stolen.
    """
    _then, now = _then_and_now(session, variance)
    if now.state not in {DeviceState.LOST, DeviceState.STOLEN}:
        raise IllegalMove(
            _("{tag} is neither lost nor stolen but {state}; nothing was changed.").format(
                tag=now.tag, state=now.state
            ),
            hint=_("Decide `--as correct` where it only lies elsewhere, or `--as accept` with the reason."),
        )
    loans.set_apart(session, by, now.tag, reason)


def correct_condition(session: Session, by: Stamp, variance: Variance, reason: str) -> None:
    """A faulty device is broken; a broken one that works goes to quarantine.

    Raises:
        IllegalMove: its state changed since it was counted, or cannot become that.
    """
    then, now = _then_and_now(session, variance)
    _must_agree(then, now, then.state == now.state)
    if variance.found == Condition.FAULTY:
        departures.declare(session, by, now.tag, Departure.BROKEN, reason)
    else:
        loans.set_apart(session, by, now.tag, reason)


def correct_place(session: Session, by: Stamp, variance: Variance) -> None:
    """The device belongs where it was seen last.

    Raises:
        IllegalMove: the book has it on no shelf, in a crate, at another place than when it was counted, or
            nobody told where it was seen.
    """
    then, now = _then_and_now(session, variance)
    if now.state not in book.ON_THE_SHELF:
        raise IllegalMove(
            _("{tag} is {state}: another place would not explain that; nothing was changed.").format(
                tag=now.tag, state=now.state
            ),
            hint=_("Decide `--as found` for what was lost; take back what was lent; else `--as accept`."),
        )
    _must_agree(then, now, then.place == now.place)
    if not variance.at_place:
        raise IllegalMove(
            _("Nobody told where {tag} was seen; nothing was changed.").format(tag=now.tag),
            hint=_("Scan it once more with `--place`."),
        )
    if variance.at_place == now.place:
        return
    device = devices.get(session, now.tag)
    if device.crate is not None:
        raise IllegalMove(
            _("{tag} belongs in crate {crate}, which has the place; nothing was changed.").format(
                tag=now.tag, crate=device.crate
            ),
            hint=_("`kit crate unpack {tag}` or put it back; then accept this with that reason.").format(
                tag=now.tag
            ),
        )
    device.place = variance.at_place
    session.add(device)
    line = {"place": {"from": now.place, "to": variance.at_place}}
    journal.append(session, by, "device.changed", devices.subject(now.tag), line)


def correct_sim(session: Session, by: Stamp, variance: Variance) -> None:
    """The SIM that was found sits in it, in the place of the one that the book had there, if it had one.

    Raises:
        Unknown: what was found is no SIM of the pool.
        IllegalMove: its SIM changed since it was counted, or it has two: then nobody can tell which one left.
    """
    then, now = _then_and_now(session, variance)
    found = devices.get(session, variance.found)
    here = [pairing for pairing in pairings.current(session, now.tag) if pairing.host_tag == now.tag]
    _must_agree(then, now, then.sim == now.sim)
    if len(here) > 1:
        raise IllegalMove(
            _("{tag} has {count} SIMs: which one left cannot be told; nothing was changed.").format(
                tag=now.tag, count=len(here)
            ),
            hint=_("Say it yourself with `kit sim`, then accept this with that reason."),
        )
    for pairing in here:
        pairings.remove(session, by, pairing.sim_tag)
    if any(pairing.sim_tag == found.tag for pairing in pairings.current(session, found.tag)):
        pairings.remove(session, by, found.tag)
    pairings.insert(session, by, found.tag, now.tag, slot=here[0].slot if here else pairings.SLOTS[0])


def _then_and_now(session: Session, variance: Variance) -> tuple[Record, Record]:
    """The device as it was counted, and as the book has it at this moment."""
    then = variance.record
    if then is None:
        raise ValueError("an unknown code has no device to correct")
    return then, book.records(session, [then.tag])[then.tag]


def _must_agree(then: Record, now: Record, same: bool) -> None:
    if not same:
        raise IllegalMove(
            _("{tag} is not as it was counted: {before} then, {after} now; nothing was changed.").format(
                tag=now.tag, before=_told(then), after=_told(now)
            ),
            hint=_(
                "See why: `kit pool show {tag}`; then scan it again, or accept it with that reason."
            ).format(tag=now.tag),
        )


def _told(record: Record) -> str:
    return ", ".join(filter(None, (record.state, record.place, record.holder, record.sim)))
