"""Prints labels for devices of the pool."""

from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from inventory import devices, search
from inventory.crate_records import Crate
from inventory.devices import Device, DeviceState
from inventory.search_terms import Query
from inventory.text import fold
from kit.app.compose import App
from kit.documents import store
from kit.documents.labels import Label, LabelFacts, render


def issue(
    app: App,
    tags: Sequence[str],
    *,
    searched: Query = (),
    place: str,
    sheet: str,
    offset: int,
    out: Path,
) -> int:
    """Write the labels of these devices and crates, or of all devices that are not retired, as PDF.

    Says how many. `searched` keeps the devices that a search finds, `place` what is at that place; `offset`
    labels of the first sheet are used already.

    Raises:
        Unknown: no device or crate has one of these tags.
        BadInput: no such sheet, nothing to print, or the first sheet has no place left.
        MissingRequirement: the file could not be written.
    """
    with app.database.read() as session:
        if tags:
            chosen: Sequence[Device | Crate] = [_tagged(session, tag) for tag in tags]
        else:
            chosen = [d for d in devices.listing(session) if d.state is not DeviceState.RETIRED]
        chosen = search.among(session, searched, chosen)
    facts = LabelFacts(
        owner=app.settings.team.name,
        issued_at=app.stamp().at.astimezone(app.zone),
        sheet=sheet,
        used=offset,
        labels=tuple(
            Label(one.tag, one.label if isinstance(one, Crate) else one.model)
            for one in chosen
            if not place or fold(one.place) == fold(place)
        ),
    )
    store.save(render(facts), out)
    return len(facts.labels)


def _tagged(session: Session, tag: str) -> Device | Crate:
    """The crate or device with that asset tag: one tag is never both."""
    return session.get(Crate, tag.strip().upper()) or devices.get(session, tag)
