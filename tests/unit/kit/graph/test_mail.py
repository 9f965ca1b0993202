"""A mailbox becomes files: every message once, under names that are safe, and again where it stopped."""

import csv
import os
import threading
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from kit.graph import licences, users
from kit.graph.errors import GraphForbidden, GraphNotFound
from kit.graph.filing import tag
from kit.graph.limits import OUTLOOK_AT_ONCE
from kit.graph.mail import MailExport, Progress, export_mail, has_mailbox
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import Json, ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_users import spec

Export = Callable[..., MailExport]
Rows = Callable[[], list[Json]]
RECEIVED = "2026-01-31T23:59:59Z"


def folder(identity: str, name: str, *, messages: int = 0, **more: object) -> Json:
    return {
        "id": identity,
        "displayName": name,
        "totalItemCount": messages,
        **more,
    }


def message(identity: str, subject: str | None = "Bonjour", received: str = RECEIVED) -> Json:
    return {
        "id": identity,
        "subject": subject,
        "receivedDateTime": received,
        "internetMessageId": f"<{identity}@example.org>",
        "from": {"emailAddress": {"name": "A", "address": "a@example.org"}},
    }


class Mailbox:
    """Answers for the mailbox of user "u": folders by their parent, messages by their folder."""

    def __init__(self, folders: dict[str, list[Json]], messages: dict[str, list[Json]]) -> None:
        self.folders, self.messages = folders, messages
        self.refused: dict[str, httpx.Response] = {}
        #: done while a message is asked for
        self.asked: Callable[[str], object] = lambda _identity: None
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match (
            unquote(request.url.raw_path.decode().partition("?")[0]).removeprefix("/v1.0/users/u/").split("/")
        ):
            case ["mailFolders"]:
                assert request.url.params["includeHiddenFolders"] == "true"
                return self._page(request, self.folders.get("", []))
            case ["mailFolders", parent, "childFolders"]:
                assert request.url.params["includeHiddenFolders"] == "true"
                return self._page(request, self.folders.get(parent, []))
            case ["mailFolders", place, "messages"]:
                return self._page(request, self.messages.get(place, []))
            case ["messages", identity, "$value"]:
                self.asked(identity)
                if identity in self.refused:
                    return self.refused[identity]
                return httpx.Response(200, stream=httpx.ByteStream(mime(identity)))
        raise AssertionError(request.url)

    @staticmethod
    def _page(request: httpx.Request, items: list[Json]) -> httpx.Response:
        """Two a page."""
        begin = int(request.url.params.get("$skip", 0))
        body: Json = {"value": items[begin : begin + 2]}
        if begin + 2 < len(items):
            body["@odata.nextLink"] = str(request.url.copy_set_param("$skip", str(begin + 2)))
        return httpx.Response(200, json=body)

    def reads(self) -> list[str]:
        return [
            request.url.path.split("/")[-2]
            for request in self.tenant.requests
            if request.url.path.endswith("$value")
        ]


def mime(identity: str) -> bytes:
    return f"Subject: {identity}\r\n\r\nBody of {identity}".encode()


