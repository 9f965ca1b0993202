"""Requests as values: how they are written in a batch and how many batches they make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.graph.batching import BATCH_SIZE, Answer, Part, segment, split


@st.composite
def chained(draw: st.DrawFn) -> list[Part]:
    """Parts of which some depend on earlier ones of the same block of ten, so that families stay small."""
    count = draw(st.integers(0, 90))
    parts = []
    for number in range(count):
        block = number - number % 10
        earlier = st.sets(st.integers(block, number - 1), max_size=2) if number > block else st.just(set())
        parts.append(Part("GET", f"/users/{number}", depends_on=tuple(sorted(draw(earlier)))))
    return parts


@given(chained())
def test_every_part_is_in_one_batch_with_all_it_depends_on(parts: list[Part]) -> None:
    groups = split(parts)
    assert sorted(number for group in groups for number in group) == list(range(len(parts)))
    assert all(len(group) <= BATCH_SIZE for group in groups)
    for group in groups:
        assert all(other in group for number in group for other in parts[number].depends_on)


def test_independent_parts_fill_their_batches() -> None:
    parts = [Part("GET", "/users/x")] * 45
    assert [len(group) for group in split(parts)] == [20, 20, 5]


def test_more_parts_hanging_together_than_a_batch_holds_are_refused() -> None:
    chain = [Part("GET", "/users/x", depends_on=(n - 1,) if n else ()) for n in range(BATCH_SIZE + 1)]
    with pytest.raises(ValueError, match="21 parts"):
        split(chain)


def test_a_part_cannot_depend_on_a_later_one() -> None:
    with pytest.raises(ValueError, match="later"):
        split([Part("GET", "/a", depends_on=(1,)), Part("GET", "/b")])


def test_a_part_with_a_body_says_its_content_type_in_the_batch() -> None:
    part = Part("POST", "/users", json={"a": 1}, headers={"ConsistencyLevel": "eventual"})
    assert part.step(3, [1, 2]) == {
        "id": "3",
        "method": "POST",
        "url": "/users",
        "body": {"a": 1},
        "headers": {"ConsistencyLevel": "eventual", "Content-Type": "application/json"},
        "dependsOn": ["1", "2"],
    }


def test_a_query_is_encoded_once_and_keeps_its_dollars() -> None:
    part = Part("GET", "/groups", {"$filter": "mailNickname eq 'état&civil'", "$select": "id,mail"})
    assert part.url == "/groups?$filter=mailNickname%20eq%20%27%C3%A9tat%26civil%27&$select=id,mail"


def test_a_segment_cannot_leave_its_place() -> None:
    assert segment("a/b?c#d e@f") == "a%2Fb%3Fc%23d%20e@f"


def test_bodies_do_not_show_when_a_part_or_an_answer_is_printed() -> None:
    part = Part("POST", "/users", json={"passwordProfile": {"password": "hunter2"}})
    answer = Answer(part.attempted, 200, {"location": "https://secret"}, {"password": "hunter2"})
    assert "hunter2" not in repr(part)
    assert "hunter2" not in repr(answer)
    assert "secret" not in repr(answer)


def test_only_a_post_must_not_be_repeated_unless_the_caller_says_so() -> None:
    assert [Part(method, "/x").may_repeat for method in ("GET", "PUT", "PATCH", "DELETE", "POST")] == [
        True,
        True,
        True,
        True,
        False,
    ]
    assert Part("POST", "/x", repeatable=True).may_repeat
