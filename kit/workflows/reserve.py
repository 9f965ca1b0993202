"""Reserves what the plan names: devices held for their seats, once, whatever happens in between."""

from inventory import loans
from kit.plan.stages import Stage
from kit.workflows import engine, planning
from kit.workflows.outcome import Done, Outcome
from kit.workflows.station import Cell, attempt, current


@engine.step
def reserve(reference: str) -> Outcome:
    """Hold every device of the plan in one transaction; a device taken meanwhile refuses all of it."""

    def act() -> Outcome:
        by = current().stamp()
        with current().database.write() as session:
            plan = planning.kept(session, reference)
            loans.reserve_all(
                session,
                by,
                reference,
                [
                    (seat.number, tag)
                    for seat in plan.seats
                    for tag in (
                        seat.laptop.tag,
                        *((seat.phone.tag, seat.phone.sim_tag) if seat.phone else ()),
                    )
                ],
            )
        return Done()

    return attempt(Cell(reference, Stage.RESERVE), act)
