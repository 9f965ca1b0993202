"""Owns checking a downloaded file against the checksums that the service gives for it.

OneDrive for work and SharePoint give quickXorHash only; SHA-1 comes from other kinds of drives, and
SHA-256 from none any more, though it still appears. The QuickXorHash finds accidents, not forgeries.

Sources: Microsoft Learn, "hashes resource type" and "Code snippets: QuickXorHash algorithm".
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: Bits of the hash, and by how many each byte of the file is turned further.
_WIDTH, _SHIFT = 160, 11
#: Bits after which the turning begins again, so that everything in between may be folded together.
_PERIOD = _WIDTH * 8
#: Bytes read at once: a power of two of periods.
_BLOCK = 2**12 * _PERIOD // 8


def quick_xor_hash(path: Path) -> str:
    """The QuickXorHash of a file as Graph writes it, in base64."""
    folded = length = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            length += len(block)
            folded ^= _fold(int.from_bytes(block, "little"))
    state = length << (_WIDTH - 64)
    for position, byte in enumerate(folded.to_bytes(_PERIOD // 8, "little")):
        turned = byte << (position * _SHIFT % _WIDTH)
        state ^= (turned & (1 << _WIDTH) - 1) ^ turned >> _WIDTH
    return base64.b64encode(state.to_bytes(_WIDTH // 8, "little")).decode()


def hold(path: Path, hashes: Mapping[str, Any]) -> bool:
    """Whether the file has each of the checksums given (the `hashes` of a file in Graph)."""
    return all(
        calculate(path).casefold() == str(hashes[name]).casefold()
        for name, calculate in _CALCULATED.items()
        if hashes.get(name)
    )


def _fold(number: int) -> int:
    bits = _BLOCK * 8
    while bits > _PERIOD:
        bits //= 2
        number = (number & (1 << bits) - 1) ^ number >> bits
    return number


def _digest(algorithm: str) -> Callable[[Path], str]:
    def calculate(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()

    return calculate


_CALCULATED = {"quickXorHash": quick_xor_hash, "sha1Hash": _digest("sha1"), "sha256Hash": _digest("sha256")}
