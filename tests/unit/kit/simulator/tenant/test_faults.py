"""Faults on demand: which are dealt, repeatably, and what the client sees of each kind, batches included."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.faults import Asked, Faults
from kit.simulator.tenant.routing import Workload
from kit.simulator.tenant.scenario import BREAKS, REFUSALS, Fault, Kind, Scenario
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.simulator.tenant.running import (
    DOMAIN,
    TENANT_ID,
    Application,
    Clock,
    connected,
    created,
    error_of,
    signed_in,
    tenant_in,
    user_body,
)

#: What a client sees of a connection that ended too early.
BROKEN = (httpx.RemoteProtocolError, httpx.ReadError)
TOKEN = f"/{TENANT_ID}/oauth2/v2.0/token"
USERS = Asked("GET", "/users", "/users", "directory")
MAIL = Asked("GET", "/users/x/messages", "/users/{user-id}/messages", "outlook")


def dealer(clock: Clock, *faults: Fault, seed: int | None = None) -> Faults:
    """Faults in force now."""
    dealing = Faults(INSTANT, clock)
    dealing.disturb(Scenario(seed=seed, fault=faults))
    return dealing


def struck(dealing: Faults, *asked: Asked) -> Kind | None:
    """The kind of refusal that befalls a request."""
    fault = dealing.strike(REFUSALS, *asked)
    return fault.kind if fault else None


# ---- which are dealt


@given(st.integers(), st.lists(st.sampled_from([USERS, MAIL]), max_size=60))
def test_the_same_seed_and_requests_give_the_same_faults(seed: int, asked: list[Asked]) -> None:
    faults = (
        Fault(kind=Kind.UNAVAILABLE, share=0.3, workload="identity"),
        Fault(kind=Kind.THROTTLE, share=0.4, method="GET"),
        Fault(kind=Kind.UNAVAILABLE, share=0.2),
    )
    once, again = (dealer(Clock(), *faults, seed=seed) for _ in range(2))
    assert [struck(once, one) for one in asked] == [struck(again, one) for one in asked]
    assert once.dealt() == again.dealt()


def test_another_seed_gives_other_faults() -> None:
    fault = Fault(kind=Kind.THROTTLE, share=0.5)
    dealers = [dealer(Clock(), fault, seed=seed) for seed in range(5)]
    assert len({tuple(struck(dealing, USERS) for _ in range(50)) for dealing in dealers}) == 5


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_share_of_the_requests_is_struck(share: float) -> None:
    dealing = dealer(Clock(), Fault(kind=Kind.THROTTLE, share=share))
    hits = sum(struck(dealing, USERS) is not None for _ in range(2000))
    assert hits == pytest.approx(2000 * share, abs=80 if 0 < share < 1 else 0)


def test_a_fault_is_dealt_in_its_time_only() -> None:
    clock = Clock()
    dealing = dealer(clock, Fault(kind=Kind.THROTTLE, start=10, lasts=5))
    seen = []
    for _ in range(20):
        seen.append(struck(dealing, USERS) is not None)
        clock.pass_seconds(1)
    assert seen == [False] * 10 + [True] * 5 + [False] * 5


def test_a_fault_is_dealt_so_many_times_at_most() -> None:
    dealing = dealer(Clock(), Fault(kind=Kind.THROTTLE, count=3), Fault(kind=Kind.UNAVAILABLE, count=1))
    assert [struck(dealing, USERS) for _ in range(6)] == [Kind.THROTTLE] * 3 + [Kind.UNAVAILABLE, None, None]
    assert dealing.dealt() == {"throttle": 3, "unavailable": 1}


def test_an_http_request_that_stands_for_several_is_struck_for_any_of_them() -> None:
    dealing = dealer(Clock(), Fault(kind=Kind.DROP, workload=Workload.OUTLOOK))
    assert dealing.strike(BREAKS, USERS) is None
    assert dealing.strike(BREAKS, USERS, MAIL) is not None


# ---- what the client sees


@dataclass
class Disturbed:
    """A running tenant and a client that understands challenges."""

    server: TenantServer
    client: httpx.Client

    def with_fault(self, **fields: Any) -> httpx.Client:
        """The client, while this one fault is in force."""
        self.server.disturb(Scenario(fault=(Fault(**fields),)))
        return self.client

    def exists(self, name: str) -> bool:
        """Whether a user of that name was created, faults aside."""
        self.server.calm()
        address = f"{name}@{DOMAIN}"
        return self.client.get(f"/users/{address}").status_code == 200


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, application: Application) -> Iterator[Disturbed]:
    server = tenant_in(tmp_path_factory.mktemp("faults") / "tenant", application)
    with server, signed_in(server, application, capable=True) as client:
        yield Disturbed(server, client)


@pytest.fixture
def tenant(shared: Disturbed) -> Iterator[Disturbed]:
    yield shared
    shared.server.calm()


def batch_of(*parts: tuple[str, str] | tuple[str, str, Any]) -> dict[str, Any]:
    """A batch; parts are numbered."""
    requests = []
    for number, (method, url, *body) in enumerate(parts):
        request: dict[str, Any] = {"id": str(number), "method": method, "url": url}
        if body:
            request |= {"headers": {"Content-Type": "application/json"}, "body": body[0]}
        requests.append(request)
    return {"requests": requests}


def parts_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The parts' answers in the order of the questions."""
    assert response.status_code == 200, response.text
    return sorted(response.json()["responses"], key=lambda part: int(part["id"]))


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (Kind.THROTTLE, "/users", (429, "TooManyRequests")),
        (Kind.THROTTLE, "/users/x/mailFolders", (429, "ApplicationThrottled")),
        (Kind.THROTTLE, "/sites/root", (429, "activityLimitReached")),
        (Kind.UNAVAILABLE, "/users", (503, "ServiceUnavailable")),
        (Kind.UNAVAILABLE, "/sites/root", (503, "serviceNotAvailable")),
    ],
)
@pytest.mark.parametrize("retry_after", [None, 0, 7])
def test_a_refusal_speaks_as_its_service_and_may_say_when_to_come_back(
    tenant: Disturbed, kind: Kind, path: str, expected: tuple[int, str], retry_after: int | None
) -> None:
    client = tenant.with_fault(kind=kind, **({} if retry_after is None else {"retry_after": retry_after}))
    answer = client.get(path)
    assert error_of(answer) == expected
    assert answer.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))


