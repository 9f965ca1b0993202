"""Prepares one seat's laptop: host key checked, provisioned over SSH, clean-state report kept.

A laptop that answers with another host key, or whose report finds it not clean, goes to quarantine and
leaves the crisis; `kit crisis plan` then takes another from the pool. Any other failure leaves it where it
is, to be tried again.

Its secrets are new at each try, for the station could not read earlier ones. They are sealed before they are
sent, beside those of its last preparation, and take their place with the report that proves it
(docs/decisions/0005).
"""

from gettext import gettext as _
from typing import Any, assert_never

from sqlmodel import Session

from inventory import devices, evidence, examinations, loans, secrets
from inventory.activity import Status
from inventory.devices import DeviceState
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit.errors import HostKeyChanged, WorkstationFailed, WorkstationUnreachable
from kit.plan.model import Plan, SeatPlan
from kit.plan.stages import Stage
from kit.plan.variables import seat_variables
from kit.workflows import engine, planning, seats
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.patience import until_answered
from kit.workflows.station import Cell, Station, attempt, current
from kit.workstations import passwords, probe, runner
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import (
    Cancelled,
    ChecksFailed,
    HostKeyMismatch,
    Passed,
    TaskFailed,
    TimedOut,
    Unreachable,
)
from kit.workstations.probe import KeyChanged, KeyMatches, NoAnswer
from kit.workstations.targets import Secret, Target

#: Names under which a laptop's secrets are sealed (`inventory/secrets.py`).
SEAT_PASSWORD = "seat-password"  # noqa: S105  a name, not a secret
ADMIN_PASSWORD = "admin-password"  # noqa: S105  likewise
DISK_RECOVERY_KEY = "disk-recovery-key"


@engine.workflow
def equip_laptop(reference: str, number: int, patience: float) -> Outcome:
    """One laptop, tried again while it does not answer; the others do not wait for it."""
    return until_answered(reference, Stage.LAPTOP, lambda: prepare(reference, number), patience, seat=number)


