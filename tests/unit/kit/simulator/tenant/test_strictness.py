"""No body, however odd, breaks the tenant: it is taken or refused, never a failure of the simulator."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import (
    E3,
    Application,
    created,
    group_body,
    signed_in,
    tenant_in,
    user_body,
)

REFERENCE = "https://graph.microsoft.com/v1.0/users/none"
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/users"): user_body("essai"),
    ("PATCH", "/users/{user}"): user_body("essai"),
    ("POST", "/users/{user}/assignLicense"): {
        "addLicenses": [{"skuId": E3, "disabledPlans": []}],
        "removeLicenses": [],
    },
    ("POST", "/groups"): group_body("", "essai")
    | {"owners@odata.bind": [REFERENCE], "members@odata.bind": []},
    ("PATCH", "/groups/{group}"): group_body("", "essai") | {"members@odata.bind": [REFERENCE]},
    ("POST", "/groups/{group}/members/$ref"): {"@odata.id": REFERENCE},
    ("PUT", "/groups/{group}/team"): {"displayName": "Essai", "memberSettings": {}, "visibility": "private"},
    ("POST", "/teams"): {
        "template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('standard')",
        "displayName": "Essai",
        "visibility": "private",
        "specialization": "none",
        "group@odata.bind": "https://graph.microsoft.com/v1.0/groups/none",
        "members": [{"roles": ["owner"], "user@odata.bind": REFERENCE}],
    },
    ("POST", "/teams/{team}/channels"): {"displayName": "Essai", "membershipType": "standard"},
    ("POST", "/drives/{drive}/root/children"): {
        "name": "Essai",
        "folder": {},
        "@microsoft.graph.conflictBehavior": "fail",
    },
    ("POST", "/$batch"): {
        "requests": [
            {"id": "1", "method": "GET", "url": "/users", "headers": {}, "body": {}, "dependsOn": []}
        ]
    },
}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(REFERENCE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def bent(draw: st.DrawFn, body: Any) -> Any:
    """A good body with something in it, at any depth, replaced or removed."""
    if isinstance(body, list) and body and draw(st.booleans()):
        return [draw(bent(body[0])), *body[1:]]
    if isinstance(body, dict) and body:
        name = draw(st.sampled_from(sorted(body)))
        if draw(st.integers(0, 9)) == 0:
            return {key: value for key, value in body.items() if key != name}
        return {**body, name: draw(bent(body[name]))}
    return draw(ODD)


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, application: Application
) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client, and the ids that the addresses above need."""
    behaviour = replace(INSTANT, documented_limits=False)
    server = tenant_in(tmp_path_factory.mktemp("strict") / "tenant", application, behaviour=behaviour)
    with server, signed_in(server, application) as client:
        user = created(client, "/users", user_body())["id"]
        base = str(client.base_url)
        group, team = (
            created(client, "/groups", group_body(base, name, (user,)))["id"] for name in ("un", "deux")
        )
        client.put(f"/groups/{team}/team", json={})
        drive = client.get(f"/groups/{group}/drive").json()["id"]
        yield client, {"user": user, "group": group, "team": team, "drive": drive}


@pytest.mark.parametrize(("method", "path"), sorted(BODIES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_odd_body_is_taken_or_refused(
    places: tuple[httpx.Client, dict[str, str]], method: str, path: str, data: st.DataObject
) -> None:
    client, ids = places
    answer = client.request(method, path.format(**ids), json=data.draw(bent(BODIES[method, path])))
    assert answer.status_code < 500 or answer.json()["error"]["code"] == "notSupported"


@settings(max_examples=60, deadline=None)
@given(options=st.text(max_size=20), path=st.text(max_size=20).map(quote))
def test_an_odd_address_is_refused(
    places: tuple[httpx.Client, dict[str, str]], options: str, path: str
) -> None:
    client, _ = places
    for address, params in (
        (f"/{path}", {}),
        ("/users", {"$filter": options}),
    ):
        answer = client.get(address, params=params)
        assert answer.status_code < 500
