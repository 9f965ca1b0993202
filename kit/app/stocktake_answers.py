"""What the laptops of a stocktake say of themselves over SSH; apart, for it loads what speaks SSH."""

from collections.abc import Sequence
from gettext import gettext as _

from inventory import devices
from inventory.devices import Device, DeviceKind
from inventory.errors import Unknown
from inventory.stocktakes import records, scans, sessions
from inventory.stocktakes.comparison import GONE, Sighting
from inventory.times import utc_now
from kit.app import laptops, probing
from kit.app.compose import App
from kit.workstations.condition import Condition
from kit.workstations.probe import Finding, KeyChanged, KeyMatches, NoAnswer, NotLetIn


def expected_laptops(app: App, reference: str) -> list[Device]:
    """The expected laptops that can be asked.

    Raises:
        Unknown: no such session, or it expects none.
        IllegalMove: it is closed.
    """
    with app.database.read() as session:
        stocktake = records.get_open(session, reference)
        tags = sessions.expected(session, stocktake.reference).keys()
        listed = devices.listing(session, kind=DeviceKind.LAPTOP)
    found = [
        device for device in listed if device.tag in tags and device.address and device.state not in GONE
    ]
    if not found:
        raise Unknown(
            _("{reference} expects no laptop that can be asked.").format(reference=stocktake.reference),
            hint=_("Scan what is there: `kit stocktake scan {reference}`.").format(
                reference=stocktake.reference
            ),
        )
    return found


def keep_answers(app: App, reference: str, asked: Sequence[Device], findings: Sequence[Finding]) -> int:
    """Keep what laptops said of themselves, as findings and as sightings; says how many are seen by that.

    One that answers with another key is doubted as `kit pool probe` does, and not seen.
    """
    probing.keep(app, asked, findings)
    at = utc_now()
    answers = [
        Sighting(
            at=at,
            station=app.settings.station,
            sequence=number,
            code=finding.spot.tag,
            serial=_serial(finding),
            host_key=finding.seen.fingerprint if isinstance(finding.seen, KeyChanged) else "",
        )
        for number, finding in enumerate(findings, start=1)
        if not isinstance(finding.seen, NoAnswer)
    ]
    with app.database.write() as session:
        stocktake = records.get_open(session, reference)
        scans.merge(session, app.stamp(), stocktake, answers, source="probe")
    return sum(isinstance(finding.seen, Condition | KeyMatches | NotLetIn) for finding in findings)


def _serial(finding: Finding) -> str:
    said = finding.seen.serial if isinstance(finding.seen, Condition) else None
    return laptops.firmware_text(said or "") or ""
