"""Owns the stages of a run: their machine names, their order on a board, and what people call them."""

from collections.abc import Callable
from enum import StrEnum
from gettext import gettext


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
    #: the phone is the person's in device management: it can be locked and wiped from afar
    MANAGED = "managed"
    #: the tenant has what the plan needs, and keeps data where they must stay
    TENANT = "tenant"
    #: the commune's administrative unit holds its accounts and groups
    UNIT = "unit"
    #: the crisis's Microsoft 365 group exists with its owners and members
    GROUP = "group"
    #: the group has its Team and channels
    TEAM = "team"
    #: the group's site answers and holds the crisis folders
    SITE = "site"
    #: the services' shared mailboxes exist with their people
    SERVICES = "services"
    #: the hand-over sheet is printed to PDF
    SHEET = "sheet"
    #: nobody of the commune can sign in any more
    REVOKE = "revoke"
    #: the seat's mail is in the commune's bag
    MAIL_EXPORT = "mail-export"
    #: the workspace's files are in the commune's bag
    FILE_EXPORT = "file-export"
    #: the bag is sealed: complete, hashed and read back
    BAG = "bag"
    #: the commune said that it has its data, naming the bag's hash
    ACKNOWLEDGED = "acknowledged"
    #: nothing of the crisis is left in the tenant, and reading it shows so
    REMOVAL = "removal"


#: What each seat goes through, in the order of the board's columns.
SEAT_STAGES = (Stage.LAPTOP, Stage.ACCOUNT, Stage.LICENCE, Stage.MAILBOX, Stage.PHONE, Stage.MANAGED)
#: What the crisis as a whole goes through.
CRISIS_STAGES = (
    Stage.RESERVE,
    Stage.TENANT,
    Stage.UNIT,
    Stage.GROUP,
    Stage.TEAM,
    Stage.SITE,
    Stage.SERVICES,
    Stage.SHEET,
)
#: What ends it in the tenant, in this order and no other (GDPR art. 28(3)(g): return, then delete).
CLOSING_STAGES = (
    Stage.REVOKE,
    Stage.MAIL_EXPORT,
    Stage.FILE_EXPORT,
    Stage.BAG,
    Stage.ACKNOWLEDGED,
    Stage.REMOVAL,
)


def label(stage: Stage, translate: Callable[[str], str] = gettext) -> str:
    """What people call the stage, in their language or in that of a document."""
    _ = translate
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
        Stage.MANAGED: _("Management"),
        Stage.TENANT: _("Tenant"),
        Stage.UNIT: _("Unit"),
        Stage.SERVICES: _("Services"),
        Stage.REVOKE: _("Sign-in ended"),
        Stage.MAIL_EXPORT: _("Mail export"),
        Stage.FILE_EXPORT: _("File export"),
        Stage.BAG: _("Bag"),
        Stage.ACKNOWLEDGED: _("Acknowledged"),
        Stage.REMOVAL: _("Removal"),
    }
    return labels[stage]
