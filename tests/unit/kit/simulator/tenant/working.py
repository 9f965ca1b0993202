"""Owns what tests of mail and files need: an application that may do it, people with licences, a group."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.unit.kit.simulator.tenant.running import DOMAIN, E3, ROLES, created, group_body, user_body

Start = Callable[..., httpx.Client]
WORKING_ROLES = (
    *ROLES,
    "Mail.ReadWrite",
    "Mail.Send",
    "MailboxFolder.Read.All",
    "MailboxItem.ImportExport.All",
    "Group-Conversation.Read.All",
    "TeamMember.ReadWrite.All",
    "Sites.FullControl.All",
)
STEP = 320 * 1024


def person(graph: httpx.Client, name: str = "camille.exemple") -> str:
    """A user with a licence; gives the id."""
    key = str(created(graph, "/users", user_body(name))["id"])
    body = {"addLicenses": [{"skuId": E3, "disabledPlans": []}], "removeLicenses": []}
    assert graph.post(f"/users/{key}/assignLicense", json=body).status_code == 200
    return key


def team_of(graph: httpx.Client, owner: str, nickname: str = "cellule") -> str:
    """A group with an owner; gives the id."""
    return str(created(graph, "/groups", group_body(str(graph.base_url), nickname, (owner,)))["id"])


def library(graph: httpx.Client, group: str) -> str:
    """The id of a group's document library."""
    return str(graph.get(f"/groups/{group}/drive").json()["id"])


def address(name: str) -> str:
    """The mail address of a user or group of that name."""
    return f"{name}@{DOMAIN}"


def letter(*recipients: str, **changes: Any) -> dict[str, Any]:
    """A message as JSON."""
    return {
        "subject": "Point de situation",
        "body": {"contentType": "Text", "content": "La cellule se réunit à 6 h."},
        "toRecipients": [{"emailAddress": {"address": each}} for each in recipients],
        **changes,
    }


def send(graph: httpx.Client, sender: str, *recipients: str, **changes: Any) -> None:
    """Send a message."""
    answer = graph.post(f"/users/{sender}/sendMail", json={"message": letter(*recipients, **changes)})
    assert (answer.status_code, answer.content) == (202, b"")


def values(answer: httpx.Response) -> list[dict[str, Any]]:
    """What a collection's page holds."""
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def names(answer: httpx.Response) -> list[str]:
    """Names of the items, or of the folders, on a page."""
    return [item.get("name") or item["displayName"] for item in values(answer)]


def put(graph: httpx.Client, drive: str, path: str, content: bytes) -> dict[str, Any]:
    """Write a file; gives its item."""
    answer = graph.put(f"/drives/{drive}/root:/{path}:/content", content=content)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def content_of(graph: httpx.Client, path: str, **headers: str) -> httpx.Response:
    """What the address of a redirection gives to somebody without a token."""
    redirection = graph.get(path)
    assert redirection.status_code == 302, redirection.text
    return bare(graph).get(redirection.headers["Location"], headers=headers)


def bare(graph: httpx.Client) -> httpx.Client:
    """The same client without its token."""
    # The transport is the one that trusts this tenant.
    return httpx.Client(transport=graph._transport, timeout=20, trust_env=False)


def round_of(graph: httpx.Client, link: str) -> tuple[list[dict[str, Any]], str]:
    """Everything of one round of change tracking, and the link of the next."""
    found: list[dict[str, Any]] = []
    while True:
        body: Mapping[str, Any] = graph.get(link).json()
        found += body["value"]
        if "@odata.deltaLink" in body:
            return found, str(body["@odata.deltaLink"])
        link = body["@odata.nextLink"]
