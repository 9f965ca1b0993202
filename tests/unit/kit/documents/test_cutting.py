"""What is cut says so, and is never longer than its room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.documents.characters import legible
from kit.documents.cutting import Several, clipped, several


@given(st.text(), st.integers(2, 40))
def test_a_text_keeps_to_its_room_and_is_whole_or_says_that_it_is_not(text: str, room: int) -> None:
    shown = clipped(text, room)
    assert len(shown) <= room
    assert shown == legible(text) or shown.endswith("…")
    assert legible(shown) == shown


@given(st.lists(st.none() | st.text(), max_size=30), st.integers(1, 200))
def test_every_entry_of_a_list_is_shown_or_counted(entries: list[str | None], room: int) -> None:
    cut = several(entries, room)
    readable = [shown for entry in entries if (shown := clipped(entry))]
    assert cut.shown == tuple(readable[: len(cut.shown)])
    assert len(cut.shown) + cut.more == len(entries)
    assert bool(cut) == bool(entries)
    assert bool(cut.shown) == bool(readable)


@pytest.mark.parametrize(
    ("entries", "cut"),
    [
        ([], Several()),
        (["a", "b"], Several(("a", "b"))),
        (["aaaa", "bbbb", "cccc"], Several(("aaaa",), 2)),
        (["far too long for it", "b"], Several(("far too long for it",), 1)),
        ([None, " ", "b"], Several(("b",), 2)),
    ],
)
def test_a_list_shows_what_fits_and_at_least_one(entries: list[str | None], cut: Several) -> None:
    assert several(entries, room=10) == cut
