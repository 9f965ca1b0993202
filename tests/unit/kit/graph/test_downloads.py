"""Files come whole or not at all, go on where they broke, and our token stays with Graph."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.errors import MissingRequirement, TenantRefused
from kit.graph import downloads
from kit.graph.errors import GraphNotFound, GraphRefused, NoAnswer, Stopped
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, refusal

Application = tuple[Path, Path]
CONTENT = bytes(range(256)) * 40
PATH = "/drives/1/items/2/content"


class Stream(httpx.SyncByteStream):
    """Octets that may end in a broken connection."""

    def __init__(self, octets: bytes, breaks: bool) -> None:
        self._octets = octets
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._octets), 1000):
            yield self._octets[start : start + 1000]
        if self._breaks:
            raise httpx.ReadError("x")


class Library:
    """A drive that sends to an address of its own; each answer breaks after one of `breaks` octets."""

    def __init__(self, *breaks: int, content: bytes = CONTENT, version: str = '"1"') -> None:
        self.breaks = list(breaks)
        self.content = content
        self.version = version
        self.obeys_ranges = True
        self.location = "https://files.example/x?tempauth=secret"
        self.asked: list[httpx.Request] = []
        #: what the drive's own address answers
        self.respond: Callable[[httpx.Request], httpx.Response] = self.sent
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host == "graph.example":
            return httpx.Response(302, headers={"Location": self.location})
        assert "authorization" not in request.headers
        assert request.headers["accept-encoding"] == "identity"
        return self.respond(request)

    def sent(self, request: httpx.Request) -> httpx.Response:
        wanted = request.headers.get("range", "") if self.obeys_ranges else ""
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        total = len(self.content)
        if wanted and start >= total:
            return httpx.Response(416, headers={"Content-Range": f"bytes */{total}"})
        rest = self.content[start:]
        upto = self.breaks.pop(0) if self.breaks else len(rest)
        headers = {"Content-Length": str(len(rest)), "ETag": self.version}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        return httpx.Response(
            206 if wanted else 200, headers=headers, stream=Stream(rest[:upto], upto < len(rest))
        )

    @property
    def ranges(self) -> list[str]:
        return [r.headers.get("range", "") for r in self.asked if r.url.host == "files.example"]


def test_a_file_is_fetched_from_where_graph_sends_us(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library()
    with library.tenant.graph(application, time) as graph:
        assert graph.download(PATH, tmp_path / "x.bin") == len(CONTENT)
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
    assert stat.S_IMODE((tmp_path / "x.bin").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["x.bin"]
    assert [request.url.host for request in library.asked] == ["graph.example", "files.example"]
    assert "authorization" in library.asked[0].headers


def test_a_thing_that_graph_gives_itself_needs_no_redirect(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, stream=Stream(b"From: x", breaks=False)))
    with tenant.graph(application, time) as graph:
        assert graph.download("/users/1/messages/2/$value", tmp_path / "x.eml") == 7
    assert (tmp_path / "x.eml").read_bytes() == b"From: x"


def test_an_empty_file_is_a_file(application: Application, time: VirtualTime, tmp_path: Path) -> None:
    with Library(content=b"").tenant.graph(application, time) as graph:
        assert graph.download(PATH, tmp_path / "x.bin") == 0
    assert (tmp_path / "x.bin").read_bytes() == b""


def test_a_broken_download_goes_on_where_it_broke_without_a_wait(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library(3000, 2000)
    with library.tenant.graph(application, time) as graph:
        assert graph.download(PATH, tmp_path / "x.bin") == len(CONTENT)
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
    assert library.ranges == ["", "bytes=3000-", "bytes=5000-"]
    assert time.waits == []


def test_a_download_that_gets_no_further_ends_with_patience_and_keeps_what_came(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library(3000, *[0] * 100)
    with (
        library.tenant.graph(application, time, patience=30) as graph,
        pytest.raises(NoAnswer, match="broke"),
    ):
        graph.download(PATH, tmp_path / "x.bin")
    assert time.seconds == pytest.approx(30)
    assert (tmp_path / "x.bin.part").read_bytes() == CONTENT[:3000]
    assert not (tmp_path / "x.bin").exists()


def test_a_service_without_ranges_that_always_breaks_does_not_keep_us_for_ever(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library(*[3000] * 100)
    library.obeys_ranges = False
    with library.tenant.graph(application, time, patience=30) as graph, pytest.raises(NoAnswer):
        graph.download(PATH, tmp_path / "x.bin")
    assert time.seconds == pytest.approx(30)


def test_a_long_download_goes_on_in_the_next_process(
    application: Application, time: VirtualTime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "KEPT_FROM", 5000)
    library = Library(3000, *[0] * 100)
    with library.tenant.graph(application, time, patience=5) as graph, pytest.raises(NoAnswer):
        graph.download(PATH, tmp_path / "x.bin")
    library.breaks.clear()
    library.asked.clear()
    with library.tenant.graph(application, time) as graph:
        graph.download(PATH, tmp_path / "x.bin")
    assert library.ranges == ["bytes=3000-"]
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["x.bin"]


@pytest.mark.parametrize("kept", [True, False])
def test_two_versions_are_never_mixed(
    application: Application, time: VirtualTime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    monkeypatch.setattr(downloads, "KEPT_FROM", 5000 if kept else 10**9)
    library = Library(3000, *[0] * 100)
    with library.tenant.graph(application, time, patience=5) as graph, pytest.raises(NoAnswer):
        graph.download(PATH, tmp_path / "x.bin")
    library.breaks.clear()
    library.content, library.version = bytes(len(CONTENT)), '"2"'
    with library.tenant.graph(application, time) as graph:
        graph.download(PATH, tmp_path / "x.bin")
    assert (tmp_path / "x.bin").read_bytes() == bytes(len(CONTENT))


def test_a_file_that_became_shorter_is_fetched_again(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library(3000)
    with library.tenant.graph(application, time) as graph:

        def shrinking(request: httpx.Request) -> httpx.Response:
            answer = library.sent(request)
            library.content, library.version = b"short", '"2"'
            return answer

        library.respond = shrinking
        assert graph.download(PATH, tmp_path / "x.bin") == 5
    assert (tmp_path / "x.bin").read_bytes() == b"short"


def test_a_file_shorter_than_announced_is_not_taken_for_whole(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(
        lambda _request: httpx.Response(
            200, headers={"Content-Length": "100"}, stream=Stream(b"x" * 60, breaks=False)
        )
    )
    with tenant.graph(application, time, patience=5) as graph, pytest.raises(NoAnswer):
        graph.download(PATH, tmp_path / "x.bin")
    assert not (tmp_path / "x.bin").exists()


def test_wherever_it_breaks_the_file_is_the_one_that_was_asked_for(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library()
    with library.tenant.graph(application, time) as graph:

        @given(st.lists(st.integers(0, 8000), max_size=12))
        @settings(deadline=None)  # each one writes files
        def check(breaks: list[int]) -> None:
            library.breaks = breaks.copy()
            assert graph.download(PATH, tmp_path / "x.bin") == len(CONTENT)
            assert (tmp_path / "x.bin").read_bytes() == CONTENT

        check()


@pytest.mark.parametrize("location", ["http://files.example/x", "ftp://files.example/x"])
def test_an_address_without_encryption_is_not_followed(
    application: Application, time: VirtualTime, tmp_path: Path, location: str
) -> None:
    library = Library()
    library.location = location
    with library.tenant.graph(application, time) as graph, pytest.raises(TenantRefused, match="encryption"):
        graph.download(PATH, tmp_path / "x.bin")
    assert len(library.asked) == 1


def test_a_circle_of_redirects_ends(application: Application, time: VirtualTime, tmp_path: Path) -> None:
    library = Library()
    library.location = f"https://graph.example/v1.0{PATH}"
    with library.tenant.graph(application, time, patience=0) as graph, pytest.raises(NoAnswer):
        graph.download(PATH, tmp_path / "x.bin")


def test_a_busy_drive_is_waited_for(application: Application, time: VirtualTime, tmp_path: Path) -> None:
    library = Library()
    troubles = [refusal(429, Retry_After="44"), refusal(503, Retry_After="6")]
    library.respond = lambda request: troubles.pop(0) if troubles else library.sent(request)
    with library.tenant.graph(application, time) as graph:
        graph.download(PATH, tmp_path / "x.bin")
    assert time.waits == [44.0, 6.0]


def test_what_is_not_there_is_a_refusal_that_names_no_address_but_graphs(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    library = Library()
    library.respond = lambda _request: refusal(404, "itemNotFound")
    with library.tenant.graph(application, time) as graph, pytest.raises(GraphNotFound) as caught:
        graph.download(PATH, tmp_path / "x.bin")
    assert "secret" not in caught.value.message + repr(caught.value.problem)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_token_is_renewed(application: Application, time: VirtualTime, tmp_path: Path) -> None:
    answers = [
        refusal(401, "InvalidAuthenticationToken"),
        httpx.Response(200, stream=Stream(b"x", breaks=False)),
    ]
    tenant = ScriptedTenant(lambda _request: answers.pop(0))
    with tenant.graph(application, time) as graph:
        graph.download(PATH, tmp_path / "x.bin")
    assert len(tenant.token_requests) == 2


def test_a_range_that_is_refused_without_having_been_asked_for_is_a_refusal(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(416))
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="416"):
        graph.download(PATH, tmp_path / "x.bin")


def test_a_stop_ends_a_download_and_keeps_what_came(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    class Stopping(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"x" * 1000
            time.set()
            yield b"x" * 1000
            raise AssertionError("read on after the stop")

    tenant = ScriptedTenant(lambda _request: httpx.Response(200, stream=Stopping()))
    with tenant.graph(application, time) as graph, pytest.raises(Stopped):
        graph.download(PATH, tmp_path / "x.bin")
    assert (tmp_path / "x.bin.part").stat().st_size == 1000


def test_a_target_that_cannot_be_written_is_said(
    application: Application, time: VirtualTime, tmp_path: Path
) -> None:
    with (
        Library().tenant.graph(application, time) as graph,
        pytest.raises(MissingRequirement, match="cannot be written"),
    ):
        graph.download(PATH, tmp_path / "no folder" / "x.bin")
