"""Owns the content of files on disk: received in pieces, kept under a key, hashed as the service hashes.

Content is never whole in memory. A file has mode 0600 and a random name; what it is called is the
item's business.
"""

import asyncio
import base64
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.files import private_folder

#: The service takes that much in one PUT; more needs an upload session.
LARGEST_PUT = 250 * 1024**2
#: The hash moves 11 bits a byte in 160 bits, so it is where it began after 160 bytes.
_CYCLE, _SHIFT = 160, 11
_BLOCK = 10_000 * _CYCLE


@dataclass(frozen=True)
class Content:
    """What a file holds: its key among the contents, its size in octets, its quickXorHash in base64."""

    key: str
    size: int
    quick_xor_hash: str


class Contents:
    """All contents of one tenant."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, made if needed."""
        self._folder = private_folder(folder)

    async def receive(self, stream: AsyncIterator[bytes]) -> Content:
        """Keep what comes.

        Raises:
            GraphError: 413, more than one PUT may carry; nothing was kept.
        """
        key = self.new()
        try:
            with self.path(key).open("r+b") as file:
                async for piece in stream:
                    if file.tell() + len(piece) > LARGEST_PUT:
                        raise GraphError(413, "requestEntityTooLarge", "Use an upload session above 250 MB.")
                    file.write(piece)
            return await self.finished(key)
        except BaseException:
            self.remove(key)
            raise

    async def finished(self, key: str) -> Content:
        """The content under a key that has all its bytes; the hash is computed aside."""
        return await asyncio.to_thread(self.measured, key)

    def measured(self, key: str) -> Content:
        """The content under a key, read to its end."""
        return Content(key, self.path(key).stat().st_size, quick_xor_hash(self.path(key)))

    def keep(self, octets: bytes) -> Content:
        """Keep a small content that is in memory."""
        key = self.new()
        self.path(key).write_bytes(octets)
        return self.measured(key)

    def copy(self, key: str) -> str:
        """Keep the same bytes again, which costs no room since they never change; returns the copy's key."""
        copied = uuid.uuid4().hex
        private_folder(self.path(copied).parent)
        self.path(copied).hardlink_to(self.path(key))
        return copied

    def new(self) -> str:
        """A key with no bytes yet."""
        key = uuid.uuid4().hex
        private_folder(self.path(key).parent)
        os.close(os.open(self.path(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return key

    def path(self, key: str) -> Path:
        """Where the bytes are."""
        return self._folder / key[:2] / key

    def discard(self, body: Any) -> None:
        """Forget the body of a request that was refused, if it is a content."""
        if isinstance(body, Content):
            self.remove(body.key)

    def remove(self, key: str) -> None:
        """Forget a content; one that is not there is no error."""
        self.path(key).unlink(missing_ok=True)


def quick_xor_hash(file: Path) -> str:
    """The hash that SharePoint and OneDrive give of a file's content, in base64."""
    folded, size = bytes(_CYCLE), 0
    with file.open("rb") as stream:
        # A block is a whole number of cycles, so that each begins where the first did.
        while block := stream.read(_BLOCK):
            size += len(block)
            folded = _xor(folded, _fold(block))
    state = 0
    for place, octet in enumerate(folded):
        turned = octet << (place * _SHIFT % _CYCLE)
        state ^= (turned & ((1 << _CYCLE) - 1)) | (turned >> _CYCLE)
    return base64.b64encode((state ^ (size << 96)).to_bytes(20, "little")).decode()


def _fold(block: bytes) -> bytes:
    """All cycles of a block on top of each other."""
    block += bytes(-len(block) % _CYCLE)
    while (cycles := len(block) // _CYCLE) > 1:
        half = (cycles + 1) // 2 * _CYCLE
        block = _xor(block[:half], block[half:])
    return block


def _xor(one: bytes, other: bytes) -> bytes:
    """Both together; the shorter one counts as followed by zeros."""
    mixed = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    return mixed.to_bytes(max(len(one), len(other)), "little")
