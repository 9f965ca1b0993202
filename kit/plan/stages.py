"""Owns the stages of a run: their machine names, their order on a board, and what people call them."""

from enum import StrEnum
from gettext import gettext as _


class Stage(StrEnum):
    """One column of the board; the value is stored in the activity."""

    #: devices and SIMs of the plan are held for this crisis
    RESERVE = "reserve"
    #: the laptop is clean, set up for its person, and its report is kept
    LAPTOP = "laptop"
    #: the person's account exists in the tenant
    ACCOUNT = "account"
    #: the account holds its licence
    LICENCE = "licence"
    #: the mailbox that comes with the licence answers
    MAILBOX = "mailbox"
    #: phone and SIM belong to the person
    PHONE = "phone"
    #: the crisis's Microsoft 365 group exists with its owners and members
    GROUP = "group"
    #: the group has its Team and channels
    TEAM = "team"
    #: the group's site answers and holds the crisis folders
    SITE = "site"
    #: the hand-over sheet is printed to PDF
    SHEET = "sheet"


#: What each seat goes through, in the order of the board's columns.
SEAT_STAGES = (Stage.LAPTOP, Stage.ACCOUNT, Stage.LICENCE, Stage.MAILBOX, Stage.PHONE)
#: What the crisis as a whole goes through.
CRISIS_STAGES = (Stage.RESERVE, Stage.GROUP, Stage.TEAM, Stage.SITE, Stage.SHEET)


def label(stage: Stage) -> str:
    """What people call the stage, in their language."""
    labels = {
        Stage.RESERVE: _("Reservation"),
        Stage.LAPTOP: _("Laptop"),
        Stage.ACCOUNT: _("Account"),
        Stage.LICENCE: _("Licence"),
        Stage.MAILBOX: _("Mailbox"),
        Stage.PHONE: _("Phone"),
        Stage.GROUP: _("Group"),
        Stage.TEAM: _("Team"),
        Stage.SITE: _("Site"),
        Stage.SHEET: _("Hand-over sheet"),
    }
    return labels[stage]
