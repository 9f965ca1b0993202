"""A drive becomes folders and files: all of it, checked, and again where it stopped."""

import base64
import csv
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from kit.graph.client import Graph
from kit.graph.errors import GraphForbidden, GraphNotFound, GraphUnavailable
from kit.graph.files import FileExport, export_files, group_drive, user_drive
from kit.graph.filing import tag
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import Json, ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_mail import licensed_user
from tests.unit.kit.graph.test_users import spec

Export = Callable[["Drive"], FileExport]
CHANGED = "2026-01-31T23:59:59Z"
ROOT = {"id": "root", "name": "root", "root": {}, "folder": {}}


def folder(identity: str, name: str, parent: str = "root") -> Json:
    return {"id": identity, "name": name, "folder": {"childCount": 0}, "parentReference": {"id": parent}}


def file(identity: str, name: str, parent: str = "root", **more: object) -> Json:
    return {
        "id": identity,
        "name": name,
        "file": {"mimeType": "text/plain"},
        "size": len(content(identity)),
        "parentReference": {"id": parent},
        "lastModifiedDateTime": CHANGED,
        "webUrl": f"https://essai.example/{identity}",
        **more,
    }


def content(identity: str) -> bytes:
    return f"Content of {identity}".encode()


class Drive:
    """Answers for drive "d": what `delta` lists, two a page, and what is in the files."""

    def __init__(self, *items: Json) -> None:
        self.items = [ROOT, *items]
        self.now: dict[str, Json] = {}
        self.contents: dict[str, httpx.Response | bytes] = {}
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match unquote(request.url.path).removeprefix("/v1.0/drives/d/").split("/"):
            case ["root", "delta()"]:
                return self._page(request)
            case ["items", identity, "content"]:
                given = self.contents.get(identity, content(identity))
                if isinstance(given, httpx.Response):
                    return given
                return httpx.Response(200, stream=httpx.ByteStream(given))
            case ["items", identity]:
                listed = {item["id"]: item for item in self.items}
                return httpx.Response(200, json=self.now.get(identity, listed[identity]))
        raise AssertionError(request.url)

    def _page(self, request: httpx.Request) -> httpx.Response:
        begin = int(request.url.params.get("token", 0))
        body: Json = {"value": self.items[begin : begin + 2]}
        following = begin + 2 < len(self.items)
        link = "@odata.nextLink" if following else "@odata.deltaLink"
        body[link] = str(request.url.copy_set_param("token", str(begin + 2)))
        return httpx.Response(200, json=body)

    def reads(self) -> set[str]:
        asked = (unquote(request.url.path).split("/") for request in self.tenant.requests)
        return {path[-2] for path in asked if path[-1] == "content"}


@pytest.fixture
def export(application: tuple[Path, Path], time: VirtualTime, tmp_path: Path) -> Export:
    def run(drive: Drive) -> FileExport:
        with drive.tenant.graph(application, time, patience=0.0) as graph:
            return export_files(graph, "d", tmp_path / "export")

    return run


def rows(tmp_path: Path) -> list[Json]:
    with (tmp_path / "export/files.csv").open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def states(tmp_path: Path) -> dict[str, str]:
    return {row["id"]: row["state"] for row in rows(tmp_path)}


def test_the_tree_is_on_disk_with_an_index(export: Export, tmp_path: Path) -> None:
    # In a list of changes a folder may come after what is in it.
    drive = Drive(
        file("3", "Plan é.pdf", "2"),
        folder("2", "Eau", "1"),
        folder("1", "Crise"),
        folder("4", "Vide"),
        file("5", "a.txt"),
    )
    found = export(drive)
    assert found == FileExport(2, 3, len(content("3") + content("5")), 0, 0)
    here = tmp_path / "export/files"
    path = here / "Crise/Eau/Plan é.pdf"
    assert path.read_bytes() == content("3")
    assert datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat() == "2026-01-31T23:59:59+00:00"
    assert (here / "a.txt").read_bytes() == content("5")
    assert list((here / "Vide").iterdir()) == []
    assert next(row for row in rows(tmp_path) if row["id"] == "3") == {
        "path": "files/Crise/Eau/Plan é.pdf",
        "id": "3",
        "size": str(len(content("3"))),
        "lastModified": CHANGED,
        "webUrl": "https://essai.example/3",
        "state": "whole",
    }


