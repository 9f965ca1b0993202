"""A group's conversations become mails that any program opens, and what the service said of them."""

import base64
import csv
import json
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.graph import groups
from kit.graph.errors import GraphNotFound
from kit.graph.filing import tag
from kit.graph.permissions import NEEDED_ROLES
from kit.graph.threads import ThreadExport, composed, export_threads
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import CLIENT_ID, DOMAIN, Json, ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_groups import spec
from tests.unit.kit.graph.test_mail import licensed_user

Export = Callable[["Group"], ThreadExport]
POSTED = "2026-01-31T23:59:59Z"


def post(identity: str, **more: object) -> Json:
    return {
        "id": identity,
        "receivedDateTime": POSTED,
        "hasAttachments": False,
        "body": {"contentType": "html", "content": "<p>L’eau est coupée.</p>"},
        "from": {"emailAddress": {"name": "Mairie d’Essai", "address": "mairie@essai.example"}},
        **more,
    }


def attachment(name: str, content: bytes, media_type: str = "application/pdf") -> Json:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": name,
        "name": name,
        "contentType": media_type,
        "size": len(content),
        "contentBytes": base64.b64encode(content).decode(),
    }


class Group:
    """Answers for the conversations of group "g": posts by thread, attachments by post."""

    def __init__(self, topics: dict[str, str], posts: dict[str, list[Json]]) -> None:
        self.topics, self.posts = topics, posts
        self.attachments: dict[str, list[Json]] = {}
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match request.url.path.removeprefix("/v1.0/groups/g/").split("/"):
            case ["threads"]:
                return self._listed([{"id": key, "topic": topic} for key, topic in self.topics.items()])
            case ["threads", thread, "posts"]:
                return self._listed(self.posts[thread])
            case ["threads", _thread, "posts", identity, "attachments"]:
                if identity not in self.attachments:
                    return refusal(403, "ErrorAccessDenied")
                return self._listed(self.attachments[identity])
        raise AssertionError(request.url)

    @staticmethod
    def _listed(items: list[Json]) -> httpx.Response:
        return httpx.Response(200, json={"value": items})


@pytest.fixture
def export(application: tuple[Path, Path], time: VirtualTime, tmp_path: Path) -> Export:
    def run(group: Group) -> ThreadExport:
        with group.tenant.graph(application, time, patience=0.0) as graph:
            return export_threads(graph, "g", tmp_path / "export")

    return run


def rows(tmp_path: Path) -> list[Json]:
    with (tmp_path / "export/posts.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def opened(mail: bytes) -> EmailMessage:
    """As a mail program reads it."""
    return message_from_bytes(mail, policy=default)


def test_each_post_is_a_mail_and_what_the_service_said(export: Export, tmp_path: Path) -> None:
    group = Group(
        {"t1": "Eau potable ?", "t2": "Écoles"}, {"t1": [post("p1"), post("p2")], "t2": [post("p3")]}
    )
    found = export(group)
    listed = {row["path"]: row for row in rows(tmp_path)}
    path = f"threads/Eau potable _ {tag('t1')}/20260131T235959Z {tag('p1')}.eml"
    assert len(listed) == found.posts == 3
    assert found.bytes == sum((tmp_path / "export" / path).stat().st_size for path in listed)
    mail = opened((tmp_path / "export" / path).read_bytes())
    assert mail["From"] == "Mairie d’Essai <mairie@essai.example>"
    assert mail["Subject"] == "Eau potable ?"
    assert mail["Date"].datetime.isoformat() == "2026-01-31T23:59:59+00:00"
    assert mail.get_content_type() == "text/html"
    assert mail.get_content().strip() == "<p>L’eau est coupée.</p>"
    told = json.loads((tmp_path / "export" / path).with_suffix(".json").read_bytes())
    assert told["post"] == group.posts["t1"][0]
    assert listed[path] | {"bytes": ""} == {
        "path": path,
        "topic": "Eau potable ?",
        "received": POSTED,
        "from": "mairie@essai.example",
        "files": "0",
        "complete": "yes",
        "bytes": "",
    }


def test_attached_files_are_in_the_mail_and_not_in_the_other_file(export: Export, tmp_path: Path) -> None:
    group = Group({"t": "Plan"}, {"t": [post("p", hasAttachments=True)]})
    group.attachments["p"] = [
        attachment("Plan é.pdf", b"%PDF\x00\xff"),
        attachment("vide.txt", b"", "text/plain"),
    ]
    assert export(group).incomplete == 0
    (path,) = (tmp_path / "export/threads").rglob("*.eml")
    files = list(opened(path.read_bytes()).iter_attachments())
    assert [(file.get_filename(), file.get_content()) for file in files] == [
        ("Plan é.pdf", b"%PDF\x00\xff"),
        ("vide.txt", b""),
    ]
    assert files[0].get_content_type() == "application/pdf"
    told = json.loads(path.with_suffix(".json").read_bytes())
    assert [one["name"] for one in told["attachments"]] == ["Plan é.pdf", "vide.txt"]
    assert "contentBytes" not in path.with_suffix(".json").read_text()


@pytest.mark.parametrize("link", [False, True], ids=["refused", "not a file"])
def test_a_post_whose_attachments_cannot_be_had_is_kept_and_counted(
    export: Export, tmp_path: Path, link: bool
) -> None:
    group = Group({"t": "Plan"}, {"t": [post("p", hasAttachments=True), post("q")]})
    if link:
        group.attachments["p"] = [{"@odata.type": "#microsoft.graph.referenceAttachment", "name": "plan"}]
    found = export(group)
    assert (found.posts, found.incomplete) == (2, 1)
    assert [row["complete"] for row in rows(tmp_path)] == ["no", "yes"]


def test_a_repeated_export_gives_the_same_files(export: Export, tmp_path: Path) -> None:
    group = Group({"t": "Plan", "u": "Plan"}, {"t": [post("p")], "u": [post("q")]})
    first = export(group)
    names = sorted(tmp_path.rglob("*"))
    assert export(group) == first
    assert sorted(tmp_path.rglob("*")) == names


def test_names_lead_nowhere(export: Export, tmp_path: Path) -> None:
    group = Group({"t": "../../../etc"}, {"t": [post("p", hasAttachments=True)]})
    group.attachments["p"] = [attachment("../../up\r\nBcc: x.sh", b"x")]
    export(group)
    assert {path.name for path in tmp_path.iterdir()} == {"export"}
    assert {path.name for path in (tmp_path / "export").iterdir()} == {"threads", "posts.csv"}
    (path,) = (tmp_path / "export/threads").rglob("*.eml")
    assert [file.get_filename() for file in opened(path.read_bytes()).iter_attachments()] == [
        ".._.._up Bcc_ x.sh"
    ]


def test_a_group_that_is_not_there_is_told(
    application: tuple[Path, Path], time: VirtualTime, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(404))
    with tenant.graph(application, time, patience=0.0) as graph, pytest.raises(GraphNotFound):
        export_threads(graph, "g", tmp_path)


@pytest.mark.parametrize(
    "kind", ["message/rfc822", "multipart/mixed", "text/html", "nonsense", "a/b; c=\r\nd", "", None]
)
def test_files_of_any_kind_stay_what_they_are(kind: str | None) -> None:
    file = attachment("x", b"Subject: inner\r\n\r\n\xff\x00") | {"contentType": kind}
    (found,) = opened(composed("t", post("p"), [file])).iter_attachments()
    assert found.get_content() == b"Subject: inner\r\n\r\n\xff\x00"
    assert found.get_content_type() == "application/octet-stream"


TEXT = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from(
        ["a\r\nBcc: x@y.example", "\ud800", '"', "<>", "a@", "é@x.example", "a.b@x.example", "=?utf-8?q?"]
    ),
)


