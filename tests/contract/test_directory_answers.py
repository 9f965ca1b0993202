"""The simulator's answers on the directory, devices and administration, held against Graph's description.

What v1.0 has and the description leaves out is named below, and only walked.
"""

import shutil
from dataclasses import replace

import httpx
import pytest

from kit.simulator.tenant.behaviour import INSTANT
from tests.contract.test_simulator_answers import DESCRIPTION, Description, Walk
from tests.contract.walked import DIRECTORY
from tests.unit.kit.simulator.tenant.administering import (
    ADMIN,
    a_group,
    a_user,
    reference,
    security,
)
from tests.unit.kit.simulator.tenant.running import (
    E3,
    TENANT_ID,
    Application,
    created,
    signed_in,
    tenant_in,
    user_body,
)

#: Served, part of v1.0, and not in the description.
UNDESCRIBED_BELOW = (
    "/directory/administrativeUnits",
    "/groupSettingTemplates",
    "/groups/{group-id}/settings",
    "/admin/sharepoint/settings",
    "/policies/authenticationMethodsPolicy/",
    "/deviceManagement/managedDevices/{managedDevice-id}/users",
)
UNDESCRIBED = {("GET", "/users/{user-id}/manager")}
#: Properties of types that the description leaves out.
OPEN = {
    # The description has the base type only; this is the one of passwords.
    "undeclared: password",
    # Each record has its own type, which the description leaves out.
    "undeclared: text",
    "undeclared: mailExchange",
    "undeclared: preference",
}
POLICIES = "/identity/conditionalAccess/policies"
UNITS = "/directory/administrativeUnits"
PHONES = "/deviceManagement/managedDevices"

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"the description of Graph is not at {DESCRIPTION}"
)


def is_undescribed(method: str, template: str) -> bool:
    return (method, template) in UNDESCRIBED or template.startswith(UNDESCRIBED_BELOW)


class Selective(Description):
    """Holds an answer against the description where it has the request."""

    def wrong(self, method: str, template: str, response: httpx.Response) -> list[str]:
        if is_undescribed(method, template):
            return []
        return [each for each in super().wrong(method, template, response) if each not in OPEN]


@pytest.fixture(scope="module")
def description() -> Selective:
    return Selective(DESCRIPTION)


