"""Looks whether prepared and lent laptops still are what they were made; sets apart what waits and is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session

from inventory import devices, examinations, loans
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit.app import laptops, noting
from kit.app.compose import App
from kit.app.laptops import Result, Run
from kit.errors import WorkstationFailed
from kit.plan.variables import seat_variables
from kit.workflows import planning
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import ChecksFailed, Outcome, Passed


@dataclass(frozen=True)
class _Look:
    """A playbook that looks and changes nothing, and as what its report is kept."""

    playbook: str
    examination: Examination


#: How a laptop in each state is looked at; in other states there is nothing that it should be.
_LOOKS = {
    DeviceState.READY: _Look("attest.yml", Examination.CLEAN_STATE),
    DeviceState.ON_LOAN: _Look("recheck.yml", Examination.RECHECK),
}


def recheck(
    app: App,
    tags: Sequence[str],
    *,
    consent_by: str,
    cancelled: Callable[[], bool],
    tell: Callable[[TaskEvent], None],
    show: Callable[[Result], None],
) -> list[Result]:
    """Look at these laptops side by side; each result is shown and kept as soon as it is there.

    `consent_by` is who agreed now that lent ones are looked at; empty where that was noted before.

    Raises:
        Unknown, BadInput: a tag is no laptop's. IllegalMove: one is neither ready nor on loan, no plan says
            what it should be, or its person has not agreed. Nothing was looked at then.
    """
    with app.database.write() as session:
        found = _lookable(session, tags)
        lent = [device for device in found if device.state is DeviceState.ON_LOAN]
        noting.must_be_agreed(app, session, app.stamp(), lent, consent_by=consent_by)
        looks = {device.tag: _LOOKS[device.state] for device in found}
        runs = [_run(app, session, tag, look.playbook) for tag, look in looks.items()]
    results: list[Result] = []

    def done(tag: str, outcome: Outcome) -> None:
        results.append(_judge(app, tag, looks[tag].examination, outcome))
        show(results[-1])

    laptops.side_by_side(
        runs, at_once=app.settings.workstations.forks, cancelled=cancelled, tell=tell, done=done
    )
    return results


def _lookable(session: Session, tags: Sequence[str]) -> list[Device]:
    found = laptops.named(session, tags)
    refused = [device for device in found if device.state not in _LOOKS]
    if refused:
        raise IllegalMove(
            _("{laptops}: only what is ready or on loan can be rechecked; nothing was looked at.").format(
                laptops=", ".join(f"{device.tag} ({device.state})" for device in refused)
            ),
            hint=_("Leave these out; `kit pool probe` looks at any."),
        )
    return found


def _run(app: App, session: Session, tag: str, playbook: str) -> Run:
    """What is played on a laptop, which must be what its seat's plan says."""
    device = devices.get(session, tag)
    for loan in loans.open_loans(session, device=tag):
        plan = planning.kept(session, loan.crisis)
        seat = plan.seat(loan.seat_number)
        if seat.laptop.tag == tag:
            told = app.settings.workstations.variables | seat_variables(plan.crisis, seat)
            target = laptops.target_of(device, host_name=seat.laptop.host_name, variables=told)
            return Run(target, laptops.runner(app, playbook))
    raise IllegalMove(
        _("{tag} is {state}, and no plan says for whom; nothing was looked at.").format(
            tag=tag, state=device.state
        ),
        hint=_("See its history with `kit pool show {tag}`.").format(tag=tag),
    )


def _judge(app: App, tag: str, examination: Examination, outcome: Outcome) -> Result:
    """Keep what came of one laptop; what to tell of it."""
    if not isinstance(outcome, Passed | ChecksFailed):
        return laptops.without_report(app, tag, outcome)
    failed = outcome.failed if isinstance(outcome, ChecksFailed) else ()
    with app.database.write() as session:
        by = app.stamp()
        examinations.keep(session, by, tag, examination, outcome.report, failed=failed)
        device = mark(session, by, tag, failed)
    return _told(device, failed)


def mark(session: Session, by: Stamp, tag: str, failed: Sequence[str]) -> Device:
    """Set a laptop apart that waits for its person and is not clean; one in a person's hands stays there."""
    device = devices.get(session, tag)
    if failed and device.state is DeviceState.READY:
        reason = f"clean-state report: {', '.join(failed)}"
        loans.set_apart(session, by, tag, reason, data={"failed": list(failed)})
    return device


def _told(device: Device, failed: tuple[str, ...]) -> Result:
    if not failed:
        said = _("{tag} is what it should be.").format(tag=device.tag)
        return Result(device.tag, device.state, "", said)
    names = {"tag": device.tag, "checks": ", ".join(failed)}
    if device.state is DeviceState.QUARANTINED:
        said = _("{tag} is not clean ({checks}); it is in quarantine.").format(**names)
        hint = _(
            "Release it: `kit laptop release {tag}`. Its seat needs another: `kit crisis plan` and `run`."
        ).format(**names)
    else:
        said = _("{tag} is no longer what was handed over ({checks}); its person still has it.").format(
            **names
        )
        hint = _("Call its person: they stop using it, and bring it back for another one.")
    return Result(device.tag, device.state, WorkstationFailed.kind, said, hint, failed)
