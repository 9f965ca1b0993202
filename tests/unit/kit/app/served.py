"""A `kit serve` of its own for tests, and what a browser would do with it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

#: Seconds for what takes a second on an idle machine.
PATIENCE = 60.0


class Served:
    """The server's process, the addresses that it tells, and its windows."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.address = self.next_address()
        self.base = self.address.partition("/?")[0]

    def next_address(self) -> str:
        """The address with a token that it tells now."""
        assert self.process.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            line = self.process.stdout.readline()
            assert line, self.process.stderr and self.process.stderr.read()
            told += line
        return str(json.loads(told)["url"])

    def sign_in(self) -> str:
        """Use the address; the header with the cookie."""
        answer = httpx.get(self.address, trust_env=False)
        assert answer.status_code == 303, answer.text
        self.address = self.next_address()
        (morsel,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
        return f"{morsel.key}={morsel.value}"

    def windows(self) -> list[int]:
        """The processes that its windows are."""
        return [pid for pid, parent in _parents() if parent == self.process.pid]


@contextmanager
def serving(home: Path, *options: str) -> Iterator[Served]:
    """`kit serve` on a free port, killed at the end."""
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "serve", "--json"]
    with subprocess.Popen(
        [*command, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def connect(session: ClientSession, served: Served, cookie: str, **headers: str) -> Any:
    """The websocket of a window, as a page of the server asks for it."""
    asked = {"Cookie": cookie, "Origin": served.base} | headers
    return session.ws_connect(f"{served.base}/ws?width=100&height=30", headers=asked)


async def read_until(websocket: ClientWebSocketResponse, words: str) -> None:
    """Until something with these words was drawn."""
    drawn = b""
    while words.encode() not in drawn:
        message = await websocket.receive(timeout=PATIENCE)
        assert message.type in {WSMsgType.BINARY, WSMsgType.TEXT}, drawn.decode()
        drawn += message.data if message.type is WSMsgType.BINARY else b""


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether that process is there and has not ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _parents() -> Iterator[tuple[int, int]]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                yield int(status.parent.name), int(parent)
