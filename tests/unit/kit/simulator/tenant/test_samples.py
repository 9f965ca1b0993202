"""Samples: what they say of themselves is what reading them gives; what is kept survives a restart."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kit.errors import BadInput
from kit.simulator.tenant.mime import facts
from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Application, signed_in, tenant_in
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    address,
    bare,
    content_of,
    library,
    person,
    put,
    round_of,
    send,
    team_of,
    values,
)

FAST = replace(INSTANT, documented_limits=False)


def test_samples_are_as_many_and_as_large_as_asked(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    folder = Path(shutil.copytree(furnished, tmp_path / "tenant"))
    server = tenant_in(folder, application, roles=WORKING_ROLES, behaviour=FAST)
    with server, signed_in(server, application) as graph:
        user = person(graph)
        drive = library(graph, team_of(graph, user))
        server.fill_mailbox(address("camille.exemple"), messages=120, bytes_each=500)
        server.fill_drive("cellule", files=101, bytes_each=3000)
        server.fill_drive(address("camille.exemple"), files=1, bytes_each=0)
        inbox = graph.get(f"/users/{user}/mailFolders/inbox").json()
        assert inbox["totalItemCount"] == 120
        sample = values(graph.get(f"/users/{user}/messages", params={"$top": "1"}))[0]
        read = facts(graph.get(f"/users/{user}/messages/{sample['id']}/$value").content)
        assert {name: sample[name] for name in read if name != "conversation"} == {
            name: value for name, value in read.items() if name != "conversation"
        }
        assert 490 < len(sample["body"]["content"].encode()) <= 500
        items, _ = round_of(graph, f"/drives/{drive}/root/delta")
        files = [item for item in items if "file" in item]
        assert (len(files), {item["size"] for item in files}) == (101, {3000})
        for unknown in ("nobody@secours.example", "none"):
            with pytest.raises(BadInput, match="no user"):
                server.fill_drive(unknown, files=1, bytes_each=1)


def test_files_of_a_few_contents_take_their_room_and_go_one_by_one(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    folder = Path(shutil.copytree(furnished, tmp_path / "tenant"))
    server = tenant_in(folder, application, roles=WORKING_ROLES, behaviour=FAST)
    with server, signed_in(server, application) as graph:
        drive = library(graph, team_of(graph, person(graph)))
        server.fill_drive("cellule", files=7, bytes_each=5000, distinct=3)
        items, _ = round_of(graph, f"/drives/{drive}/root/delta")
        files = {item["name"]: item for item in items if "file" in item}
        assert len(files) == 7
        assert len({item["file"]["hashes"]["quickXorHash"] for item in files.values()}) == 3
        assert len({file.stat().st_ino for file in kept(folder)}) == 3
        first, again = (files[f"Fichier {number:05}.txt"]["id"] for number in (1, 4))
        assert graph.delete(f"/drives/{drive}/items/{first}").status_code == 204
        assert content_of(graph, f"/drives/{drive}/items/{again}/content").content.startswith(b"Fichier 1\n")


def test_mail_files_and_half_an_upload_survive_a_restart_and_a_purge_leaves_no_content(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    folder = Path(shutil.copytree(furnished, tmp_path / "tenant"))
    content = bytes(range(256)) * 2560
    half = len(content) // 2
    server = tenant_in(folder, application, roles=WORKING_ROLES, behaviour=FAST)
    with server, signed_in(server, application) as graph:
        user = person(graph)
        group = team_of(graph, user)
        drive = library(graph, group)
        put(graph, drive, "a.txt", b"nord")
        _, link = round_of(graph, f"/drives/{drive}/root/delta")
        send(graph, user, address("camille.exemple"))
        path = f"/drives/{drive}/root:/gros.bin:/createUploadSession"
        upload = graph.post(path, json={}).json()["uploadUrl"]
        headers = {"Content-Range": f"bytes 0-{half - 1}/{len(content)}"}
        assert bare(graph).put(upload, content=content[:half], headers=headers).status_code == 202
    port = server_port(upload)
    server = tenant_in(folder, application, roles=WORKING_ROLES, behaviour=FAST, port=port)
    with server, signed_in(server, application) as graph:
        assert len(values(graph.get(f"/users/{user}/messages"))) == 2
        assert content_of(graph, f"/drives/{drive}/root:/a.txt:/content").content == b"nord"
        assert bare(graph).get(upload).json()["nextExpectedRanges"] == [f"{half}-{len(content) - 1}"]
        headers = {"Content-Range": f"bytes {half}-{len(content) - 1}/{len(content)}"}
        assert bare(graph).put(upload, content=content[half:], headers=headers).status_code == 201
        assert [item["name"] for item in round_of(graph, link)[0]] == ["gros.bin"]
        assert len(kept(folder)) == 2
        graph.delete(f"/groups/{group}")
        assert graph.delete(f"/directory/deletedItems/{group}").status_code == 204
        assert kept(folder) == []


def server_port(link: str) -> int:
    return int(link.split(":")[2].partition("/")[0])


def kept(folder: Path) -> list[Path]:
    return [file for file in (folder / "contents").rglob("*") if file.is_file()]
