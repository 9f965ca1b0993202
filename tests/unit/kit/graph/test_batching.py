"""Requests as values: how they are written in a batch."""

from kit.graph.batching import Answer, Part, segment


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


def test_the_path_tells_whether_the_answer_is_the_thing_itself() -> None:
    paths = ["/users/1/messages/2/$value", "/drives/1/items/2/content", "/users/1/messages/2", "/me/contents"]
    assert [Part("GET", path).raw for path in paths] == [True, True, False, False]
    assert not Part("PUT", "/drives/1/items/2/content").raw
