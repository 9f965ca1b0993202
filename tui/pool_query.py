"""Owns the windows over the pool, and the file of one device, as the screens show them."""

from sqlmodel import Session

from inventory import devices, examinations, journal, search
from inventory.devices import Device
from inventory.errors import Unknown
from inventory.examinations import Finding
from inventory.search import Holder
from inventory.search_terms import parse
from tui import journal_query
from tui.picture import DeviceFile, DeviceQuery, DeviceView, FindingView, PoolPage, PoolQuery

#: Journal lines in a device's file.
_HISTORY = 200
_MORE = ("address", "host_key", "imei2", "expires_on", "crate", "note")


def page(session: Session, query: PoolQuery, total: int | None = None) -> PoolPage:
    """What the window shows; `total` is what an earlier page of the same search has counted.

    Raises:
        Unknown, BadValue: the text is no search.
    """
    found = search.find(session, parse(query.text), first=query.first, limit=query.count, total=total)
    holders = search.holders(session, [device.tag for device in found.devices])
    views = tuple(_view(device, holders.get(device.tag)) for device in found.devices)
    return PoolPage(query, found.total, views)


def file(session: Session, query: DeviceQuery) -> DeviceFile:
    """Everything about one device: its facts, what was found on it (the newest first), its history."""
    try:
        device = devices.get(session, query.tag)
    except Unknown:
        return DeviceFile(query)
    holders = search.holders(session, [device.tag])
    lines = journal.tail(session, subject=devices.subject(device.tag), limit=_HISTORY)
    return DeviceFile(
        query,
        _view(device, holders.get(device.tag)),
        {name: str(value) for name in _MORE if (value := getattr(device, name))},
        tuple(_finding(found) for found in reversed(examinations.of(session, device.tag))),
        tuple(journal_query.view(line) for line in lines),
    )


def _finding(found: Finding) -> FindingView:
    checks = found.data.get("checks", ())
    failed = tuple(check["name"] for check in checks if not check["passed"])
    return FindingView(found.examination, found.at, found.passed, failed)


def _view(device: Device, holder: Holder | None) -> DeviceView:
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
        holder=(holder.crisis, holder.seat) if holder else None,
    )
