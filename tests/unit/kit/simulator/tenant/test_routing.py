"""Paths: fixed names win over keys, both spellings of a key work, nowhere and not-allowed are told apart."""

import pytest

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.graph import ROUTES
from kit.simulator.tenant.routing import Route, Table


@pytest.mark.parametrize(
    ("method", "path", "template", "keys"),
    [
        ("GET", "/users/$count", "/users/$count", ()),
        ("GET", "/users/a@b.example", "/users/{user-id}", ("a@b.example",)),
        ("GET", "/Users/1/memberof", "/users/{user-id}/memberOf", ("1",)),
        (
            "GET",
            "/teams('t')/operations('o')",
            "/teams/{team-id}/operations/{teamsAsyncOperation-id}",
            ("t", "o"),
        ),
        ("GET", "/drives/b!x/root:/a/b c", "/drives/{drive-id}/root:/{item-path}", ("b!x", "a/b c")),
        (
            "GET",
            "/drives/b!x/root:/a/b:/children",
            "/drives/{drive-id}/root:/{item-path}:/children",
            ("b!x", "a/b"),
        ),
        ("GET", "/sites/h.example,1,2", "/sites/{site-id}", ("h.example,1,2",)),
        ("GET", "/sites/root", "/sites/root", ()),
        (
            "GET",
            "/sites/h.example:/sites/x",
            "/sites/{hostname}:/{server-relative-path}",
            ("h.example", "sites/x"),
        ),
        ("GET", "/directory/deletedItems/microsoft.graph.user", "/directory/deletedItems/graph.user", ()),
        (
            "DELETE",
            "/groups/g/owners/u/$ref",
            "/groups/{group-id}/owners/{directoryObject-id}/$ref",
            ("g", "u"),
        ),
    ],
)
def test_a_path_leads_to_its_template(method: str, path: str, template: str, keys: tuple[str, ...]) -> None:
    route, found = Table(ROUTES).match(method, path)
    assert (route.template, found) == (template, keys)


def test_a_path_that_leads_nowhere_names_its_segment() -> None:
    with pytest.raises(GraphError, match="'cats'") as refused:
        Table(ROUTES).match("GET", "/users/1/cats")
    assert (refused.value.status, refused.value.code) == (400, "BadRequest")


def test_a_method_the_path_does_not_have_is_405_with_those_it_has() -> None:
    with pytest.raises(GraphError) as refused:
        Table(ROUTES).match("DELETE", "/organization")
    assert (refused.value.status, refused.value.headers) == (405, {"Allow": "GET"})


def test_two_handlers_for_one_request_are_refused() -> None:
    route = Route("GET", "/users", lambda _: Answer(204), frozenset())
    with pytest.raises(ValueError, match="two handlers"):
        Table([route, route])
