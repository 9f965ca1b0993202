"""What people named becomes files: whatever the name, whole, and safe to open."""

import csv
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import MissingRequirement
from kit.graph.filing import (
    LONGEST,
    in_order,
    index,
    segment_of,
    shortened,
    sibling_names,
    stamp,
    tag,
    write_whole,
)

#: Any JSON string, halves of characters included, with what is dangerous made likely.
NAMES = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [*r'./\:*?"<>| %', "..", "con", "NUL", ".part", "é", "é", "\u202e", "\0", "\ud800", "%0A"]
        ),
        max_size=8,
    ).map("".join),
)


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("Compte rendu.docx", "Compte rendu.docx"),
        ("Réunion de crise – 3 mai", "Réunion de crise – 3 mai"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\Windows\\x", "C__Windows_x"),
        ("..", "_"),
        ("", "_"),
        (" \u00a0\t", "_"),
        ("a\r\nb\u2028c", "a b c"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("end. . ", "end"),
        (".htaccess", ".htaccess"),
        ("con", "_con"),
        ("Lpt1.txt", "_Lpt1.txt"),
        ("COM¹", "_COM¹"),
        ("console.log", "console.log"),
        ("nul .x", "_nul .x"),
        ("remise 100%0Afin", "remise 100_0Afin"),
        ("remise 100%", "remise 100%"),
        ("half \ud83d", "half"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_a_name_keeps_what_is_harmless(original: str, name: str) -> None:
    assert segment_of(original) == name


@given(NAMES)
def test_a_name_is_one_segment_on_every_system(original: str) -> None:
    name = segment_of(original)
    assert PurePosixPath(name).parts == (name,)
    assert name not in {".", ".."}
    assert PureWindowsPath(name).parts == (name,)
    assert not PureWindowsPath(name).is_reserved()
    assert name == name.rstrip(" .").lstrip(" ") == unicodedata.normalize("NFC", name)
    assert name.splitlines() == [name]
    assert not any(unicodedata.category(character).startswith("C") for character in name)
    assert segment_of(name) == name


@given(NAMES.map(segment_of), st.integers(4, 80))
def test_a_shortened_name_is_a_name_still(name: str, longest: int) -> None:
    short = shortened(name, longest)
    assert len(short.encode()) <= longest
    assert short == short.rstrip(" .") != ""


@given(st.dictionaries(st.text(min_size=1, max_size=9), NAMES, max_size=12), st.randoms())
def test_no_two_siblings_get_one_name_in_whatever_order(originals: dict[str, str], random: Random) -> None:
    names = sibling_names(originals)
    folded = {unicodedata.normalize("NFD", name.casefold()) for name in names.values()}
    assert len(folded) == len(originals)
    assert all(len(name.encode()) <= LONGEST for name in names.values())
    assert not any(name.lower().endswith(".part") and tag(i) not in name for i, name in names.items())
    shuffled = list(originals.items())
    random.shuffle(shuffled)
    assert sibling_names(dict(shuffled)) == names


def test_siblings_that_a_system_takes_for_one_bear_their_tags() -> None:
    names = sibling_names({"1": "Plan.pdf", "2": "PLAN.pdf", "3": "plan.txt"})
    assert names == {"1": f"Plan {tag('1')}.pdf", "2": f"PLAN {tag('2')}.pdf", "3": "plan.txt"}


def test_a_name_made_to_be_that_of_a_tagged_one_changes_nothing() -> None:
    names = sibling_names({"1": "a", "2": "A", "3": f"a {tag('1')}"})
    assert len({name.casefold() for name in names.values()}) == 3


def test_a_long_name_keeps_its_extension() -> None:
    name = sibling_names({"1": "é" * 150 + ".docx"})["1"]
    assert name.endswith(f" {tag('1')}.docx")
    assert len(name.encode()) <= LONGEST


def test_no_name_is_that_of_something_incomplete() -> None:
    names = sibling_names({"1": "a", "2": "a.part", "3": "a.PART", "4": "a.part.version"})
    assert names["1"] == "a"
    assert not {"a.part", "a.part.version"} & {name.casefold() for name in names.values()}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-01-31T23:59:59Z", "20260131T235959Z"),
        ("2026-01-31T23:59:59.1234567Z", "20260131T235959Z"),
        ("2026-02-01T00:59:59+01:00", "20260131T235959Z"),
        ("2026-01-31T23:59:59", "20260131T235959Z"),
        ("", "undated"),
        (None, "undated"),
        ("../../x", "undated"),
    ],
)
def test_moments_are_written_in_utc(text: str | None, written: str) -> None:
    assert stamp(text) == written


def test_a_file_is_whole_private_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_whole(tmp_path / "a/b/c.bin", b"first")
    write_whole(tmp_path / "a/b/c.bin", b"second")
    assert (tmp_path / "a/b/c.bin").read_bytes() == b"second"
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.bin"]
    assert (tmp_path / "a/b/c.bin").stat().st_mode & 0o777 == 0o600
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")} == {0o700}


@pytest.mark.parametrize("formula", ["=1+1", "+33", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0"])
def test_no_cell_is_a_formula(tmp_path: Path, formula: str) -> None:
    with index(tmp_path / "x.csv", ["subject"]) as write:
        write([formula])
    assert read_rows(tmp_path / "x.csv") == [["subject"], [f"'{formula}"]]


def test_cells_take_any_text(tmp_path: Path) -> None:
    with index(tmp_path / "x.csv", ["subject"]) as write:
        write(['"Été"; a,b\r\nc \ud800'])
    assert read_rows(tmp_path / "x.csv")[1] == ['"Été"; a,b\r\nc ?']


def test_an_index_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail() -> None:
        with index(tmp_path / "x.csv", ["a"]) as write:
            write(["1"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not (tmp_path / "x.csv").exists()


def test_a_disk_that_refuses_is_told_to_the_operator(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(MissingRequirement, match="could not be written"),
        index(tmp_path / "file/x.csv", ["a"]),
    ):
        pass


def test_results_come_in_order_from_several_threads_and_jobs_are_taken_as_needed() -> None:
    taken = 0
    meet = threading.Barrier(4)

    def jobs() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    def work(number: int) -> int:
        if number < 4:
            meet.wait(timeout=10)
        return number * 2

    results = in_order(work, jobs(), at_once=4)
    assert next(results) == (0, 0)
    assert taken < 100
    assert list(results) == [(number, number * 2) for number in range(1, 1000)]


def test_the_first_error_ends_the_work() -> None:
    done = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError("three")
        done.append(number)

    with pytest.raises(ValueError, match="three"):
        list(in_order(work, range(10_000), at_once=2))
    assert len(done) < 200


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
