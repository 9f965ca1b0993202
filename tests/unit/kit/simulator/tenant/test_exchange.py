"""Mailboxes as their administrator sees them: folders, items, exports."""

import base64

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import TENANT_ID, created, error_of
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    Start,
    letter,
    names,
    person,
    values,
)


@pytest.fixture
def graph(start: Start) -> httpx.Client:
    return start(roles=WORKING_ROLES)


def mailbox(graph: httpx.Client, user: str) -> str:
    key = graph.get(f"/users/{user}/settings/exchange").json()["primaryMailboxId"]
    return f"/admin/exchange/mailboxes/{key}"


def test_a_mailbox_is_walked_and_exported(graph: httpx.Client) -> None:
    user = person(graph)
    for number in range(12):
        created(graph, f"/users/{user}/messages", letter(subject=f"n{number}"))
    path = mailbox(graph, user)
    folders = graph.get(f"{path}/folders")
    assert "Inbox" in names(folders)
    drafts = next(one for one in values(folders) if one["displayName"] == "Drafts")
    assert drafts["totalItemCount"] == 12
    below = f"/users/{user}/mailFolders/drafts/childFolders"
    created(graph, below, {"displayName": "Modèles"})
    assert names(graph.get(f"{path}/folders/{drafts['id']}/childFolders")) == ["Modèles"]
    first = graph.get(f"{path}/folders/{drafts['id']}/items")
    second = graph.get(first.json()["@odata.nextLink"])
    keys = [item["id"] for item in values(first) + values(second)]
    assert (len(values(first)), len(set(keys))) == (10, 12)
    item = graph.get(f"{path}/folders/{drafts['id']}/items/{keys[0]}").json()
    assert (item["type"], item["size"] > 100) == ("IPM.Note", True)
    *exported, missing = graph.post(f"{path}/exportItems", json={"itemIds": [*keys, "none"]}).json()["value"]
    assert [one["itemId"] for one in exported] == keys
    streams = [base64.b64decode(one["data"], validate=True) for one in exported]
    assert all(b"Subject" not in stream for stream in streams)
    assert missing["error"]["code"] == "ErrorItemNotFound"


@pytest.mark.parametrize("keys", [[], ["x"] * 21, "x", None])
def test_an_export_takes_up_to_twenty_items(graph: httpx.Client, keys: object) -> None:
    answer = graph.post(f"{mailbox(graph, person(graph))}/exportItems", json={"itemIds": keys})
    assert error_of(answer) == (400, "ErrorInvalidRequest")


def test_another_mailbox_is_not_reached(graph: httpx.Client) -> None:
    user = person(graph)
    drafts = graph.get(f"/users/{user}/mailFolders/drafts").json()["id"]
    path = f"{mailbox(graph, user)}/folders"
    assert error_of(graph.get(f"{path}/{drafts}/items/none")) == (404, "ErrorItemNotFound")
    for key in (f"MBX:{user}@{TENANT_ID}x", f"MBX:none@{TENANT_ID}", "none"):
        answer = graph.get(f"/admin/exchange/mailboxes/{key}/folders")
        assert error_of(answer) == (404, "Request_ResourceNotFound")
