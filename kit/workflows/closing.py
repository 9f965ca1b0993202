"""Ends a crisis in the tenant, each part a command and a durable procedure of its own.

revoke                       nobody of the commune can sign in any more
export   revoke ─┬─ mail and files of seat 1 … n      (queue "exports")
                 └─ files and conversations of the workspace
         then: the bag sealed and read back, encrypted to the commune's key, read back again
remove   only with the commune's acknowledgement of that very bag: deleted, purged, and absence read

The order is the law's (GDPR art. 28(3)(g); requirement 14): what was not returned is not destroyed.
"""

from gettext import gettext as _

from inventory import evidence
from kit.graph import removal
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import created, engine, exporting, order, planning, sealing
from kit.workflows.outcome import Done, Failed, Outcome
from kit.workflows.patience import patiently
from kit.workflows.station import Cell, attempt, current
from kit.workflows.troubles import Trouble, give_up, troubles

#: The queue that bounds how many seats are exported at once; Outlook takes four requests at a time anyway.
EXPORTS = "exports"


@engine.workflow
def revoke(reference: str) -> tuple[Trouble, ...]:
    """End every sign-in of the crisis."""
    _seats, patience = _people(reference)
    return _ended(reference, {(Stage.REVOKE, None): patiently(lambda: end_sign_in(reference), patience)})


@engine.workflow
def export(reference: str, folder: str) -> tuple[Trouble, ...]:
    """Put what the commune owns into a bag in `folder`; sign-in ends first, so that nothing is added."""
    if sealing.delivered(reference, folder):
        return ()
    numbers, patience = _people(reference)
    revoked = patiently(lambda: end_sign_in(reference), patience)
    if isinstance(revoked, Failed):
        return _ended(reference, {(Stage.REVOKE, None): revoked})
    running = {
        number: engine.enqueue(EXPORTS, export_seat, reference, number, folder, patience)
        for number in numbers
    }
    outcomes: dict[tuple[Stage, int | None], Outcome] = {
        (Stage.FILE_EXPORT, None): patiently(lambda: exporting.export_workspace(reference, folder), patience)
    }
    outcomes |= {(Stage.MAIL_EXPORT, number): handle.get_result() for number, handle in running.items()}
    if not troubles(outcomes):
        outcomes[Stage.BAG, None] = exporting.seal_bag(reference, folder)
    if not troubles(outcomes):
        outcomes[Stage.BAG, None] = sealing.seal_to_key(reference, folder)
    return _ended(reference, outcomes)


@engine.workflow
def export_seat(reference: str, number: int, folder: str, patience: float) -> Outcome:
    """One person's mail and files."""
    return patiently(lambda: exporting.export_seat(reference, number, folder), patience)


@engine.workflow
def remove(reference: str) -> tuple[Trouble, ...]:
    """Delete and purge everything of the crisis in the tenant, if the commune has acknowledged its bag."""
    _seats, patience = _people(reference)
    return _ended(reference, {(Stage.REMOVAL, None): patiently(lambda: remove_all(reference), patience)})


@engine.step
def _people(reference: str) -> tuple[tuple[int, ...], float]:
    return tuple(seat.number for seat in _plan(reference).seats), current().patience


@engine.step
def end_sign_in(reference: str) -> Outcome:
    """Disable the accounts and end their sessions."""

    def act() -> Outcome:
        graph = current().graph()
        ids = created.ids(graph, created.accounts(_plan(reference)))
        removal.revoke(graph, list(ids.values()))
        _prove(reference, Stage.REVOKE, {"accounts": len(ids)})
        return Done()

    return attempt(Cell(reference, Stage.REVOKE), act)


@engine.step
def remove_all(reference: str) -> Outcome:
    """Delete, purge, and read until nothing is left; the reads are the evidence."""

    def act() -> Outcome:
        with current().database.read() as session:
            order.must_be_acknowledged(session, reference)
        targets = created.targets(_plan(reference))
        absences = removal.remove(current().graph(), targets, deadline_s=current().settling)
        read = [
            {"kind": absence.kind, "id": absence.id, "name": absence.name, "read": absence.read}
            for absence in absences
        ]
        _prove(reference, Stage.REMOVAL, {"absences": read})
        return Done(_("{count} objects are gone").format(count=len(read)))

    return attempt(Cell(reference, Stage.REMOVAL), act)


def _plan(reference: str) -> Plan:
    with current().database.read() as session:
        return planning.kept(session, reference)


def _prove(reference: str, stage: Stage, data: dict[str, object]) -> None:
    with current().database.write() as session:
        evidence.keep(session, current().stamp(), reference, stage, data)


def _ended(reference: str, outcomes: dict[tuple[Stage, int | None], Outcome]) -> tuple[Trouble, ...]:
    left = troubles(outcomes)
    give_up(reference, left)
    return left
