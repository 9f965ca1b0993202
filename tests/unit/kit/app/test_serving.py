"""`kit serve`: every window is a process, and none outlives its browser or the server."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType
from textual_serve.download_manager import DownloadManager

from inventory.database import Database
from kit.app import serving as subject
from kit.app.serving import MOST_WINDOWS, Window
from tests.tui import feeding
from tests.unit.kit.app.served import PATIENCE, Served, connect, eventually, lives, read_until, serving


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = feeding.station(tmp_path)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for the tests that do not end it."""
    home = tmp_path_factory.mktemp("served")
    feeding.station(home).dispose()
    with serving(home) as running:
        yield running


def kit_serve(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "serve", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("ending", ["closed", "cut", "left"])
def test_a_window_ends_with_its_browser_or_with_its_screens(served: Served, ending: str) -> None:
    eventually(lambda: not served.windows(), "earlier windows end")

    async def look() -> int:
        async with ClientSession() as session, connect(session, served, served.sign_in()) as websocket:
            await read_until(websocket, "Situation")
            (pid,) = served.windows()
            match ending:
                case "closed":
                    await websocket.close()
                case "cut":
                    websocket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
                case _:
                    await websocket.send_json(["stdin", "q"])
                    while (await websocket.receive(timeout=PATIENCE)).type is not WSMsgType.CLOSE:
                        pass
            return pid

    pid = asyncio.run(look())
    eventually(lambda: not lives(pid), "the window's process ends")
    assert served.process.poll() is None


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 0), ("SIGTERM", 0), ("SIGKILL", -9)])
def test_no_window_outlives_the_server(database: Database, tmp_path: Path, number: str, code: int) -> None:
    async def look(served: Served) -> int:
        async with ClientSession() as session, connect(session, served, served.sign_in()) as websocket:
            await read_until(websocket, "Situation")
            (pid,) = served.windows()
            # Ctrl-C is for the server, which lets a window end what it does.
            assert os.getpgid(pid) == pid
            served.process.send_signal(signal.Signals[number])
            while (await websocket.receive(timeout=PATIENCE)).type is WSMsgType.BINARY:
                pass
            return pid

    with serving(tmp_path) as served:
        pid = asyncio.run(look(served))
        _out, err = served.process.communicate(timeout=PATIENCE)
        assert (served.process.returncode, err) == (code, "")
    eventually(lambda: not lives(pid), "the window's process ends")


def test_a_window_too_many_is_told_so_and_gets_in_when_another_has_closed(served: Served) -> None:
    eventually(lambda: not served.windows(), "earlier windows end")

    async def look() -> None:
        cookie = served.sign_in()
        async with ClientSession() as session, AsyncExitStack() as stack:
            first = await connect(session, served, cookie)
            for _each in range(MOST_WINDOWS - 1):
                await stack.enter_async_context(connect(session, served, cookie))
            async with connect(session, served, cookie) as refused:
                await read_until(refused, f"{MOST_WINDOWS} windows are open already")
                assert (await refused.receive(timeout=PATIENCE)).type is WSMsgType.CLOSE
            assert len(served.windows()) == MOST_WINDOWS
            await first.close()
            async with connect(session, served, cookie) as late:
                await read_until(late, "Situation")

    asyncio.run(look())


def test_a_window_that_cannot_open_is_closed_and_the_terminal_says_why(
    database: Database, tmp_path: Path
) -> None:
    async def look(served: Served) -> None:
        async with ClientSession() as session, connect(session, served, served.sign_in()) as websocket:
            assert (await websocket.receive(timeout=PATIENCE)).type is WSMsgType.CLOSE

    with serving(tmp_path) as served:
        (tmp_path / "kit.db").unlink()
        asyncio.run(look(served))
        served.process.send_signal(signal.SIGINT)
        out, err = served.process.communicate(timeout=PATIENCE)
    assert "kit init" in err
    assert out == ""


class DrawnAtOnce(Window):
    """A window whose process has drawn before anybody looks, as on a busy machine."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        process = await super()._open_app_process(width, height)
        assert process.stdout is not None
        # A reader has no public way to say what lies in it unread.
        while len(process.stdout._buffer) < 64:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        return process


@pytest.mark.parametrize("kind", [Window, DrawnAtOnce])
def test_a_window_that_does_not_end_by_itself_is_killed(
    kind: type[Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_GRACE", 0.2)
    # Draws without end for a browser that reads nothing, as one does that is gone.
    script = "import os\nos.write(1, b'__GANGLION__\\n')\nwhile True: os.write(1, b'D\\0\\0\\0\\1x')"
    drawn = asyncio.Event()

    async def gone(_drawn: object = None) -> None:
        drawn.set()
        raise ConnectionResetError

    async def look() -> int:
        window = kind(
            [sys.executable, "-c", script],
            write_bytes=gone,
            write_str=gone,
            close=_nothing,
            download_manager=DownloadManager(),
        )
        await window.start(80, 24)
        await drawn.wait()
        assert window._process is not None
        await window.stop()
        return window._process.pid

    assert not lives(asyncio.run(look()))


async def _nothing() -> None:
    pass


def test_the_screens_are_those_that_were_asked_for(database: Database, tmp_path: Path) -> None:
    reference = feeding.open_crisis(database)

    async def look(served: Served) -> list[str]:
        async with ClientSession() as session, connect(session, served, served.sign_in()) as websocket:
            await read_until(websocket, reference)
            arguments = Path(f"/proc/{served.windows()[0]}/cmdline").read_text().split("\0")
            return arguments[arguments.index("tui") : -1]

    with serving(tmp_path, "--read-only", "--theme", "light", "--crisis", "aubagne") as served:
        shown = asyncio.run(look(served))
    assert shown == ["tui", "--read-only", "--theme", "light", "--crisis", reference]


def test_it_listens_on_loopback_alone(served: Served) -> None:
    port = int(served.base.rpartition(":")[2])
    lines = Path("/proc/net/tcp").read_text().splitlines() + Path("/proc/net/tcp6").read_text().splitlines()
    listening = {line.split()[1] for line in lines[1:] if line.split()[3] == "0A"}
    assert {each for each in listening if each.endswith(f":{port:04X}")} == {f"0100007F:{port:04X}"}


def test_a_taken_port_is_refused_before_anything_is_told(database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = kit_serve(tmp_path, "--port", str(other.getsockname()[1]), "--json")
    assert ended.returncode == 3
    assert json.loads(ended.stdout)["error"]["kind"] == "bad-input"
    assert "--port" in json.loads(ended.stdout)["error"]["hint"]


@pytest.mark.parametrize(
    ("options", "code"), [(("--crisis", "nowhere"), 4), (("--theme", "pink"), 4), ((), 15)]
)
def test_what_no_window_could_show_is_refused_at_once(
    tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    if options:
        feeding.station(tmp_path).dispose()
    ended = kit_serve(tmp_path, "--port", "0", *options)
    assert (ended.returncode, ended.stdout) == (code, "")
