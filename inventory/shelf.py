"""Owns what is known of the devices on the shelf: readiness, and a person's look."""

import json
from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _
from itertools import groupby
from typing import Any

import sqlalchemy
from sqlalchemy import and_, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from inventory import devices, examinations
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination, Finding
from inventory.journal import Stamp
from inventory.readiness import Limits, Look, Readiness, Shelved, judge
from inventory.search import tags_found
from inventory.search_terms import Query
from inventory.text import named

#: Longer numbers are none that a device counts.
_DIGITS = 9


def readiness(
    session: Session,
    now: datetime,
    limits: Limits,
    *,
    kind: DeviceKind | None = None,
    place: str | None = None,
    searched: Query = (),
) -> list[Readiness]:
    """The readiness of every device in stock that a search finds, by tag; of one kind, at one place.

    The place may be spelled as people do, without case, accents or hyphens.
    """
    query = _query()
    if kind is not None:
        query = query.where(col(Device.kind) == kind)
    if place is not None:
        query = query.where(col(Device.place).in_(devices.places_called(session, place)))
    if searched:
        query = query.where(col(Device.tag).in_(tags_found(searched)))
    rows = session.execute(query.order_by(col(Device.tag))).all()
    return [
        judge(Shelved(*device), [look for row in found if (look := _look(row[5:]))], now, limits)
        for device, found in groupby(rows, key=lambda row: row[:5])
    ]


def look(
    session: Session, by: Stamp, tag: str, *, charge: int | None = None, failed: Sequence[str] = ()
) -> Finding:
    """Keep that a person looked at a device; `charge` in per cent, `failed` what was not right.

    Raises:
        Unknown: there is no such device.
        BadValue: something of `failed` is empty.
        IllegalMove: it is a laptop, which tells more of itself than a person can see.
    """
    device = devices.get(session, tag)
    if device.kind in devices.PROVISIONED_KINDS:
        raise IllegalMove(
            _("{tag} is a laptop: it is asked itself; nothing was changed.").format(tag=device.tag),
            hint=_("Run `kit pool probe {tag}`.").format(tag=device.tag),
        )
    wrong = [named(each) for each in failed]
    data: dict[str, Any] = {"by": by.actor, "failed": wrong}
    if charge is not None:
        data["battery"] = charge
    return examinations.keep(session, by, device.tag, Examination.PROBE, data, failed=wrong)


def _query() -> Any:
    """A row for each device in stock and the last finding of each sort, of which only what counts is read."""
    newer = aliased(Finding)
    last = (
        select(func.max(newer.at))
        .where(col(newer.device_tag) == Device.tag, col(newer.examination) == Finding.examination)
        .correlate(Device, Finding)
        .scalar_subquery()
    )
    told = col(Finding.data)
    return (
        sqlalchemy.select(
            *(col(part) for part in (Device.tag, Device.kind, Device.model, Device.place, Device.expires_on)),
            *(col(part) for part in (Finding.examination, Finding.at, Finding.passed)),
            told["battery"].as_string(),
            told["batteries"].as_string(),
            told["security_updates"].as_string(),
            told["updates", "security"].as_string(),
            told["failed"].as_string(),
        )
        .outerjoin(Finding, and_(col(Finding.device_tag) == Device.tag, col(Finding.at) == last))
        .where(col(Device.state) == DeviceState.IN_STOCK)
    )


def _look(row: Sequence[Any]) -> Look | None:
    """What a device says of itself is not trusted: anything but the expected shape counts as not told."""
    examination, at, passed, charge, batteries, waiting, packages, failed = row
    if examination is None:
        return None
    names = _listed(packages)
    updates = _whole(waiting) if names is None else len(names)
    return Look(
        Examination(examination),
        at,
        passed,
        _whole(charge),
        _health(_listed(batteries)),
        updates,
        tuple(name for name in _listed(failed) or () if isinstance(name, str) and name.isprintable()),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and len(text) <= _DIGITS and text.isdecimal() else None


def _listed(text: str | None) -> list[Any] | None:
    if text is None or not text.startswith("["):
        return None
    try:
        found: list[Any] = json.loads(text)
    except (ValueError, RecursionError):
        # A text that only looks like a list.
        return None
    return found


def _health(batteries: list[Any] | None) -> int | None:
    """Per cent of the worst battery's capacity as new; capacities in mWh, as `importing.glpi` reads them."""
    capacities = [
        (each.get("full_mwh"), each.get("design_mwh")) for each in batteries or () if isinstance(each, dict)
    ]
    healths = [
        100 * full // design
        for full, design in capacities
        if isinstance(full, int) and isinstance(design, int) and design > 0
    ]
    return min(healths, default=None)
