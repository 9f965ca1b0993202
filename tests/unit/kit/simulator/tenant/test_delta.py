"""Tokens of change tracking: what they say, and when they say nothing any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.delta import LIFETIME, Stale, read_token, write_token


@given(after=st.integers(0, 10**9), scope=st.text(), age=st.integers(0, LIFETIME))
def test_a_token_gives_its_number_back(after: int, scope: str, age: int) -> None:
    assert read_token(write_token(after, scope, 1000), scope, 1000 + age) == after


@given(text=st.text())
def test_what_is_no_token_is_stale(text: str) -> None:
    with pytest.raises(Stale):
        read_token(text, "inbox", 0)


def test_a_token_ages_and_belongs_to_its_collection() -> None:
    token = write_token(7, "inbox", 0)
    for scope, now in (("inbox", LIFETIME + 1), ("drafts", 0)):
        with pytest.raises(Stale):
            read_token(token, scope, now)
