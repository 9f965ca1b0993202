"""What is erased is gone from the disk, too, and what is still there is found."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.playbooks.support import library, shared

MARKER = b"canary" * 8


@pytest.fixture(scope="module")
def wipe() -> ModuleType:
    return library("wipe")


@pytest.fixture(scope="module")
def erasing(wipe: ModuleType) -> ModuleType:
    return shared("erasing")


def test_content_is_overwritten_before_the_name_goes(erasing: ModuleType, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "deep").mkdir(parents=True)
    (home / "deep" / "letter").write_bytes(MARKER)
    # Another open door to the same content: what it shows then is what the disk has.
    with (home / "deep" / "letter").open("rb") as kept:
        assert erasing.erase([home]) == {"files": 1, "bytes": len(MARKER)}
        assert kept.read() == bytes(len(MARKER))
    assert not home.exists()


def test_links_lead_nowhere_else(erasing: ModuleType, tmp_path: Path) -> None:
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.mkdir()
    home.mkdir()
    (outside / "kept").write_bytes(MARKER)
    (home / "folder").symlink_to(outside)
    (home / "file").symlink_to(outside / "kept")
    (home / "broken").symlink_to(tmp_path / "nothing")
    erasing.erase([home, tmp_path / "absent"])
    assert not home.exists()
    assert (outside / "kept").read_bytes() == MARKER


def test_content_that_has_another_name_elsewhere_stays_there(erasing: ModuleType, tmp_path: Path) -> None:
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    elsewhere.write_bytes(MARKER)
    here.hardlink_to(elsewhere)
    erasing.erase([here])
    assert not here.exists()
    assert elsewhere.read_bytes() == MARKER


def test_what_goes_by_itself_meanwhile_is_no_fault(
    erasing: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "socket").write_bytes(MARKER)
    (tmp_path / "letter").write_bytes(MARKER)
    listed = [tmp_path / "socket", tmp_path / "letter"]

    def list_and_lose(_folder: Path) -> Iterator[Path]:
        (tmp_path / "socket").unlink(missing_ok=True)
        yield from listed

    monkeypatch.setattr(erasing, "files_below", list_and_lose)
    assert erasing.erase([tmp_path]) == {"files": 1, "bytes": len(MARKER)}
    assert not tmp_path.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="processes of another account need root")
def test_processes_of_people_have_ended_before_anything_is_erased(wipe: ModuleType) -> None:
    nobody = 64_317
    process = subprocess.Popen(["/bin/sleep", "60"], user=nobody)
    try:
        assert wipe.processes({nobody}) == [process.pid]
        wipe.end_processes({nobody})
        assert wipe.processes({nobody}) == []
    finally:
        process.kill()
        assert process.wait() == -signal.SIGKILL


def test_a_swap_area_keeps_the_page_that_says_what_it_is(erasing: ModuleType, tmp_path: Path) -> None:
    area = tmp_path / "swap"
    area.write_bytes(b"HEADER" + MARKER * 1000)
    assert erasing.overwrite(area, start=6) == len(MARKER) * 1000
    assert area.read_bytes() == b"HEADER" + bytes(len(MARKER) * 1000)


def test_a_planted_canary_is_on_the_disk_with_its_pattern(erasing: ModuleType, tmp_path: Path) -> None:
    canary = erasing.plant(tmp_path)
    content = canary.path.read_bytes()
    assert len(content) == erasing.BLOCK
    assert content.count(canary.marker) == erasing.BLOCK // len(canary.marker)
    assert bool(canary.places) == bool(canary.device)


@given(block=st.integers(0, 7), offset=st.integers(0, (1 << 20) - len(MARKER)))
def test_a_pattern_that_is_left_is_found_wherever_it_lies(block: int, offset: int) -> None:
    library("wipe")
    erasing = shared("erasing")
    device = Path(f"/dev/shm/erasing-{os.getpid()}")  # noqa: S108  in memory, for speed
    try:
        with device.open("wb") as file:
            file.truncate(8 * erasing.BLOCK)
            file.seek(block * erasing.BLOCK + offset)
            file.write(MARKER)
        everything = erasing.samples(str(device), 100)
        seen, held = erasing.search(str(device), [b"other", MARKER], everything)
        # A pattern over the edge of two blocks is in neither; planted ones are repeated all over a block.
        assert (seen, held) == (8 * erasing.BLOCK, 1)
        assert erasing.search(str(device), [b"other"], everything)[1] == 0
    finally:
        device.unlink()


def test_samples_are_blocks_of_the_device_each_once(erasing: ModuleType, tmp_path: Path) -> None:
    device = tmp_path / "device"
    with device.open("wb") as file:
        file.truncate(100 * erasing.BLOCK)
    chosen = erasing.samples(str(device), 10)
    assert len(set(chosen)) == 10
    assert all(place % erasing.BLOCK == 0 and length == erasing.BLOCK for place, length in chosen)
    assert all(place < 100 * erasing.BLOCK for place, _length in chosen)


LUKS2 = """LUKS header information
Version:       \t2
Keyslots:
{slots}Tokens:
Digests:
  0: pbkdf2
"""


@pytest.mark.parametrize(
    ("dump", "count"),
    [
        (LUKS2.format(slots=""), 0),
        (LUKS2.format(slots="  0: luks2\n\tKey: 512 bits\n  1: luks2\n\tKey: 512 bits\n"), 2),
        ("Version: 1\nKey Slot 0: ENABLED\nKey Slot 1: DISABLED\n", 1),
        ("Version: 1\nKey Slot 0: DISABLED\nKey Slot 1: DISABLED\n", 0),
    ],
)
def test_keys_of_a_volume_are_counted(wipe: ModuleType, dump: str, count: int) -> None:
    assert wipe.key_slots(dump) == count
