"""Mailbox items as Exchange keeps them: all of them, twenty a call, and again where it stopped."""

import base64
import csv
import json
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from kit.graph.archives import ItemExport, export_items
from kit.graph.errors import GraphForbidden, GraphNotFound
from kit.graph.filing import tag
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import Json, ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_mail import licensed_user
from tests.unit.kit.graph.test_users import spec

Export = Callable[["Exchange"], ItemExport]
MAILBOX = "MBX:e0643f21@a7809c93"
#: Bytes whose base64 has both characters that base64url writes otherwise.
STREAM = b"\xfb\xff\xfe stream of "


def content(identity: str) -> bytes:
    return STREAM + identity.encode()


class Exchange:
    """Answers for the user "u"; `flat` says whether the list of folders has those in folders too."""

    def __init__(
        self, items: dict[str, list[str]], *, below: dict[str, str] | None = None, flat: bool = True
    ) -> None:
        self.items, self.flat = items, flat
        self.parents = dict.fromkeys(items, "root") | (below or {})
        self.sizes: dict[str, int] = {}
        self.errors: dict[str, str] = {}
        self.encode: Callable[[bytes], bytes] = base64.b64encode
        self.calls: list[list[str]] = []
        #: done while a call is under way
        self.arrived: Callable[[], object] = lambda: None
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode().partition("?")[0]).removeprefix("/v1.0")
        if path == "/users/u/settings/exchange":
            return httpx.Response(200, json={"primaryMailboxId": MAILBOX})
        match path.removeprefix(f"/admin/exchange/mailboxes/{MAILBOX}/").split("/"):
            case ["folders"]:
                shown = [name for name, parent in self.parents.items() if self.flat or parent == "root"]
                return httpx.Response(200, json={"value": [self._folder(name) for name in shown]})
            case ["folders", above, "childFolders"]:
                shown = [name for name, parent in self.parents.items() if parent == above]
                return httpx.Response(200, json={"value": [self._folder(name) for name in shown]})
            case ["folders", name, "items"]:
                listed = [
                    {"id": i, "type": "IPM.Note", "size": self.sizes.get(i, 9)} for i in self.items[name]
                ]
                return httpx.Response(200, json={"value": listed})
            case ["exportItems"]:
                call = json.loads(request.content)["itemIds"]
                self.calls.append(call)
                self.arrived()
                return httpx.Response(200, json={"value": [self._exported(i) for i in reversed(call)]})
        raise AssertionError(request.url)

    def _folder(self, name: str) -> Json:
        children = sum(parent == name for parent in self.parents.values())
        return {
            "id": name,
            "displayName": name,
            "parentFolderId": self.parents[name],
            "childFolderCount": children,
        }

    def _exported(self, identity: str) -> Json:
        if identity in self.errors:
            return {"itemId": identity, "error": {"code": self.errors[identity], "message": "No."}}
        return {"itemId": identity, "changeKey": "k", "data": self.encode(content(identity)).decode()}


@pytest.fixture
def export(application: tuple[Path, Path], time: VirtualTime, tmp_path: Path) -> Export:
    def run(exchange: Exchange) -> ItemExport:
        with exchange.tenant.graph(application, time, patience=0.0) as graph:
            return export_items(graph, "u", tmp_path / "export")

    return run


def rows(tmp_path: Path) -> list[Json]:
    with (tmp_path / "export/items.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "encode", [base64.b64encode, base64.urlsafe_b64encode, lambda data: base64.b64encode(data).rstrip(b"=")]
)
def test_every_item_is_on_disk_as_the_service_sent_it(
    export: Export, tmp_path: Path, encode: Callable[[bytes], bytes]
) -> None:
    exchange = Exchange({"Inbox": [f"m{n}" for n in range(45)], "Calendar": ["c"], "Empty": []})
    exchange.encode = encode
    found = export(exchange)
    assert found == ItemExport(46, sum(len(content(row["itemId"])) for row in rows(tmp_path)), 0)
    assert sorted(len(call) for call in exchange.calls) == [6, 20, 20]
    for row in rows(tmp_path):
        assert row["path"] == f"items/{tag(row['itemId'])}.bin"
        assert (tmp_path / "export" / row["path"]).read_bytes() == content(row["itemId"])
    assert rows(tmp_path)[-1] | {"path": ""} == {
        "path": "",
        "itemId": "c",
        "folder": "Calendar",
        "type": "IPM.Note",
        "size": "9",
        "bytes": str(len(content("c"))),
        "error": "",
    }


