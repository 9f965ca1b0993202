"""Owns what the tests of administration share: permissions for all of it, references, reading of lists."""

import httpx

from tests.unit.kit.simulator.tenant.running import ROLES, created, group_body, user_body

ADMIN = (
    *ROLES,
    "AdministrativeUnit.ReadWrite.All",
    "AuditLog.Read.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.ReadWrite.All",
    "Member.Read.Hidden",
    "Organization.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
    "ServiceHealth.Read.All",
    "SharePointTenantSettings.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "UserAuthenticationMethod.ReadWrite.All",
)
EVENTUAL = {"ConsistencyLevel": "eventual"}


def reference(graph: httpx.Client, key: str, kind: str = "directoryObjects") -> dict[str, str]:
    """The body that names an object."""
    return {"@odata.id": f"{str(graph.base_url).rstrip('/')}/{kind}/{key}"}


def ids(response: httpx.Response) -> list[str]:
    """The ids in a list, in its order."""
    assert response.status_code == 200, response.text
    return [str(item["id"]) for item in response.json()["value"]]


def a_user(graph: httpx.Client, name: str = "camille.exemple") -> str:
    """The id of a new user."""
    return str(created(graph, "/users", user_body(name))["id"])


def a_group(graph: httpx.Client, nickname: str = "cellule", *owners: str, **changes: object) -> str:
    """The id of a new private Microsoft 365 group."""
    return str(created(graph, "/groups", group_body(str(graph.base_url), nickname, owners, **changes))["id"])


def security(name: str = "droits") -> dict[str, object]:
    """What makes a security group of the body of a Microsoft 365 group."""
    return {"mailEnabled": False, "securityEnabled": True, "groupTypes": [], "displayName": name}
