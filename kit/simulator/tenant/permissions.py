"""Owns the application permissions that each family of requests accepts.

Source: the permission tables of the Graph v1.0 reference, application column; any one is enough.
"""

_DIRECTORY_READ = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
_DIRECTORY_WRITE = frozenset({"Directory.ReadWrite.All"})

USERS_READ = _DIRECTORY_READ | {"User.Read.All", "User.ReadWrite.All"}
USERS_WRITE = _DIRECTORY_WRITE | {"User.ReadWrite.All"}
LICENCES_WRITE = USERS_WRITE | {"LicenseAssignment.ReadWrite.All"}
LICENCES_READ = _DIRECTORY_READ | {
    "LicenseAssignment.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
}
GROUPS_WRITE = _DIRECTORY_WRITE | {"Group.ReadWrite.All"}
GROUPS_CREATE = GROUPS_WRITE | {"Group.Create"}
GROUPS_READ = _DIRECTORY_READ | {"Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All"}
MEMBERS_WRITE = GROUPS_WRITE | {"GroupMember.ReadWrite.All"}
MEMBERS_READ = GROUPS_READ | {"GroupMember.ReadWrite.All"}
DELETED_READ = USERS_READ | GROUPS_READ
DELETED_WRITE = USERS_WRITE | GROUPS_WRITE | {"User.DeleteRestore.All"}
ORGANISATION_READ = LICENCES_READ | {"User.Read.All", "User.ReadWrite.All"}
DOMAINS_READ = _DIRECTORY_READ | {"Domain.Read.All", "Domain.ReadWrite.All"}
APPLICATIONS_READ = _DIRECTORY_READ | {"Application.Read.All", "Application.ReadWrite.All"}
TEAMS_CREATE = GROUPS_WRITE | {"Team.Create"}
TEAMS_READ = GROUPS_READ | {"Team.ReadBasic.All", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All"}
OPERATIONS_READ = TEAMS_READ | {"Team.Create", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All"}
CHANNELS_READ = GROUPS_READ | {
    "Channel.ReadBasic.All",
    "ChannelSettings.Read.All",
    "ChannelSettings.ReadWrite.All",
}
CHANNELS_CREATE = GROUPS_WRITE | {"Channel.Create"}
SITES_READ = frozenset({"Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"})
FILES_READ = SITES_READ | {"Files.Read.All", "Files.ReadWrite.All"}
FILES_WRITE = frozenset(
    {"Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}
)
MAILBOX_SETTINGS_READ = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})
MAIL_READ = frozenset({"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"})
