"""A bag holds, anybody can check it, and any change shows."""

import ctypes
import errno
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.restitution.bag import BagBroken, Sealed, seal, verify

INFO = {
    "Source-Organization": "Commune d’Essai",
    "External-Identifier": "13005-2026-01",
    "Bagging-Date": "2026-01-31",
}
CONTENT = {
    "data/mail/Boîte de réception/20260101T000000Z Bonjour à tous.eml": b"From: a@b.example\r\n\r\nBonjour",
    "data/files/plan #1 100%.pdf": b"%PDF" + bytes(3000),
    "data/files/vide.txt": b"",
    "data/messages.csv": b"path\r\n",
}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return fill(tmp_path / "bag", CONTENT)


@contextmanager
def folder_of(content: dict[str, bytes]) -> Iterator[Path]:
    """A folder for one example of a property."""
    with tempfile.TemporaryDirectory() as base:
        yield fill(Path(base, "bag"), content)


def fill(folder: Path, content: dict[str, bytes]) -> Path:
    (folder / "data").mkdir(parents=True)
    for name, written in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(written)
    return folder


def checked_by_anyone(
    folder: Path, manifest: str = "manifest-sha256.txt"
) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("sha256sum")
    assert tool, "coreutils are missing"
    return subprocess.run([tool, "-c", manifest], cwd=folder, capture_output=True, text=True, check=False)


def test_a_sealed_folder_says_what_it_holds(bag: Path) -> None:
    sealed = seal(bag, INFO)
    digest = hashlib.sha256((bag / "manifest-sha256.txt").read_bytes()).hexdigest()
    assert sealed == Sealed(digest, 4, sum(map(len, CONTENT.values())))
    assert verify(bag) == sealed


def test_the_library_finds_the_bag_valid(bag: Path) -> None:
    sealed = seal(bag, INFO)
    read = bagit.Bag(str(bag))
    assert read.is_valid()
    assert read.version_info == (0, 97)
    assert read.info == INFO | {"Payload-Oxum": f"{sealed.octets}.{sealed.files}"}


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_anybody_can_check_it_with_a_tool_of_the_system(bag: Path, manifest: str) -> None:
    seal(bag, INFO)
    assert checked_by_anyone(bag, manifest).returncode == 0


def test_that_tool_finds_a_changed_file(bag: Path) -> None:
    seal(bag, INFO)
    (bag / "data/files/vide.txt").write_bytes(b"!")
    found = checked_by_anyone(bag)
    assert found.returncode != 0
    assert "data/files/vide.txt: FAILED" in found.stdout


def test_sealing_again_changes_nothing_whatever_is_said_then(bag: Path) -> None:
    sealed = seal(bag, INFO)
    before = {path: path.read_bytes() for path in bag.iterdir() if path.is_file()}
    assert seal(bag, INFO | {"Bagging-Date": "2026-02-28"}) == sealed
    assert {path: path.read_bytes() for path in bag.iterdir() if path.is_file()} == before


def test_sealing_again_does_not_bless_what_changed_since(bag: Path) -> None:
    seal(bag, INFO)
    (bag / "data/messages.csv").write_bytes(b"other")
    with pytest.raises(BagBroken) as caught:
        seal(bag, INFO)
    assert caught.value.files == ("data/messages.csv",)


def test_two_folders_of_the_same_content_are_the_same_bag(tmp_path: Path, bag: Path) -> None:
    other = fill(tmp_path / "other", dict(reversed(CONTENT.items())))
    assert seal(other, INFO) == seal(bag, INFO)


def test_an_interrupted_sealing_is_done_again(bag: Path) -> None:
    sealed = seal(bag, INFO)
    (bag / "tagmanifest-sha256.txt").rename(bag / "tagmanifest-sha256.txt.part")
    (bag / "manifest-sha256.txt").write_bytes(b"half of a li")
    assert seal(bag, INFO) == sealed


