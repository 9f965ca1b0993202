"""Contents on disk: private, hashed as the service hashes, gone when removed."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.contents import Contents, quick_xor_hash


def by_the_book(octets: bytes) -> str:
    """The hash a byte at a time: 11 bits further each, the length on top of the end."""
    state = 0
    for place, octet in enumerate(octets):
        for bit in range(8):
            state ^= ((octet >> bit) & 1) << ((place * 11 + bit) % 160)
    return base64.b64encode((state ^ (len(octets) << 96)).to_bytes(20, "little")).decode()


@given(start=st.binary(max_size=50), repeats=st.integers(0, 12), end=st.binary(max_size=50))
def test_the_hash_is_that_of_the_definition(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, repeats: int, end: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "hashed"
    octets = start * repeats + end
    file.write_bytes(octets)
    assert quick_xor_hash(file) == by_the_book(octets)


def test_the_hash_of_more_than_a_block_is_that_of_the_definition(tmp_path: Path) -> None:
    octets = bytes(range(256)) * 6300 + b"end"
    (tmp_path / "x").write_bytes(octets)
    assert quick_xor_hash(tmp_path / "x") == by_the_book(octets)


def test_a_known_hash(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"J")
    assert quick_xor_hash(tmp_path / "x") == "SgAAAAAAAAAAAAAAAQAAAAAAAAA="


def test_contents_are_private_and_copies_outlive_what_they_were_made_of(tmp_path: Path) -> None:
    contents = Contents(tmp_path / "contents")
    kept = contents.keep(b"nord")
    copied = contents.copy(kept.key)
    assert contents.path(kept.key).stat().st_mode & 0o777 == 0o600
    contents.discard(kept)
    contents.discard({"not": "a content"})
    assert not contents.path(kept.key).exists()
    assert contents.path(copied).read_bytes() == b"nord"