def test_a_refused_write_did_not_take_effect(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.UNAVAILABLE, method="POST")
    assert client.post("/users", json=user_body("refused")).status_code == 503
    assert not tenant.exists("refused")


def test_refusals_befall_parts_one_by_one(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.THROTTLE, share=0.5, path="/organization", retry_after=3)
    parts = parts_of(
        client.post("/$batch", json=batch_of(*[("GET", "/organization"), ("GET", "/users")] * 10))
    )
    seen = {part["status"] for part in parts[::2]}
    assert seen == {200, 429}
    assert {part["status"] for part in parts[1::2]} == {200}
    assert {part["headers"]["Retry-After"] for part in parts if part["status"] == 429} == {"3"}


def test_a_whole_batch_is_refused_where_the_fault_names_it(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.UNAVAILABLE, path="/$batch", retry_after=1)
    answer = client.post("/$batch", json=batch_of(("POST", "/users", user_body("whole"))))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert not tenant.exists("whole")


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("batched", [False, True])
def test_a_dropped_request_took_effect_or_not_and_nobody_tells(
    tenant: Disturbed, carried_out: bool, batched: bool
) -> None:
    name = f"dropped.{carried_out}.{batched}".lower()
    client = tenant.with_fault(kind=Kind.DROP, carried_out=carried_out, path="/users")
    alone, batch = user_body(name), batch_of(("GET", "/organization"), ("POST", "/users", user_body(name)))
    with pytest.raises(BROKEN):
        client.post("/$batch" if batched else "/users", json=batch if batched else alone)
    assert client.get("/organization").status_code == 200
    assert tenant.exists(name) is carried_out


