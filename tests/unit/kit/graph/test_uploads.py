"""Files go up in chunks, in order, whole, and our token stays with Graph."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.errors import BadInput, TenantRefused
from kit.graph import uploads
from kit.graph.client import Graph
from kit.graph.errors import GraphError, GraphNotFound, GraphRefused, NoAnswer, StorageFull
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import DOMAIN, ScriptedTenant, VirtualTime, refusal

Application = tuple[Path, Path]
PATH = "/drives/1/root:/crisis/x.bin:"
STEP = 320 * 2**10
CONTENT = bytes(range(251)) * 4000  # 4 chunks, the last one shorter


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CHUNK", STEP)


class Drive:
    """A drive with one session; `troubles` come instead of its answers, before or after taking the octets."""

    def __init__(self, *troubles: httpx.Response | str | None, size: int = len(CONTENT)) -> None:
        self.troubles = list(troubles)
        self.size = size
        self.octets = b""
        self.done = False
        self.asked: list[httpx.Request] = []
        self.address = "https://files.example/up?tempauth=secret"
        #: what the session answers
        self.respond: Callable[[httpx.Request], httpx.Response] = self.taken
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "graph.example":
            if request.method == "GET":
                return httpx.Response(200, json=self.item)
            return httpx.Response(200, json={"uploadUrl": self.address})
        assert "authorization" not in request.headers
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, httpx.Response):
            return trouble
        if trouble == "lost":
            raise httpx.ReadError("x")
        answer = self.respond(request)
        if trouble == "unheard":
            raise httpx.ReadError("x")
        return answer

    def taken(self, request: httpx.Request) -> httpx.Response:
        if self.done:
            return refusal(404, "itemNotFound")
        expected = {"nextExpectedRanges": [f"{len(self.octets)}-"]}
        if request.method == "GET":
            return httpx.Response(200, json=expected)
        reach, _slash, total = request.headers["content-range"].removeprefix("bytes ").partition("/")
        start, _dash, end = reach.partition("-")
        assert int(total) == self.size
        assert int(end) - int(start) + 1 == len(request.content)
        if int(start) != len(self.octets):
            return refusal(416, "invalidRange")
        assert len(request.content) % STEP == 0 or int(end) + 1 == self.size
        self.octets += request.content
        if len(self.octets) == self.size:
            self.done = True
            return httpx.Response(201, json=self.item)
        return httpx.Response(202, json={"nextExpectedRanges": [f"{len(self.octets)}-"]})

    @property
    def item(self) -> dict[str, object]:
        return {"id": "item-1", "size": len(self.octets)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "x.bin").write_bytes(CONTENT)
    return tmp_path / "x.bin"


def new_drive(live: LiveTenant) -> str:
    """The library of a new licensed account."""
    sku = live.graph.get("/subscribedSkus")["value"][0]["skuId"]
    body = {
        "accountEnabled": True,
        "displayName": "X",
        "mailNickname": "x",
        "userPrincipalName": f"x@{DOMAIN}",
        "usageLocation": "FR",
        "passwordProfile": {"password": "correct horse 1 Battery"},
    }
    user = live.graph.post("/users", body)["id"]
    given = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
    live.graph.post(f"/users/{user}/assignLicense", given)
    return str(live.graph.get(f"/users/{user}/drive")["id"])


def test_a_file_goes_up_in_chunks(application: Application, time: VirtualTime, source: Path) -> None:
    drive = Drive()
    with drive.tenant.graph(application, time) as graph:
        item = graph.upload(PATH, source, body={"item": {"@microsoft.graph.conflictBehavior": "replace"}})
    assert item["id"] == "item-1"
    assert drive.octets == CONTENT
    session, *chunks = drive.asked
    assert session.url.path == f"/v1.0{PATH}/createUploadSession"
    assert json.loads(session.content) == {"item": {"@microsoft.graph.conflictBehavior": "replace"}}
    assert [request.method for request in chunks] == ["PUT"] * 4


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("trouble", ["lost", "unheard", 500, 503])
def test_an_upload_that_breaks_goes_on_with_what_is_missing(
    application: Application, time: VirtualTime, source: Path, number: int, trouble: str | int
) -> None:
    failure = trouble if isinstance(trouble, str) else refusal(trouble)
    drive = Drive(*[None] * number, failure)
    with drive.tenant.graph(application, time) as graph:
        item = graph.upload(PATH, source)
    assert item == {"id": "item-1", "size": len(CONTENT)}
    assert drive.octets == CONTENT


def test_wherever_it_breaks_the_file_arrives_whole(
    application: Application, time: VirtualTime, source: Path
) -> None:
    drive = Drive()
    with drive.tenant.graph(application, time) as graph:

        @given(st.lists(st.sampled_from([None, None, "lost", "unheard"]), max_size=12))
        @settings(max_examples=40, deadline=None)  # each one writes files
        def check(troubles: list[str | None]) -> None:
            drive.troubles, drive.octets, drive.done = list(troubles), b"", False
            graph.upload(PATH, source)
            assert drive.octets == CONTENT

        check()


def test_a_range_that_the_session_did_not_expect_is_asked_for(
    application: Application, time: VirtualTime, source: Path
) -> None:
    drive = Drive(None, refusal(416, "invalidRange"))
    with drive.tenant.graph(application, time) as graph:
        graph.upload(PATH, source)
    assert drive.octets == CONTENT
    assert [request.method for request in drive.asked[1:5]] == ["PUT", "PUT", "GET", "PUT"]


def test_a_session_that_refuses_every_range_ends(
    application: Application, time: VirtualTime, source: Path
) -> None:
    expected = httpx.Response(200, json={"nextExpectedRanges": ["0-"]})
    troubles = [refusal(416, "invalidRange"), *[expected, refusal(416, "invalidRange")] * 9]
    with (
        Drive(*troubles).tenant.graph(application, time) as graph,
        pytest.raises(GraphRefused, match="416"),
    ):
        graph.upload(PATH, source)


def test_a_delay_that_the_drive_asks_for_is_waited(
    application: Application, time: VirtualTime, source: Path
) -> None:
    with Drive(None, refusal(429, Retry_After="30")).tenant.graph(application, time) as graph:
        graph.upload(PATH, source)
    assert time.waits == [30.0]


@pytest.mark.parametrize(
    ("status", "expected"), [(507, (StorageFull, "room")), (404, (GraphNotFound, "again"))]
)
def test_a_refused_chunk_is_an_error_that_tells_no_address(
    application: Application,
    time: VirtualTime,
    source: Path,
    status: int,
    expected: tuple[type[GraphError], str],
) -> None:
    error, word = expected
    drive = Drive(None, refusal(status, "quotaLimitReached"))
    with drive.tenant.graph(application, time) as graph, pytest.raises(error) as caught:
        graph.upload(PATH, source)
    assert "secret" not in str(caught.value)
    assert word in caught.value.hint


def test_a_drive_that_stays_silent_ends_with_patience(
    application: Application, time: VirtualTime, source: Path
) -> None:
    drive = Drive(*["lost"] * 500)
    with drive.tenant.graph(application, time, patience=20) as graph, pytest.raises(NoAnswer):
        graph.upload(PATH, source)
    assert time.seconds == pytest.approx(20)


def test_an_empty_file_needs_no_session(application: Application, time: VirtualTime, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    tenant = ScriptedTenant(lambda _request: httpx.Response(201, json={"id": "item-1", "size": 0}))
    with tenant.graph(application, time) as graph:
        assert graph.upload(PATH, tmp_path / "empty")["size"] == 0
    (request,) = tenant.requests
    assert (request.method, request.url.path) == ("PUT", f"/v1.0{PATH}/content")


def test_a_session_without_encryption_is_not_used(
    application: Application, time: VirtualTime, source: Path
) -> None:
    drive = Drive()
    drive.address = "http://files.example/up"
    with drive.tenant.graph(application, time) as graph, pytest.raises(TenantRefused, match="encryption"):
        graph.upload(PATH, source)
    assert len(drive.asked) == 1


def test_a_source_that_cannot_be_read_is_bad_input(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    drive = Drive()
    with drive.tenant.graph(application, time) as graph, pytest.raises(BadInput, match="cannot be read"):
        graph.upload(PATH, tmp_path / "none")
    assert drive.asked == []


def test_a_source_that_shrinks_on_the_way_is_bad_input(
    application: Application, time: VirtualTime, source: Path
) -> None:
    drive = Drive()

    def shrinking(request: httpx.Request) -> httpx.Response:
        source.write_bytes(b"short")
        return drive.taken(request)

    drive.respond = shrinking
    with drive.tenant.graph(application, time) as graph, pytest.raises(BadInput, match="changed"):
        graph.upload(PATH, source)


def test_the_simulated_tenant_takes_a_file_through_broken_connections_and_gives_it_back(
    live: LiveTenant, time: VirtualTime, tmp_path: Path, source: Path
) -> None:
    drive = new_drive(live)
    breaks = (
        Fault(kind=Kind.DROP, method="PUT", count=1, carried_out=True),
        Fault(kind=Kind.DROP, method="PUT", count=2),
        Fault(kind=Kind.DROP, method="GET", count=2),
        Fault(kind=Kind.HALF, method="PUT", count=2),
        Fault(kind=Kind.HALF, method="GET", count=2),
    )
    live.server.disturb(Scenario(fault=breaks))
    with Graph(live.connection, stop=time, clock=time.now, transport=live.recorder) as graph:
        item = graph.upload(f"/drives/{drive}/root:/x.bin:", source)
        assert item["size"] == len(CONTENT)
        graph.download(f"/drives/{drive}/items/{item['id']}/content", tmp_path / "y.bin")
    assert (tmp_path / "y.bin").read_bytes() == CONTENT
    assert live.server.faults_dealt() == {"drop": 5, "half": 4}
    for request in live.recorder.requests:
        assert ("authorization" in request.headers) == request.url.path.startswith("/v1.0/")


def test_the_simulated_tenant_takes_an_empty_file(live: LiveTenant, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    item = live.graph.upload(f"/drives/{new_drive(live)}/root:/empty:", tmp_path / "empty")
    assert item["size"] == 0
