"""Takes a laptop into the pool: its host key confirmed by a person, what it is written down by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from sqlmodel import Session, or_, select

from inventory import devices, examinations
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Unknown
from inventory.examinations import Examination
from inventory.importing import cells, pool
from inventory.importing.changes import Book, Entry, Outcome, RowDiff, compare, same
from kit.app import laptops
from kit.app.compose import App
from kit.errors import BadInput, HostKeyChanged, WorkstationFailed, WorkstationUnreachable
from kit.workstations import probe
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import ChecksFailed, HostKeyMismatch, Passed
from kit.workstations.probe import NoAnswer
from kit.workstations.runner import play
from kit.workstations.targets import Target

PLAYBOOK = "enroll.yml"
#: No two laptops share one of these, nor a serial, whatever its case.
_UNIQUE = ("tag", "address", "host_key")

Facts = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What an operator says of a laptop, as typed; empty where nothing was said."""

    tag: str
    address: str = ""
    host_key: str = ""
    serial: str = ""


@dataclass(frozen=True)
class Enrolled:
    """What came of it: whether the laptop is new in the pool, what was filled in, and its own report."""

    tag: str
    new: bool
    filled: Mapping[str, str]
    report: Facts


def enrol(
    app: App, wanted: Wanted, *, confirm: Callable[[str], bool], tell: Callable[[TaskEvent], None]
) -> Enrolled:
    """Examine a laptop and fill in what the pool lacks of it; a second time changes nothing in the pool.

    Args:
        app: the program.
        wanted: which laptop, and what is known of it.
        confirm: shows a key ("type base64") and says whether the laptop's own screen shows the same.
        tell: is told each task.

    Raises:
        Unknown: no such device, and no address to find a new one at.
        BadInput: something typed cannot be used, the device is no laptop, or its key was not confirmed;
            nothing was changed.
        IllegalMove: laptop or operator contradict the pool; nothing was changed.
        HostKeyChanged: another key answered; a laptop of the pool is set apart where it can be.
        WorkstationFailed: it could not be examined; nothing was changed.
    """
    said = _tidy(wanted)
    known = _known(app, said)
    address: str = said.get("address") or (known and known.address) or ""
    key = said.get("host_key") or (known.host_key if known else None) or _confirmed(address, confirm)
    facts = {**said, "kind": DeviceKind.LAPTOP, "address": address, "host_key": key}
    with app.database.read() as session:
        _compared(session, facts)
    report = _examined(app, facts, known, tell)
    facts |= told_by(report["machine"], facts, known)
    with app.database.write() as session:
        by = app.stamp()
        row = _compared(session, facts)
        pool.record(session, by, [row])
        examinations.keep(session, by, row.tag, Examination.ENROLMENT, report)
    new = row.outcome is Outcome.ADDED
    filled = row.facts if new else {change.name: change.new for change in row.changes}
    return Enrolled(row.tag, new, {name: str(value) for name, value in filled.items()}, report)


def _tidy(wanted: Wanted) -> Facts:
    """What was typed, as the pool keeps it; without what was not said."""
    try:
        found = {
            "tag": cells.tag(wanted.tag),
            "address": cells.address(wanted.address),
            "host_key": cells.host_key(wanted.host_key),
            "serial": cells.serial(wanted.serial),
        }
    except ValueError as exc:
        raise BadInput(_("{reason}; nothing was changed.").format(reason=exc)) from exc
    return {name: value for name, value in found.items() if value is not None}


def _known(app: App, said: Facts) -> Device | None:
    """The device with that tag; None for a new one, which must have an address."""
    with app.database.read() as session:
        known = session.get(Device, said["tag"])
    if known is None and "address" not in said:
        raise Unknown(
            _("No device has the tag {tag}.").format(tag=said["tag"]),
            hint=_("Check the tag; for a new laptop, say where it answers with --address."),
        )
    if known is not None and known.kind is not DeviceKind.LAPTOP:
        raise BadInput(_("{tags}: no laptop; nothing was done.").format(tags=known.tag))
    if known is not None and known.state is DeviceState.RETIRED:
        raise IllegalMove(
            _("{tag} is retired: a tag is never used again; nothing was changed.").format(tag=known.tag)
        )
    return known


