"""The simulator's answers on mail, files and Teams at work, held against Graph's description.

What v1.0 has and the description leaves out is named below, and only walked.
"""

import shutil
from dataclasses import replace

import httpx
import pytest

from kit.simulator.tenant.behaviour import INSTANT
from tests.contract.test_simulator_answers import DESCRIPTION, Description, Walk
from tests.contract.walked import MAIL_AND_FILES
from tests.unit.kit.simulator.tenant.running import Application, created, error_of, signed_in, tenant_in
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    address,
    letter,
    library,
    person,
    put,
    round_of,
    send,
    team_of,
    values,
)

#: Served, part of v1.0, and not in the description.
UNDESCRIBED_BELOW = ("/groups/{group-id}/threads", "/teams/{team-id}/channels/{channel-id}")
UNDESCRIBED = {
    ("GET", "/drives/{drive-id}/items/{driveItem-id}/versions/{driveItemVersion-id}/content"),
    ("GET", "/admin/exchange/mailboxes/{mailbox-id}/folders/{mailboxFolder-id}/childFolders"),
}
#: Properties of types that the description leaves out: it has the base types only.
OPEN = {
    "undeclared: contentId",
    "undeclared: contentLocation",
    "undeclared: contentBytes",
    "undeclared: userId",
    "undeclared: email",
    "undeclared: tenantId",
}
NOTE = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "note.txt", "contentBytes": "bm9yZA=="}

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"the description of Graph is not at {DESCRIPTION}"
)


def is_undescribed(method: str, template: str) -> bool:
    return (method, template) in UNDESCRIBED or template.startswith(UNDESCRIBED_BELOW)


class Selective(Description):
    """Holds an answer against the description where it has the request, and the answer is JSON."""

    def wrong(self, method: str, template: str, response: httpx.Response) -> list[str]:
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if is_undescribed(method, template) or (response.content and not is_json):
            return []
        return [each for each in super().wrong(method, template, response) if each not in OPEN]


class WalkWithRedirections(Walk):
    """Takes a redirection for the success that it is."""

    def note(self, response: httpx.Response) -> None:
        before = set(self.refused)
        super().note(response)
        if response.status_code == httpx.codes.FOUND:
            self.succeeded |= self.refused - before
            self.refused = before


@pytest.fixture(scope="module")
def description() -> Selective:
    return Selective(DESCRIPTION)


