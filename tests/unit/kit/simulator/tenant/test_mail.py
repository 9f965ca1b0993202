"""Mail: folders, messages kept as MIME and shown as JSON, drafts, deletion, changes."""

import base64
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of, user_body
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    Start,
    address,
    letter,
    names,
    person,
    round_of,
    send,
    values,
)

NOT_FOUND = (404, "ErrorItemNotFound")
NO_MAILBOX = (404, "MailboxNotEnabledForRESTAPI")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def graph(start: Start, clock: Clock) -> httpx.Client:
    return start(roles=WORKING_ROLES, clock=clock)


def subjects(answer: httpx.Response) -> list[str]:
    return [message["subject"] for message in values(answer)]


def inbox(graph: httpx.Client, user: str, **options: str) -> list[dict[str, Any]]:
    return values(graph.get(f"/users/{user}/mailFolders/inbox/messages", params=options))


def test_without_a_mailbox_nothing_of_it_answers(start: Start, clock: Clock) -> None:
    graph = start(roles=WORKING_ROLES, clock=clock, behaviour=replace(INSTANT, mailbox_delay=60))
    user = person(graph)
    paths = ("mailFolders", "messages", "messages/delta", "settings/exchange", "mailFolders/inbox/messages")
    for path in paths:
        assert error_of(graph.get(f"/users/{user}/{path}")) == NO_MAILBOX
    assert (
        error_of(graph.post(f"/users/{user}/sendMail", json={"message": letter(address("x"))})) == NO_MAILBOX
    )
    clock.pass_seconds(60)
    assert [graph.get(f"/users/{user}/{path}").status_code for path in paths] == [200] * len(paths)


def test_a_message_is_sent_kept_and_read_in_every_form(graph: httpx.Client) -> None:
    sender, reader = person(graph, "anne"), person(graph, "bruno")
    note = base64.b64encode("Liste à jour".encode()).decode()
    attachment = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "liste.txt", "contentBytes": note}
    send(graph, sender, address("bruno"), subject="Évacuation – état", attachments=[attachment])
    (listed,) = inbox(graph, reader)
    assert (listed["subject"], listed["hasAttachments"], listed["isRead"]) == (
        "Évacuation – état",
        True,
        False,
    )
    assert listed["from"]["emailAddress"]["address"] == address("anne")
    assert listed["bodyPreview"] == "La cellule se réunit à 6 h."
    path = f"/users/{reader}/messages/{listed['id']}"
    one = graph.get(path).json()
    assert one["body"]["content"].strip() == "La cellule se réunit à 6 h."
    assert graph.get(f"/users/{reader}/mailFolders/inbox/messages/{listed['id']}").json()["id"] == one["id"]
    mime = graph.get(f"{path}/$value")
    assert mime.headers["Content-Type"] == "text/plain"
    parsed = message_from_bytes(mime.content, policy=policy.default)
    assert (parsed["Subject"], parsed["Message-ID"]) == ("Évacuation – état", one["internetMessageId"])
    (attached,) = values(graph.get(f"{path}/attachments"))
    assert (attached["name"], attached["contentBytes"], attached["size"]) == ("liste.txt", note, 13)
    assert subjects(graph.get(f"/users/{sender}/mailFolders/sentitems/messages")) == ["Évacuation – état"]
    assert graph.get(f"/users/{reader}/mailFolders/inbox").json()["unreadItemCount"] == 1


