"""Which permissions are asked for, where and when, and which request each one opens."""

import pytest

from kit.graph.permissions import NEEDED_ROLES, needed, reason, role_for
from kit.settings import Cloud


def names(cloud: Cloud, *, phones: bool, closing: bool = False) -> set[str]:
    return {role.name for role in needed(cloud, phones=phones) if role.closing is closing}


def test_a_wider_permission_serves() -> None:
    assert all(role.granted(frozenset({wide})) for role in NEEDED_ROLES for wide in (role.name, *role.wider))
    assert not any(role.granted(frozenset({"Calendars.Read"})) for role in NEEDED_ROLES)


def test_every_permission_has_its_reason_and_stands_once() -> None:
    assert all(reason(role) for role in NEEDED_ROLES)
    assert len({role.name for role in NEEDED_ROLES}) == len(NEEDED_ROLES)


def test_mail_is_read_only_when_a_crisis_ends() -> None:
    needed_always = names(Cloud.GLOBAL, phones=True)
    assert not any(name.startswith(("Mail.", "MailboxItem", "MailboxFolder")) for name in needed_always)
    assert "Mail.Read" in names(Cloud.GLOBAL, phones=True, closing=True)


def test_a_cloud_without_passes_and_archives_is_not_asked_for_their_permissions() -> None:
    everything = {role.name for role in needed(Cloud.BLEU, phones=True)}
    assert "User-PasswordProfile.ReadWrite.All" in everything
    assert not any(name.startswith(("UserAuthenticationMethod", "MailboxItem")) for name in everything)
    assert "User-PasswordProfile.ReadWrite.All" not in names(Cloud.GLOBAL, phones=True)


def test_phones_need_permissions_only_where_they_are_managed() -> None:
    more = names(Cloud.GLOBAL, phones=True) - names(Cloud.GLOBAL, phones=False)
    assert more == {
        "DeviceManagementManagedDevices.ReadWrite.All",
        "DeviceManagementManagedDevices.PrivilegedOperations.All",
    }


@pytest.mark.parametrize(
    ("attempted", "role"),
    [
        ("POST /users", "User.ReadWrite.All"),
        ("GET /users/x/mailboxSettings", "MailboxSettings.Read"),
        ("GET /users/x/mailFolders/y/messages", "Mail.Read"),
        ("GET /users/x/messages/y/$value", "Mail.Read"),
        ("GET /users/x/drive", "Sites.ReadWrite.All"),
        ("POST /users/x/revokeSignInSessions", "User.RevokeSessions.All"),
        ("POST /users/x/authentication/temporaryAccessPassMethods", "UserAuthenticationMethod.ReadWrite.All"),
        ("DELETE /directory/deletedItems/x", "User.DeleteRestore.All"),
        ("GET /directory/deletedItems/graph.group", "Group.ReadWrite.All"),
        ("POST /directory/administrativeUnits", "AdministrativeUnit.ReadWrite.All"),
        ("GET /directory/administrativeUnits/x/members", "Member.Read.Hidden"),
        ("POST /directory/administrativeUnits/x/members/$ref", "AdministrativeUnit.ReadWrite.All"),
        ("PATCH /groups/x", "Group.ReadWrite.All"),
        ("GET /groups/x/threads", "Group.ReadWrite.All"),
        ("POST /groups/x/settings", "GroupSettings.ReadWrite.All"),
        ("GET /groups/x/sites/root", "Sites.ReadWrite.All"),
        (
            "POST /deviceManagement/managedDevices/x/wipe",
            "DeviceManagementManagedDevices.PrivilegedOperations.All",
        ),
        (
            "POST /deviceManagement/managedDevices/x/users/$ref",
            "DeviceManagementManagedDevices.ReadWrite.All",
        ),
        ("GET /admin/sharepoint/settings", "SharePointTenantSettings.Read.All"),
        ("POST /admin/exchange/mailboxes/x/exportItems", "MailboxItem.ImportExport.All"),
        ("GET /admin/exchange/mailboxes/x/folders/y/items", "MailboxItem.Read.All"),
        ("GET /admin/exchange/mailboxes/x/folders", "MailboxFolder.Read.All"),
        ("GET /somewhere", ""),
    ],
)
def test_each_request_belongs_to_the_permission_that_opens_it(attempted: str, role: str) -> None:
    assert role_for(attempted) == role
