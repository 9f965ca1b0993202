"""A downloaded file is held against what the service says of it."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.graph.checksums import hold, quick_xor_hash


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checksums") / "file"


def by_the_bit(content: bytes) -> str:
    """As described, bit by bit: byte i is turned by 11 × i bits, the length comes last."""
    state = [0] * 160
    for position, byte in enumerate(content):
        for bit in range(8 if byte else 0):
            state[(position * 11 + bit) % 160] ^= byte >> bit & 1
    for bit in range(64):
        state[96 + bit] ^= len(content) >> bit & 1
    number = sum(value << bit for bit, value in enumerate(state))
    return base64.b64encode(number.to_bytes(20, "little")).decode()


@pytest.mark.parametrize(
    ("content", "expected"),
    # Published examples of the algorithm.
    [
        ("", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
        ("luBZlaT6", "lgBHFipBCn0AAAAABgAAAAAAAAA="),
    ],
)
def test_the_hash_is_the_published_one(path: Path, content: str, expected: str) -> None:
    path.write_bytes(base64.b64decode(content))
    assert quick_xor_hash(path) == expected


@given(
    st.one_of(
        st.binary(max_size=700),
        st.integers(0, 2000).map(lambda size: bytes(i * 7 % 251 for i in range(size))),
    )
)
def test_the_hash_is_what_the_description_says(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert quick_xor_hash(path) == by_the_bit(content)


def test_the_hash_does_not_depend_on_how_the_file_is_read(path: Path) -> None:
    content = b"begin" + bytes(160 * 4096) + b"end"
    path.write_bytes(content)
    assert quick_xor_hash(path) == by_the_bit(content)


def test_each_checksum_given_counts_and_those_not_given_do_not(path: Path) -> None:
    path.write_bytes(b"content")
    right = {
        "quickXorHash": quick_xor_hash(path),
        "sha1Hash": hashlib.sha1(b"content").hexdigest().upper(),  # noqa: S324  as OneDrive gives it
        "sha256Hash": hashlib.sha256(b"content").hexdigest().upper(),
    }
    assert hold(path, right)
    assert hold(path, {})
    assert hold(path, {"crc32Hash": "0", "quickXorHash": None})
    for name in right:
        assert not hold(path, right | {name: "0" * 40})