def test_what_is_sent_as_mime_arrives_unchanged(graph: httpx.Client) -> None:
    sender, reader = person(graph, "anne"), person(graph, "bruno")
    head = f"From: {address('anne')}\r\nTo: {address('bruno')}\r\n"
    mime = f"{head}Subject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n\r\nBonjour\r\n"
    text = base64.b64encode(mime.encode())
    answer = graph.post(f"/users/{sender}/sendMail", content=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 202
    (arrived,) = inbox(graph, reader)
    assert arrived["subject"] == "été"
    assert graph.get(f"/users/{reader}/messages/{arrived['id']}/$value").content == mime.encode()
    refused = graph.post(f"/users/{sender}/messages", content=b"%", headers={"Content-Type": "text/plain"})
    assert error_of(refused) == (400, "ErrorMimeContentInvalidBase64String")


def test_a_copy_of_what_is_sent_is_kept_only_if_wanted(graph: httpx.Client) -> None:
    user = person(graph)
    body = {"Message": letter("dehors@ailleurs.example"), "SaveToSentItems": False}
    assert graph.post(f"/users/{user}/sendMail", json=body).status_code == 202
    assert values(graph.get(f"/users/{user}/messages")) == []


def test_lists_are_ordered_filtered_counted_and_read_in_pages(graph: httpx.Client, clock: Clock) -> None:
    user = person(graph)
    for number in range(12):
        send(graph, user, address("camille.exemple"), subject=f"n{number}")
        clock.pass_seconds(60)
    path = f"/users/{user}/mailFolders/inbox/messages"
    first = graph.get(path)
    assert subjects(first) == [f"n{number}" for number in range(11, 1, -1)]
    assert subjects(graph.get(first.json()["@odata.nextLink"])) == ["n1", "n0"]
    oldest = graph.get(path, params={"$orderby": "receivedDateTime asc", "$top": "3", "$skip": "1"})
    assert subjects(oldest) == ["n1", "n2", "n3"]
    moment = values(graph.get(path, params={"$orderby": "receivedDateTime", "$top": "5"}))[4][
        "receivedDateTime"
    ]
    filtered = graph.get(
        path, params={"$filter": f"receivedDateTime lt {moment} and isRead eq false", "$count": "true"}
    )
    assert (subjects(filtered), filtered.json()["@odata.count"]) == (["n3", "n2", "n1", "n0"], 4)
    slim = values(graph.get(path, params={"$select": "subject", "$top": "1"}))[0]
    assert {name for name in slim if "@" not in name} == {"subject", "id"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"$filter": "receivedDateTime lt yesterday"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "isRead eq 'x'"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "id; DROP TABLE messages"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "colour eq true"}, "BadRequest"),
        ({"$orderby": "colour"}, "BadRequest"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(
    graph: httpx.Client, options: dict[str, str], code: str
) -> None:
    assert error_of(graph.get(f"/users/{person(graph)}/messages", params=options)) == (400, code)


def test_drafts_are_kept_where_asked(graph: httpx.Client) -> None:
    user = person(graph)
    draft = created(graph, f"/users/{user}/messages", letter(importance="high"))
    assert (draft["isDraft"], draft["importance"]) == (True, "high")
    assert draft["parentFolderId"] == graph.get(f"/users/{user}/mailFolders/drafts").json()["id"]
    kept = created(graph, f"/users/{user}/mailFolders/archive/messages", letter())
    assert [one["id"] for one in values(graph.get(f"/users/{user}/mailFolders/archive/messages"))] == [
        kept["id"]
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "blue"}, "RequestBodyRead"),
        ({"subject": 4}, "RequestBodyRead"),
        ({"subject": "a\nBcc: x@y.example"}, "ErrorInvalidRequest"),
        ({"body": "text"}, "RequestBodyRead"),
        ({"toRecipients": "x@y.example"}, "RequestBodyRead"),
        ({"toRecipients": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({"toRecipients": [{"address": "x@y.example"}]}, "ErrorInvalidRecipients"),
        ({"attachments": [{"@odata.type": "#microsoft.graph.itemAttachment"}]}, "ErrorInvalidRequest"),
        ({"attachments": [{"name": "x", "contentBytes": "%"}]}, "RequestBodyRead"),
        ({"internetMessageHeaders": [{"name": "Bcc", "value": "x"}]}, "InvalidInternetMessageHeader"),
    ],
)
def test_a_message_that_breaks_a_rule_is_not_kept(
    graph: httpx.Client, changes: dict[str, Any], code: str
) -> None:
    user = person(graph)
    assert error_of(graph.post(f"/users/{user}/messages", json=letter(**changes))) == (400, code)
    assert values(graph.get(f"/users/{user}/messages")) == []