def _confirmed(address: str, confirm: Callable[[str], bool]) -> str:
    """The key that answers there, once a person has compared it with the laptop's screen."""
    key = probe.host_key_of(address)
    if isinstance(key, NoAnswer):
        raise WorkstationUnreachable(
            _("Nothing answers SSH at {address} ({why}); nothing was changed.").format(
                address=address, why=key.why
            ),
            hint=_("Check that the laptop is switched on and on the preparation network, then run again."),
        )
    if not confirm(key):
        raise BadInput(
            _("The host key was not confirmed: {address} is not trusted, nothing was changed.").format(
                address=address
            ),
            hint=_(
                "If the laptop's screen shows another fingerprint, something else answers at this address."
            ),
        )
    return key


def _compared(session: Session, facts: Facts) -> RowDiff:
    """What these facts change in the pool.

    Raises:
        IllegalMove: they contradict it.
    """
    names = {"tag": _("tag"), "kind": _("kind"), "serial": _("serial"), "address": _("address")}
    labels = {**names, "host_key": _("host key"), "model": _("model")}
    owners = [getattr(Device, name) == facts[name] for name in _UNIQUE if facts.get(name)]
    if serial := facts.get("serial"):
        owners.append(devices.has_serial([serial]))
    book = Book([device.model_dump() for device in session.exec(select(Device).where(or_(*owners)))])
    (row,), faults = compare(book, [Entry(1, facts)], labels, update_identity=False)
    if faults:
        raise IllegalMove(
            _("{reasons}; nothing was changed.").format(
                reasons="; ".join(reason for _line, reason in faults)
            ),
            hint=_(
                "See whether this is the laptop that its label says. If the pool is wrong, correct it with "
                "`kit pool import --update-identity`."
            ),
        )
    return row


def _examined(app: App, facts: Facts, known: Device | None, tell: Callable[[TaskEvent], None]) -> Facts:
    """The laptop's own report."""
    tag, address = facts["tag"], facts["address"]
    outcome = play(
        Target(tag, address, facts["host_key"], variables=app.settings.workstations.variables),
        settings=laptops.runner(app, PLAYBOOK),
        sink=tell,
        cancelled=lambda: False,
    )
    if isinstance(outcome, Passed | ChecksFailed):
        return outcome.report
    if isinstance(outcome, HostKeyMismatch):
        raise _other_key(app, address, known, outcome)
    kind, said, hint = laptops.unfinished(outcome)
    failed = WorkstationUnreachable if kind == WorkstationUnreachable.kind else WorkstationFailed
    raise failed(_("{tag}: {said}; nothing was changed.").format(tag=tag, said=said), hint=hint)


def _other_key(app: App, address: str, known: Device | None, found: HostKeyMismatch) -> HostKeyChanged:
    """What to raise; a laptop of the pool is doubted."""
    # At an address that is not the pool's, it may be another laptop that answers.
    if known is not None and known.address == address:
        with app.database.write() as session:
            result = laptops.doubt_key(session, app.stamp(), known.tag, found.got)
        return HostKeyChanged(result.said, hint=result.hint)
    return HostKeyChanged(
        _("{address} answers with host key {got}, not with {expected}; nothing was changed.").format(
            address=address, got=found.got, expected=found.expected
        ),
        hint=_("See whether this is the laptop's address."),
    )


def told_by(machine: Mapping[str, Any], facts: Facts, known: Device | None) -> Facts:
    """What the laptop tells of itself, for where the pool has nothing. Pure.

    Raises:
        IllegalMove: it has another serial than was typed.
    """
    serial = laptops.firmware_text(machine["product_serial"])
    if serial and not same("serial", facts.get("serial", serial), serial):
        raise IllegalMove(
            _("The laptop has the serial {found}, not {typed}; nothing was changed.").format(
                found=serial, typed=facts["serial"]
            ),
            hint=_("See whether this is the laptop that its label says."),
        )
    names = (laptops.firmware_text(machine[name]) for name in ("sys_vendor", "product_name"))
    model = " ".join(name for name in names if name)
    told = {"serial": serial, "model": "" if known is not None and known.model else model}
    return {name: value for name, value in told.items() if value}
