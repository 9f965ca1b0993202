"""Lets one person in: an access pass made at the moment of hand-over, shown once and kept nowhere."""

from dataclasses import dataclass, field
from datetime import datetime
from gettext import gettext as _

from inventory import crises, evidence, journal
from inventory.errors import Unknown
from kit.app import station as building
from kit.app.compose import App
from kit.graph import passes
from kit.graph.client import Graph
from kit.plan.stages import Stage
from kit.workflows import order, planning


@dataclass(frozen=True)
class Credential:
    """What one person signs in with the first time.

    `code` is an access pass, or where the cloud has none a password that must be changed (`expires` None).
    """

    crisis: str
    seat: int
    principal_name: str
    person: str
    code: str = field(repr=False)
    expires: datetime | None


def issue(
    app: App, text: str, seat: int, *, minutes: int, patience: float = building.COMMAND_PATIENCE
) -> Credential:
    """Make the credential of one seat; an earlier one of that seat no longer works.

    The journal says for whom and by whom, never what. A tenant that does not answer is asked again for
    `patience` seconds.

    Raises:
        Unknown: no such crisis, seat or account yet. IllegalMove: sign-in was ended.
        TenantRefused, TenantUnreachable: nothing was made, as far as the tenant says.
    """
    with app.database.read() as session:
        reference = crises.find(session, text).reference
        order.must_not_have_begun(session, reference)
        plan = planning.kept(session, reference)
        proof = evidence.find(session, reference, Stage.ACCOUNT, seat=seat)
    if proof is None:
        raise Unknown(
            _("Seat {number} of crisis {reference} has no account yet.").format(
                number=seat, reference=reference
            ),
            hint=_("Run the crisis first: `kit crisis run {reference}`.").format(reference=reference),
        )
    person = plan.seat(seat)
    with building.tenant(app, patience=patience) as graph:
        code, expires = _made(app, graph, proof.data["id"], minutes)
    with app.database.write() as session:
        kept = {"expires": expires.isoformat() if expires else None}
        journal.append(session, app.stamp(), "pass.issued", f"{crises.subject(reference)}/seat:{seat}", kept)
    name = f"{person.first_name} {person.last_name}"
    return Credential(reference, seat, person.account.principal_name, name, code, expires)


def _made(app: App, graph: Graph, user_id: str, minutes: int) -> tuple[str, datetime | None]:
    if not building.rules(app).passes:
        return passes.one_time_password(graph, user_id), None
    made = passes.issue_pass(graph, user_id, minutes=minutes)
    return made.code, made.expires
