"""Owns uploads: a file in chunks through an upload session, taken up where it broke.

Source: Microsoft Learn, "driveItem: createUploadSession". The session's address carries its own permission:
our token does not go there, and the address is neither kept nor told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx

from kit.errors import BadInput, TenantRefused
from kit.graph.batching import Answer, Part
from kit.graph.retry import growing
from kit.graph.sender import Sender, body
from kit.graph.waits import Waits
from kit.graph.wire import broken, lower

#: Octets a chunk; the service takes multiples of 320 KiB under 60 MiB, and a broken one is sent again whole.
CHUNK = 32 * 320 * 2**10
#: Octets read at once.
_PIECE = 2**18
#: Chunks refused in a row for not being the one expected: the service may still be busy with a broken one.
_MOST_MISSES = 5
#: Seconds after such a refusal, growing from the first to the second.
_PAUSES = (1.0, 30.0)


class Uploads:
    """Stores files over one sender."""

    def __init__(self, sender: Sender, waits: Waits) -> None:
        self._sender = sender
        self._waits = waits

    def store(self, path: str, source: Path, session: Mapping[str, Any]) -> dict[str, Any]:
        """Write the file `source` to the item `path` and give the item; raises as `Graph.upload`."""
        try:
            with source.open("rb") as file:
                size = source.stat().st_size
                if not size:
                    return self._empty(path)
                return self._chunks(path, _Upload(file, source, size, self._begin(path, session)))
        except OSError as exc:
            raise BadInput(
                _("{file} cannot be read: {reason}.").format(file=source, reason=exc.strerror)
            ) from exc

    def _begin(self, path: str, session: Mapping[str, Any]) -> str:
        # A session that nobody uses expires by itself, hence repeatable.
        part = Part("POST", f"{path}/createUploadSession", json=dict(session), repeatable=True)
        address = str(self._sender.send(part).checked().body["uploadUrl"])
        if urlsplit(address).scheme != "https":
            raise TenantRefused(
                _("The tenant sent us to {host} without encryption; nothing was sent there.").format(
                    host=urlsplit(address).netloc
                )
            )
        return address

    def _empty(self, path: str) -> dict[str, Any]:
        """A session takes no file without octets."""
        part = Part("PUT", f"{path}/content", headers={"Content-Type": "application/octet-stream"})
        return self._sender.send(part).checked().body

    def _chunks(self, path: str, upload: "_Upload") -> dict[str, Any]:
        part = Part("PUT", path)
        misses, pace = 0, growing(*_PAUSES)
        while True:
            answer = self._sender.repeat(part, lambda: self._next(part, upload))
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and misses < _MOST_MISSES:
                misses += 1
                self._waits.wait(next(pace), answer.error.message)
                continue
            if answer.status == HTTPStatus.NOT_FOUND and upload.sent == upload.size:
                # The last chunk arrived and its answer did not: the session ended with it.
                return self._stored(path, upload.size, answer)
            answer.checked()
            misses, pace = 0, growing(*_PAUSES)
            if answer.status != HTTPStatus.ACCEPTED:
                return answer.body

    def _next(self, part: Part, upload: "_Upload") -> Answer:
        """Send the chunk that the session expects, after asking which one where that is not known."""
        if upload.doubt:
            answer = self._exchange(part, upload, "GET")
            if not answer.ok:
                return answer
            upload.told(answer)
        if upload.expected >= upload.size:
            # All of it arrived, and the answer that gives the item did not.
            return Answer(part.attempted, HTTPStatus.NOT_FOUND)
        upload.doubt = True
        start, end = upload.expected, min(upload.expected + CHUNK, upload.size)
        upload.sent = end
        headers = {
            "Content-Range": f"bytes {start}-{end - 1}/{upload.size}",
            "Content-Length": str(end - start),
        }
        answer = self._exchange(part, upload, "PUT", headers=headers, content=upload.octets(start, end))
        if answer.status == HTTPStatus.ACCEPTED:
            upload.told(answer)
        return answer

    def _exchange(self, part: Part, upload: "_Upload", method: str, **more: Any) -> Answer:
        try:
            response = self._sender.http.request(method, upload.address, **more)
            return Answer(part.attempted, response.status_code, lower(response.headers), body(response))
        except httpx.HTTPError as exc:
            raise broken(exc, urlsplit(upload.address).netloc) from exc

    def _stored(self, path: str, size: int, gone: Answer) -> dict[str, Any]:
        item = self._sender.send(Part("GET", path.removesuffix(":"))).checked().body
        return item if item.get("size") == size else gone.checked().body


@dataclass
class _Upload:
    """A file on its way.

    Attributes:
        address: of the session; it carries a permission.
        expected: the octet from which the session wants the next chunk.
        sent: the octet after the last one that was sent, arrived or not.
        doubt: `expected` has to be asked for.
    """

    file: BinaryIO
    source: Path
    size: int
    address: str = field(repr=False)
    expected: int = 0
    sent: int = 0
    doubt: bool = False

    def told(self, answer: Answer) -> None:
        """Take over what the session expects next."""
        ranges = answer.body.get("nextExpectedRanges") or []
        self.expected = int(str(ranges[0]).partition("-")[0]) if ranges else self.size
        self.doubt = False

    def octets(self, start: int, end: int) -> Iterator[bytes]:
        """What the file holds between two places, piece by piece: whole chunks would pile up in memory.

        Raises:
            BadInput: the file is shorter than it was.
        """
        self.file.seek(start)
        while start < end:
            piece = self.file.read(min(_PIECE, end - start))
            if not piece:
                raise BadInput(
                    _("{file} changed while it was uploaded; it is not in the tenant.").format(
                        file=self.source
                    )
                )
            start += len(piece)
            yield piece
