"""Looks at the tenant before anything is created there: licences left, where data stay, sharing closed."""

from gettext import gettext as _

from inventory import evidence
from kit.graph import tenant
from kit.plan.stages import Stage
from kit.workflows import engine, planning
from kit.workflows.outcome import Done, Failed, Outcome
from kit.workflows.station import Cell, attempt, current


@engine.step
def check_tenant(reference: str) -> Outcome:
    """Whether the tenant can hold this crisis; where it cannot, nothing is created in it."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
        rows = evidence.of(session, reference)
    # Once accounts exist some may hold their licence already: giving the others counts what is left itself.
    begun = any(row.stage == Stage.ACCOUNT for row in rows)

    def act() -> Outcome:
        rules = current().rules
        missing = tenant.preconditions(
            current().graph(),
            sku=plan.sku,
            licences_needed=0 if begun else len(plan.seats),
            require_eu=rules.require_eu,
            require_closed_sharing=rules.require_closed_sharing,
        )
        if missing:
            return Failed(
                "tenant-refused",
                _("Nothing was created in the tenant. {reasons}").format(
                    reasons=" ".join(finding.sentence for finding in missing)
                ),
                " ".join(finding.hint for finding in missing),
            )
        return Done()

    return attempt(Cell(reference, Stage.TENANT), act)