def test_deletion_goes_by_way_of_deleted_items(graph: httpx.Client) -> None:
    user = person(graph)
    send(graph, user, address("camille.exemple"))
    (message,) = inbox(graph, user)
    assert graph.delete(f"/users/{user}/messages/{message['id']}").status_code == 204
    assert error_of(graph.get(f"/users/{user}/messages/{message['id']}")) == NOT_FOUND
    (moved,) = values(graph.get(f"/users/{user}/mailFolders/deleteditems/messages"))
    assert graph.delete(f"/users/{user}/messages/{moved['id']}").status_code == 204
    assert subjects(graph.get(f"/users/{user}/messages")) == ["Point de situation"]  # the sent one
    (last,) = values(graph.get(f"/users/{user}/mailFolders/recoverableitemsdeletions/messages"))
    assert graph.post(f"/users/{user}/messages/{last['id']}/permanentDelete").status_code == 204
    assert values(graph.get(f"/users/{user}/mailFolders/recoverableitemsdeletions/messages")) == []


def test_a_message_is_found_in_its_own_mailbox_and_folder_only(graph: httpx.Client) -> None:
    user, other = person(graph, "anne"), person(graph, "bruno")
    send(graph, user, address("anne"))
    (message,) = inbox(graph, user)
    for path in (
        f"/users/{other}/messages/{message['id']}",
        f"/users/{user}/mailFolders/drafts/messages/{message['id']}",
        f"/users/{user}/messages/none",
        f"/users/{user}/mailFolders/none/messages",
    ):
        assert error_of(graph.get(path)) == NOT_FOUND


def test_folders_are_made_found_and_deleted_with_what_is_in_them(graph: httpx.Client) -> None:
    user = person(graph)
    base = f"/users/{user}/mailFolders"
    outer = created(graph, base, {"displayName": "Crue 2026"})
    inner = created(graph, f"{base}/{outer['id']}/childFolders", {"displayName": "Réponses"})
    created(graph, base, {"displayName": "Caché", "isHidden": True})
    assert error_of(graph.post(base, json={"displayName": "crue 2026"})) == (409, "ErrorFolderExists")
    assert error_of(graph.post(base, json={"displayName": ""})) == (400, "ErrorInvalidRequest")
    assert names(graph.get(base))[-1] == "Crue 2026"
    assert "Caché" in names(graph.get(base, params={"includeHiddenFolders": "true"}))
    assert names(graph.get(f"{base}/{outer['id']}/childFolders")) == ["Réponses"]
    assert graph.get(f"{base}/{outer['id']}").json()["childFolderCount"] == 1
    created(graph, f"{base}/{inner['id']}/messages", letter())
    assert error_of(graph.delete(f"{base}/inbox")) == (400, "ErrorDeleteDistinguishedFolder")
    assert graph.post(f"{base}/{outer['id']}/permanentDelete").status_code == 204
    assert error_of(graph.get(f"{base}/{inner['id']}")) == NOT_FOUND
    assert values(graph.get(f"/users/{user}/messages")) == []


def test_changes_of_a_folder_are_told_once_each(graph: httpx.Client) -> None:
    user = person(graph)
    for number in range(3):
        send(graph, user, address("camille.exemple"), subject=f"n{number}")
    path = f"/users/{user}/mailFolders/inbox/messages/delta"
    whole, link = round_of(graph, f"{path}?$top=2&$select=subject")
    assert sorted(message["subject"] for message in whole) == ["n0", "n1", "n2"]
    assert round_of(graph, link)[0] == []
    gone = next(message["id"] for message in whole if message["subject"] == "n1")
    graph.delete(f"/users/{user}/messages/{gone}")
    send(graph, user, address("camille.exemple"), subject="n3")
    later, link = round_of(graph, link)
    assert [message.get("subject") for message in later] == ["n3", None]
    assert later[-1] == {"@removed": {"reason": "deleted"}, "id": gone}
    assert round_of(graph, link)[0] == []


