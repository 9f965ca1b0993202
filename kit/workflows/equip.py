"""The main procedure: equip one commune. Reads like the runbook; every step is in a module of its noun.

reserve ─┬─ laptop 1 … laptop n                                    (queue, `forks` at once)
         ├─ tenant ─ accounts ─┬─ licences ─ mailboxes
         │                     ├─ managed phones
         │                     └─ group ─┬─ Team
         │                               ├─ site and folders
         │                               └─ services' mailboxes ─ administrative unit
         └─ phones
then: hand-over sheet
"""

from collections.abc import Callable

from inventory import interventions
from inventory.activity import Status
from inventory.board import read_board
from kit.plan.stages import Stage
from kit.workflows import accounts, engine, laptops, phones, planning, reserve, sheet, tenant, workspace
from kit.workflows.outcome import Failed, Outcome
from kit.workflows.patience import until_answered
from kit.workflows.station import current
from kit.workflows.troubles import Trouble, give_up, troubles

#: The queue that bounds how many laptops are prepared at once.
LAPTOPS = "laptops"
#: The queue on which other processes leave runs for this station's engine.
RUNS = "runs"


@engine.step
def _terms(reference: str) -> tuple[tuple[int, ...], float]:
    """The plan's seats and this station's patience: checkpointed, so that a replay takes the same path."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    return tuple(seat.number for seat in plan.seats), current().patience


@engine.workflow
def equip(reference: str) -> tuple[Trouble, ...]:
    """Carry out the stored plan of a crisis; returns what does not hold at the end."""
    last = last_word(reference)
    left = _equip_once(reference)
    # Each word is heard once, so that this comes to an end.
    while (word := asked_again(reference, left, last)) > last:
        last, left = word, _equip_once(reference)
    give_up(reference, left)
    return left


def _equip_once(reference: str) -> tuple[Trouble, ...]:
    """Everything, each part tried until it holds or is given up; what is done already is found so."""
    numbers, patience = _terms(reference)
    held = reserve.reserve(reference)
    if isinstance(held, Failed):
        return troubles({(Stage.RESERVE, None): held})
    machines = {
        number: engine.enqueue(LAPTOPS, laptops.equip_laptop, reference, number, patience)
        for number in numbers
    }
    there = engine.start(equip_tenant, reference, patience)
    outcomes: dict[tuple[Stage, int | None], Outcome] = {(Stage.PHONE, None): phones.assign_phones(reference)}
    outcomes |= {(Stage.LAPTOP, number): handle.get_result() for number, handle in machines.items()}
    outcomes |= {(stage, None): outcome for stage, outcome in there.get_result().items()}
    outcomes[Stage.SHEET, None] = sheet.issue_sheet(reference)
    return troubles(outcomes)


@engine.step
def last_word(reference: str) -> int:
    """The number of the last decision about the crisis."""
    with current().database.read() as session:
        return max((each.id or 0 for each in interventions.of(session, reference)), default=0)


@engine.step
def asked_again(reference: str, left: tuple[Trouble, ...], after: int) -> int:
    """The last decision after `after`, where something that failed meanwhile is wanted again; else 0."""
    with current().database.read() as session:
        asked = read_board(session, reference).with_status(Status.PENDING)
        words = [each.id or 0 for each in interventions.of(session, reference)]
    failed = {(trouble.stage.value, trouble.seat) for trouble in left}
    wanted = any({(cell.last.stage, cell.last.seat), (cell.last.stage, None)} & failed for cell in asked)
    return max((word for word in words if word > after), default=0) if wanted else 0


def _tried(reference: str, stage: Stage, step: Callable[[str], Outcome], patience: float) -> Outcome:
    return until_answered(reference, stage, lambda: step(reference), patience)


@engine.workflow
def equip_tenant(reference: str, patience: float) -> dict[Stage, Outcome]:
    """Everything of the tenant: accounts first, then licences, phones and workspace side by side."""
    checked = _tried(reference, Stage.TENANT, tenant.check_tenant, patience)
    if isinstance(checked, Failed):
        return {Stage.TENANT: checked}
    created = _tried(reference, Stage.ACCOUNT, accounts.create_accounts, patience)
    if isinstance(created, Failed):
        return {Stage.ACCOUNT: created}
    licensed = engine.start(license_accounts, reference, patience)
    managed = engine.start(manage_phones, reference, patience)
    built = build_workspace(reference, patience)
    return {
        Stage.ACCOUNT: created,
        **licensed.get_result(),
        **built,
        Stage.MANAGED: managed.get_result(),
    }


@engine.workflow
def license_accounts(reference: str, patience: float) -> dict[Stage, Outcome]:
    """Licences, then the mailboxes they bring."""
    licensed = _tried(reference, Stage.LICENCE, accounts.assign_licences, patience)
    if isinstance(licensed, Failed):
        return {Stage.LICENCE: licensed}
    return {
        Stage.LICENCE: licensed,
        Stage.MAILBOX: _tried(reference, Stage.MAILBOX, accounts.look_at_mailboxes, patience),
    }


@engine.workflow
def manage_phones(reference: str, patience: float) -> Outcome:
    """Phones in device management, in a branch of their own."""
    return _tried(reference, Stage.MANAGED, phones.manage_phones, patience)


@engine.workflow
def build_workspace(reference: str, patience: float) -> dict[Stage, Outcome]:
    """The group; then side by side its Team, its site, and the other groups with the unit around them all."""
    created = _tried(reference, Stage.GROUP, workspace.create_group, patience)
    if isinstance(created, Failed):
        return {Stage.GROUP: created}
    team = engine.start(build_team, reference, patience)
    site = engine.start(build_site, reference, patience)
    services = _tried(reference, Stage.SERVICES, workspace.create_service_groups, patience)
    unit = _tried(reference, Stage.UNIT, workspace.place_in_unit, patience)
    return {
        Stage.GROUP: created,
        Stage.SERVICES: services,
        Stage.UNIT: unit,
        Stage.SITE: site.get_result(),
        Stage.TEAM: team.get_result(),
    }


@engine.workflow
def build_team(reference: str, patience: float) -> Outcome:
    """The group's Team, in a branch of its own."""
    return _tried(reference, Stage.TEAM, workspace.create_team, patience)


@engine.workflow
def build_site(reference: str, patience: float) -> Outcome:
    """The group's site and folders, in a branch of their own."""
    return _tried(reference, Stage.SITE, workspace.fill_site, patience)
