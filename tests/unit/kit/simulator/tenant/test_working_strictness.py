"""No body of mail, files or Teams, however odd, breaks the tenant: it is taken or refused."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Application, signed_in, tenant_in
from tests.unit.kit.simulator.tenant.test_strictness import bent
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    address,
    bare,
    letter,
    library,
    person,
    put,
    team_of,
)

NOTE = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "x", "contentBytes": "bm9yZA=="}
LETTER = letter(
    address("camille.exemple"),
    attachments=[NOTE],
    importance="high",
    internetMessageHeaders=[{"name": "x-crue", "value": "1"}],
)
MEMBER = {
    "@odata.type": "#microsoft.graph.aadUserConversationMember",
    "roles": ["owner"],
    "user@odata.bind": "https://graph.microsoft.com/v1.0/users('{user}')",
}
APPLICATION = {"application": {"id": "x", "displayName": "X"}}
BODIES: dict[str, dict[str, Any]] = {
    "/users/{user}/messages": LETTER,
    "/users/{user}/sendMail": {"message": LETTER, "saveToSentItems": True},
    "/users/{user}/mailFolders": {"displayName": "Crue", "isHidden": False},
    "/admin/exchange/mailboxes/{mailbox}/exportItems": {"itemIds": ["x"]},
    "/drives/{drive}/root/children": {"name": "Essai", "folder": {}},
    "/drives/{drive}/root:/gros.bin:/createUploadSession": {
        "item": {
            "@microsoft.graph.conflictBehavior": "rename",
            "name": "x",
            "fileSize": 5,
            "fileSystemInfo": {"createdDateTime": "2026-01-01T00:00:00Z"},
        },
        "deferCommit": False,
    },
    "/drives/{drive}/items/{item}/copy": {
        "name": "x",
        "parentReference": {"driveId": "{drive}", "id": "root"},
    },
    "/drives/{drive}/items/{item}/createLink": {"type": "view", "scope": "organization"},
    "/drives/{drive}/items/{item}/invite": {"recipients": [{"email": "x"}], "roles": ["read"]},
    "/sites/{site}/permissions": {"roles": ["read"], "grantedToIdentities": [APPLICATION]},
    "/teams/{group}/members": MEMBER,
    "/teams/{group}/archive": {"shouldSetSpoSiteReadOnlyForMembers": True},
}
RANGES = st.from_regex(r"bytes [0-9]{1,3}-[0-9]{1,3}/[0-9]{1,3}", fullmatch=True) | st.text(
    "bytes 0-9/*", max_size=9
).map(str.strip)


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, application: Application
) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client, and the ids that the addresses above need."""
    behaviour = replace(INSTANT, documented_limits=False)
    folder = tmp_path_factory.mktemp("strict") / "tenant"
    server = tenant_in(folder, application, behaviour=behaviour, roles=WORKING_ROLES)
    with server, signed_in(server, application) as graph:
        user = person(graph)
        group = team_of(graph, user)
        graph.put(f"/groups/{group}/team", json={})
        drive = library(graph, group)
        yield (
            graph,
            {
                "user": user,
                "group": group,
                "drive": drive,
                "item": put(graph, drive, "x", b"1")["id"],
                "site": graph.get(f"/groups/{group}/sites/root").json()["id"],
                "mailbox": graph.get(f"/users/{user}/settings/exchange").json()["primaryMailboxId"],
            },
        )


@pytest.mark.parametrize("path", sorted(BODIES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_odd_body_is_taken_or_refused(
    places: tuple[httpx.Client, dict[str, str]], path: str, data: st.DataObject
) -> None:
    graph, ids = places
    answer = graph.post(path.format(**ids), json=data.draw(bent(BODIES[path])))
    assert answer.status_code < 500 or answer.json()["error"]["code"] in ("notSupported", "quotaLimitReached")


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=300))
def test_whatever_is_sent_as_mime_is_kept_and_read_back(
    places: tuple[httpx.Client, dict[str, str]], content: bytes
) -> None:
    graph, ids = places
    text = {"Content-Type": "text/plain"}
    path = f"/users/{ids['user']}/messages"
    answer = graph.post(path, content=base64.b64encode(content), headers=text)
    if not content:
        assert answer.status_code == 400
        return
    assert answer.status_code == 201, answer.text
    assert graph.get(f"{path}/{answer.json()['id']}/$value").content == content
    assert graph.get(f"{path}/{answer.json()['id']}/attachments").status_code == 200


@settings(max_examples=60, deadline=None)
@given(content_range=RANGES)
def test_an_odd_range_is_refused(places: tuple[httpx.Client, dict[str, str]], content_range: str) -> None:
    graph, ids = places
    path = f"/drives/{ids['drive']}/root:/fragments:/createUploadSession"
    link = graph.post(path, json={}).json()["uploadUrl"]
    answer = bare(graph).put(link, content=b"12345", headers={"Content-Range": content_range})
    assert answer.status_code < 500
