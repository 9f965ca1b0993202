"""Keeps the inventory of GLPI's agent as evidence of a device; the pool's own record stays as it is."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from gettext import gettext as _

from sqlmodel import Session, select

from inventory import devices, examinations
from inventory.devices import Device
from inventory.errors import Unknown
from inventory.examinations import Examination
from inventory.importing.changes import same
from inventory.importing.glpi import MachineFacts, read_inventory
from inventory.journal import Stamp


@dataclass(frozen=True)
class Difference:
    """Where device and pool say different things; both as text, `name` as in `Device`."""

    name: str
    recorded: str
    found: str


@dataclass(frozen=True)
class Kept:
    """What became of one inventory: whose it is, whether it was new, where it contradicts the pool."""

    tag: str
    new: bool
    differences: tuple[Difference, ...]


def keep_inventory(session: Session, by: Stamp, content: bytes, *, tag: str = "") -> Kept:
    """Keep one inventory file as a finding; the same one again changes nothing.

    Args:
        session: a write transaction.
        by: who brings it.
        content: the file.
        tag: whose it is; without, the asset tag in the machine's firmware decides, then its serial.

    Raises:
        BadInventory: it is no inventory of GLPI's agent.
        Unknown: the pool has no such device.
    """
    facts = read_inventory(content)
    device = devices.get(session, tag) if tag else _whose(session, facts)
    data = asdict(facts)
    last = examinations.latest(session, device.tag, Examination.AGENT)
    new = last is None or examinations.fingerprint(last.data) != examinations.fingerprint(data)
    differences = tuple(_differences(device, facts))
    if new:
        failed = [difference.name for difference in differences]
        examinations.keep(session, by, device.tag, Examination.AGENT, data, failed=failed)
    return Kept(device.tag, new, differences)


def _whose(session: Session, facts: MachineFacts) -> Device:
    device = session.get(Device, facts.asset_tag) if facts.asset_tag else None
    if device is None and facts.serial:
        device = session.exec(select(Device).where(devices.has_serial([facts.serial]))).first()
    if device is None:
        raise Unknown(
            _("No device of the pool has the tag or serial of this inventory ({found}).").format(
                found=facts.asset_tag or facts.serial
            ),
            hint=_("Say whose it is with its asset tag, or import the device first."),
        )
    return device


def _differences(device: Device, facts: MachineFacts) -> Iterator[Difference]:
    """Only what both know: a gap on one side contradicts nothing."""
    found = {"serial": facts.serial, "host_key": facts.host_key}
    for name, value in found.items():
        recorded = getattr(device, name)
        if value and recorded and not same(name, recorded, value) and not _other_kind(recorded, value):
            yield Difference(name, recorded, value)


def _other_kind(recorded: str, found: str) -> bool:
    """Whether these are host keys of two algorithms: a machine has one of each."""
    first, second = recorded.partition(" "), found.partition(" ")
    return bool(first[1] and second[1]) and first[0] != second[0]
