"""Owns which permissions the kit needs in the tenant, why, when, and which request each one opens.

Source: the permission tables of Microsoft Learn, one page a request; the least privileged one is asked for.
"""

import re
from dataclasses import dataclass
from gettext import gettext as _

from kit.settings import Cloud


@dataclass(frozen=True)
class Role:
    """A permission of Graph.

    Attributes:
        name: as an administrator finds it.
        wider: any of these also does.
        requests: what it opens, as "METHOD /path".
        cloud: the only cloud where it is needed; None for all.
        phones: needed only where phones are managed by the tenant.
        closing: needed only when a crisis ends, and better taken away afterwards.
    """

    name: str
    wider: tuple[str, ...]
    requests: re.Pattern[str]
    cloud: Cloud | None = None
    phones: bool = False
    closing: bool = False

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
    Role(
        "Mail.Read",
        ("Mail.ReadWrite",),
        re.compile(r"GET /users/[^/]+/(mailFolders|messages)\b"),
        closing=True,
    ),
    Role(
        "MailboxItem.ImportExport.All",
        (),
        re.compile(r"POST /admin/exchange/mailboxes/[^/]+/exportItems"),
        cloud=Cloud.GLOBAL,
        closing=True,
    ),
    Role(
        "MailboxItem.Read.All",
        ("MailboxItem.ReadWrite.All",),
        re.compile(r"GET /admin/exchange/mailboxes/[^/]+/folders/[^/]+/items"),
        cloud=Cloud.GLOBAL,
        closing=True,
    ),
    Role(
        "MailboxFolder.Read.All",
        ("MailboxFolder.ReadWrite.All",),
        re.compile(r"GET /admin/exchange/mailboxes/[^/]+/folders"),
        cloud=Cloud.GLOBAL,
        closing=True,
    ),
    Role(
        "UserAuthenticationMethod.ReadWrite.All",
        (),
        re.compile(r"\w+ /users/[^/]+/authentication"),
        cloud=Cloud.GLOBAL,
    ),
    # Setting a password anew is the same request as any change of an account; no path tells it apart.
    Role("User-PasswordProfile.ReadWrite.All", (), re.compile(r"(?!)"), cloud=Cloud.BLEU),
    # The application's own row of Microsoft's table names nothing wider.
    Role("User.RevokeSessions.All", (), re.compile(r"POST /users/[^/]+/revokeSignInSessions")),
    Role(
        "Sites.ReadWrite.All",
        ("Sites.Manage.All", "Sites.FullControl.All"),
        re.compile(r"\w+ /(drives|sites|(groups|users)/[^/]+/(drive|sites))\b"),
    ),
    Role("User.ReadWrite.All", ("Directory.ReadWrite.All",), re.compile(r"\w+ /users")),
    Role("User.DeleteRestore.All", (), re.compile(r"DELETE /directory/deletedItems"), closing=True),
    Role("Member.Read.Hidden", (), re.compile(r"GET /directory/administrativeUnits/[^/]+/members")),
    Role("AdministrativeUnit.ReadWrite.All", (), re.compile(r"\w+ /directory/administrativeUnits")),
    # The group permission also opens these two, which Microsoft keeps for old applications only.
    Role("Channel.Create", (), re.compile(r"POST /teams/")),
    Role(
        "Channel.ReadBasic.All",
        ("ChannelSettings.Read.All", "ChannelSettings.ReadWrite.All"),
        re.compile(r"GET /teams/"),
    ),
    Role(
        "GroupSettings.ReadWrite.All",
        ("Directory.ReadWrite.All",),
        re.compile(r"\w+ /groups/[^/]+/settings"),
    ),
    # Conversations of a group, the shared mailboxes', are open to it too; so are deleted users and groups.
    Role(
        "Group.ReadWrite.All",
        ("Directory.ReadWrite.All",),
        re.compile(r"\w+ /groups|GET /directory/deletedItems"),
    ),
    Role(
        "DeviceManagementManagedDevices.PrivilegedOperations.All",
        (),
        re.compile(r"POST /deviceManagement/managedDevices/[^/]+/(remoteLock|wipe)"),
        phones=True,
    ),
    Role(
        "DeviceManagementManagedDevices.ReadWrite.All",
        (),
        re.compile(r"\w+ /deviceManagement/managedDevices"),
        phones=True,
    ),
    Role(
        "SharePointTenantSettings.Read.All",
        ("SharePointTenantSettings.ReadWrite.All",),
        re.compile(r"GET /admin/sharepoint/settings"),
    ),
    Role("Domain.Read.All", ("Domain.ReadWrite.All", "Directory.ReadWrite.All"), re.compile(r"GET /domains")),
    Role(
        "Organization.Read.All",
        ("Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
        re.compile(r"GET /(organization|subscribedSkus)"),
    ),
)


def needed(cloud: Cloud, *, phones: bool) -> tuple[Role, ...]:
    """The roles that a tenant of this cloud has to grant, `phones` where it manages them."""
    return tuple(role for role in NEEDED_ROLES if role.cloud in (None, cloud) and (phones or not role.phones))


def reason(role: Role) -> str:
    """Why the kit needs it, for the person who grants it."""
    reasons = {
        "MailboxSettings.Read": _("to see when a mailbox is ready, without reading any mail"),
        "Mail.Read": _("to give the commune its mail back"),
        "MailboxItem.ImportExport.All": _("to give the commune its mailboxes back item by item"),
        "MailboxItem.Read.All": _("to list the items of the mailboxes given back"),
        "MailboxFolder.Read.All": _("to list the folders of the mailboxes given back"),
        "UserAuthenticationMethod.ReadWrite.All": _("to let people in with a temporary access pass"),
        "User-PasswordProfile.ReadWrite.All": _("to let people in with a one-time password"),
        "User.RevokeSessions.All": _("to end every session of an account"),
        "Sites.ReadWrite.All": _("to create the crisis folders in the group's site and give files back"),
        "User.ReadWrite.All": _("to create the accounts of the people equipped and give them their licences"),
        "User.DeleteRestore.All": _("to delete accounts for good"),
        "AdministrativeUnit.ReadWrite.All": _("to keep each commune's accounts and groups apart"),
        "Member.Read.Hidden": _("to see who is in an administrative unit that hides it from others"),
        "Channel.Create": _("to create the channels of the crisis Team"),
        "Channel.ReadBasic.All": _("to see which channels the Team already has"),
        "GroupSettings.ReadWrite.All": _("to keep guests out of the crisis groups"),
        "Group.ReadWrite.All": _("to create the crisis groups and their Team"),
        "DeviceManagementManagedDevices.PrivilegedOperations.All": _("to lock or wipe a lost phone"),
        "DeviceManagementManagedDevices.ReadWrite.All": _("to give each phone to its person"),
        "SharePointTenantSettings.Read.All": _("to check that files cannot be shared outside the tenant"),
        "Domain.Read.All": _("to check that the tenant's domain is verified"),
        "Organization.Read.All": _("to check the tenant's country and the licences left"),
    }
    return reasons[role.name]


def role_for(attempted: str) -> str:
    """The permission that opens the request "METHOD /path"; empty where none of ours does."""
    return next((role.name for role in NEEDED_ROLES if role.requests.match(attempted)), "")
