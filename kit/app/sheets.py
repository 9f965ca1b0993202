"""Issues a hand-over sheet on demand, outside a run."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import crises, evidence
from inventory.errors import Unknown
from kit.app import station as building
from kit.app.compose import App
from kit.plan.stages import Stage
from kit.workflows import sheet
from kit.workflows.outcome import Skipped


@dataclass(frozen=True)
class Issued:
    """The sheet as kept: its evidence, and its plain text."""

    record: dict[str, Any]
    text: str


def issue(app: App, text: str) -> Issued:
    """Issue the sheet of a crisis; unchanged facts give the sheet there is.

    Raises:
        Unknown: no such crisis, no plan yet, or nothing is ready to be handed over.
    """
    with app.database.read() as session:
        reference = crises.find(session, text).reference
    outcome = sheet.issue(building.station(app), reference)
    with app.database.read() as session:
        kept = evidence.find(session, reference, Stage.SHEET)
    if kept is None:
        reason = outcome.reason if isinstance(outcome, Skipped) else ""
        raise Unknown(
            _("There is no sheet for crisis {reference}: {reason}.").format(
                reference=reference, reason=reason
            ),
            hint=_("Run the crisis first: `kit crisis run {reference}`.").format(reference=reference),
        )
    plain = Path(kept.data["pdf"]).with_suffix(".txt").read_text(encoding="utf-8")
    return Issued({"reference": f"{reference}-R{kept.data['version']}", **kept.data}, plain)
