"""Owns the windows over the pool: which devices match what was typed, counted and cut by the data base."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from inventory.devices import Device, DeviceKind, DeviceState
from inventory.loans import Loan
from inventory.text import fold
from tui.picture import DeviceView, PoolQuery
from tui.words import kind_word, state_word

_SEARCHED = (
    Device.tag,
    Device.model,
    Device.serial,
    Device.imei,
    Device.iccid,
    Device.number,
    Device.address,
    Device.place,
)


def count(session: Session, text: str) -> int:
    """How many devices match every word of `text`."""
    return session.exec(select(func.count()).select_from(Device).where(*_conditions(text))).one()


def window(session: Session, query: PoolQuery) -> tuple[DeviceView, ...]:
    """The devices that the window shows, by tag."""
    found = session.exec(
        select(Device)
        .where(*_conditions(query.text))
        .order_by(col(Device.tag))
        .offset(query.first)
        .limit(query.count)
    ).all()
    # Holders are looked up for the few that show: a join would be made for every row that is skipped too.
    held = select(Loan).where(
        col(Loan.ended_at).is_(None), col(Loan.device_tag).in_([device.tag for device in found])
    )
    holders = {loan.device_tag: (loan.crisis, loan.seat_number) for loan in session.exec(held).all()}
    return tuple(_view(device, holders.get(device.tag)) for device in found)


def _conditions(text: str) -> Iterator[ColumnElement[bool]]:
    for word in text.split():
        matches: list[ColumnElement[bool]] = [
            col(column).icontains(word, autoescape=True) for column in _SEARCHED
        ]
        holding = select(Loan.device_tag).where(
            col(Loan.ended_at).is_(None), col(Loan.crisis).icontains(word, autoescape=True)
        )
        matches.append(col(Device.tag).in_(holding))
        matches.append(col(Device.state).in_([s for s in DeviceState if _says(state_word(s).text, word)]))
        matches.append(col(Device.kind).in_([k for k in DeviceKind if _says(kind_word(k), word)]))
        yield or_(*matches)


def _says(name: str, word: str) -> bool:
    """Whether a state's or kind's name, as people read it, holds the word."""
    wanted = fold(word)
    return bool(wanted) and wanted in fold(name)


def _view(device: Device, holder: tuple[str, int] | None) -> DeviceView:
    return DeviceView(
        tag=device.tag,
        kind=device.kind,
        state=device.state,
        state_since=device.state_since,
        model=device.model,
        serial=device.serial or "",
        imei=device.imei or "",
        iccid=device.iccid or "",
        number=device.number or "",
        place=device.place,
        holder=holder,
    )
