"""Owns which stages of a run a crisis may go without, what that means, and why not the others. Pure.

What others stand on is never left out, nor what keeps the order of the law (`kit/workflows/order.py`).
"""

from gettext import gettext as _

from kit.plan.stages import CLOSING_STAGES, Stage


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


def told(who: str, reason: str) -> str:
    """How a stage that is left out is told."""
    return _("left out by {who}: {reason}").format(who=who, reason=reason)
