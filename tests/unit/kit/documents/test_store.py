"""A document reaches the disk whole, private, or not at all."""

import stat
from pathlib import Path

import pytest

from kit.documents.store import save
from kit.errors import MissingRequirement


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_document_is_written_for_its_owner_only_in_a_folder_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "13005-2026-01" / "sheet.pdf"
    save(b"%PDF", path)
    assert path.read_bytes() == b"%PDF"
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_an_older_document_is_replaced_and_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    save(b"old", path)
    save(b"new", path)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_older_document_and_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sheet.pdf"
    save(b"old", path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MissingRequirement, match="No space left"):
        save(b"new", path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingRequirement) as refused:
        save(b"x", tmp_path / "file" / "sheet.pdf")
    assert refused.value.hint
