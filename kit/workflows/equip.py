"""The main procedure: equip one commune. Reads like the runbook; every step is in a module of its noun.

reserve ─┬─ laptop 1 … laptop n                          (queue, `forks` at once)
         ├─ accounts ─┬─ licences ─ mailboxes
         │            └─ group ─┬─ Team
         │                      └─ site and folders
         └─ phones
then: hand-over sheet
"""

from dataclasses import dataclass

from inventory.activity import Status
from inventory.board import read_board
from kit.plan.stages import Stage
from kit.workflows import accounts, engine, laptops, phones, planning, reserve, sheet, workspace
from kit.workflows.outcome import Failed, NotYet, Outcome
from kit.workflows.patience import patiently
from kit.workflows.station import Cell, current

#: The queue that bounds how many laptops are prepared at once.
LAPTOPS = "laptops"
#: The queue on which other processes leave runs for this station's engine.
RUNS = "runs"


@dataclass(frozen=True)
class Trouble:
    """What one stage ended as where it does not hold; seat None is the crisis as a whole."""

    stage: Stage
    seat: int | None
    kind: str
    message: str
    hint: str


@engine.step
def _terms(reference: str) -> tuple[tuple[int, ...], float]:
    """The plan's seats and this station's patience: checkpointed, so that a replay takes the same path."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    return tuple(seat.number for seat in plan.seats), current().patience


@engine.workflow
def equip(reference: str) -> tuple[Trouble, ...]:
    """Carry out the stored plan of a crisis; returns what does not hold at the end."""
    numbers, patience = _terms(reference)
    held = reserve.reserve(reference)
    if isinstance(held, Failed):
        return _troubles({(Stage.RESERVE, None): held})
    machines = {
        number: engine.enqueue(LAPTOPS, laptops.equip_laptop, reference, number, patience)
        for number in numbers
    }
    tenant = engine.start(equip_tenant, reference, patience)
    outcomes: dict[tuple[Stage, int | None], Outcome] = {(Stage.PHONE, None): phones.assign_phones(reference)}
    outcomes |= {(Stage.LAPTOP, number): handle.get_result() for number, handle in machines.items()}
    outcomes |= {(stage, None): outcome for stage, outcome in tenant.get_result().items()}
    outcomes[Stage.SHEET, None] = sheet.issue_sheet(reference)
    troubles = _troubles(outcomes)
    give_up(reference, troubles)
    return troubles


@engine.step
def give_up(reference: str, troubles: tuple[Trouble, ...]) -> None:
    """What was still waited for when its time was up has failed: say so where it shows."""
    station = current()
    with station.database.read() as session:
        waiting = read_board(session, reference).with_status(Status.WAITING)
    for trouble in troubles:
        seats = [
            cell.last.seat
            for cell in waiting
            if cell.last.stage == trouble.stage and trouble.seat in {None, cell.last.seat}
        ]
        told = Cell(reference, trouble.stage, seats).events(
            Status.FAILED, trouble.message, hint=trouble.hint, data={"kind": trouble.kind}
        )
        station.activity.conclude(*told)


@engine.workflow
def equip_tenant(reference: str, patience: float) -> dict[Stage, Outcome]:
    """Everything of the tenant: accounts first, then licences and workspace side by side."""
    created = patiently(lambda: accounts.create_accounts(reference), patience)
    if isinstance(created, Failed):
        return {Stage.ACCOUNT: created}
    licensed = engine.start(license_accounts, reference, patience)
    built = engine.start(build_workspace, reference, patience)
    return {Stage.ACCOUNT: created, **licensed.get_result(), **built.get_result()}


@engine.workflow
def license_accounts(reference: str, patience: float) -> dict[Stage, Outcome]:
    """Licences, then the mailboxes they bring."""
    licensed = patiently(lambda: accounts.assign_licences(reference), patience)
    if isinstance(licensed, Failed):
        return {Stage.LICENCE: licensed}
    return {
        Stage.LICENCE: licensed,
        Stage.MAILBOX: patiently(lambda: accounts.look_at_mailboxes(reference), patience),
    }


@engine.workflow
def build_workspace(reference: str, patience: float) -> dict[Stage, Outcome]:
    """The group, then its Team and its site side by side."""
    created = patiently(lambda: workspace.create_group(reference), patience)
    if isinstance(created, Failed):
        return {Stage.GROUP: created}
    team = engine.start(build_team, reference, patience)
    site = patiently(lambda: workspace.fill_site(reference), patience)
    return {Stage.GROUP: created, Stage.SITE: site, Stage.TEAM: team.get_result()}


@engine.workflow
def build_team(reference: str, patience: float) -> Outcome:
    """The group's Team, in a branch of its own."""
    return patiently(lambda: workspace.create_team(reference), patience)


def _troubles(outcomes: dict[tuple[Stage, int | None], Outcome]) -> tuple[Trouble, ...]:
    found = []
    for (stage, seat), outcome in outcomes.items():
        match outcome:
            case Failed(kind, message, hint):
                found.append(Trouble(stage, seat, kind, message, hint))
            case NotYet(reason):
                found.append(Trouble(stage, seat, "incomplete", reason, ""))
            case _:
                pass
    return tuple(found)