def test_a_disk_that_does_not_keep_the_data_ends_the_sealing(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk:
        def syncfs(self, _descriptor: int) -> int:
            ctypes.set_errno(errno.EIO)
            return -1

    monkeypatch.setattr("kit.restitution.bag._LIBC", Disk())
    with pytest.raises(OSError, match="Input/output error"):
        seal(bag, INFO)
    assert [path.name for path in bag.iterdir()] == ["data"]


def test_a_commune_without_data_gets_an_empty_bag(tmp_path: Path) -> None:
    assert seal(fill(tmp_path / "bag", {}), INFO).files == 0


def test_no_working_directory_is_changed_and_no_name_is_logged(
    bag: Path, caplog: pytest.LogCaptureFixture
) -> None:
    here = Path.cwd()
    with caplog.at_level(logging.DEBUG):
        seal(bag, INFO)
        (bag / "data/messages.csv").write_bytes(b"other")
        with pytest.raises(BagBroken):
            verify(bag)
    assert Path.cwd() == here
    assert "messages.csv" not in caplog.text


def test_what_describes_the_bag_is_for_its_owner_only(bag: Path) -> None:
    seal(bag, INFO)
    assert {path.stat().st_mode & 0o777 for path in bag.iterdir() if path.is_file()} == {0o600}


@pytest.mark.parametrize(
    "info",
    [
        {"Contact-Name": "Dominique Essai"},
        {"Contact-Email": "d@example.org"},
        {"Payload-Oxum": "0.0"},
        {"External-Identifier": ""},
        {"External-Identifier": "1\nContact-Name: Dominique"},
        {"External-Identifier": "1\u2028Contact-Name: Dominique"},
    ],
)
def test_no_person_and_no_second_line_gets_into_the_description(bag: Path, info: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(info))):
        seal(bag, info)
    assert [path.name for path in bag.iterdir()] == ["data"]


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda bag: (bag / "data/link").symlink_to("/etc/passwd"), "data/link"),
        (lambda bag: (bag / "data/files/up").symlink_to(bag), "data/files/up"),
        (lambda bag: os.mkfifo(bag / "data/pipe"), "data/pipe"),
        (lambda bag: (bag / "notes.txt").write_text("x"), "notes.txt"),
        (lambda bag: (bag / "other").mkdir(), "other"),
        (lambda bag: ((bag / "data").rename(bag.parent / "x"), (bag / "data").symlink_to("../x")), "data"),
    ],
    ids=["link to a file", "link to a folder", "pipe", "file outside", "folder outside", "data elsewhere"],
)
def test_what_is_no_plain_data_is_refused(
    bag: Path, spoil: Callable[[Path], object], name: str, sealed: bool
) -> None:
    if sealed:
        seal(bag, INFO)
    spoil(bag)
    with pytest.raises(BagBroken) as caught:
        seal(bag, INFO)
    assert caught.value.files == (name,)
    assert (bag / "manifest-sha256.txt").exists() == sealed


@pytest.mark.parametrize(
    "name",
    ["data/a\nb", "data/a\rb", "data/a\u2028b", "data/end ", "data/100%0Dx", "data/%0a", "data/\udcff"],
)
def test_names_that_no_list_can_have_are_refused_before_anything_is_written(bag: Path, name: str) -> None:
    (bag / name).write_bytes(b"")
    with pytest.raises(BagBroken):
        seal(bag, INFO)
    assert [path.name for path in bag.iterdir()] == ["data"]


def test_names_that_are_one_on_another_system_are_refused(bag: Path) -> None:
    for form in ("NFC", "NFD"):
        (bag / "data" / unicodedata.normalize(form, "été")).write_bytes(b"")
    with pytest.raises(BagBroken) as caught:
        seal(bag, INFO)
    assert len(caught.value.files) == 2


@pytest.mark.parametrize(
    "name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data"]
)
def test_a_bag_that_lacks_a_part_of_itself_does_not_hold(bag: Path, name: str) -> None:
    seal(bag, INFO)
    shutil.rmtree(bag / name) if name == "data" else (bag / name).unlink()
    with pytest.raises(BagBroken) as caught:
        verify(bag)
    assert name in caught.value.files