def test_what_is_on_disk_is_not_read_again_unless_it_changed(export: Export, tmp_path: Path) -> None:
    drive = Drive(*(file(f"{n}", f"{n}.txt") for n in range(6)))
    first = export(drive)
    (tmp_path / "export/files/2.txt").unlink()
    (tmp_path / "export/files/3.txt").write_bytes(b"cut")
    drive.items[5] = file("4", "4.txt", lastModifiedDateTime="2026-02-01T00:00:00Z")
    drive.tenant.requests.clear()
    assert export(drive) == first
    assert drive.reads() == {"2", "3", "4"}


@pytest.mark.parametrize(
    "hashes",
    [
        {"sha256Hash": hashlib.sha256(content("1")).hexdigest().upper()},
        {"sha1Hash": hashlib.sha1(content("1")).hexdigest()},  # noqa: S324  as OneDrive gives it
        {},
    ],
    ids=["sha256", "sha1", "none"],
)
def test_a_file_is_checked_by_what_the_service_gives(export: Export, tmp_path: Path, hashes: Json) -> None:
    drive = Drive(file("1", "a", file={"hashes": hashes}))
    assert export(drive).differing == 0
    drive.contents["1"] = content("1").upper()
    (tmp_path / "export/files/a").unlink()
    assert export(drive).differing == bool(hashes)


@pytest.mark.parametrize(
    "wrong",
    [{"size": 3}, {"file": {"hashes": {"quickXorHash": base64.b64encode(bytes(20)).decode()}}}],
    ids=["size", "hash"],
)
def test_a_file_that_is_not_what_the_service_says_is_kept_and_named(
    export: Export, tmp_path: Path, wrong: Json
) -> None:
    drive = Drive(file("1", "a", **wrong), file("2", "b"))
    for _again in range(2):
        assert export(drive) == FileExport(2, 0, len(content("1") + content("2")), 1, 0)
    assert states(tmp_path) == {"1": "differs", "2": "whole"}
    assert (tmp_path / "export/files/a").read_bytes() == content("1")


def test_a_file_changed_since_the_tree_was_read_is_held_against_what_it_is_now(
    export: Export, tmp_path: Path
) -> None:
    drive = Drive(file("1", "a", size=3))
    drive.now["1"] = file("1", "a", lastModifiedDateTime="2026-02-01T00:00:00Z")
    assert export(drive).differing == 0
    assert (tmp_path / "export/files/a").stat().st_mtime == datetime(2026, 2, 1, tzinfo=UTC).timestamp()


def test_what_cannot_be_had_is_counted_and_named(export: Export, tmp_path: Path) -> None:
    drive = Drive(
        file("gone", "a"),
        file("malware", "b"),
        {"id": "notes", "name": "Carnet", "package": {"type": "oneNote"}, "parentReference": {"id": "root"}},
        file("elsewhere", "c", remoteItem={"id": "x"}),
        file("in", "d", "notes"),
    )
    drive.contents["gone"] = refusal(404, "itemNotFound")
    drive.contents["malware"] = refusal(403, "malwareDetected")
    found = export(drive)
    assert (found.files, found.left_out) == (1, 4)
    assert states(tmp_path) == {
        "gone": "gone",
        "malware": "refused",
        "notes": "no file",
        "elsewhere": "no file",
        "in": "whole",
    }
    there = {path.name for path in (tmp_path / "export/files").rglob("*") if path.is_file()}
    assert there == {"d"}


def test_trouble_of_the_service_ends_the_export(export: Export) -> None:
    drive = Drive(file("1", "a"))
    drive.contents["1"] = refusal(503)
    with pytest.raises(GraphUnavailable):
        export(drive)
    drive.contents.clear()
    assert export(drive).files == 1


