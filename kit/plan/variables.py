"""Owns what the roles are told of a seat (`playbooks/README.md`), as far as it is no secret. Pure."""

from typing import Any

from kit.plan.model import CrisisFacts, SeatPlan


def seat_variables(crisis: CrisisFacts, seat: SeatPlan) -> dict[str, Any]:
    """Whose laptop it is, and in which crisis."""
    return {
        "seat_login": seat.laptop.local_account,
        "seat_name": f"{seat.first_name} {seat.last_name}",
        "crisis_commune": crisis.commune_name,
        "crisis_reference": crisis.reference,
        "crisis_drill": crisis.drill,
    }