def test_a_manifest_made_to_lead_outside_is_refused(bag: Path) -> None:
    seal(bag, INFO)
    manifest = bag / "manifest-sha256.txt"
    manifest.write_bytes(manifest.read_bytes() + b"0" * 64 + b"  data/../../../etc/passwd\n")
    forge_tag_manifest(bag)
    with pytest.raises(BagBroken):
        verify(bag)


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "bag-info.txt", "bagit.txt"])
def test_descriptions_that_are_no_text_are_refused(bag: Path, name: str) -> None:
    seal(bag, INFO)
    (bag / name).write_bytes(b"\xff\xfe\x00")
    forge_tag_manifest(bag)
    with pytest.raises(BagBroken):
        verify(bag)


def test_a_sum_that_is_not_that_of_the_data_is_refused(bag: Path) -> None:
    seal(bag, INFO)
    (bag / "bag-info.txt").write_text("Payload-Oxum: 1.1\n")
    forge_tag_manifest(bag)
    with pytest.raises(BagBroken) as caught:
        verify(bag)
    assert caught.value.files == ("bag-info.txt",)


def test_a_forgery_that_fits_together_shows_in_the_acknowledged_checksum(bag: Path, tmp_path: Path) -> None:
    sealed = seal(bag, INFO)
    (bag / "data/messages.csv").write_bytes(b"forged")
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"):
        (bag / name).unlink()
    seal(bag, INFO)
    assert verify(bag).manifest_sha256 != sealed.manifest_sha256


def test_the_message_names_a_few_files_and_counts_the_others(bag: Path) -> None:
    seal(bag, INFO)
    for number in range(9):
        (bag / f"data/new{number}").write_bytes(b"")
    with pytest.raises(BagBroken) as caught:
        verify(bag)
    assert "data/new4 and 4 more" in caught.value.message
    assert len(caught.value.files) == 9


def forge_tag_manifest(bag: Path) -> None:
    """As somebody would who knows the format."""
    names = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
    lines = [f"{hashlib.sha256((bag / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (bag / "tagmanifest-sha256.txt").write_text("".join(lines))


SEGMENT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/%"),
        min_size=1,
        max_size=12,
    )
    .filter(lambda name: name not in {".", ".."})
    .map(lambda name: unicodedata.normalize("NFC", name))
)
PAYLOAD = st.dictionaries(
    st.lists(SEGMENT, min_size=1, max_size=3).map("/".join), st.binary(max_size=50), min_size=1, max_size=6
)


def flat(payload: dict[str, bytes]) -> dict[str, bytes]:
    """Without files that would have to be folders too."""
    folders = {name.rpartition("/")[0] for name in payload}
    above = {"/".join(folder.split("/")[:depth]) for folder in folders for depth in range(1, 9)}
    return {f"data/{name}": content for name, content in payload.items() if name not in above}


@settings(max_examples=25)
@given(PAYLOAD.map(flat).filter(bool), st.data())
def test_any_single_file_changed_removed_or_added_is_found_and_named(
    content: dict[str, bytes], data: st.DataObject
) -> None:
    with folder_of(content) as bag:
        seal(bag, INFO)
        tags = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
        name = data.draw(st.sampled_from(sorted(content) + tags))
        match data.draw(st.sampled_from(["change", "remove", "add"])):
            case "change":
                before = (bag / name).read_bytes()
                after = data.draw(st.one_of(st.binary(max_size=50), st.just(before + b"\n")))
                (bag / name).write_bytes(before + b"x" if after == before else after)
            case "remove":
                (bag / name).unlink()
            case _:
                name = f"{name}.more"
                (bag / name).write_bytes(data.draw(st.binary(max_size=9)))
        with pytest.raises(BagBroken) as caught:
            verify(bag)
        assert name in caught.value.files
