"""Files in libraries: content, versions, names, quota, deletion, copies, sharing."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of, user_body
from tests.unit.kit.simulator.tenant.working import (
    STEP,
    WORKING_ROLES,
    Start,
    address,
    bare,
    content_of,
    library,
    names,
    person,
    put,
    team_of,
    values,
)

MISSING = (404, "itemNotFound")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def graph(start: Start, clock: Clock) -> httpx.Client:
    return start(roles=WORKING_ROLES, clock=clock)


@pytest.fixture
def drive(graph: httpx.Client) -> str:
    return library(graph, team_of(graph, person(graph)))


def test_a_file_is_written_listed_and_read_without_a_token(graph: httpx.Client, drive: str) -> None:
    item = put(graph, drive, "Plans/Été/carte é.txt", b"nord\n")
    assert (item["name"], item["size"], item["file"]["mimeType"]) == ("carte é.txt", 5, "text/plain")
    assert set(item["file"]["hashes"]) == {"quickXorHash"}
    assert names(graph.get(f"/drives/{drive}/root:/Plans/Été:/children")) == ["carte é.txt"]
    for path in (
        f"/drives/{drive}/items/{item['id']}/content",
        f"/drives/{drive}/root:/plans/été/CARTE É.txt:/content",
    ):
        answer = content_of(graph, path)
        assert (answer.status_code, answer.content) == (200, b"nord\n")
    direct = graph.get(f"/drives/{drive}/items/{item['id']}").json()["@microsoft.graph.downloadUrl"]
    assert bare(graph).get(direct).content == b"nord\n"
    assert graph.get(f"/drives/{drive}").json()["quota"]["used"] == 5


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89")],
)
def test_a_part_of_a_file_can_be_read(graph: httpx.Client, drive: str, wanted: str, expected: bytes) -> None:
    item = put(graph, drive, "x.bin", b"0123456789")
    answer = content_of(graph, f"/drives/{drive}/items/{item['id']}/content", Range=wanted)
    assert (answer.status_code, answer.content) == (206, expected)


def test_an_address_of_content_expires_and_cannot_be_forged(
    graph: httpx.Client, drive: str, clock: Clock
) -> None:
    put(graph, drive, "x.bin", b"0123456789")
    link = graph.get(f"/drives/{drive}/root:/x.bin:/content").headers["Location"]
    client = bare(graph)
    assert client.get(link).status_code == 200
    place, _, token = link.rpartition("/")
    for forged in (f"{token}x", token.replace(".", ".A"), f"A{token}", "none", "é.é"):
        assert error_of(client.get(f"{place}/{forged}")) == (401, "unauthenticated")
    clock.pass_seconds(3600)
    assert error_of(client.get(link)) == (401, "unauthenticated")


def test_writing_again_makes_a_version(graph: httpx.Client, drive: str) -> None:
    first = put(graph, drive, "note.txt", b"un")
    second = put(graph, drive, "note.txt", b"deux!")
    third = graph.put(f"/drives/{drive}/items/{first['id']}/content", content=b"")
    assert (second["id"], third.status_code, third.json()["size"]) == (first["id"], 200, 0)
    path = f"/drives/{drive}/items/{first['id']}/versions"
    assert [(one["id"], one["size"]) for one in values(graph.get(path))] == [
        ("3.0", 0),
        ("2.0", 5),
        ("1.0", 2),
    ]
    assert content_of(graph, f"{path}/1.0/content").content == b"un"
    assert error_of(graph.get(f"{path}/9.0/content")) == MISSING
    assert graph.get(f"/drives/{drive}").json()["quota"]["used"] == 7


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [("fail", (409, "nameAlreadyExists")), ("replace", "x.txt"), ("rename", "x 1.txt")],
)
def test_a_taken_name_is_settled_as_asked(
    graph: httpx.Client, drive: str, behaviour: str, expected: object
) -> None:
    put(graph, drive, "x.txt", b"un")
    path = f"/drives/{drive}/root:/X.txt:/content"
    answer = graph.put(path, params={"@microsoft.graph.conflictBehavior": behaviour}, content=b"deux")
    found = error_of(answer) if answer.is_error else answer.json()["name"]
    assert str(found).casefold() == str(expected).casefold()


@pytest.mark.parametrize(
    "name",
    ['a"b', "a*b", "a|b", " a", "a.", "CON", "con.txt", "~$x.doc", "a_vti_b", "desktop.ini", "x" * 256],
)
def test_a_name_that_sharepoint_forbids_is_refused(graph: httpx.Client, drive: str, name: str) -> None:
    body = {"name": name, "folder": {}}
    assert error_of(graph.post(f"/drives/{drive}/root/children", json=body)) == (400, "invalidRequest")


def test_a_path_has_at_most_400_characters(graph: httpx.Client, drive: str) -> None:
    long = "/".join(["d" * 120] * 2)
    put(graph, drive, f"{long}/court.txt", b"")
    answer = graph.put(f"/drives/{drive}/root:/{long}/{'f' * 140}.txt:/content", content=b"")
    assert error_of(answer) == (400, "invalidRequest")


def test_a_folder_has_no_content_and_a_file_no_children(graph: httpx.Client, drive: str) -> None:
    put(graph, drive, "Plans/x.txt", b"")
    assert error_of(graph.get(f"/drives/{drive}/root:/Plans:/content")) == (400, "invalidRequest")
    assert error_of(graph.put(f"/drives/{drive}/root:/Plans:/content", content=b"")) == (
        409,
        "nameAlreadyExists",
    )
    assert error_of(graph.put(f"/drives/{drive}/root:/Plans/x.txt/y:/content", content=b"")) == MISSING


def test_a_full_library_takes_no_more(start: Start) -> None:
    graph = start(roles=WORKING_ROLES, behaviour=replace(INSTANT, drive_quota=10))
    drive = library(graph, team_of(graph, person(graph)))
    put(graph, drive, "x", b"0123456789")
    path = f"/drives/{drive}/root:/y:/content"
    assert error_of(graph.put(path, content=b"1")) == (507, "quotaLimitReached")
    graph.delete(f"/drives/{drive}/items/{graph.get(f'/drives/{drive}/root:/x').json()['id']}")
    assert error_of(graph.put(path, content=b"1")) == (507, "quotaLimitReached")
    assert graph.get(f"/drives/{drive}").json()["quota"]["deleted"] == 10


def test_deletion_takes_all_below_and_purging_the_content_too(graph: httpx.Client, drive: str) -> None:
    put(graph, drive, "Plans/a.txt", b"1")
    item = put(graph, drive, "Plans/Nord/b.txt", b"2")
    link = item["@microsoft.graph.downloadUrl"]
    plans = graph.get(f"/drives/{drive}/root:/Plans").json()["id"]
    assert graph.delete(f"/drives/{drive}/items/{plans}").status_code == 204
    assert names(graph.get(f"/drives/{drive}/root/children")) == []
    assert error_of(graph.get(f"/drives/{drive}/items/{item['id']}")) == MISSING
    assert error_of(bare(graph).get(link)) == (401, "unauthenticated")
    assert error_of(graph.delete(f"/drives/{drive}/items/root")) == (400, "invalidRequest")
    kept = put(graph, drive, "c.txt", b"3")
    assert graph.post(f"/drives/{drive}/items/{kept['id']}/permanentDelete").status_code == 204
    assert graph.get(f"/drives/{drive}").json()["quota"] | {"total": 0, "remaining": 0} == {
        "deleted": 2,
        "remaining": 0,
        "state": "normal",
        "total": 0,
        "used": 0,
    }


def test_a_users_drive_comes_with_the_licence_and_goes_with_the_user(graph: httpx.Client) -> None:
    without = created(graph, "/users", user_body("sans"))["id"]
    assert error_of(graph.get(f"/users/{without}/drive")) == MISSING
    user = person(graph)
    drive = graph.get(f"/users/{user}/drive").json()
    assert (drive["driveType"], drive["owner"]["user"]["id"]) == ("business", user)
    assert graph.get(f"/users/{address('camille.exemple')}/drive").json()["id"] == drive["id"]
    put(graph, drive["id"], "x", b"1")
    graph.delete(f"/users/{user}")
    assert error_of(graph.get(f"/drives/{drive['id']}/root/children")) == MISSING
    graph.delete(f"/directory/deletedItems/{user}")
    assert error_of(graph.get(f"/drives/{drive['id']}")) == MISSING


def test_a_copy_is_accepted_and_told_when_done(graph: httpx.Client, drive: str, clock: Clock) -> None:
    put(graph, drive, "Plans/Nord/a.txt", b"1")
    plans = graph.get(f"/drives/{drive}/root:/Plans").json()["id"]
    accepted = graph.post(f"/drives/{drive}/items/{plans}/copy", json={"name": "Copie"})
    assert accepted.status_code == 202
    done = bare(graph).get(accepted.headers["Location"]).json()
    assert done["status"] == "completed"
    assert graph.get(f"/drives/{drive}/items/{done['resourceId']}").json()["name"] == "Copie"
    assert content_of(graph, f"/drives/{drive}/root:/Copie/Nord/a.txt:/content").content == b"1"
    again = graph.post(f"/drives/{drive}/items/{plans}/copy", json={"name": "Copie"})
    assert error_of(again) == (409, "nameAlreadyExists")
    into_itself = {"parentReference": {"driveId": drive, "id": plans}}
    refused = graph.post(f"/drives/{drive}/items/{plans}/copy", json=into_itself)
    assert error_of(refused) == (400, "invalidRequest")


def test_links_to_outside_are_refused_while_sharing_is_disabled(graph: httpx.Client, drive: str) -> None:
    path = f"/drives/{drive}/items/{put(graph, drive, 'x.txt', b'1')['id']}"
    assert error_of(graph.post(f"{path}/createLink", json={"type": "view", "scope": "anonymous"})) == (
        403,
        "accessDenied",
    )
    outside = {"recipients": [{"email": "x@ailleurs.example"}], "roles": ["read"]}
    assert error_of(graph.post(f"{path}/invite", json=outside)) == (403, "accessDenied")
    inside = {"recipients": [{"email": address("camille.exemple")}], "roles": ["write"]}
    assert graph.post(f"{path}/invite", json=inside).status_code == 200
    link = created(graph, f"{path}/createLink", {"type": "edit", "scope": "organization"})
    given = {one["id"]: one["roles"] for one in values(graph.get(f"{path}/permissions"))}
    assert sorted(given.values()) == [["owner"], ["write"], ["write"]]
    assert graph.delete(f"{path}/permissions/{link['id']}").status_code == 204
    assert error_of(graph.get(f"{path}/permissions/{link['id']}")) == MISSING
    inherited = next(key for key, roles in given.items() if roles == ["owner"])
    assert error_of(graph.delete(f"{path}/permissions/{inherited}")) == (403, "accessDenied")


def session(graph: httpx.Client, drive: str, path: str = "gros.bin", **item: Any) -> str:
    body = {"item": {"@microsoft.graph.conflictBehavior": "fail", **item}}
    answer = graph.post(f"/drives/{drive}/root:/{path}:/createUploadSession", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["nextExpectedRanges"] == ["0-"]
    return str(answer.json()["uploadUrl"])


def fragment(client: httpx.Client, link: str, content: bytes, first: int, end: int) -> httpx.Response:
    headers = {"Content-Range": f"bytes {first}-{end - 1}/{len(content)}"}
    return client.put(link, content=content[first:end], headers=headers)


def test_a_large_file_comes_in_fragments_and_in_order(graph: httpx.Client, drive: str) -> None:
    content, client = bytes(range(250)) * 4000, bare(graph)
    link = session(
        graph, drive, "Plans/gros.bin", fileSystemInfo={"lastModifiedDateTime": "2026-01-02T03:04:05Z"}
    )
    first = fragment(client, link, content, 0, 2 * STEP)
    assert (first.status_code, first.json()["nextExpectedRanges"]) == (
        202,
        [f"{2 * STEP}-{len(content) - 1}"],
    )
    assert error_of(fragment(client, link, content, 0, 2 * STEP)) == (416, "invalidRange")
    assert error_of(fragment(client, link, content, 3 * STEP, len(content))) == (416, "invalidRange")
    assert error_of(fragment(client, link, content, 2 * STEP, 2 * STEP + 5)) == (400, "invalidRequest")
    assert client.get(link).json()["nextExpectedRanges"] == [f"{2 * STEP}-{len(content) - 1}"]
    last = fragment(client, link, content, 2 * STEP, len(content))
    assert (last.status_code, last.json()["size"]) == (201, len(content))
    assert last.json()["fileSystemInfo"]["lastModifiedDateTime"] == "2026-01-02T03:04:05Z"
    assert content_of(graph, f"/drives/{drive}/root:/Plans/gros.bin:/content").content == content
    assert error_of(client.get(link)) == MISSING


def test_an_upload_address_takes_no_token(graph: httpx.Client, drive: str) -> None:
    link = session(graph, drive)
    assert error_of(fragment(graph, link, b"x", 0, 1)) == (401, "unauthenticated")


def test_a_session_is_cancelled_or_expires(graph: httpx.Client, drive: str, clock: Clock) -> None:
    client = bare(graph)
    cancelled, expired = session(graph, drive), session(graph, drive)
    assert client.delete(cancelled).status_code == 204
    clock.pass_seconds(8 * 24 * 3600)
    for link in (cancelled, expired):
        assert error_of(fragment(client, link, b"x", 0, 1)) == MISSING


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Range": "bytes 0-0"},
        {"Content-Range": "bytes 0-5/9"},
        {"Content-Range": "bytes 5-4/9"},
        {"Content-Range": "bytes 0-0/0"},
    ],
)
def test_a_fragment_that_makes_no_sense_is_refused(
    graph: httpx.Client, drive: str, headers: dict[str, str]
) -> None:
    answer = bare(graph).put(session(graph, drive), content=b"x", headers=headers)
    assert error_of(answer) == (400, "invalidRequest")


def test_a_session_respects_names_and_quota(start: Start) -> None:
    graph = start(roles=WORKING_ROLES, behaviour=replace(INSTANT, drive_quota=10))
    drive = library(graph, team_of(graph, person(graph)))
    item = put(graph, drive, "x.bin", b"1")
    path = f"/drives/{drive}/root:/x.bin:/createUploadSession"
    fails = {"item": {"@microsoft.graph.conflictBehavior": "fail"}}
    assert error_of(graph.post(path, json=fails)) == (409, "nameAlreadyExists")
    assert error_of(graph.post(path, json={"item": {"fileSize": 11}})) == (507, "quotaLimitReached")
    client = bare(graph)
    for opened, expected in (
        (graph.post(path, json={"item": {"@microsoft.graph.conflictBehavior": "rename"}}), (201, "x 1.bin")),
        (graph.post(f"/drives/{drive}/items/{item['id']}/createUploadSession"), (200, "x.bin")),
    ):
        done = fragment(client, opened.json()["uploadUrl"], b"22", 0, 2)
        assert (done.status_code, done.json()["name"]) == expected
    late = session(graph, drive)
    assert error_of(fragment(client, late, b"123456789", 0, 9)) == (507, "quotaLimitReached")
