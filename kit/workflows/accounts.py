"""Creates the seats' accounts in the tenant, their licences, and waits for the mailboxes."""

from collections.abc import Sequence
from gettext import gettext as _

from inventory import evidence
from kit.graph import licences, users
from kit.graph.users import UserSpec
from kit.plan.model import Plan, SeatPlan
from kit.plan.stages import Stage
from kit.workflows import engine, planning, seats
from kit.workflows.outcome import Done, NotYet, Outcome
from kit.workflows.station import Cell, attempt, attempt_seats, current


@engine.step
def create_accounts(reference: str) -> Outcome:
    """One account a seat; keeps their object ids."""
    plan = _plan(reference)
    cell = _cell(plan, Stage.ACCOUNT)

    def act() -> Outcome:
        station = current()
        graph = station.graph()
        ids = users.ensure_users(
            graph, [_spec(plan, seat) for seat in plan.seats], deadline_s=station.settling
        )
        _prove(
            plan,
            Stage.ACCOUNT,
            {
                seat.number: {
                    "principal_name": seat.account.principal_name,
                    "id": ids[seat.account.principal_name],
                }
                for seat in plan.seats
            },
        )
        return Done()

    return attempt(cell, act)


@engine.step
def assign_licences(reference: str) -> Outcome:
    """The planned licence for every account; what is left is checked before anything is assigned."""
    plan = _plan(reference)
    cell = _cell(plan, Stage.LICENCE)

    def act() -> Outcome:
        graph = current().graph()
        sku = licences.left(graph, plan.sku)
        licences.assign(graph, sku.sku_id, list(ids_of(plan).values()))
        _prove(
            plan, Stage.LICENCE, {seat.number: {"sku": plan.sku, "sku_id": sku.sku_id} for seat in plan.seats}
        )
        return Done()

    return attempt(cell, act)


@engine.step
def look_at_mailboxes(reference: str) -> Outcome:
    """One look at the mailboxes; those that answer are proven, the others are worth another look."""
    plan = _plan(reference)
    cell = _cell(plan, Stage.MAILBOX)

    def act(looked_at: Sequence[int | None]) -> Outcome:
        numbers = {identifier: number for number, identifier in ids_of(plan).items() if number in looked_at}
        answering = {numbers[found] for found in users.mailboxes_ready(current().graph(), list(numbers))}
        addresses = {number: plan.seat(number).account.principal_name for number in numbers.values()}
        _prove(plan, Stage.MAILBOX, {number: {"address": addresses[number]} for number in answering})
        missing = tuple(number for number in addresses if number not in answering)
        if missing:
            return NotYet(_("the mailbox is not there yet"), missing)
        return Done()

    return attempt_seats(cell, act)


def _plan(reference: str) -> Plan:
    with current().database.read() as session:
        return planning.kept(session, reference)


def ids_of(plan: Plan) -> dict[int, str]:
    """The account ids kept as evidence, by seat."""
    with current().database.read() as session:
        rows = evidence.of(session, plan.crisis.reference)
    return {row.seat: row.data["id"] for row in rows if row.stage == Stage.ACCOUNT}


def _prove(plan: Plan, stage: Stage, proofs: dict[int, dict[str, str]]) -> None:
    by = current().stamp()
    with current().database.write() as session:
        seats.prove(session, by, plan, stage, proofs.items())


def _spec(plan: Plan, seat: SeatPlan) -> UserSpec:
    account = seat.account
    return UserSpec(
        principal_name=account.principal_name,
        nickname=account.nickname,
        display_name=account.display_name,
        given_name=account.given_name,
        surname=account.surname,
        department=account.department,
        usage_location=plan.usage_location,
        mark=account.mark,
    )


def _cell(plan: Plan, stage: Stage) -> Cell:
    return Cell(plan.crisis.reference, stage, tuple(seat.number for seat in plan.seats))
