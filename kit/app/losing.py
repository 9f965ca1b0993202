"""Acts on a device that was lost or stolen from a crisis: the book, the register, sessions, phone, passwords.

The book comes first and stays, whatever the tenant says. Each further part can fail by itself; the same call
again does it once more. What was asked of the tenant is read back there, and kept as evidence of the seat.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from gettext import gettext as _

from sqlmodel import Session

from inventory import breaches, crises, departures, devices, evidence, journal, loans, pairings, secrets
from inventory.breaches import Breach
from inventory.crises import Crisis
from inventory.departures import Departure
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, OperatorError
from inventory.journal import Stamp
from inventory.loans import Loan
from kit.app import phones
from kit.app import station as building
from kit.app.compose import App
from kit.app.handing import moment, name_of
from kit.graph import users
from kit.graph.phones import Order, Ordered
from kit.plan.stages import Stage

#: Seconds for which a tenant that does not answer is asked again: somebody waits on the telephone.
_PATIENCE = 20.0
#: Evidence beside the stages': what was read in the tenant of each lost device of a seat, by tag.
LOSS = "loss"


@dataclass(frozen=True)
class Part:
    """One thing that a loss asks for; `kind` is that of an error, empty where there was none.

    `read` is what the tenant answered when it was asked again afterwards.
    """

    what: str
    done: bool
    said: str
    hint: str = ""
    kind: str = ""
    read: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """A loss as it was dealt with; `notifier` is who tells the authority, empty where no convention says."""

    tag: str
    state: str
    seat: int
    person: str
    breach: str
    deadline: datetime
    notifier: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    """What was told of a loss; `aware_at` on the clocks of the team's zone, None for now.

    `wipe` asks to erase a phone instead of locking it.
    """

    what: Departure
    told_by: str
    reason: str
    aware_at: datetime | None = None
    wipe: bool = False


def report(app: App, text: str, tag: str, told: Report) -> Loss:
    """Write a loss down, then do what can be done from afar; once more does what is left.

    Raises:
        Unknown: no such crisis or device. BadValue: nobody told it, or there is no reason.
        IllegalMove: the crisis does not hold it, or the moment is impossible. Nothing was changed then.
    """
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        device = devices.get(session, tag)
        loan = _held(session, crisis, device)
        if device.state not in {DeviceState.LOST, DeviceState.STOLEN}:
            departures.declare(session, by, device.tag, told.what, told.reason)
        entry = breaches.enter(
            session,
            by,
            crisis,
            tag=device.tag,
            kind=device.state.value,
            aware_at=moment(app, by, told.aware_at),
            told_by=told.told_by,
            description=told.reason,
        )
        person = name_of(crises.seat_of(session, crisis.reference, loan.seat_number))
    parts = tuple(_parts(app, device, loan, wipe=told.wipe))
    _keep(app, by, loan, entry, parts)
    return Loss(
        device.tag,
        device.state.value,
        loan.seat_number,
        person,
        entry.reference,
        entry.deadline,
        entry.notifier,
        parts,
    )


def _held(session: Session, crisis: Crisis, device: Device) -> Loan:
    for loan in loans.open_loans(session, device=device.tag):
        if loan.crisis == crisis.reference:
            return loan
        raise IllegalMove(
            _("{tag} is with seat {seat} of crisis {crisis}; nothing was changed.").format(
                tag=device.tag, seat=loan.seat_number, crisis=loan.crisis
            ),
            hint=_("Name that crisis."),
        )
    raise IllegalMove(
        _("Crisis {crisis} does not hold {tag}; nothing was changed.").format(
            crisis=crisis.reference, tag=device.tag
        ),
        hint=_("What is lost from the pool: `kit pool declare {tag} lost`.").format(tag=device.tag),
    )


def _parts(app: App, device: Device, loan: Loan, *, wipe: bool) -> list[Part]:
    match device.kind:
        case DeviceKind.PHONE:
            return [_sessions(app, loan), _far_away(app, device, wipe=wipe), *_sims(app, device, loan)]
        case DeviceKind.LAPTOP:
            return [_sessions(app, loan), _passwords(app, device.tag)]
        case DeviceKind.SIM:
            return [_bar(device.tag, device.number or device.iccid or "")]
        case DeviceKind.ROUTER | DeviceKind.ACCESSORY:
            return _sims(app, device, loan)


def _sessions(app: App, loan: Loan) -> Part:
    what = _("sessions ended")
    with app.database.read() as session:
        account = evidence.find(session, loan.crisis, Stage.ACCOUNT, seat=loan.seat_number)
    if account is None:
        return Part(what, True, _("this seat has no account"))

    def end() -> Part:
        with building.tenant(app, patience=_patience(app)) as graph:
            since = users.end_sessions(graph, account.data["id"], deadline_s=_patience(app))
        said = _(
            "read back: who signed in before {at:%Y-%m-%d %H:%M:%S %Z} is signed out within minutes; "
            "`kit handover pass` lets them in again"
        ).format(at=since.astimezone(app.zone))
        return Part(what, True, said, read={"sessions_valid_from": since.isoformat()})

    return _tried(what, end)


def _far_away(app: App, device: Device, *, wipe: bool) -> Part:
    """A phone told to lock itself, or to erase everything, since its loss is known."""
    what = _("phone wiped from afar") if wipe else _("phone locked from afar")
    order = Order.WIPE if wipe else Order.LOCK

    def tell() -> Part:
        found = phones.see_to(app, device.tag, order, since=device.state_since, patience=_patience(app))
        return _ordered(app, what, order, found)

    return _tried(what, tell)


def _ordered(app: App, what: str, order: Order, found: Ordered) -> Part:
    asked, at = found.asked_at.astimezone(app.zone), found.at.astimezone(app.zone)
    read = {
        "order": order.value,
        "order_state": found.state,
        "order_asked_at": found.asked_at.isoformat(),
        "order_at": found.at.isoformat(),
    }
    if found.done:
        said = _("read back: the phone did it on {at:%Y-%m-%d %H:%M:%S %Z}").format(at=at)
        return Part(what, True, said, read=read)
    if found.awaited:
        said = _("asked on {at:%Y-%m-%d %H:%M:%S %Z}; the phone has not done it yet").format(at=asked)
        hint = _("It does when it is online. The same command looks again, and does not ask twice.")
        return Part(what, False, said, hint, "incomplete", read)
    said = _("the tenant says “{state}”: the phone will not do it").format(state=found.state or "–")
    hint = _("The same command asks again. Have the operator bar its SIM, and change what it could reach.")
    return Part(what, False, said, hint, "tenant-refused", read)


def _passwords(app: App, tag: str) -> Part:
    with app.database.read() as session:
        named = secrets.names(session, tag)
    what = _("sealed secrets to be changed")
    if not named:
        return Part(what, True, _("none"))
    hint = _("Take them for known: use none of them again, and wipe the laptop if it comes back.")
    return Part(what, False, ", ".join(named), hint)


def _sims(app: App, device: Device, loan: Loan) -> list[Part]:
    """SIMs that sat in it; of a phone also those that its person has and that sit nowhere by the book."""
    with app.database.read() as session:
        inside = {each.sim_tag for each in pairings.current(session, device.tag)}
        if device.kind is DeviceKind.PHONE:
            inside |= set(_given_sims(session, loan))
        found = [devices.get(session, tag) for tag in sorted(inside)]
    return [_bar(sim.tag, sim.number or sim.iccid or "") for sim in found]


def _given_sims(session: Session, loan: Loan) -> Iterator[str]:
    for other in loans.open_loans(session, crisis=loan.crisis, seat=loan.seat_number):
        sim = devices.get(session, other.device_tag)
        given = sim.kind is DeviceKind.SIM and other.handed_over_at is not None
        if given and not pairings.current(session, sim.tag):
            yield sim.tag


def _bar(tag: str, number: str) -> Part:
    hint = _("Call the operator; then report the loss of {tag} too if it is gone.").format(tag=tag)
    return Part(_("SIM barred"), False, _("by hand: {tag} {number}").format(tag=tag, number=number), hint)


def _patience(app: App) -> float:
    return min(_PATIENCE, app.settings.tenant.patience)


def _tried(what: str, act: Callable[[], Part]) -> Part:
    try:
        return act()
    except OperatorError as exc:
        return Part(what, False, exc.message, exc.hint, exc.kind)


def _keep(app: App, by: Stamp, loan: Loan, entry: Breach, parts: tuple[Part, ...]) -> None:
    """The receipt of what was done and what is left, and what was read back."""
    done = [part.what for part in parts if part.done]
    line = {"breach": entry.reference, "done": done, "left": [part.what for part in parts if not part.done]}
    read = {name: value for part in parts for name, value in part.read.items()}
    with app.database.write() as session:
        journal.append(session, by, "loss.handled", devices.subject(loan.device_tag), line)
        if read:
            before = evidence.find(session, loan.crisis, LOSS, seat=loan.seat_number)
            facts = {**(before.data if before else {}), loan.device_tag: {"breach": entry.reference, **read}}
            evidence.keep(session, by, loan.crisis, LOSS, facts, seat=loan.seat_number)
        kept = breaches.get(session, entry.reference)
        if done and not kept.measures:
            breaches.amend(session, by, kept, data="", measures="; ".join(done))