def test_half_an_answer_breaks_off_after_the_request_took_effect(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.HALF)
    with client.stream("POST", "/users", json=user_body("half")) as answer:
        assert answer.status_code == 201
        with pytest.raises(BROKEN):
            answer.read()
    assert answer.num_bytes_downloaded == int(answer.headers["Content-Length"]) // 2
    assert tenant.exists("half")


def test_half_of_an_answer_without_a_body_is_none(tenant: Disturbed) -> None:
    user = created(tenant.client, "/users", user_body("half.of.nothing"))["id"]
    client = tenant.with_fault(kind=Kind.HALF)
    with pytest.raises(BROKEN):
        client.patch(f"/users/{user}", json={"department": "CCAS"})
    tenant.server.calm()
    assert client.get(f"/users/{user}?$select=department").json()["department"] == "CCAS"


def test_a_stale_read_shows_the_time_before_the_last_writes(tenant: Disturbed) -> None:
    client = tenant.client
    user = created(client, "/users", user_body("stale", department="avant"))["id"]
    client.patch(f"/users/{user}", json={"department": "après"})
    batch = batch_of(("GET", f"/users/{user}"), ("GET", "/organization"))
    tenant.with_fault(kind=Kind.STALE, path="/users*")
    assert error_of(client.get(f"/users/{user}")) == (404, "Request_ResourceNotFound")
    assert user not in [one["id"] for one in client.get("/users?$top=999").json()["value"]]
    assert [part["status"] for part in parts_of(client.post("/$batch", json=batch))] == [404, 200]
    # A write goes to the primary, which forgets nothing.
    assert client.patch(f"/users/{user}", json={"jobTitle": "agent"}).status_code == 204
    tenant.server.calm()
    assert client.get(f"/users/{user}?$select=department,jobTitle").json()["department"] == "après"


