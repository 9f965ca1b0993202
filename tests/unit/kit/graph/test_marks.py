"""Ownership marks: ours is told from one that only looks alike."""

from hypothesis import given
from hypothesis import strategies as st

from kit.graph import marks

MARKS = st.from_regex(r"kit:[0-9]{5}-20[0-9]{2}-[0-9]{2}(:[0-9]{1,3})?", fullmatch=True)


@given(st.text(), MARKS)
def test_a_description_bears_the_mark_it_was_given(description: str, mark: str) -> None:
    assert marks.is_described({"description": marks.described(description, mark)}, mark)


@given(st.text(), MARKS, MARKS)
def test_no_other_mark_is_taken_for_ours(description: str, mark: str, other: str) -> None:
    there = {"description": marks.described(description, other)}
    assert marks.is_described(there, mark) is (mark == other)
    assert (marks.of_user(marks.on_user(other)) == mark) is (mark == other)


def test_what_has_no_mark_is_not_ours() -> None:
    assert marks.of_user({}) == marks.of_user({marks.ON_USERS: None}) == ""
    assert not marks.is_described({"description": None}, "kit:13005-2026-01")