@pytest.fixture(scope="module")
def walk(description: Selective, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Administration of a tenant from one end to the other, every answer noted."""
    application, walk = Application(), Walk(description)
    folder = tmp_path_factory.mktemp("contract") / "tenant"
    unhurried = replace(INSTANT, documented_limits=False)
    with (
        tenant_in(folder, application, roles=ADMIN, behaviour=unhurried) as server,
        signed_in(server, application) as graph,
    ):
        phone = server.enrol_phone(imei="350000000000017", serial="SN1", model="A16")
        graph.event_hooks = {"response": [walk.note]}
        for step in (people, passes, licences, units, settings, tracking, tenant, policies, log, end):
            step(graph)
        phones(graph, phone)
    shutil.rmtree(folder)
    return walk


def people(graph: httpx.Client) -> None:
    user, manager = a_user(graph, "agent"), a_user(graph, "cheffe")
    graph.put(f"/users/{user}/manager/$ref", json=reference(graph, manager, "users"))
    graph.get(f"/users/{user}/manager")
    graph.delete(f"/users/{user}/manager/$ref")
    graph.delete(f"/users/{user}/manager/$ref")
    graph.post(f"/users/{user}/revokeSignInSessions")
    graph.get(f"/directoryObjects/{user}")
    graph.get("/directoryObjects/none")
    graph.get("/users", params={"$search": '"displayName:x"'})


def passes(graph: httpx.Client) -> None:
    path = "/users/agent@secours.example/authentication"
    made = created(graph, f"{path}/temporaryAccessPassMethods", {"isUsableOnce": True})
    for below in ("methods", "temporaryAccessPassMethods", f"temporaryAccessPassMethods/{made['id']}"):
        graph.get(f"{path}/{below}")
    graph.post(f"{path}/temporaryAccessPassMethods", json={"lifetimeInMinutes": 1})
    for _ in range(2):
        graph.delete(f"{path}/temporaryAccessPassMethods/{made['id']}")
    policy = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
    graph.get(policy)
    graph.patch(policy, json={"defaultLength": 12})


def licences(graph: httpx.Client) -> None:
    group = a_group(graph, "licences", **security("licences"))
    user = graph.get("/users/agent@secours.example").json()["id"]
    graph.post(f"/groups/{group}/members/$ref", json=reference(graph, user))
    for holder in (f"/groups/{group}", f"/users/{user}"):
        change = {"addLicenses": [{"skuId": E3, "disabledPlans": []}], "removeLicenses": []}
        graph.post(f"{holder}/assignLicense", json=change)
        graph.post(f"{holder}/assignLicense", json={"addLicenses": [{"skuId": "x"}], "removeLicenses": []})
    graph.get(f"/users/{user}", params={"$select": "licenseAssignmentStates"})
    graph.get(f"/groups/{group}", params={"$select": "assignedLicenses", "$expand": "members"})
    graph.post(f"/groups/{group}/retryServiceProvisioning")


def units(graph: httpx.Client) -> None:
    unit, user = created(graph, UNITS, {"displayName": "C"})["id"], a_user(graph, "membre")
    path = f"{UNITS}/{unit}"
    graph.patch(path, json={"description": "C1"})
    for read in (UNITS, path):
        graph.get(read)
    graph.post(f"{path}/members/$ref", json=reference(graph, user))
    graph.get(f"{path}/members")
    graph.delete(f"{path}/members/{user}/$ref")
    graph.delete(path)


def settings(graph: httpx.Client) -> None:
    path = f"/groups/{a_group(graph, 'reglages')}/settings"
    template = graph.get("/groupSettingTemplates").json()["value"][0]["id"]
    graph.get(f"/groupSettingTemplates/{template}")
    body = {"templateId": template, "values": [{"name": "AllowToAddGuests", "value": "false"}]}
    made = created(graph, path, body)["id"]
    graph.get(path)
    graph.get(f"{path}/{made}")
    graph.patch(f"{path}/{made}", json={"values": body["values"]})
    graph.delete(f"{path}/{made}")
    graph.get("/admin/sharepoint/settings")
    graph.patch("/admin/sharepoint/settings", json={"sharingCapability": "disabled"})


def tracking(graph: httpx.Client) -> None:
    for collection in ("users", "groups"):
        link = graph.get(f"/{collection}/delta?$top=999").json()["@odata.deltaLink"]
        if collection == "users":
            graph.delete(f"/users/{a_user(graph, 'passager')}")
        graph.get(link)
        graph.get(f"/{collection}/delta()?$deltatoken=stale")


def tenant(graph: httpx.Client) -> None:
    graph.patch(f"/organization/{TENANT_ID}", json={"technicalNotificationMails": ["a@secours.example"]})
    graph.patch(f"/organization/{TENANT_ID}", json={"countryLetterCode": "US"})
    graph.get("/organization")
    created(graph, "/domains", {"id": "crise.example"})
    for path in ("/domains", "/domains/crise.example", "/domains/crise.example/verificationDnsRecords"):
        graph.get(path)
    for _ in range(2):
        graph.post("/domains/crise.example/verify")
    graph.get("/admin/serviceAnnouncement/healthOverviews")


def policies(graph: httpx.Client) -> None:
    conditions = {"applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}}
    controls = {"operator": "OR", "builtInControls": ["mfa"]}
    body = {"displayName": "P", "state": "disabled", "conditions": conditions, "grantControls": controls}
    made = created(graph, POLICIES, body)["id"]
    graph.get(POLICIES)
    graph.get(f"{POLICIES}/{made}")
    graph.patch(f"{POLICIES}/{made}", json={"state": "enabled"})
    graph.delete(f"{POLICIES}/{made}")
    graph.post(POLICIES, json={})


def log(graph: httpx.Client) -> None:
    graph.get("/auditLogs/directoryAudits")
    graph.get("/auditLogs/signIns")


def end(graph: httpx.Client) -> None:
    user, other, group = a_user(graph, "fin"), a_user(graph, "suite"), a_group(graph, "fin")
    for kind, key in (("users", user), ("groups", group)):
        graph.delete(f"/{kind}/{key}")
        graph.post(f"/{kind}/{key}/restore")
        graph.post(f"/{kind}/{key}/restore")
    graph.delete(f"/users/{other}")
    successor = user_body("suite")
    replacement = created(graph, "/users", successor)["id"]
    graph.post(f"/directory/deletedItems/{other}/restore")
    graph.delete(f"/users/{replacement}")
    graph.post(f"/directory/deletedItems/{other}/restore")


def phones(graph: httpx.Client, phone: str) -> None:
    path, user = f"{PHONES}/{phone}", a_user(graph, "porteuse")
    graph.get(PHONES)
    graph.post(f"{path}/users/$ref", json=reference(graph, user, "users"))
    graph.get(f"{path}/users")
    graph.delete(f"{path}/users/$ref")
    graph.patch(path, json={"notes": "Lot 3"})
    for order in ("remoteLock", "rebootNow", "syncDevice", "retire", "wipe"):
        graph.post(f"{path}/{order}")
    graph.get(path)
    graph.get(path, params={"$select": "notes,iccid,udid,physicalMemoryInBytes"})
    for _ in range(2):
        graph.delete(path)


@pytest.mark.parametrize(("method", "template"), sorted(DIRECTORY))
def test_what_is_served_is_described_or_known_not_to_be(
    description: Selective, method: str, template: str
) -> None:
    assert description.has(method, template) is not is_undescribed(method, template)


def test_every_request_that_is_served_was_answered_with_success(walk: Walk) -> None:
    assert DIRECTORY - walk.succeeded == set()


def test_every_answer_is_one_the_description_allows(walk: Walk) -> None:
    assert walk.wrong == []
    assert len(walk.refused) >= 10
