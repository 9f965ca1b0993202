"""Turns a crisis, the people to equip, the pool and the terms into a Plan. Pure: no clock, no data base."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from kit.plan import names
from kit.plan.model import (
    AccountPlan,
    CrisisFacts,
    HumanAct,
    LaptopPlan,
    LaptopStock,
    PhonePlan,
    PhoneStock,
    Plan,
    Pool,
    SeatPlan,
    SeatRequest,
    ServiceGroupPlan,
    SimStock,
    Terms,
    UnitPlan,
    WorkspacePlan,
)

Item = TypeVar("Item", LaptopStock, PhoneStock, SimStock)


@dataclass(frozen=True)
class Lacking:
    """The pool does not reach: how many of each kind are missing."""

    laptops: int
    phones: int
    sims: int


@dataclass(frozen=True)
class LeftOut:
    """A decision grants too few laptops for seats for which something was made already: which these are."""

    seats: tuple[int, ...]


def build(
    crisis: CrisisFacts, seats: tuple[SeatRequest, ...], pool: Pool, terms: Terms
) -> Plan | Lacking | LeftOut:
    """Give every seat its equipment and its names; what a seat already holds stays with it.

    Equipment is taken in the pool's order, so the same input gives the same plan. Where a decision grants
    fewer than are asked, the lowest numbers come first and the others wait.
    """
    granted = pool.granted
    equipped = _first(seats, granted.laptops, pool.laptops)
    if left_out := tuple(seat.number for seat in seats if seat.begun and seat not in equipped):
        return LeftOut(left_out)
    wanting = tuple(seat for seat in equipped if seat.wants_phone)
    wanting = _first(_first(wanting, granted.phones, pool.phones), granted.sims, pool.sims)
    with_phone = [seat.number for seat in wanting]
    laptops = _hand_out([seat.number for seat in equipped], pool.laptops)
    phones = _hand_out(with_phone, pool.phones)
    sims = _hand_out(with_phone, pool.sims)
    lacking = Lacking(
        len(equipped) - len(laptops), len(with_phone) - len(phones), len(with_phone) - len(sims)
    )
    if lacking != Lacking(0, 0, 0):
        return lacking
    named = dict(zip(seats, _principals(crisis, seats, terms), strict=True))
    principals = tuple(named[seat] for seat in equipped)
    return Plan(
        crisis=crisis,
        seats=tuple(
            SeatPlan(
                number=seat.number,
                first_name=seat.first_name,
                last_name=seat.last_name,
                service=seat.service,
                laptop=_laptop(crisis, seat, laptops[seat.number]),
                account=_account(crisis, seat, principal),
                phone=_phone(phones[seat.number], sims[seat.number]) if seat.number in phones else None,
            )
            for seat, principal in zip(equipped, principals, strict=True)
        ),
        workspace=_workspace(crisis, principals, terms),
        service_groups=_service_groups(crisis, equipped, principals, terms),
        unit=_unit(crisis, terms),
        managed_phones=terms.managed_phones,
        sku=terms.sku,
        usage_location=terms.usage_location,
        playbooks=terms.playbooks,
        human_acts=(HumanAct.CALL_BACK, HumanAct.HAND_OVER),
        waiting=tuple(seat.number for seat in seats if seat not in equipped),
        without_phone=tuple(
            seat.number for seat in equipped if seat.wants_phone and seat.number not in phones
        ),
    )


def _first(
    seats: tuple[SeatRequest, ...], count: int | None, stock: tuple[Item, ...]
) -> tuple[SeatRequest, ...]:
    """As many as a decision lets, in their order: who holds one, who has begun, then the lowest numbers."""
    if count is None:
        return seats
    holding = {item.held_for for item in stock}
    ranked = sorted(seats, key=lambda seat: (seat.number not in holding, not seat.begun, seat.number))
    chosen = set(ranked[:count])
    return tuple(seat for seat in seats if seat in chosen)


def _hand_out(seats: list[int], stock: tuple[Item, ...]) -> dict[int, Item]:
    given = {item.held_for: item for item in stock if item.held_for in seats}
    free = (item for item in stock if item.held_for is None)
    return given | dict(zip((seat for seat in seats if seat not in given), free, strict=False))


def _principals(crisis: CrisisFacts, seats: tuple[SeatRequest, ...], terms: Terms) -> Iterator[str]:
    """One a seat, those who wait among them: nobody's name changes when they are equipped."""
    return names.principal_names(
        [(seat.first_name, seat.last_name) for seat in seats],
        commune=crisis.commune_name,
        pattern=_named_apart(crisis, terms.principal_pattern),
        domain=terms.domain,
        apart=crisis.apart,
    )