def test_an_item_that_is_refused_is_counted_and_listed(export: Export, tmp_path: Path) -> None:
    exchange = Exchange({"Inbox": ["good", "bad", "also good"]})
    exchange.errors["bad"] = "ErrorItemNotFound"
    assert export(exchange) == ItemExport(2, len(content("good") + content("also good")), 1)
    assert {row["itemId"]: (row["error"], bool(row["path"])) for row in rows(tmp_path)} == {
        "good": ("", True),
        "bad": ("ErrorItemNotFound", False),
        "also good": ("", True),
    }


@pytest.mark.parametrize("data", [b"", b"a", b"!!!!", "é".encode()])
def test_an_item_without_a_stream_that_can_be_read_is_counted(
    export: Export, tmp_path: Path, data: bytes
) -> None:
    exchange = Exchange({"Inbox": ["good", "lost"]})
    exchange.encode = lambda stream: data if stream.endswith(b"lost") else base64.b64encode(stream)
    assert export(exchange).failed == 1
    assert [row["error"] for row in rows(tmp_path)] == ["", "noData"]


def test_what_is_on_disk_is_not_asked_for_again(export: Export, tmp_path: Path) -> None:
    exchange = Exchange({"Inbox": [f"m{n}" for n in range(30)]})
    exchange.errors["m7"] = "ErrorInternalServerError"
    first = export(exchange)
    (tmp_path / "export/items" / f"{tag('m3')}.bin").unlink()
    exchange.calls.clear()
    exchange.errors.clear()
    assert export(exchange) == ItemExport(30, first.bytes + len(content("m7")), 0)
    assert exchange.calls == [["m3", "m7"]]


def test_big_items_are_asked_for_apart(export: Export) -> None:
    exchange = Exchange({"Inbox": ["a", "big", "b", "c"]})
    exchange.sizes["big"] = 100 * 2**20
    export(exchange)
    assert sorted(exchange.calls) == [["a"], ["b", "c"], ["big"]]


def test_calls_are_under_way_together_and_the_index_keeps_the_order(export: Export, tmp_path: Path) -> None:
    identities = [f"m{number}" for number in range(80)]
    exchange = Exchange({"Inbox": identities})
    meet = threading.Barrier(4)
    exchange.arrived = lambda: meet.wait(timeout=10)
    assert export(exchange).items == 80
    assert [row["itemId"] for row in rows(tmp_path)] == identities


def test_one_big_item_is_under_way_at_a_time(export: Export) -> None:
    exchange = Exchange({"Inbox": [f"big{number}" for number in range(6)]})
    exchange.sizes = dict.fromkeys(exchange.items["Inbox"], 100 * 2**20)
    under_way, most = list[None](), list[int]()

    def arrived() -> None:
        under_way.append(None)
        threading.Event().wait(0.005)
        most.append(len(under_way))
        under_way.pop()

    exchange.arrived = arrived
    assert export(exchange).items == 6
    assert max(most) == 1


@pytest.mark.parametrize("flat", [True, False])
def test_folders_in_folders_are_found_however_they_are_listed(export: Export, flat: bool) -> None:
    below = {"Mairie": "Inbox", "Écoles": "Mairie"}
    exchange = Exchange({"Inbox": ["a"], "Mairie": ["b"], "Écoles": ["c"]}, below=below, flat=flat)
    assert export(exchange).items == 3
    asked = [request for request in exchange.tenant.requests if request.url.path.endswith("childFolders")]
    assert len(asked) == (0 if flat else 2)


def test_what_a_search_folder_shows_is_exported_once(export: Export, tmp_path: Path) -> None:
    assert export(Exchange({"Inbox": ["a", "b"], "Unread": ["b"]})).items == 2
    assert len(rows(tmp_path)) == 2


@pytest.mark.parametrize(("status", "error"), [(404, GraphNotFound), (403, GraphForbidden)])
def test_a_refusal_of_the_mailbox_is_told(
    application: tuple[Path, Path], time: VirtualTime, tmp_path: Path, status: int, error: type[Exception]
) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(status))
    with tenant.graph(application, time, patience=0.0) as graph, pytest.raises(error):
        export_items(graph, "u", tmp_path / "export")


def test_items_of_the_simulated_tenant(live: LiveTenant, tmp_path: Path) -> None:
    user = licensed_user(live)
    live.server.fill_mailbox(spec(1).principal_name, messages=45, bytes_each=500)
    found = export_items(live.graph, user, tmp_path / "export")
    assert (found.items, found.failed) == (45, 0)
    assert found.bytes == sum(path.stat().st_size for path in (tmp_path / "export/items").iterdir())
    calls = [path for _method, path in live.recorder.writes() if path.endswith("/exportItems")]
    assert len(calls) == 3
