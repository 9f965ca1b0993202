"""Says how large a commune's kit should be, is and was decided to be; changes it, and adds seats."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from sqlmodel import Session

from inventory import communes, crises, devices, loans, shelf, sizings
from inventory.communes import Commune
from inventory.crises import Crisis, Seat, SeatEntry
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import Unknown
from inventory.importing.seats import read_seats
from inventory.readiness import Limits, Verdict
from inventory.text import named
from kit.app.compose import App
from kit.app.sizing_facts import Equipment, ServiceSize, Size
from kit.app.sizing_rules import rules
from kit.plan.sizing import Proposal, Rule, propose, service_named, spelled_alike
from kit.workflows import order

#: Laptops in these states will not come back for this crisis.
_GONE = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN, DeviceState.RETIRED})


@dataclass(frozen=True)
class _Case:
    """What is sized: a commune, with its crisis or a seats file where there is one."""

    commune: Commune
    crisis: Crisis | None
    seats: Sequence[Seat | SeatEntry] | None


def size(app: App, text: str, *, seats_file: Path | None = None, due: Iterable[str] = ()) -> Size:
    """The size of a crisis's kit, or of the one that a commune would need.

    `text` is a crisis, or a commune: one with a single open crisis means that, unless a seats file says that
    another is to be opened. `due` names services whose time has come.

    Raises:
        Unknown: no such commune or crisis, or no service of that name waits for its time.
        BadRows: the seats file was refused.
        BadInput: the rules cannot be used.
    """
    laws = rules(app.settings)
    with app.database.read() as session:
        case = _case(session, text, seats_file)
        return _size(app, session, case, laws, frozenset(_due(service, laws) for service in due))


def resize(app: App, text: str, service: str, wanted: int, *, author: str, reason: str) -> ServiceSize:
    """Decide how many seats a service of an open crisis gets; gives what holds from now on.

    Raises:
        Unknown: no such crisis. IllegalMove: it is closed.
        BadValue: the number, the service, the author or the reason cannot be used.
        BadInput: the rules cannot be used.
    """
    with app.database.write() as session:
        crisis = crises.find(session, text)
        return decide(app, session, crisis, service, wanted, author=author, reason=reason)


def decide(
    app: App, session: Session, crisis: Crisis, service: str, wanted: int, *, author: str, reason: str
) -> ServiceSize:
    """As `resize`, in the caller's transaction."""
    laws = rules(app.settings)
    before = _size(app, session, _of(session, crisis), laws, frozenset())
    spelled = service_named(named(service), laws, [each.service for each in before.services])
    proposed = {each.service: each.proposed for each in before.services}.get(spelled, 0)
    sizings.decide(
        session, app.stamp(), crisis, spelled, proposed=proposed, wanted=wanted, author=author, reason=reason
    )
    after = of_crisis(app, session, crisis)
    return next(each for each in after.services if each.service == spelled)


def of_crisis(app: App, session: Session, crisis: Crisis, *, due: Iterable[str] = ()) -> Size:
    """The size of a crisis's kit, as this session reads it; `due` as in `size`.

    Raises:
        BadInput: the rules cannot be used. Unknown: no service of that name waits for its time.
    """
    laws = rules(app.settings)
    return _size(app, session, _of(session, crisis), laws, frozenset(_due(service, laws) for service in due))


def add_seats(app: App, text: str, seats_file: Path, *, validated_by: str) -> tuple[str, list[int]]:
    """Add the people of a seats file to an open crisis: all of them, or none; its reference, their numbers.

    Raises:
        Unknown: no such crisis. IllegalMove: it is closed, or being ended in the tenant.
        BadRows: the file was refused. BadValue: nobody validated it.
    """
    with app.database.write() as session:
        crisis = crises.find(session, text)
        order.must_not_have_begun(session, crisis.reference)
        entries = read_seats(seats_file, there=crises.seats(session, crisis.reference))
        added = crises.add_seats(session, app.stamp(), crisis, entries, validated_by=validated_by)
        return crisis.reference, [seat.number for seat in added]


def _case(session: Session, text: str, seats_file: Path | None) -> _Case:
    if seats_file is not None:
        return _Case(communes.find(session, text), None, read_seats(seats_file))
    try:
        crisis = crises.find(session, text)
    except Unknown as no_crisis:
        try:
            return _Case(communes.find(session, text), None, None)
        except Unknown:
            raise no_crisis from None
    return _of(session, crisis)


