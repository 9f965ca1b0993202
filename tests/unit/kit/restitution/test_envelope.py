"""A sealed bag opens to the very bag with the key, is nothing without it, and never costs the clear one."""

import io
import tarfile
import tracemalloc
from pathlib import Path
from unittest import mock

import pyrage
import pytest

from kit.errors import BadInput
from kit.restitution import bag, envelope
from kit.restitution.bag import BagBroken

KEY = pyrage.x25519.Identity.generate()
PUBLIC = str(KEY.to_public())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sealed bag with an empty folder, a long name and an empty file."""
    made = tmp_path / "13005-2026-01"
    (made / "data" / "leer" / "tiefer").mkdir(parents=True)
    (made / "data" / ("é" * 100)).write_bytes(b"long")
    (made / "data" / "empty.txt").write_bytes(b"")
    (made / "data" / "mail.eml").write_bytes(bytes(range(256)) * 400)
    bag.seal(made, {"External-Identifier": "13005-2026-01"})
    return made


def test_it_opens_to_the_very_bag(folder: Path, tmp_path: Path) -> None:
    wrapped = envelope.wrap(folder, PUBLIC)
    file = envelope.place(folder)
    envelope.check(file, wrapped.sha256)
    assert (file.stat().st_size, file.stat().st_mode & 0o077) == (wrapped.octets, 0)
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(file.read_bytes(), [KEY]))) as tar:
        assert {(member.uid, member.uname) for member in tar} == {(0, "")}
        tar.extractall(tmp_path / "opened", filter="data")
    opened = tmp_path / "opened" / folder.name
    assert bag.verify(opened) == bag.verify(folder)
    assert (opened / "data" / "leer" / "tiefer").is_dir()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(file.read_bytes(), [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize("recipient", ["", "age1nonsense", str(KEY)], ids=["none", "nonsense", "private"])
def test_what_is_no_public_key_is_refused_and_a_private_one_is_not_repeated(
    folder: Path, recipient: str
) -> None:
    with pytest.raises(BadInput) as refused:
        envelope.wrap(folder, recipient)
    assert str(KEY) not in refused.value.message
    assert not list(folder.parent.glob("*.age*"))


def test_a_file_that_changed_since_the_bag_was_sealed_is_found(folder: Path) -> None:
    (folder / "data" / "mail.eml").write_bytes(b"other")
    with pytest.raises(BagBroken, match=r"mail\.eml"):
        envelope.wrap(folder, PUBLIC)
    assert not envelope.place(folder).exists()


def test_what_is_not_read_back_as_written_is_not_put_in_place(folder: Path) -> None:
    wrong = envelope.Wrapped("0" * 64, 1)
    with mock.patch.object(envelope, "read", return_value=wrong), pytest.raises(BagBroken):
        envelope.wrap(folder, PUBLIC)
    assert not envelope.place(folder).exists()
    bag.verify(folder)


def test_a_file_that_is_gone_or_another_is_no_sealed_bag(tmp_path: Path) -> None:
    with pytest.raises(BagBroken):
        envelope.check(tmp_path / "none", "0" * 64)
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(BagBroken):
        envelope.check(tmp_path / "other", "0" * 64)


def test_discarding_takes_the_bag_and_leaves_what_is_somebody_elses(folder: Path) -> None:
    (folder / "mine.txt").write_text("mine")
    for _time in range(2):
        envelope.discard(folder)
        assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_it_streams(folder: Path) -> None:
    with (folder / "data" / "large.bin").open("wb") as file:
        file.truncate(40 * 2**20)
    for name in (bag.TAG_MANIFEST, bag.MANIFEST, bag.INFO, bag.DECLARATION):
        (folder / name).unlink()
    bag.seal(folder, {"External-Identifier": "13005-2026-01"})
    tracemalloc.start()
    try:
        envelope.wrap(folder, PUBLIC)
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()