@pytest.fixture(scope="module")
def walk(description: Selective, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A tenant at work, every answer noted."""
    application, walk = Application(), WalkWithRedirections(description)
    folder = tmp_path_factory.mktemp("contract") / "tenant"
    unhurried = replace(INSTANT, documented_limits=False)
    with (
        tenant_in(folder, application, roles=WORKING_ROLES, behaviour=unhurried) as server,
        signed_in(server, application) as graph,
    ):
        user = person(graph)
        group = team_of(graph, user)
        graph.event_hooks = {"response": [walk.note]}
        for step in (mail, folders, exchange, threads, files, changes, sharing, sites, team):
            step(graph, user, group)
    shutil.rmtree(folder)
    return walk


def mail(graph: httpx.Client, user: str, _group: str) -> None:
    path = f"/users/{user}"
    send(graph, user, address("camille.exemple"), subject="Routes", attachments=[NOTE])
    draft = created(graph, f"{path}/messages", letter(importance="low"))["id"]
    filed = created(graph, f"{path}/mailFolders/archive/messages", letter())["id"]
    for options in ({}, {"$top": "1"}, {"$select": "subject,internetMessageHeaders"}, {"$filter": "x"}):
        graph.get(f"{path}/messages", params=options)
        graph.get(f"{path}/mailFolders/archive/messages", params=options)
    for place, key in (("messages", draft), ("mailFolders/archive/messages", filed)):
        graph.get(f"{path}/{place}/{key}")
        graph.get(f"{path}/{place}/{key}/$value")
    (got,) = values(graph.get(f"{path}/mailFolders/inbox/messages"))
    graph.get(f"{path}/messages/{got['id']}/attachments")
    _, link = round_of(graph, f"{path}/mailFolders/archive/messages/delta?$top=1")
    graph.get(f"{path}/messages/delta")
    graph.delete(f"{path}/mailFolders/archive/messages/{filed}")
    graph.delete(f"{path}/messages/{draft}")
    graph.get(link)
    graph.get(f"{path}/messages/delta?$deltatoken=stale")
    graph.post(f"{path}/messages/{got['id']}/permanentDelete")
    graph.post(f"{path}/messages", json={"colour": "blue"})
    graph.post(f"{path}/sendMail", json={})


def folders(graph: httpx.Client, user: str, _group: str) -> None:
    path = f"/users/{user}/mailFolders"
    _, link = round_of(graph, f"{path}/delta")
    outer = created(graph, path, {"displayName": "Crue"})["id"]
    for name in ("Nuit", "Jour"):
        inner = created(graph, f"{path}/{outer}/childFolders", {"displayName": name})["id"]
        graph.get(f"{path}/{inner}")
    graph.get(f"{path}/{outer}/childFolders")
    graph.delete(f"{path}/{inner}")
    graph.post(f"{path}/{outer}/permanentDelete")
    graph.get(link)
    graph.delete(f"{path}/inbox")


def exchange(graph: httpx.Client, user: str, _group: str) -> None:
    created(graph, f"/users/{user}/messages", letter())
    key = graph.get(f"/users/{user}/settings/exchange").json()["primaryMailboxId"]
    path = f"/admin/exchange/mailboxes/{key}"
    drafts = next(one for one in values(graph.get(f"{path}/folders")) if one["displayName"] == "Drafts")
    graph.get(f"{path}/folders/{drafts['id']}/childFolders")
    (item,) = values(graph.get(f"{path}/folders/{drafts['id']}/items"))
    graph.get(f"{path}/folders/{drafts['id']}/items/{item['id']}")
    graph.post(f"{path}/exportItems", json={"itemIds": [item["id"], "none"]})
    graph.post(f"{path}/exportItems", json={"itemIds": []})


def threads(graph: httpx.Client, user: str, group: str) -> None:
    send(graph, user, address("cellule"), attachments=[NOTE])
    path = f"/groups/{group}/threads"
    path = f"{path}/{values(graph.get(path))[0]['id']}"
    graph.get(path)
    path = f"{path}/posts"
    path = f"{path}/{values(graph.get(path))[0]['id']}"
    graph.get(path)
    graph.get(f"{path}/attachments")


def files(graph: httpx.Client, user: str, group: str) -> None:
    drive = f"/drives/{library(graph, group)}"
    graph.get(f"/users/{user}/drive")
    item = put(graph, library(graph, group), "Plans/carte.txt", b"nord")
    path = f"{drive}/items/{item['id']}"
    graph.put(f"{path}/content", content=b"sud")
    graph.put(f"{drive}/root:/Plans:/content", content=b"")
    for content in (
        f"{path}/content",
        f"{drive}/root:/Plans/carte.txt:/content",
        f"{path}/versions/1.0/content",
    ):
        graph.get(content)
    graph.get(f"{path}/versions")
    for reading in (path, f"{drive}/root/children", f"{drive}/root:/Plans/carte.txt"):
        graph.get(reading)
    graph.post(f"{drive}/root:/gros.bin:/createUploadSession", json={"item": {"name": "gros.bin"}})
    graph.post(f"{path}/createUploadSession")
    graph.post(f"{path}/copy", json={"name": "copie.txt"})


def changes(graph: httpx.Client, _user: str, group: str) -> None:
    drive = f"/drives/{library(graph, group)}"
    _, link = round_of(graph, f"{drive}/root/delta?$top=2")
    copy = graph.get(f"{drive}/root:/Plans/copie.txt").json()["id"]
    graph.delete(f"{drive}/items/{copy}")
    graph.get(link)
    token = link.partition("token=")[2].partition("&")[0]
    for function in (f"delta(token='{token}')", "delta()", "delta(token='stale')"):
        graph.get(f"{drive}/root/{function}")
        graph.get(f"{drive}/items/root/{function}")
    kept = graph.get(f"{drive}/root:/Plans").json()["id"]
    graph.post(f"{drive}/items/{kept}/permanentDelete")


def sharing(graph: httpx.Client, _user: str, group: str) -> None:
    drive = f"/drives/{library(graph, group)}"
    path = f"{drive}/items/{put(graph, library(graph, group), 'x.txt', b'1')['id']}"
    inside = {"recipients": [{"email": address("camille.exemple")}], "roles": ["read"]}
    graph.post(f"{path}/invite", json=inside)
    made = created(graph, f"{path}/createLink", {"type": "view", "scope": "organization"})["id"]
    graph.get(f"{path}/permissions")
    graph.get(f"{path}/permissions/{made}")
    graph.delete(f"{path}/permissions/{made}")
    graph.get(f"{drive}/root/permissions")
    graph.post(f"{drive}/root/createLink", json={"type": "view"})
    outside = graph.post(f"{drive}/root/createLink", json={"type": "view", "scope": "anonymous"})
    assert error_of(outside) == (403, "accessDenied")


def sites(graph: httpx.Client, _user: str, group: str) -> None:
    path = f"/sites/{values(graph.get(f'/groups/{group}/sites'))[0]['id']}"
    graph.get("/sites?search=cellule")
    round_of(graph, "/sites/delta")
    lists = f"{path}/lists/{values(graph.get(f'{path}/lists'))[0]['id']}"
    graph.get(lists)
    graph.get(f"{lists}/items")
    application = {"application": {"id": "x", "displayName": "Sauvegarde"}}
    body = {"roles": ["write"], "grantedToIdentities": [application]}
    made = created(graph, f"{path}/permissions", body)["id"]
    graph.get(f"{path}/permissions")
    graph.get(f"{path}/permissions/{made}")
    graph.delete(f"{path}/permissions/{made}")


def team(graph: httpx.Client, user: str, group: str) -> None:
    graph.put(f"/groups/{group}/team", json={})
    path = f"/teams/{group}"
    member = {
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": ["owner"],
        "user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{user}')",
    }
    created(graph, f"{path}/members", member)
    graph.get(f"{path}/members")
    channel = created(graph, f"{path}/channels", {"displayName": "Nuit"})["id"]
    graph.get(f"{path}/channels/{channel}")
    graph.delete(f"{path}/channels/{channel}")
    graph.post(f"{path}/archive", json={})
    graph.get(f"{path}/operations")


@pytest.mark.parametrize(("method", "template"), sorted(MAIL_AND_FILES))
def test_what_is_served_is_described_or_known_not_to_be(
    description: Selective, method: str, template: str
) -> None:
    assert description.has(method, template) is not is_undescribed(method, template)


def test_every_request_that_is_served_was_answered_with_success(walk: Walk) -> None:
    assert MAIL_AND_FILES - walk.succeeded == set()


def test_every_answer_is_one_the_description_allows(walk: Walk) -> None:
    assert walk.wrong == []
    assert len(walk.refused) >= 10
