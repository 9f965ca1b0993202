"""A group's shared mailbox: what is sent to its address, in threads."""

import base64

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import created, error_of, group_body
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    Start,
    address,
    person,
    send,
    team_of,
    values,
)


@pytest.fixture
def graph(start: Start) -> httpx.Client:
    return start(roles=WORKING_ROLES)


def test_mail_to_a_group_becomes_a_thread_of_posts(graph: httpx.Client) -> None:
    anne, bruno = person(graph, "anne"), person(graph, "bruno")
    group = team_of(graph, anne)
    note = base64.b64encode(b"plan").decode()
    attachment = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "plan.pdf", "contentBytes": note}
    send(graph, anne, address("cellule"), subject="Routes")
    send(graph, bruno, address("cellule"), subject="RE: Routes", attachments=[attachment])
    send(graph, bruno, address("CELLULE"), subject="Gymnase")
    threads = {thread["topic"]: thread for thread in values(graph.get(f"/groups/{group}/threads"))}
    assert set(threads) == {"Routes", "Gymnase"}
    assert (threads["Routes"]["hasAttachments"], len(threads["Routes"]["uniqueSenders"])) == (True, 2)
    path = f"/groups/{group}/threads/{threads['Routes']['id']}"
    assert graph.get(path).json()["topic"] == "Routes"
    first, second = values(graph.get(f"{path}/posts"))
    assert first["from"]["emailAddress"]["address"] == address("anne")
    assert first["body"]["content"].strip() == "La cellule se réunit à 6 h."
    assert graph.get(f"{path}/posts/{second['id']}").json()["hasAttachments"] is True
    (attached,) = values(graph.get(f"{path}/posts/{second['id']}/attachments"))
    assert (attached["name"], attached["contentBytes"]) == ("plan.pdf", note)


def test_what_is_no_conversation_is_refused(graph: httpx.Client) -> None:
    group = team_of(graph, person(graph))
    assert error_of(graph.get(f"/groups/{group}/threads/none")) == (404, "ErrorItemNotFound")
    assert error_of(graph.get(f"/groups/{group}/threads/none/posts")) == (404, "ErrorItemNotFound")
    body = group_body("", "droits", mailEnabled=False, securityEnabled=True, groupTypes=[])
    security = created(graph, "/groups", body)["id"]
    assert error_of(graph.get(f"/groups/{security}/threads")) == (400, "ErrorGroupsAccessDenied")


def test_threads_go_with_a_purged_group(graph: httpx.Client) -> None:
    user = person(graph)
    group = team_of(graph, user)
    send(graph, user, address("cellule"))
    graph.delete(f"/groups/{group}")
    assert error_of(graph.get(f"/groups/{group}/threads")) == (404, "Request_ResourceNotFound")
    graph.delete(f"/directory/deletedItems/{group}")
    again = team_of(graph, user)
    assert values(graph.get(f"/groups/{again}/threads")) == []
