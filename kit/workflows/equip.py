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

from kit.plan.stages import Stage
from kit.workflows import accounts, engine, laptops, phones, planning, reserve, sheet, tenant, workspace
from kit.workflows.outcome import Failed, Outcome
from kit.workflows.patience import patiently
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
    left = troubles(outcomes)
    give_up(reference, left)
    return left


@engine.workflow
def equip_tenant(reference: str, patience: float) -> dict[Stage, Outcome]:
    """Everything of the tenant: accounts first, then licences, phones and workspace side by side."""
    checked = patiently(lambda: tenant.check_tenant(reference), patience)
    if isinstance(checked, Failed):
        return {Stage.TENANT: checked}
    created = patiently(lambda: accounts.create_accounts(reference), patience)
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
    licensed = patiently(lambda: accounts.assign_licences(reference), patience)
    if isinstance(licensed, Failed):
        return {Stage.LICENCE: licensed}
    return {
        Stage.LICENCE: licensed,
        Stage.MAILBOX: patiently(lambda: accounts.look_at_mailboxes(reference), patience),
    }


@engine.workflow
def manage_phones(reference: str, patience: float) -> Outcome:
    """Phones in device management, in a branch of their own."""
    return patiently(lambda: phones.manage_phones(reference), patience)


@engine.workflow
def build_workspace(reference: str, patience: float) -> dict[Stage, Outcome]:
    """The group; then side by side its Team, its site, and the other groups with the unit around them all."""
    created = patiently(lambda: workspace.create_group(reference), patience)
    if isinstance(created, Failed):
        return {Stage.GROUP: created}
    team = engine.start(build_team, reference, patience)
    site = engine.start(build_site, reference, patience)
    services = patiently(lambda: workspace.create_service_groups(reference), patience)
    unit = patiently(lambda: workspace.place_in_unit(reference), patience)
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
    return patiently(lambda: workspace.create_team(reference), patience)


@engine.workflow
def build_site(reference: str, patience: float) -> Outcome:
    """The group's site and folders, in a branch of their own."""
    return patiently(lambda: workspace.fill_site(reference), patience)