def test_an_address_that_no_mail_can_bear_is_shown() -> None:
    sender = {"emailAddress": {"name": "Maire", "address": "/O=EXCHANGE/CN=maire"}}
    mail = opened(composed("Plan", post("p", **{"from": sender}), []))
    assert mail["From"] == "Maire /O=EXCHANGE/CN=maire <unknown@sender.invalid>"


@given(TEXT, TEXT, TEXT, TEXT, st.sampled_from(["html", "text", "HTML", None]))
def test_whatever_is_written_in_a_post_it_becomes_one_mail(
    topic: str | None, name: str | None, address: str | None, content: str | None, kind: str | None
) -> None:
    sender = {"emailAddress": {"name": name, "address": address}}
    body = {"contentType": kind, "content": content}
    mail = opened(composed(topic or "", post("p", **{"from": sender, "body": body}), []))
    assert set(mail.keys()) <= {
        "From",
        "Subject",
        "Date",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
    assert not mail.defects


@pytest.mark.parametrize("absent", ["from", "body", "receivedDateTime"])
def test_a_post_that_lacks_something_is_a_mail(absent: str) -> None:
    assert opened(composed("Plan", post("p", **{absent: None}), []))["Subject"] == "Plan"


def test_conversations_of_the_simulated_tenant(
    live: LiveTenant, application: tuple[Path, Path], tmp_path: Path
) -> None:
    roles = [*(role.name for role in NEEDED_ROLES), "Mail.Send"]
    live.server.register_app(CLIENT_ID, application[1].read_text(), roles)
    user = licensed_user(live)
    group = groups.ensure_group(live.graph, spec((user,)), deadline_s=30)
    for subject in ("Eau potable", "Écoles"):
        message = {
            "subject": subject,
            "body": {"contentType": "text", "content": f"À propos : {subject}"},
            "toRecipients": [{"emailAddress": {"address": f"{spec((user,)).nickname}@{DOMAIN}"}}],
            "attachments": [attachment("plan.pdf", b"%PDF")],
        }
        live.graph.post(f"/users/{user}/sendMail", {"message": message})
    found = export_threads(live.graph, group, tmp_path / "export")
    assert (found.posts, found.incomplete) == (2, 0)
    mails = [opened(path.read_bytes()) for path in (tmp_path / "export/threads").rglob("*.eml")]
    assert {mail["Subject"] for mail in mails} == {"Eau potable", "Écoles"}
    assert {file.get_content() for mail in mails for file in mail.iter_attachments()} == {b"%PDF"}
