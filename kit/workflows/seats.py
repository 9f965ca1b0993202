"""Says when a seat works: every stage it needs has its evidence (requirement 5 measures that moment)."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from inventory import evidence
from inventory.journal import Stamp
from kit.plan.model import Plan
from kit.plan.stages import SEAT_STAGES, Stage


def required(plan: Plan, number: int) -> list[Stage]:
    """The stages without which that seat does not work."""
    has_phone = plan.seat(number).phone is not None
    needless = set() if has_phone and plan.managed_phones else {Stage.MANAGED}
    needless |= set() if has_phone else {Stage.PHONE}
    return [stage for stage in SEAT_STAGES if stage not in needless]


def prove(
    session: Session, by: Stamp, plan: Plan, stage: Stage, proofs: Iterable[tuple[int, dict[str, Any]]]
) -> None:
    """Keep each seat's evidence of `stage`, and note the seats that work from now on."""
    reference = plan.crisis.reference
    for number, data in proofs:
        evidence.keep(session, by, reference, stage, data, seat=number)
        evidence.settle(session, by, reference, seat=number, required=required(plan, number))