def _laptop(crisis: CrisisFacts, seat: SeatRequest, stock: LaptopStock) -> LaptopPlan:
    return LaptopPlan(
        tag=stock.tag,
        serial=stock.serial,
        model=stock.model,
        address=stock.address,
        host_key=stock.host_key,
        host_name=names.host_name(crisis.commune_name, seat.number),
        local_account=names.login(seat.first_name, seat.last_name),
    )


def _account(crisis: CrisisFacts, seat: SeatRequest, principal: str) -> AccountPlan:
    return AccountPlan(
        principal_name=principal,
        nickname=principal.partition("@")[0],
        display_name=f"{seat.first_name} {seat.last_name}",
        given_name=seat.first_name,
        surname=seat.last_name,
        department=seat.service,
        mark=ownership_mark(crisis.reference, seat.number),
    )


def ownership_mark(reference: str, seat: int | None = None) -> str:
    """What is written on every object we create, so that ours is told from somebody else's."""
    return f"kit:{reference}" if seat is None else f"kit:{reference}:{seat}"


def _phone(phone: PhoneStock, sim: SimStock) -> PhonePlan:
    return PhonePlan(
        tag=phone.tag,
        model=phone.model,
        imei=phone.imei,
        serial=phone.serial,
        sim_tag=sim.tag,
        iccid=sim.iccid,
        number=sim.number,
    )


def _workspace(crisis: CrisisFacts, principals: tuple[str, ...], terms: Terms) -> WorkspacePlan:
    fields = {"commune": crisis.commune_name, "reference": crisis.reference}
    # The reference starts with the INSEE code; the slug before it is for the people who read the address.
    nickname = f"crise-{names.slug(crisis.commune_name)[:40].rstrip('-')}-{crisis.reference}"
    return WorkspacePlan(
        display_name=_title(crisis, terms.workspace_name.format(**fields), terms),
        nickname=nickname,
        description=terms.workspace_description.format(**fields),
        mark=ownership_mark(crisis.reference),
        # The first person of the seats file leads: a group without an owner may never get its site
        # (Microsoft Learn, group-connected sites).
        owners=principals[:1],
        members=principals,
        channels=terms.channels,
        folders=terms.folders,
    )


def _service_groups(
    crisis: CrisisFacts, seats: tuple[SeatRequest, ...], principals: tuple[str, ...], terms: Terms
) -> tuple[ServiceGroupPlan, ...]:
    """One for each service of the terms that has somebody among the seats; its first person leads it."""
    groups = []
    for service in terms.shared_mailboxes:
        wanted = names.slug(service)
        people = tuple(
            name for seat, name in zip(seats, principals, strict=True) if names.slug(seat.service) == wanted
        )
        if people:
            groups.append(
                ServiceGroupPlan(
                    service=service,
                    display_name=_title(crisis, _of_service(crisis, service), terms),
                    nickname=names.told_apart(
                        _named_apart(crisis, f"{wanted}.{names.slug(crisis.commune_name)}"), crisis.apart
                    ),
                    description=crisis.reference,
                    mark=ownership_mark(crisis.reference),
                    owners=people[:1],
                    members=people,
                )
            )
    return tuple(groups)


def _of_service(crisis: CrisisFacts, service: str) -> str:
    """The title of a service's mailbox, as people look it up."""
    title = f"{service} – {crisis.commune_name}"
    return f"{title} ({crisis.reference})" if crisis.apart else title


def _unit(crisis: CrisisFacts, terms: Terms) -> UnitPlan:
    return UnitPlan(
        display_name=_title(crisis, f"{crisis.commune_name} ({crisis.reference})", terms),
        description=crisis.reference,
        mark=ownership_mark(crisis.reference),
    )


def _named_apart(crisis: CrisisFacts, name: str) -> str:
    """An exercise's addresses are its own: what it leaves behind must not stand in a real crisis's way."""
    return f"exercice.{name}" if crisis.drill else name


def _title(crisis: CrisisFacts, title: str, terms: Terms) -> str:
    return f"{terms.drill_prefix}{title}" if crisis.drill else title