@engine.step
def prepare(reference: str, number: int) -> Outcome:
    """Make the seat's laptop what the plan says, and prove it."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
        proof = evidence.find(session, reference, Stage.LAPTOP, seat=number)
    seat = plan.seat(number)
    cell = Cell(reference, Stage.LAPTOP, (number,))

    def act() -> Outcome:
        if proof is not None and proof.data["tag"] == seat.laptop.tag:
            return Skipped(_("already prepared"))
        _refuse_quarantined(plan, seat)
        _check_key(plan, seat)
        _begin(seat)
        _accept(plan, seat, _provision(plan, seat, cell))
        return Done()

    return attempt(cell, act)


def _check_key(plan: Plan, seat: SeatPlan) -> None:
    """Refuse a laptop that is not the one enrolled, before a byte of ours reaches it."""
    laptop = seat.laptop
    match probe.check_host_key(laptop.address, laptop.host_key):
        case KeyMatches():
            return
        case KeyChanged(fingerprint):
            raise _key_changed(plan, seat, fingerprint)
        case NoAnswer(why):
            raise _unreachable(seat, why)


def _provision(plan: Plan, seat: SeatPlan, cell: Cell) -> dict[str, Any]:
    station = current()

    def tell(event: TaskEvent) -> None:
        cell.tell(Status.RUNNING, event.task, data={"task": event.task})

    target = Target(
        tag=seat.laptop.tag,
        address=seat.laptop.address,
        host_key=seat.laptop.host_key,
        host_name=seat.laptop.host_name,
        variables=variables(station, plan, seat) | _secret_variables(station, seat.laptop.tag),
    )
    outcome = runner.play(target, settings=station.runner, sink=tell, cancelled=station.cancelled.is_set)
    if isinstance(outcome, Cancelled):
        engine.abandon()
    match outcome:
        case Passed(report):
            return report
        case ChecksFailed(report, failed):
            raise _unclean(plan, seat, report, failed)
        case HostKeyMismatch(_expected, got):
            raise _key_changed(plan, seat, got)
        case Unreachable(detail):
            raise _unreachable(seat, detail)
        case TaskFailed(task, message):
            raise _failed(seat, _("task “{task}” failed: {message}").format(task=task, message=message))
        case TimedOut(seconds):
            raise _failed(seat, _("not ready after {seconds:.0f} s").format(seconds=seconds))
        case _:
            assert_never(outcome)


def variables(station: Station, plan: Plan, seat: SeatPlan) -> dict[str, Any]:
    """What the roles are told of one seat, but for its secrets (`playbooks/README.md`)."""
    owner = {"owner_name": station.lender.name, "owner_phone": station.lender.phone}
    return station.variables | owner | seat_variables(plan.crisis, seat)


def _secret_variables(station: Station, tag: str) -> dict[str, Secret]:
    """New secrets for a laptop, sealed before anything is sent, as the roles are told them.

    Raises:
        NoRecipient: nobody could read them; nothing was sealed.
        BadInput: the file of the key that opens disks now cannot be used; nothing was sealed.
    """
    unlock_key = station.disk_unlock_key()
    made = {
        SEAT_PASSWORD: passwords.make(),
        ADMIN_PASSWORD: passwords.make(),
        DISK_RECOVERY_KEY: passwords.make(passwords.KEY_GROUPS),
    }
    with station.database.write() as session:
        by, recipients = station.stamp(), station.recipients
        for name, secret in made.items():
            secrets.seal(session, by, tag, secrets.pending(name), secret.reveal(), recipients=recipients)
    told = {
        "seat_password_hash": passwords.hashed(made[SEAT_PASSWORD]),
        "admin_password_hash": passwords.hashed(made[ADMIN_PASSWORD]),
        "disk_recovery_key": made[DISK_RECOVERY_KEY],
    }
    return told if unlock_key is None else told | {"disk_unlock_key": unlock_key}


def _begin(seat: SeatPlan) -> None:
    """The laptop is being prepared from now on; after a crash it already is."""
    with current().database.write() as session:
        device = devices.get(session, seat.laptop.tag)
        if device.state is not DeviceState.PROVISIONING:
            devices.move(
                session, current().stamp(), device, DeviceState.PROVISIONING, reason="provisioning starts"
            )


def _accept(plan: Plan, seat: SeatPlan, report: dict[str, Any]) -> None:
    """The laptop is ready and its report is evidence: both at once, or neither after a crash."""
    by = current().stamp()
    proof = {"tag": seat.laptop.tag, "report": report}
    with current().database.write() as session:
        device = devices.get(session, seat.laptop.tag)
        devices.move(session, by, device, DeviceState.READY, reason="provisioned")
        examinations.keep(session, by, device.tag, Examination.CLEAN_STATE, report)
        _confirm_secrets(session, by, device.tag, report)
        seats.prove(session, by, plan, Stage.LAPTOP, [(seat.number, proof)])


def _confirm_secrets(session: Session, by: Stamp, tag: str, report: dict[str, Any]) -> None:
    """The laptop has the secrets that were sealed for it; a disk that is not encrypted took no key."""
    for name in (SEAT_PASSWORD, ADMIN_PASSWORD):
        secrets.confirm(session, by, tag, name)
    # A site may name volumes of its own, of which the report does not tell.
    if report["encryption"]["volumes"] or current().variables.get("encryption_volumes"):
        secrets.confirm(session, by, tag, DISK_RECOVERY_KEY)
    else:
        secrets.forget(session, by, tag, secrets.pending(DISK_RECOVERY_KEY))
        secrets.forget(session, by, tag, DISK_RECOVERY_KEY)


def _refuse_quarantined(plan: Plan, seat: SeatPlan) -> None:
    """A laptop that was set apart stays so, whoever asks again."""
    with current().database.read() as session:
        device = devices.get(session, seat.laptop.tag)
    if device.state is DeviceState.QUARANTINED:
        raise WorkstationFailed(
            _("Laptop {tag} is in quarantine; nothing was sent to it.").format(tag=device.tag),
            hint=_replace_hint(plan, seat),
        )


def _key_changed(plan: Plan, seat: SeatPlan, fingerprint: str) -> HostKeyChanged:
    """Set the laptop apart; returns what to raise."""
    reason, found = f"host key changed: {fingerprint}", {"host_key": fingerprint}
    with current().database.write() as session:
        loans.set_apart(session, current().stamp(), seat.laptop.tag, reason, data=found)
    return HostKeyChanged(
        _(
            "Laptop {tag} at {address} answered with another host key ({fingerprint}); "
            "nothing was sent to it, it is in quarantine."
        ).format(tag=seat.laptop.tag, address=seat.laptop.address, fingerprint=fingerprint),
        hint=_replace_hint(plan, seat),
    )


def _unclean(
    plan: Plan, seat: SeatPlan, report: dict[str, Any], failed: tuple[str, ...]
) -> WorkstationFailed:
    """Set the laptop apart, its report a finding; returns what to raise."""
    by, tag, checks = current().stamp(), seat.laptop.tag, ", ".join(failed)
    with current().database.write() as session:
        examinations.keep(session, by, tag, Examination.CLEAN_STATE, report, failed=failed)
        reason = f"clean-state report: {checks}"
        loans.set_apart(session, by, tag, reason, data={"failed": list(failed)})
    return WorkstationFailed(
        _("Laptop {tag} is not clean ({checks}); it is in quarantine.").format(
            tag=seat.laptop.tag, checks=checks
        ),
        hint=_replace_hint(plan, seat),
    )


def _unreachable(seat: SeatPlan, why: str) -> WorkstationUnreachable:
    return WorkstationUnreachable(
        _("Laptop {tag} at {address} cannot be reached: {why}.").format(
            tag=seat.laptop.tag, address=seat.laptop.address, why=why
        ),
        hint=_("Check that it is switched on and on the preparation network, then run again."),
    )


def _failed(seat: SeatPlan, what: str) -> WorkstationFailed:
    return WorkstationFailed(
        _("Laptop {tag}: {what}; it stays in provisioning.").format(tag=seat.laptop.tag, what=what),
        hint=_("Run again: what is done stays done. If it fails the same way, quarantine it and plan again."),
    )


def _replace_hint(plan: Plan, seat: SeatPlan) -> str:
    return _(
        "Take another from the pool: `kit crisis replace {reference} {seat} --reason …`, then run again."
    ).format(reference=plan.crisis.reference, seat=seat.number)