def test_a_stale_read_goes_back_as_far_as_asked(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    clock = Clock()
    shutil.copytree(furnished, tmp_path / "tenant")
    server = tenant_in(tmp_path / "tenant", application, clock=clock)
    with server, signed_in(server, application) as client:
        user = created(client, "/users", user_body(department="0"))["id"]
        for number in range(1, 6):
            clock.pass_seconds(10)
            client.patch(f"/users/{user}", json={"department": str(number)})
        seen = []
        for seconds in (5.0, 15.0, 45.0):
            server.disturb(Scenario(fault=(Fault(kind=Kind.STALE, seconds=seconds),)))
            seen.append(client.get(f"/users/{user}?$select=department").json()["department"])
    assert seen == ["4", "3", "0"]


def test_an_expired_token_stays_expired_and_another_one_works(
    tenant: Disturbed, application: Application
) -> None:
    with signed_in(tenant.server, application, capable=True) as client:
        tenant.with_fault(kind=Kind.EXPIRE, count=1)
        answers = [client.get("/organization") for _ in range(2)]
        assert [error_of(answer) for answer in answers] == [(401, "InvalidAuthenticationToken")] * 2
        assert all("claims=" not in answer.headers["WWW-Authenticate"] for answer in answers)
    with signed_in(tenant.server, application) as client:
        assert client.get("/organization").status_code == 200


def test_a_token_expires_for_a_batch_as_a_whole(tenant: Disturbed, application: Application) -> None:
    with signed_in(tenant.server, application) as client:
        tenant.with_fault(kind=Kind.EXPIRE, count=1, path="/users")
        answer = client.post("/$batch", json=batch_of(("GET", "/organization"), ("GET", "/users")))
        assert error_of(answer) == (401, "InvalidAuthenticationToken")


def test_who_does_not_understand_a_challenge_is_not_sent_one(
    tenant: Disturbed, application: Application
) -> None:
    with signed_in(tenant.server, application) as client:
        tenant.with_fault(kind=Kind.REVOKE)
        assert client.get("/organization").status_code == 200


def test_a_token_called_back_in_the_middle_of_a_batch_refuses_the_parts_from_there(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    shutil.copytree(furnished, tmp_path / "tenant")
    server = tenant_in(tmp_path / "tenant", application)
    with server, signed_in(server, application, capable=True) as client:
        server.disturb(Scenario(fault=(Fault(kind=Kind.REVOKE, path="/users", count=1),)))
        batch = batch_of(("GET", "/organization"), ("GET", "/users"), ("GET", "/groups"))
        parts = parts_of(client.post("/$batch", json=batch))
        assert [part["status"] for part in parts] == [200, 401, 401]
        assert "insufficient_claims" in parts[1]["headers"]["WWW-Authenticate"]
        assert client.get("/organization").status_code == 401


def test_an_outage_refuses_everything_tokens_included_until_it_ends(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.OUTAGE)
    with connected(tenant.server) as other:
        for asking, method, path in [
            (client, "GET", "/users"),
            (client, "POST", "/$batch"),
            (other, "POST", TOKEN),
        ]:
            with pytest.raises(BROKEN):
                asking.request(method, path, json={})
    tenant.server.calm()
    assert client.get("/users").status_code == 200


def test_a_slow_request_holds_up_nobody_else(tenant: Disturbed) -> None:
    client = tenant.with_fault(kind=Kind.SLOW, seconds=0.6, path="/users")
    took = list[float]()

    def slowly() -> None:
        began = time.monotonic()
        client.get("/users")
        took.append(time.monotonic() - began)

    before = tenant.server.faults_dealt().get("slow", 0)
    waiting = threading.Thread(target=slowly)
    waiting.start()
    while tenant.server.faults_dealt().get("slow", 0) == before:
        assert waiting.is_alive()
    assert client.get("/organization").status_code == 200
    assert not took
    waiting.join()
    assert took[0] >= 0.6


@pytest.mark.parametrize(
    ("kind", "expected"), [(Kind.THROTTLE, (429, [90055])), (Kind.UNAVAILABLE, (503, [90033]))]
)
def test_token_requests_are_refused_in_their_own_words(
    tenant: Disturbed, kind: Kind, expected: tuple[int, list[int]]
) -> None:
    client = tenant.with_fault(kind=kind, workload="identity", retry_after=4)
    with connected(tenant.server) as other:
        answer = other.post(TOKEN, data={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error_codes"]) == expected
    assert (answer.json()["error"], answer.headers["Retry-After"]) == ("temporarily_unavailable", "4")
    assert client.get("/users").status_code == 200


def test_what_was_asked_and_dealt_is_counted(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    shutil.copytree(furnished, tmp_path / "tenant")
    server = tenant_in(tmp_path / "tenant", application)
    with server, signed_in(server, application) as client:
        user = created(client, "/users", user_body())["id"]
        client.post(
            "/$batch", json=batch_of(("GET", f"/users/{user}"), ("GET", "/users/none"), ("GET", "/no"))
        )
        server.disturb(Scenario(fault=(Fault(kind=Kind.DROP, path="/groups"),)))
        with pytest.raises(BROKEN):
            client.get("/groups")
        counts = server.requests()
        assert server.faults_dealt() == {"drop": 1}
    tokens = counts["POST", "/{tenant}/oauth2/v2.0/token", 200]
    graph = {key: number for key, number in counts.items() if not key[1].startswith("/{tenant}")}
    assert tokens == 1
    assert graph == {
        ("POST", "/users", 201): 1,
        ("POST", "/$batch", 200): 1,
        ("GET", "/users/{user-id}", 200): 1,
        ("GET", "/users/{user-id}", 404): 1,
        ("GET", "(nowhere)", 400): 1,
        ("GET", "/groups", 0): 1,
    }


def test_faults_do_not_outlive_the_process(tmp_path: Path, furnished: Path, application: Application) -> None:
    shutil.copytree(furnished, tmp_path / "tenant")
    first = tenant_in(tmp_path / "tenant", application)
    first.disturb(Scenario(fault=(Fault(kind=Kind.OUTAGE),)))
    first.stop()
    server = tenant_in(tmp_path / "tenant", application)
    with server, signed_in(server, application) as client:
        assert client.get("/users").status_code == 200
