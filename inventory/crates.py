"""Owns the commands of crates, the kits prepared in advance: made, filled, emptied, dissolved.

Whether a crate is complete is asked of its pattern and never stored. Supplies get into a crate and out of it
by `supplies`, to the place that bears its tag.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session, col, select

from inventory import devices, journal, supplies
from inventory.crate_records import Crate, subject
from inventory.devices import Device, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.importing import cells
from inventory.importing.pool import kind_named
from inventory.journal import Stamp
from inventory.supplies import Stock
from inventory.text import named

#: What may be put into a crate: clean, and in nobody's hands.
PACKABLE = frozenset({DeviceState.IN_STOCK, DeviceState.RESERVED, DeviceState.READY})


@dataclass(frozen=True)
class Contents:
    """What is in a crate, and how many of what its pattern says are missing or too many."""

    crate: Crate
    devices: tuple[Device, ...]
    supplies: tuple[Stock, ...]
    missing: Mapping[str, int]
    surplus: Mapping[str, int]

    @property
    def complete(self) -> bool:
        """Whether nothing of the pattern is missing."""
        return not self.missing


def make(
    session: Session, by: Stamp, tag: str, *, label: str = "", place: str = "", pattern: Mapping[str, int]
) -> Crate:
    """Make an empty crate; `pattern` says how many of which kind or item belong in it.

    Raises:
        BadValue: the tag is none, or the pattern asks for less than one of something.
        IllegalMove: a device or crate has or had that tag, or supplies are at a place of that name that is
            written otherwise: nobody could take them away from there any more.
    """
    value = _tag(tag)
    wanted: Counter[str] = Counter()
    for name, count in pattern.items():
        if count < 1:
            raise BadValue(_("A crate cannot need {count} of “{name}”.").format(count=count, name=name))
        wanted[_part(session, name)] += count
    if session.get(Crate, value) or session.get(Device, value):
        raise IllegalMove(
            _("{tag} is taken: a tag is never used again. No crate was made.").format(tag=value),
            hint=_("Take a label that was never used."),
        )
    if held := [stock for stock in supplies.stock(session, place=value) if stock.place != value]:
        raise IllegalMove(
            _("There is {things} at a place called {place}. No crate {tag} was made.").format(
                things=_things(held), place=held[0].place, tag=value
            ),
            hint=_("Move these first (`kit stock move`), or take another label."),
        )
    crate = Crate(
        tag=value, label=named(label, empty=True), place=named(place, empty=True), pattern=dict(wanted)
    )
    session.add(crate)
    facts = {"label": crate.label, "place": crate.place, "pattern": crate.pattern}
    journal.append(session, by, "crate.made", subject(value), facts)
    session.flush()
    return crate


def put_in(session: Session, by: Stamp, crate: Crate, tag: str) -> Device:
    """Put a device into a crate; its place becomes that of the crate. In it already, nothing changes.

    A crate that nobody said where it stands is where the device lies.

    Raises:
        Unknown: there is no such device.
        IllegalMove: it is in another crate, in no state to be packed, or the crate is dissolved.
    """
    _must_be_whole(crate)
    device = devices.get(session, tag)
    if device.crate == crate.tag:
        return device
    if device.crate is not None:
        raise IllegalMove(
            _("{tag} is in crate {crate}; nothing was changed.").format(tag=device.tag, crate=device.crate),
            hint=_("Take it out first: `kit crate unpack {tag}`.").format(tag=device.tag),
        )
    if device.state not in PACKABLE:
        raise IllegalMove(
            _("{tag} is {state}: it cannot be put into a crate.").format(tag=device.tag, state=device.state),
            hint=_("A crate takes what is {states}.").format(states=", ".join(sorted(PACKABLE))),
        )
    if device.place and not crate.place:
        carry(session, by, crate, device.place)
    line = {"crate": crate.tag, "place": {"from": device.place, "to": crate.place}}
    journal.append(session, by, "device.packed", devices.subject(device.tag), line)
    journal.append(session, by, "crate.packed", subject(crate.tag), {"device": device.tag})
    device.crate, device.place = crate.tag, crate.place
    session.add(device)
    session.flush()
    return device


def take_out(session: Session, by: Stamp, tag: str, *, place: str = "") -> Device:
    """Take a device out of its crate, to `place`, or to where the crate stands.

    Raises:
        Unknown: there is no such device.
        IllegalMove: it is in no crate.
    """
    device = devices.get(session, tag)
    if device.crate is None:
        raise IllegalMove(_("{tag} is in no crate.").format(tag=device.tag))
    to = named(place, empty=True) or device.place
    line = {"crate": device.crate, "place": {"from": device.place, "to": to}}
    journal.append(session, by, "device.unpacked", devices.subject(device.tag), line)
    journal.append(session, by, "crate.unpacked", subject(device.crate), {"device": device.tag})
    device.crate, device.place = None, to
    session.add(device)
    session.flush()
    return device


def carry(session: Session, by: Stamp, crate: Crate, place: str) -> None:
    """The crate and the devices in it stand somewhere else now; there already, nothing changes.

    Raises:
        BadValue: the place has no name.
        IllegalMove: the crate is dissolved.
    """
    _must_be_whole(crate)
    to = named(place)
    if crate.place == to:
        return
    for device in _devices(session, crate):
        moved = {"place": {"from": device.place, "to": to}}
        journal.append(session, by, "device.changed", devices.subject(device.tag), moved)
        device.place = to
        session.add(device)
    journal.append(session, by, "crate.carried", subject(crate.tag), {"from": crate.place, "to": to})
    crate.place = to
    session.add(crate)


def dissolve(session: Session, by: Stamp, crate: Crate, reason: str) -> None:
    """The crate is none any more; its tag is never used again.

    Raises:
        IllegalMove: it is dissolved already, or something is in it (which is named).
    """
    _must_be_whole(crate)
    inside = contents(session, crate)
    if held := ", ".join(filter(None, (*(d.tag for d in inside.devices), _things(inside.supplies)))):
        raise IllegalMove(
            _("Crate {tag} is not empty: {things}. It stays as it is.").format(tag=crate.tag, things=held),
            hint=_("Take these out first: `kit crate unpack`, `kit stock move`."),
        )
    journal.append(session, by, "crate.dissolved", subject(crate.tag), {"reason": named(reason)})
    crate.dissolved_at = by.at
    session.add(crate)
    session.flush()


def contents(session: Session, crate: Crate) -> Contents:
    """What is in it, compared with its pattern."""
    inside = _devices(session, crate)
    held = supplies.stock(session, place=crate.tag)
    there = Counter(device.kind.value for device in inside)
    # The pattern may have been written before the first of an item came.
    there.update({supplies.spelled(stock.item, crate.pattern): stock.count for stock in held})
    wanted = Counter(crate.pattern)
    return Contents(crate, tuple(inside), tuple(held), dict(wanted - there), dict(there - wanted))


def listing(session: Session) -> Sequence[Crate]:
    """The crates that are not dissolved, by tag."""
    return session.exec(select(Crate).where(col(Crate.dissolved_at).is_(None)).order_by(col(Crate.tag))).all()


def _devices(session: Session, crate: Crate) -> Sequence[Device]:
    return session.exec(select(Device).where(Device.crate == crate.tag).order_by(col(Device.tag))).all()


def _things(held: Sequence[Stock]) -> str:
    return ", ".join(f"{stock.count} × {stock.item}" for stock in held)


def _tag(text: str) -> str:
    try:
        return cells.tag(text.strip())
    except ValueError as exc:
        raise BadValue(_("Tag of the crate: {reason}.").format(reason=exc)) from exc


def _part(session: Session, name: str) -> str:
    """A kind of device where people call one so, else an item as it is spelled in the book."""
    try:
        return kind_named(name).value
    except ValueError:
        return supplies.item_named(session, name)


def _must_be_whole(crate: Crate) -> None:
    if crate.dissolved_at is not None:
        raise IllegalMove(_("Crate {tag} is dissolved: nothing goes into it.").format(tag=crate.tag))
