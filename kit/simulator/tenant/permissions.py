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
CHANNELS_DELETE = GROUPS_WRITE | {"Channel.Delete.All"}
TEAMS_ARCHIVE = GROUPS_WRITE | {"TeamSettings.ReadWrite.All"}
TEAM_MEMBERS_WRITE = frozenset({"TeamMember.ReadWrite.All"})
TEAM_MEMBERS_READ = TEAM_MEMBERS_WRITE | GROUPS_READ | {"TeamMember.Read.All"}
SITES_CONTROL = frozenset({"Sites.FullControl.All"})
SITES_READ = frozenset({"Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"})
FILES_READ = SITES_READ | {"Files.Read.All", "Files.ReadWrite.All"}
FILES_WRITE = frozenset(
    {"Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}
)
MAILBOX_SETTINGS_READ = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})
MAIL_READ = frozenset({"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"})
MAIL_CONTENT_READ = frozenset({"Mail.Read", "Mail.ReadWrite"})
MAIL_WRITE = frozenset({"Mail.ReadWrite"})
MAIL_SEND = frozenset({"Mail.Send"})
MAILBOX_FOLDERS_READ = frozenset({"MailboxFolder.Read.All", "MailboxFolder.ReadWrite.All"})
MAILBOX_ITEMS_READ = frozenset({"MailboxItem.Read.All", "MailboxItem.ImportExport.All"})
MAILBOX_ITEMS_EXPORT = frozenset({"MailboxItem.Export.All", "MailboxItem.ImportExport.All"})
CONVERSATIONS_READ = frozenset(
    {
        "Group-Conversation.Read.All",
        "Group-Conversation.ReadWrite.All",
        "Group.Read.All",
        "Group.ReadWrite.All",
    }
)
SESSIONS_REVOKE = USERS_WRITE | {"User.RevokeSessions.All"}
USERS_RESTORE = USERS_WRITE | {"User.DeleteRestore.All"}
OBJECTS_READ = _DIRECTORY_READ
UNITS_WRITE = _DIRECTORY_WRITE | {"AdministrativeUnit.ReadWrite.All"}
UNITS_READ = _DIRECTORY_READ | {"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All"}
#: Without it, the members of a unit or group with hidden membership are left out of every answer.
HIDDEN_MEMBERS = "Member.Read.Hidden"
#: What changing a password needs beside the permission to write users.
PASSWORDS_WRITE = "User-PasswordProfile.ReadWrite.All"
PASSES_WRITE = frozenset({"UserAuthenticationMethod.ReadWrite.All"})
PASSES_READ = PASSES_WRITE | {"UserAuthenticationMethod.Read.All"}
METHOD_POLICY_WRITE = frozenset({"Policy.ReadWrite.AuthenticationMethod"})
METHOD_POLICY_READ = METHOD_POLICY_WRITE | {"Policy.Read.All", "Policy.Read.AuthenticationMethod"}
PHONES_ACT = frozenset({"DeviceManagementManagedDevices.PrivilegedOperations.All"})
PHONES_WRITE = frozenset({"DeviceManagementManagedDevices.ReadWrite.All"})
PHONES_READ = PHONES_WRITE | {"DeviceManagementManagedDevices.Read.All"}
GROUP_SETTINGS_WRITE = _DIRECTORY_WRITE | {"GroupSettings.ReadWrite.All"}
GROUP_SETTINGS_READ = _DIRECTORY_READ | {"GroupSettings.Read.All", "GroupSettings.ReadWrite.All"}
SHARING_WRITE = frozenset({"SharePointTenantSettings.ReadWrite.All"})
SHARING_READ = SHARING_WRITE | {"SharePointTenantSettings.Read.All"}
ACCESS_POLICIES_WRITE = frozenset({"Policy.ReadWrite.ConditionalAccess"})
ACCESS_POLICIES_READ = ACCESS_POLICIES_WRITE | {"Policy.Read.All", "Policy.Read.ConditionalAccess"}
AUDIT_READ = frozenset({"AuditLog.Read.All"})
HEALTH_READ = frozenset({"ServiceHealth.Read.All"})
ORGANISATION_WRITE = frozenset({"Organization.ReadWrite.All"})
DOMAINS_WRITE = frozenset({"Domain.ReadWrite.All"})
GROUP_LICENCES_WRITE = GROUPS_WRITE | {"LicenseAssignment.ReadWrite.All"}