def test_what_leaves_while_pages_are_read_is_told(graph: httpx.Client) -> None:
    user = person(graph)
    for number in range(3):
        send(graph, user, address("camille.exemple"), subject=f"n{number}")
    path = f"/users/{user}/mailFolders/inbox/messages/delta()"
    first = graph.get(path, params={"$top": "2"}).json()
    gone = first["value"][0]["id"]
    graph.delete(f"/users/{user}/messages/{gone}")
    rest, _ = round_of(graph, first["@odata.nextLink"])
    assert {"@removed": {"reason": "deleted"}, "id": gone} in rest


def test_changes_of_folders_and_of_the_whole_mailbox_are_told(graph: httpx.Client) -> None:
    user = person(graph)
    base = f"/users/{user}/mailFolders"
    everything, link = round_of(graph, f"{base}/delta")
    assert len(everything) == 7
    made = created(graph, base, {"displayName": "Crue"})["id"]
    later, link = round_of(graph, link)
    assert [folder["displayName"] for folder in later] == ["Crue"]
    graph.delete(f"{base}/{made}")
    assert round_of(graph, link)[0] == [{"@removed": {"reason": "deleted"}, "id": made}]
    created(graph, f"/users/{user}/messages", letter())
    assert len(round_of(graph, f"/users/{user}/messages/delta")[0]) == 1


def test_a_token_that_is_too_old_or_of_another_folder_means_to_begin_again(
    graph: httpx.Client, clock: Clock
) -> None:
    user = person(graph)
    inbox_path = f"/users/{user}/mailFolders/inbox/messages/delta"
    _, link = round_of(graph, inbox_path)
    elsewhere = link.replace("/inbox/", "/drafts/")
    clock.pass_seconds(31 * 24 * 3600)
    graph.get("/organization")
    for stale in (link, elsewhere, f"{inbox_path}?$deltatoken=x"):
        answer = graph.get(stale)
        assert error_of(answer) == (410, "SyncStateNotFound")
        assert graph.get(answer.headers["Location"]).status_code == 200


def test_mail_survives_a_restart_and_goes_with_its_user(start: Start) -> None:
    graph = start(roles=WORKING_ROLES)
    user = person(graph)
    send(graph, user, address("camille.exemple"))
    graph.delete(f"/users/{user}")
    assert graph.delete(f"/directory/deletedItems/{user}").status_code == 204
    again = person(graph)
    assert values(graph.get(f"/users/{again}/messages")) == []


def test_reading_content_and_sending_need_their_own_permissions(start: Start) -> None:
    roles = {*WORKING_ROLES} - {"Mail.Read", "Mail.ReadWrite", "Mail.Send"} | {"Mail.ReadBasic.All"}
    graph = start(roles=sorted(roles))
    user = person(graph)
    assert graph.get(f"/users/{user}/messages").status_code == 200
    for answer in (
        graph.get(f"/users/{user}/messages/x/$value"),
        graph.post(f"/users/{user}/messages", json=letter()),
        graph.post(f"/users/{user}/sendMail", json={"message": letter(address("x"))}),
    ):
        assert error_of(answer) == (403, "ErrorAccessDenied")


def test_nobody_to_send_to_is_refused(graph: httpx.Client) -> None:
    user = person(graph)
    assert error_of(graph.post(f"/users/{user}/sendMail", json={"message": letter()})) == (
        400,
        "ErrorInvalidRecipients",
    )
    assert error_of(graph.post(f"/users/{user}/sendMail", json={})) == (400, "ErrorInvalidRequest")
    created(graph, "/users", user_body("sans.licence"))
    send(graph, user, address("sans.licence"))
