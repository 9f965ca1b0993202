"""A way in, in the simulated tenant: one pass at a time, shown once, and in no error, log or repr."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kit.graph import passes
from kit.graph.errors import GraphForbidden, GraphRefused, GraphUnavailable
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_groups import people

Application = tuple[Path, Path]


def methods(live: LiveTenant, user: str) -> list[str]:
    path = f"/users/{user}/authentication/temporaryAccessPassMethods"
    return [str(found["id"]) for found in live.graph.pages(path)]


def test_a_pass_works_once_and_ends_when_it_says(live: LiveTenant) -> None:
    (user,) = people(live, 1)
    made = passes.issue_pass(live.graph, user, minutes=90)
    body = next(
        body for method, path, body in live.recorder.graph_calls() if path.endswith("PassMethods") and body
    )
    assert body == {"isUsableOnce": True, "lifetimeInMinutes": 90}
    assert made.minutes == 90
    assert abs(made.expires - datetime.now(UTC) - timedelta(minutes=90)) < timedelta(minutes=1)
    assert len(made.code) >= 8
    assert made.code not in repr(made)


def test_a_new_pass_takes_the_place_of_the_earlier_one(live: LiveTenant) -> None:
    (user,) = people(live, 1)
    first = passes.issue_pass(live.graph, user, minutes=60)
    earlier = methods(live, user)
    second = passes.issue_pass(live.graph, user, minutes=60)
    assert len(methods(live, user)) == 1
    assert methods(live, user) != earlier
    assert first.code != second.code


def test_a_pass_that_the_policy_does_not_allow_is_said_with_what_to_change(live: LiveTenant) -> None:
    (user,) = people(live, 1)
    with pytest.raises(GraphRefused, match="POST /users/") as caught:
        passes.issue_pass(live.graph, user, minutes=5)
    assert "5 minutes" in caught.value.hint
    assert "UserAuthenticationMethod.ReadWrite.All" in caught.value.hint


@pytest.mark.parametrize("failures", [1, 2])
def test_a_pass_whose_answer_was_lost_is_replaced_once(
    application: Application, time: VirtualTime, failures: int
) -> None:
    """The lost one may be there, and nobody knows its code."""
    there: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            there.remove(request.url.path.rsplit("/", 1)[-1])
            return httpx.Response(204)
        if request.method == "GET":
            return httpx.Response(200, json={"value": [{"id": key} for key in there]})
        assert there == []
        there.append(f"pass-{len(time.waits)}")
        posts = sum(sent.method == "POST" for sent in tenant.requests)
        begun = {"startDateTime": "2026-01-01T10:00:00.1234567Z", "lifetimeInMinutes": 60}
        made = {"id": there[0], "temporaryAccessPass": "s3cret-c0de", **begun}
        return refusal(504) if posts <= failures else httpx.Response(201, json=made)

    tenant = ScriptedTenant(answer)
    with tenant.graph(application, time) as graph:
        if failures == 1:
            made = passes.issue_pass(graph, "u", minutes=60)
            assert (made.code, made.expires.minute, made.expires.tzinfo) == ("s3cret-c0de", 0, UTC)
        else:
            with pytest.raises(GraphUnavailable):
                passes.issue_pass(graph, "u", minutes=60)
    assert len(there) == 1


def passwords(tenant: ScriptedTenant) -> Iterator[dict[str, object]]:
    yield from (json.loads(request.content)["passwordProfile"] for request in tenant.requests)


def test_a_one_time_password_can_be_typed_and_must_be_changed(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(204))
    with tenant.graph(application, time) as graph:
        given = {passes.one_time_password(graph, "u") for _number in range(50)}
    assert given == {profile["password"] for profile in passwords(tenant)}
    assert all(profile["forceChangePasswordNextSignIn"] for profile in passwords(tenant))
    assert len(given) == 50
    for password in given:
        assert not set(password) & set("0O1lI")
        assert any(map(str.islower, password))
        assert any(map(str.isupper, password))
        assert any(map(str.isdigit, password))


def test_the_simulated_tenant_takes_the_password(live: LiveTenant) -> None:
    (user,) = people(live, 1)
    before = live.graph.get(f"/users/{user}", params={"$select": "lastPasswordChangeDateTime"})
    password = passes.one_time_password(live.graph, user)
    assert len(password) == 19
    after = live.graph.get(f"/users/{user}", params={"$select": "lastPasswordChangeDateTime"})
    assert after["lastPasswordChangeDateTime"] >= before["lastPasswordChangeDateTime"]


def test_a_refused_password_is_in_no_error(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(403, "Authorization_RequestDenied"))
    with tenant.graph(application, time) as graph, pytest.raises(GraphForbidden) as caught:
        passes.one_time_password(graph, "u")
    (profile,) = passwords(tenant)
    assert "User Administrator" in caught.value.hint
    assert str(profile["password"]) not in f"{caught.value!r} {caught.value} {caught.value.hint}"
