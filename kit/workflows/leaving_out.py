"""Owns which stages of a run a crisis may go without, what that means, what a person lacks by it. Pure.

What others stand on is never left out, nor what keeps the order of the law (`kit/workflows/order.py`).
"""

from collections.abc import Iterable, Sequence
from gettext import gettext as _

from inventory import interventions
from inventory.evidence import WHOLE_CRISIS, Evidence
from inventory.interventions import Intervention, Kind
from kit.plan.stages import CLOSING_STAGES, Stage

#: What the person of a seat would miss; nobody misses an administrative unit.
_MISSED = (Stage.LAPTOP, Stage.MAILBOX, Stage.PHONE, Stage.MANAGED, Stage.TEAM, Stage.SITE, Stage.SERVICES)
#: What only who wants a phone is to get.
_OF_PHONES = frozenset({Stage.PHONE, Stage.MANAGED})


def meaning(stage: Stage) -> str:
    """What going without the stage means, for who decides it; empty where it may not be left out."""
    meanings = {
        Stage.LAPTOP: _("The seat gets no laptop now, and does not count as working."),
        Stage.MAILBOX: _("Nobody looks whether the mailbox answers; the seat does not count as working."),
        Stage.PHONE: _("The seat gets no phone now, and does not count as working."),
        Stage.MANAGED: _(
            "The phone cannot be locked or wiped from afar; the seat does not count as working."
        ),
        Stage.TEAM: _("The commune has no Team; its group and its site stay."),
        Stage.SITE: _("Nobody looks whether the site answers, and it gets no folders."),
        Stage.SERVICES: _("The services get no shared mailboxes."),
        Stage.UNIT: _("The accounts and groups are in no administrative unit of their own."),
    }
    return meanings.get(stage, "")


def why_not(stage: Stage) -> str:
    """Why the stage may not be left out; empty where it may."""
    if meaning(stage):
        return ""
    if stage in CLOSING_STAGES:
        return _("the law sets the order in which a crisis ends")
    reasons = {
        Stage.RESERVE: _("what is not reserved may go to somebody else"),
        Stage.TENANT: _("nothing is created in a tenant that was not found fit"),
        Stage.ACCOUNT: _("licences, mailboxes and the workspace stand on the accounts"),
        Stage.LICENCE: _("there is no mailbox without a licence, and nothing else waits for it"),
        Stage.GROUP: _("Team, site and shared mailboxes stand on the group"),
        Stage.SHEET: _("nothing changes hands without its paper"),
    }
    return reasons[stage]


def answerable(stage: Stage) -> bool:
    """Whether a run waits for a person's word where the stage needs one."""
    return stage not in {*CLOSING_STAGES, Stage.RESERVE, Stage.PHONE, Stage.SHEET}


def undelivered(
    seat: int, *, wants_phone: bool, decisions: Sequence[Intervention], proofs: Iterable[Evidence]
) -> tuple[Stage, ...]:
    """What the person of a seat does not get yet by decision: left out, and not proven since.

    `decisions`, oldest first, and `proofs` are those of the crisis.
    """
    proven = {proof.stage for proof in proofs if proof.seat in {seat, WHOLE_CRISIS}}
    concerned = (stage for stage in _MISSED if wants_phone or stage not in _OF_PHONES)
    return tuple(stage for stage in concerned if stage not in proven and _left_out(stage, seat, decisions))


def _left_out(stage: Stage, seat: int, decisions: Sequence[Intervention]) -> bool:
    about = [each for each in decisions if each.stage == stage]
    decision = interventions.counting(about, seat=seat)
    return decision is not None and decision.kind == Kind.SKIP


def told(who: str, reason: str) -> str:
    """How a stage that is left out is told."""
    return _("left out by {who}: {reason}").format(who=who, reason=reason)
