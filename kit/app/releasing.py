"""Erases quarantined laptops and keeps the proof, without which none comes back to stock."""

from collections.abc import Callable, Sequence
from gettext import gettext as _

from sqlmodel import Session

from inventory import devices, examinations, journal, secrets
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit.app import laptops
from kit.app.compose import App
from kit.app.laptops import Result, Run
from kit.errors import WorkstationFailed
from kit.workflows.laptops import SEAT_PASSWORD
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import ChecksFailed, Outcome, Passed

PLAYBOOK = "release.yml"


def releasable(app: App, tags: Sequence[str]) -> list[str]:
    """The tags of laptops that may be erased.

    Raises:
        Unknown, BadInput: a tag is no laptop's. IllegalMove: one is not in quarantine.
    """
    with app.database.read() as session:
        return [device.tag for device in _quarantined(session, tags)]


def release(
    app: App,
    tags: Sequence[str],
    *,
    cancelled: Callable[[], bool],
    tell: Callable[[TaskEvent], None],
    show: Callable[[Result], None],
) -> list[Result]:
    """Erase these laptops side by side; each result is kept and shown as soon as it is there.

    Raises:
        Unknown, BadInput, IllegalMove: as `releasable`; nothing was erased then.
    """
    with app.database.write() as session:
        by = app.stamp()
        chosen = _quarantined(session, tags)
        for device in chosen:
            journal.append(session, by, "device.release-asked", devices.subject(device.tag))
    settings = laptops.runner(app, PLAYBOOK, timeout=app.settings.workstations.release_timeout)
    variables = app.settings.workstations.variables
    runs = [Run(laptops.target_of(device, variables=variables), settings) for device in chosen]
    results: list[Result] = []

    def done(tag: str, outcome: Outcome) -> None:
        results.append(_judge(app, tag, outcome))
        show(results[-1])

    laptops.side_by_side(
        runs, at_once=app.settings.workstations.forks, cancelled=cancelled, tell=tell, done=done
    )
    return results


def _quarantined(session: Session, tags: Sequence[str]) -> list[Device]:
    found = laptops.named(session, tags)
    refused = [device for device in found if device.state is not DeviceState.QUARANTINED]
    if refused:
        raise IllegalMove(
            _("{laptops}: only what is in quarantine is erased; nothing was erased.").format(
                laptops=", ".join(f"{device.tag} ({device.state})" for device in refused)
            ),
            hint=_("Set it apart first, if nobody needs what is on it: `kit pool quarantine {tag}`.").format(
                tag=refused[0].tag
            ),
        )
    return found


def _judge(app: App, tag: str, outcome: Outcome) -> Result:
    """Keep what came of one laptop; what to tell of it."""
    if not isinstance(outcome, Passed | ChecksFailed):
        return laptops.without_report(app, tag, outcome)
    failed = outcome.failed if isinstance(outcome, ChecksFailed) else ()
    with app.database.write() as session:
        by = app.stamp()
        examinations.keep(session, by, tag, Examination.WIPE, outcome.report, failed=failed)
        device = devices.get(session, tag) if failed else mark(session, by, tag)
    return _told(device, failed)


def mark(session: Session, by: Stamp, tag: str) -> Device:
    """A laptop whose wipe passed is wiped, and the password of its person opens nothing any more."""
    for name in (SEAT_PASSWORD, secrets.pending(SEAT_PASSWORD)):
        secrets.forget(session, by, tag, name)
    device = devices.get(session, tag)
    # Somebody may have written down meanwhile that it is broken or lost: that stays.
    if device.state is DeviceState.QUARANTINED:
        devices.move(session, by, device, DeviceState.WIPED, reason="released")
    return device


def _told(device: Device, failed: tuple[str, ...]) -> Result:
    tag, state = device.tag, device.state
    if failed:
        said = _("{tag} is not wiped ({checks}); it stays {state}.").format(
            tag=tag, checks=", ".join(failed), state=state
        )
        hint = _("Run again. If the same is found, see what with `kit pool show {tag} --json`.").format(
            tag=tag
        )
        return Result(tag, state, WorkstationFailed.kind, said, hint, failed)
    if state is DeviceState.WIPED:
        said = _("{tag} is wiped, with the proof kept.").format(tag=tag)
        hint = _("Put it on its shelf, then: `kit pool restock {tag}`.").format(tag=tag)
    else:
        said = _("{tag} was erased, with the proof kept; it is {state}.").format(tag=tag, state=state)
        hint = _("See its history with `kit pool show {tag}`.").format(tag=tag)
    return Result(tag, state, "", said, hint)
