"""Owns which application permissions the kit needs in the tenant, why, and which request each one opens.

Source: the permission tables of Microsoft Learn, one page a request; the least privileged one is asked for.
"""

import re
from dataclasses import dataclass
from gettext import gettext as _


@dataclass(frozen=True)
class Role:
    """An application permission: its name, any wider ones that also do, and the requests it opens."""

    name: str
    wider: tuple[str, ...]
    requests: re.Pattern[str]

    def granted(self, roles: frozenset[str]) -> bool:
        """Whether a token with these roles may do what this one is for."""
        return bool(roles.intersection((self.name, *self.wider)))


#: The first whose `requests` matches "METHOD /path" is the one that opens it; order matters.
NEEDED_ROLES = (
    Role(
        "MailboxSettings.Read",
        ("MailboxSettings.ReadWrite",),
        re.compile(r"GET /users/[^/]+/mailboxSettings"),
    ),
    Role("User.ReadWrite.All", ("Directory.ReadWrite.All",), re.compile(r"\w+ /users")),
    # The group permission also opens these two, which Microsoft keeps for old applications only.
    Role("Channel.Create", (), re.compile(r"POST /teams/")),
    Role(
        "Channel.ReadBasic.All",
        ("ChannelSettings.Read.All", "ChannelSettings.ReadWrite.All"),
        re.compile(r"GET /teams/"),
    ),
    Role(
        "Sites.ReadWrite.All",
        ("Sites.Manage.All", "Sites.FullControl.All"),
        re.compile(r"\w+ /(drives|sites|groups/[^/]+/(drive|sites))\b"),
    ),
    Role("Group.ReadWrite.All", ("Directory.ReadWrite.All",), re.compile(r"\w+ /groups")),
    Role("Domain.Read.All", ("Domain.ReadWrite.All", "Directory.ReadWrite.All"), re.compile(r"GET /domains")),
    Role(
        "Organization.Read.All",
        ("Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
        re.compile(r"GET /(organization|subscribedSkus)"),
    ),
)


def reason(role: Role) -> str:
    """Why the kit needs it, for the person who grants it."""
    reasons = {
        "MailboxSettings.Read": _("to see when a mailbox is ready, without reading any mail"),
        "User.ReadWrite.All": _("to create the accounts of the people equipped and give them their licences"),
        "Channel.Create": _("to create the channels of the crisis Team"),
        "Channel.ReadBasic.All": _("to see which channels the Team already has"),
        "Sites.ReadWrite.All": _("to create the crisis folders in the group's site"),
        "Group.ReadWrite.All": _("to create the crisis group and its Team"),
        "Domain.Read.All": _("to check that the tenant's domain is verified"),
        "Organization.Read.All": _("to check the tenant's country and the licences left"),
    }
    return reasons[role.name]


def role_for(attempted: str) -> str:
    """The permission that opens the request "METHOD /path"; empty where none of ours does."""
    return next((role.name for role in NEEDED_ROLES if role.requests.match(attempted)), "")
