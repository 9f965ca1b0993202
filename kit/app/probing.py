"""Looks at the pool's laptops over SSH, side by side, and keeps what was seen.

A laptop that a person has is entered only with that person's consent (requirement 18); without, its pinned
key tells that it is there.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from gettext import gettext as _

from sqlmodel import Session

from inventory import devices, examinations, journal, search
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Unknown
from inventory.examinations import Examination
from inventory.importing.changes import same
from inventory.journal import Stamp
from inventory.search_terms import Query
from inventory.text import fold
from kit.app import laptops, noting
from kit.app.compose import App
from kit.app.laptops import Result
from kit.errors import HostKeyChanged, WorkstationFailed, WorkstationUnreachable
from kit.workstations.condition import Condition
from kit.workstations.probe import Finding, KeyChanged, KeyMatches, NoAnswer, NotLetIn, Spot, probe_all

#: Nobody expects these to answer, unless they are asked for by name.
_AWAY = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.RETIRED})


def choose(
    app: App, tags: Sequence[str], *, searched: Query, place: str, state: DeviceState | None
) -> list[Device]:
    """The laptops to look at: these, or all of the pool but those that are not there.

    Args:
        app: the program.
        tags: asset tags; none for the whole pool.
        searched: only those that a search finds.
        place: only those at that place, where it is given.
        state: only those in that state, where it is given.

    Raises:
        Unknown: there is none. BadInput: a tag is no laptop's.
    """
    with app.database.read() as session:
        listed = (
            laptops.named(session, tags)
            if tags
            else devices.listing(session, kind=DeviceKind.LAPTOP, state=state)
        )
        listed = search.among(session, searched, listed)
    if not tags and state is None:
        listed = [device for device in listed if device.state not in _AWAY]
    chosen = [
        device
        for device in listed
        if state in {None, device.state} and (not place or fold(device.place) == fold(place))
    ]
    if not chosen:
        raise Unknown(
            _("No laptop of the pool is meant; nothing was looked at."),
            hint=_("See them all with `kit pool list --kind laptop`."),
        )
    return chosen


def private(app: App, chosen: Sequence[Device]) -> Mapping[str, str]:
    """Which of these must not be entered, for their persons have not agreed: by tag, the crisis."""
    with app.database.read() as session:
        return noting.without_consent(app, session, app.stamp().at, chosen)


def look(app: App, chosen: Sequence[Device], closed: Container[str], *, timeout: float) -> Iterator[Finding]:
    """What each says, as it comes; `closed` are not entered, `timeout` is in seconds for each."""
    spots = [
        Spot(device.tag, device.address or "", device.host_key or "", may_enter=device.tag not in closed)
        for device in chosen
    ]
    user = app.settings.workstations.user
    return probe_all(spots, user=user, private_key=laptops.private_key(app), timeout=timeout)


def other_serial(device: Device, finding: Finding) -> str | None:
    """The serial that a laptop has in place of the recorded one; None where nothing contradicts it."""
    if not isinstance(finding.seen, Condition) or device.serial is None:
        return None
    found = laptops.firmware_text(finding.seen.serial or "")
    return None if found is None or same("serial", found, device.serial) else found


def not_asked(closed: Mapping[str, str], findings: Iterable[Finding]) -> dict[str, str]:
    """Those that are there and were not asked for want of consent: by tag, how it is recorded."""
    there = [finding.spot.tag for finding in findings if isinstance(finding.seen, KeyMatches)]
    return {
        tag: _(
            "Ask its person, then: `kit crisis note {crisis} remote-consent --said-by NAME --device {tag}`"
        ).format(crisis=closed[tag], tag=tag)
        for tag in there
    }


def kind_of(device: Device, finding: Finding) -> str:
    """The kind of error that a finding is, as exit codes know it; empty where all is well."""
    match finding.seen:
        case KeyChanged():
            return HostKeyChanged.kind
        case NoAnswer():
            return WorkstationUnreachable.kind
        case NotLetIn():
            return WorkstationFailed.kind
        case KeyMatches():
            return ""
        case Condition():
            return IllegalMove.kind if other_serial(device, finding) else ""


def keep(app: App, chosen: Sequence[Device], findings: Sequence[Finding]) -> list[Result]:
    """Keep all that was seen in one transaction, doubts with a line in the journal; what to tell of these."""
    recorded = {device.tag: device for device in chosen}
    by = app.stamp()
    with app.database.write() as session:
        doubts = [_kept(session, by, recorded[finding.spot.tag], finding) for finding in findings]
    return [doubt for doubt in doubts if doubt is not None]


def _kept(session: Session, by: Stamp, device: Device, finding: Finding) -> Result | None:
    """Keep one finding; gives a doubt, where it is one."""
    seen = finding.seen
    if isinstance(seen, KeyChanged):
        return laptops.doubt_key(session, by, device.tag, seen.fingerprint)
    if not isinstance(seen, Condition):
        return None
    examinations.keep(session, by, device.tag, Examination.PROBE, asdict(seen))
    serial = other_serial(device, finding)
    if serial is None:
        return None
    reason = {"reason": f"serial {serial} instead of {device.serial}"}
    journal.append(session, by, "device.doubted", devices.subject(device.tag), reason)
    said = _("{tag}: it has the serial {found}, the pool says {recorded}; it is {state}.").format(
        tag=device.tag, found=serial, recorded=device.serial, state=device.state
    )
    hint = _("See whether label, laptop and pool belong together; set it apart with `kit pool quarantine`.")
    return Result(device.tag, device.state, IllegalMove.kind, said, hint)