def test_deleted_entries_are_left_out_and_the_last_of_several_stands(export: Export, tmp_path: Path) -> None:
    drive = Drive(
        file("1", "old"), file("2", "b"), file("1", "new"), file("2", "b", deleted={"state": "deleted"})
    )
    assert export(drive).files == 1
    assert [path.name for path in (tmp_path / "export/files").iterdir()] == ["new"]


def test_names_lead_nowhere_and_hide_nothing(export: Export, tmp_path: Path) -> None:
    names = [
        "../../up",
        "..",
        "Plan.txt",
        "PLAN.txt",
        "plan.txt.part",
        "con",
        "a\u202etxt.exe",
        "x" * 300 + ".docx",
        "=1+1.csv",
    ]
    drive = Drive(
        folder("f", "../../etc"),
        *(file(f"{n}", name, "f") for n, name in enumerate(names)),
        file("orphan", "lost.txt", "nowhere"),
        folder("loop1", "a", "loop2"),
        folder("loop2", "b", "loop1"),
        file("inloop", "c", "loop2"),
    )
    found = export(drive)
    assert (found.files, found.left_out, found.folders) == (len(names) + 2, 0, 3)
    assert {path.name for path in tmp_path.iterdir()} == {"export"}
    there = [
        path.relative_to(tmp_path / "export").as_posix()
        for path in (tmp_path / "export").rglob("*")
        if path.is_file()
    ]
    assert sorted(there) == sorted([*(row["path"] for row in rows(tmp_path)), "files.csv"])
    assert len({path.casefold() for path in there}) == len(there)
    assert (tmp_path / "export/files/lost.txt").exists()
    for row in rows(tmp_path):
        assert (tmp_path / "export" / row["path"]).read_bytes() == content(row["id"])
    assert f"files/.._.._etc/plan.txt {tag('4')}.part" in there


def test_an_empty_drive_gives_an_empty_index(export: Export, tmp_path: Path) -> None:
    assert export(Drive()) == FileExport(0, 0, 0, 0, 0)
    assert rows(tmp_path) == []


@pytest.mark.parametrize(("status", "error"), [(404, GraphNotFound), (403, GraphForbidden)])
def test_a_refusal_of_the_tree_is_told(
    application: tuple[Path, Path], time: VirtualTime, tmp_path: Path, status: int, error: type[Exception]
) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(status))
    with tenant.graph(application, time, patience=0.0) as graph, pytest.raises(error):
        export_files(graph, "d", tmp_path / "export")


@pytest.mark.parametrize(("find", "owner"), [(user_drive, "users"), (group_drive, "groups")])
@pytest.mark.parametrize("drive", ["d", None])
def test_a_user_or_group_has_a_drive_or_none(
    application: tuple[Path, Path], find: Callable[[Graph, str], str | None], owner: str, drive: str | None
) -> None:
    answer = httpx.Response(200, json={"id": drive}) if drive else refusal(404, "ResourceNotFound")
    tenant = ScriptedTenant(lambda _request: answer)
    with tenant.graph(application, VirtualTime()) as graph:
        assert find(graph, "x") == drive
    assert [request.url.path for request in tenant.requests] == [f"/v1.0/{owner}/x/drive"]


def test_a_drive_of_the_simulated_tenant(live: LiveTenant, tmp_path: Path) -> None:
    drive = user_drive(live.graph, licensed_user(live))
    assert drive is not None
    live.server.fill_drive(spec(1).principal_name, files=110, bytes_each=2000)
    found = export_files(live.graph, drive, tmp_path / "export")
    assert found == FileExport(110, 2, 220_000, 0, 0)
    assert [path.stat().st_size for path in (tmp_path / "export/files").rglob("*.txt")] == [2000] * 110
    live.recorder.requests.clear()
    assert export_files(live.graph, drive, tmp_path / "export") == found
    assert len(live.recorder.requests) == 1