def _of(session: Session, crisis: Crisis) -> _Case:
    commune = session.get_one(Commune, crisis.commune_code)
    return _Case(commune, crisis, crises.seats(session, crisis.reference))


def _due(service: str, laws: Sequence[Rule]) -> str:
    waiting = [law.service for law in laws if law.when_due]
    spelled = service_named(service, laws)
    if spelled not in waiting:
        raise Unknown(
            _("No service called “{text}” waits for its time.").format(text=service),
            hint=_("Those that do: {services}.").format(services=", ".join(waiting) or "–"),
        )
    return spelled


def _size(app: App, session: Session, case: _Case, laws: Sequence[Rule], due: frozenset[str]) -> Size:
    reference = case.crisis.reference if case.crisis else ""
    decided = {each.service: each.wanted for each in sizings.in_force(session, reference)}
    seated = _seated(case.seats, laws)
    # A service with a seat or a decision has come to its time.
    due |= decided.keys() | (seated or {}).keys()
    proposals = propose(case.commune.population, laws, laptops=_laptops(session), due=due)
    services = _services(proposals, laws, seated, decided)
    return Size(
        commune=case.commune.name,
        population=case.commune.population,
        crisis=reference,
        drill=case.crisis is not None and case.crisis.drill,
        services=services,
        equipment=_equipment(app, session, reference, services),
        decisions=tuple(sizings.listing(session, reference)),
    )


def _seated(
    seats: Sequence[Seat | SeatEntry] | None, laws: Sequence[Rule]
) -> Mapping[str, list[bool]] | None:
    """By service, for each of its seats whether it wants a phone; None before anybody is named."""
    if seats is None:
        return None
    seated: dict[str, list[bool]] = {}
    for service, seat in zip(spelled_alike((seat.service for seat in seats), laws), seats, strict=True):
        seated.setdefault(service, []).append(seat.wants_phone)
    return seated


def _laptops(session: Session) -> int:
    """The size of the pool."""
    counted = devices.counts(session).items()
    return sum(count for (kind, state), count in counted if kind is DeviceKind.LAPTOP and state not in _GONE)


def _services(
    proposals: Iterable[Proposal],
    laws: Sequence[Rule],
    seated: Mapping[str, list[bool]] | None,
    decided: Mapping[str, int],
) -> tuple[ServiceSize, ...]:
    """Those of the rules in their order, then others that have seats or a decision."""
    proposed = {each.service: each for each in proposals}
    known = {law.service: law for law in laws}
    lines = []
    for service in dict.fromkeys([*proposed, *(seated or ()), *decided]):
        proposal, law = proposed.get(service, Proposal(service, 0, 0, 0, "")), known.get(service)
        wanted, needed = decided.get(service, proposal.seats), decided.get(service, proposal.by_rule)
        phones = (seated or {}).get(service, [])
        lines.append(
            ServiceSize(
                service=service,
                by_rule=proposal.by_rule,
                proposed=proposal.seats,
                # Desk telephones are down: a service without a rule gets a phone for each seat.
                phones=law.phones(wanted) if law else wanted,
                phones_needed=law.phones(needed) if law else needed,
                reason=proposal.reason,
                source=law.source if law else "",
                there=None if seated is None else len(phones),
                with_phone=sum(phones),
                decided=decided.get(service),
            )
        )
    return tuple(lines)


def _equipment(
    app: App, session: Session, reference: str, services: Sequence[ServiceSize]
) -> tuple[Equipment, ...]:
    now = app.stamp().at.astimezone(app.zone)
    found = shelf.readiness(session, now, Limits(**app.settings.pool.model_dump()))
    free = Counter(each.device.kind for each in found)
    deployable = Counter(each.device.kind for each in found if each.verdict is Verdict.DEPLOYABLE)
    held = Counter(
        devices.get(session, loan.device_tag).kind for loan in loans.open_loans(session, crisis=reference)
    )
    people = (
        sum(each.needed for each in services),
        sum(each.wanted for each in services),
        sum(each.there or 0 for each in services),
    )
    phones = (
        sum(each.phones_needed for each in services),
        sum(each.phones for each in services),
        sum(each.with_phone for each in services),
    )
    asked = {DeviceKind.LAPTOP: people, DeviceKind.PHONE: phones, DeviceKind.SIM: phones}
    return tuple(
        Equipment(kind.value, *counts, held[kind], free[kind], deployable[kind])
        for kind, counts in asked.items()
    )
