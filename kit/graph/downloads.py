"""Owns downloads: streamed to a file beside the target, taken up where they broke, put in place when whole.

Graph sends us to an address that carries its own permission: our token does not go there, and the address
is neither kept nor told. Source: Microsoft Learn, "Download driveItem content".
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx

from kit.errors import MissingRequirement, TenantRefused
from kit.graph.batching import Answer, Part
from kit.graph.sender import Sender, body
from kit.graph.waits import Waits
from kit.graph.wire import broken, lower

#: Octets from which a download is worth going on with after this process ended.
KEPT_FROM = 8 * 2**20
#: Octets written at once.
_BUFFER = 2**20
_MOST_REDIRECTS = 3


class Downloads:
    """Fetches files over one sender."""

    def __init__(self, sender: Sender, waits: Waits) -> None:
        self._sender = sender
        self._waits = waits

    def fetch(self, path: str, target: Path) -> int:
        """Write what `path` holds to `target` and give its size; raises as `Graph.download`."""
        part = Part("GET", path)
        try:
            piece = _Piece.beside(target)
            while not piece.whole:
                # Each return that is no refusal brought the file further, so patience begins anew.
                self._sender.repeat(part, lambda: self._try(part, piece)).checked()
            piece.put_in_place(target)
        except OSError as exc:
            raise MissingRequirement(
                _("{file} cannot be written: {reason}.").format(file=target, reason=exc.strerror),
                hint=_("Make room on that disk; then run the same command again: it goes on."),
            ) from exc
        return piece.size

    def _try(self, part: Part, piece: "_Piece") -> Answer:
        return self._sender.authorised(lambda token: self._get(part, piece, token))

    def _get(self, part: Part, piece: "_Piece", token: str) -> Answer:
        """One exchange; a break that left the file longer than ever before counts as an answer."""
        address = httpx.URL(self._sender.address(part.url))
        try:
            with self._opened(address, piece.wanted(), token) as response:
                address = response.url
                if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and piece.size:
                    raise piece.changed()
                if not response.is_success:
                    response.read()
                    return Answer(
                        part.attempted, response.status_code, lower(response.headers), body(response)
                    )
                piece.take(response, self._waits.check)
        except httpx.HTTPError as exc:
            if not piece.advanced():
                raise broken(exc, address.host) from exc
        return Answer(part.attempted, HTTPStatus.OK)

    @contextmanager
    def _opened(self, address: httpx.URL, wanted: dict[str, str], token: str) -> Iterator[httpx.Response]:
        """The answer that holds the file, at the end of the redirects."""
        # Compressed, lengths and ranges would not be those of the file.
        headers = {**wanted, "Accept-Encoding": "identity"}
        ours = {"Authorization": f"Bearer {token}", "client-request-id": str(uuid.uuid4())}
        for _number in range(_MOST_REDIRECTS + 1):
            with self._sender.http.stream("GET", address, headers=headers | ours) as response:
                if response.next_request is None:
                    yield response
                    return
                address, ours = response.next_request.url, {}
                if address.scheme != "https":
                    raise TenantRefused(
                        _("The tenant sent us to {host} without encryption; nothing was sent there.").format(
                            host=address.host
                        )
                    )
        raise httpx.TooManyRedirects("too many redirects", request=response.request)


@dataclass
class _Piece:
    """The part of a file that is here.

    Attributes:
        file: where it grows.
        note: keeps `version` beside a long one, for the next process.
        size: octets that are here.
        version: what the service said of the file they are from; "" where there are none.
        best: the most octets that were here after any exchange.
        whole: nothing is missing.
    """

    file: Path
    note: Path
    size: int = 0
    version: str = ""
    best: int = field(default=0, init=False)
    whole: bool = field(default=False, init=False)

    @classmethod
    def beside(cls, target: Path) -> "_Piece":
        """What an earlier process left beside `target`, as far as it says from which version it is."""
        file, note = (target.with_name(f"{target.name}.part{end}") for end in ("", ".version"))
        if file.exists() and note.exists():
            return cls(file, note, file.stat().st_size, note.read_text())
        return cls(file, note)

    def wanted(self) -> dict[str, str]:
        """The header that asks for what is missing."""
        return {"Range": f"bytes={self.size}-"} if self.size else {}

    def advanced(self) -> bool:
        """Whether more is here than after any exchange before."""
        before, self.best = self.best, max(self.best, self.size)
        return self.size > before

    def changed(self) -> httpx.HTTPError:
        """Begin again: what is here is not of the file that the service has now."""
        self.size, self.version = 0, ""
        return httpx.RemoteProtocolError("the file changed")

    def take(self, response: httpx.Response, check: Callable[[], None]) -> None:
        """Write what the answer brings; `check` may end it between two writes.

        Raises:
            httpx.HTTPError: the connection broke, or what came is no continuation of what is here.
        """
        total = _total(response)
        version = f"{response.headers.get('etag') or response.headers.get('last-modified', '')} {total}"
        anew = response.status_code != HTTPStatus.PARTIAL_CONTENT
        if not anew and (version != self.version or _start(response) != self.size):
            raise self.changed()
        with os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600), "wb", _BUFFER) as file:
            if anew:
                self.size, self.version = 0, version
                self._renote(file, total)
            file.seek(self.size)
            for octets in response.iter_raw():
                check()
                file.write(octets)
                self.size += len(octets)
        if total is not None and self.size != total:
            raise httpx.RemoteProtocolError(f"{self.size} octets instead of {total}")
        self.whole = True

    def put_in_place(self, target: Path) -> None:
        """Give the whole file its name, for good."""
        _flush(self.file)
        self.file.replace(target)
        self.note.unlink(missing_ok=True)
        _flush(target.parent)

    def _renote(self, file: BinaryIO, total: int | None) -> None:
        """Empty the file before the note tells of another version: this process may end in between."""
        self.note.unlink(missing_ok=True)
        file.truncate(0)
        if total is None or total >= KEPT_FROM:
            self.note.write_text(self.version)


def _flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _total(response: httpx.Response) -> int | None:
    """Octets of the whole file, where the service says how many."""
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        text = response.headers.get("content-range", "").rpartition("/")[2]
    else:
        text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _start(response: httpx.Response) -> int:
    """Where a part of a file begins; -1 where the service does not say."""
    text = response.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
    return int(text) if text.isascii() and text.isdigit() else -1