@pytest.fixture
def export(application: tuple[Path, Path], time: VirtualTime, tmp_path: Path) -> Export:
    def run(mailbox: Mailbox, progress: Progress | None = None) -> MailExport:
        with mailbox.tenant.graph(application, time, patience=0.0) as graph:
            return export_mail(graph, "u", tmp_path / "export", progress=progress)

    return run


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    def read() -> list[Json]:
        with (tmp_path / "export/messages.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


def paths(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_folder_and_page_is_exported_with_an_index(export: Export, rows: Rows, tmp_path: Path) -> None:
    mailbox = Mailbox(
        {
            "": [
                folder("in", "Boîte de réception"),
                folder("del", "Deleted Items"),
                folder("d", "Drafts"),
            ],
            "in": [folder("sub", "Mairie", isHidden=True)],
        },
        {
            "in": [message(f"m{n}") for n in range(5)],
            "sub": [message("s", "Réunion: 3 mai")],
            "del": [message("x")],
        },
    )
    found = export(mailbox)
    here = tmp_path / "export"
    assert found == MailExport(
        7, sum(len(mime(row["internetMessageId"][1:].partition("@")[0])) for row in rows()), 0
    )
    place = f"messages/Boîte de réception/Mairie/20260131T235959Z Réunion_ 3 mai {tag('s')}.eml"
    assert (here / place).read_bytes() == mime("s")
    assert paths(here) == {row["path"] for row in rows()} | {"messages.csv"}
    (row,) = (row for row in rows() if row["path"] == place)
    assert row == {
        "path": place,
        "folder": "Boîte de réception/Mairie",
        "internetMessageId": "<s@example.org>",
        "received": RECEIVED,
        "from": "a@example.org",
        "subject": "Réunion: 3 mai",
        "bytes": str(len(mime("s"))),
    }


def test_what_is_on_disk_is_not_read_again(export: Export, tmp_path: Path) -> None:
    mailbox = Mailbox({"": [folder("in", "Inbox")]}, {"in": [message(f"m{n}") for n in range(4)]})
    first = export(mailbox)
    names = paths(tmp_path / "export")
    next((tmp_path / "export/messages/Inbox").glob(f"*{tag('m2')}.eml")).unlink()
    mailbox.tenant.requests.clear()
    assert export(mailbox) == first
    assert mailbox.reads() == ["m2"]
    assert paths(tmp_path / "export") == names


def test_a_message_deleted_meanwhile_is_counted_and_no_error(
    export: Export, rows: Rows, tmp_path: Path
) -> None:
    mailbox = Mailbox({"": [folder("in", "Inbox")]}, {"in": [message("gone"), message("there")]})
    mailbox.refused["gone"] = refusal(404, "ErrorItemNotFound")
    assert export(mailbox) == MailExport(1, len(mime("there")), 1)
    assert [row["internetMessageId"] for row in rows()] == ["<there@example.org>"]
    assert len(paths(tmp_path / "export")) == 2


def test_another_refusal_ends_the_export_and_keeps_what_is_there(export: Export, tmp_path: Path) -> None:
    mailbox = Mailbox({"": [folder("in", "Inbox")]}, {"in": [message("one"), message("two")]})
    mailbox.refused["two"] = refusal(403, "ErrorAccessDenied")
    with pytest.raises(GraphForbidden):
        export(mailbox)
    mailbox.refused.clear()
    mailbox.tenant.requests.clear()
    assert export(mailbox).messages == 2
    assert mailbox.reads() == ["two"]


def test_a_user_without_a_mailbox_is_told_of(
    application: tuple[Path, Path], time: VirtualTime, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(404, "MailboxNotEnabledForRESTAPI"))
    with tenant.graph(application, time, patience=0.0) as graph, pytest.raises(GraphNotFound):
        export_mail(graph, "u", tmp_path / "export")


def test_search_folders_are_left_out(export: Export) -> None:
    search = folder("s", "Unread", messages=1) | {"@odata.type": "#microsoft.graph.mailSearchFolder"}
    mailbox = Mailbox({"": [folder("in", "Inbox"), search]}, {"in": [message("m")], "s": [message("m")]})
    assert export(mailbox).messages == 1


def test_names_lead_nowhere_and_hide_nothing(export: Export, rows: Rows, tmp_path: Path) -> None:
    first = f"20260131T235959Z Bonjour {tag('m')}.eml"
    mailbox = Mailbox(
        {
            "": [
                folder("1", "../../up"),
                folder("2", "INBOX"),
                folder("3", "Inbox"),
                folder("4", "con"),
            ],
            "1": [folder("5", ".."), folder("6", first), folder("7", "")],
        },
        {
            "1": [message("m"), message("M"), message("n", "../../../etc/cron.d/x"), message("o", None)],
            **{place: [message(f"in{place}", "=cmd|' /C calc'!A0\r\nBcc: x")] for place in "234567"},
        },
    )
    assert export(mailbox).messages == 10
    assert {path.name for path in tmp_path.iterdir()} == {"export"}
    assert {path.name for path in (tmp_path / "export").iterdir()} == {"messages", "messages.csv"}
    here = paths(tmp_path / "export")
    assert len({path.casefold() for path in here}) == 11
    assert all(len(part) <= 120 for path in here for part in path.split("/"))
    assert {row["path"] for row in rows()} == here - {"messages.csv"}


def test_mail_nested_too_deep_for_a_path_goes_to_the_top(export: Export, rows: Rows) -> None:
    depth = 200
    folders = {"": [folder("f0", "x" * 50)]}
    folders |= {f"f{n}": [folder(f"f{n + 1}", "y" * 50)] for n in range(depth)}
    assert export(Mailbox(folders, {f"f{depth}": [message("m")]})).messages == 1
    (row,) = rows()
    assert len(row["path"]) < 550
    assert row["folder"].count("/") == depth


def test_a_message_is_asked_for_while_as_many_as_outlook_takes_are_being_written(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox({"": [folder("in", "Inbox")]}, {"in": [message(f"m{n}") for n in range(20)]})
    lock, fifth, late = threading.Lock(), threading.Event(), list[bool]()
    asked, flush = list[str](), os.fsync

    def ask(identity: str) -> None:
        with lock:
            asked.append(identity)
            if len(asked) > OUTLOOK_AT_ONCE:
                fifth.set()

    def slow(descriptor: int) -> None:
        """A disk that writes nothing before the fifth message was asked for."""
        late.append(not fifth.wait(timeout=10))
        flush(descriptor)

    mailbox.asked = ask
    monkeypatch.setattr(os, "fsync", slow)
    assert export(mailbox).messages == 20
    assert not any(late)


@pytest.mark.parametrize("received", [None, "", "yesterday"])
def test_a_message_without_a_date_is_exported(export: Export, rows: Rows, received: str | None) -> None:
    mailbox = Mailbox({"": [folder("in", "Inbox")]}, {"in": [message("m") | {"receivedDateTime": received}]})
    assert export(mailbox).messages == 1
    assert rows()[0]["path"].startswith("messages/Inbox/undated Bonjour ")


def test_progress_is_told_message_by_message(export: Export) -> None:
    told: list[tuple[int, int]] = []
    mailbox = Mailbox({"": [folder("in", "Inbox", messages=3)]}, {"in": [message(f"m{n}") for n in range(4)]})
    mailbox.refused["m0"] = refusal(404, "ErrorItemNotFound")
    export(mailbox, lambda done, of: told.append((done, of)))
    # One more came since the folder was counted.
    assert told == [(1, 3), (2, 3), (3, 3), (4, 4)]


def test_a_mailbox_of_the_simulated_tenant(live: LiveTenant, tmp_path: Path) -> None:
    user = licensed_user(live)
    assert has_mailbox(live.graph, user)
    live.server.fill_mailbox(spec(1).principal_name, messages=60, bytes_each=500)
    found = export_mail(live.graph, user, tmp_path / "export")
    (inbox,) = (tmp_path / "export/messages").iterdir()
    mails = [path.read_bytes() for path in inbox.iterdir()]
    assert (found.messages, found.vanished, len(mails)) == (60, 0, 60)
    assert found.bytes == sum(map(len, mails))
    assert len({message_from_bytes(mail)["Message-ID"] for mail in mails}) == 60
    live.recorder.requests.clear()
    assert export_mail(live.graph, user, tmp_path / "export") == found
    assert not [path for _method, path, _body in live.recorder.graph_calls() if path.endswith("$value")]


def test_who_has_no_licence_has_no_mailbox(live: LiveTenant) -> None:
    (user,) = users.ensure_users(live.graph, [spec(1)], deadline_s=30).values()
    assert not has_mailbox(live.graph, user)


def licensed_user(live: LiveTenant) -> str:
    (user,) = users.ensure_users(live.graph, [spec(1)], deadline_s=30).values()
    licences.assign(live.graph, licences.left(live.graph, "SPE_E3").sku_id, [user])
    return user
