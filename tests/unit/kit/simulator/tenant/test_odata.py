"""Paging gives every object once, whatever disappears meanwhile; options that make no sense are refused."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.odata import Collection, Query, page
from kit.simulator.tenant.store import Row

THINGS = Collection(
    "things", {"id": str}, lambda document: document, sortable=("name", "kind"), searchable=("name",)
)


def rows(count: int) -> list[Row]:
    return [Row(number, {"id": str(number)}) for number in range(1, count + 1)]


def read(found: list[Row], options: str, *, eventual: bool = True) -> Answer:
    query = Query.read(options)
    return page(THINGS, found, query, url="https://a/v1.0/things", base="https://a/v1.0", eventual=eventual)


def body_of(answer: Answer) -> dict[str, object]:
    assert isinstance(answer.body, dict)
    return answer.body


def ids(answer: Answer) -> list[str]:
    value = body_of(answer)["value"]
    assert isinstance(value, list)
    return [str(thing["id"]) for thing in value]


@given(st.integers(0, 60), st.integers(1, 25))
def test_following_next_links_gives_each_object_once_in_order(count: int, size: int) -> None:
    options, seen, pages = f"$top={size}", list[object](), 0
    while True:
        body = body_of(read(rows(count), options))
        value = body["value"]
        assert isinstance(value, list)
        seen += [thing["id"] for thing in value]
        pages += 1
        if "@odata.nextLink" not in body:
            break
        options = urlsplit(str(body["@odata.nextLink"])).query
    assert seen == [str(number) for number in range(1, count + 1)]
    assert pages == max(1, -(-count // size))


def test_an_object_that_disappears_between_two_pages_shifts_nothing() -> None:
    found = rows(6)
    link = urlsplit(str(body_of(read(found, "$top=2"))["@odata.nextLink"])).query
    remaining = [row for row in found if row.sequence != 2]
    assert body_of(read(remaining, link))["value"] == [{"id": "3"}, {"id": "4"}]


def test_the_next_link_keeps_the_other_options() -> None:
    link = str(body_of(read(rows(5), "$top=2&$filter=id%20ne%20'9'&$select=id"))["@odata.nextLink"])
    assert Query.read(urlsplit(link).query).filter == "id ne '9'"
    assert Query.read(urlsplit(link).query).select == ("id",)


def test_the_count_is_of_what_the_filter_lets_through() -> None:
    assert body_of(read(rows(30), "$count=true&$top=1&$filter=startswith(id,'1')"))["@odata.count"] == 11


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("$top=0", "Request_UnsupportedQuery"),
        ("$top=1000", "Request_UnsupportedQuery"),
        ("$top=many", "Request_UnsupportedQuery"),
        ("$orderby=id down", "Request_UnsupportedQuery"),
        ("$orderby=colour", "Request_UnsupportedQuery"),
        ("$search=x", "BadRequest"),
        ('$search="colour:red"', "Request_UnsupportedQuery"),
        ("$skip=1", "Request_UnsupportedQuery"),
        ("$skip=-1", "Request_UnsupportedQuery"),
        ("$levels=2", "Request_UnsupportedQuery"),
        ("$expand=members($top=5)", "Request_UnsupportedQuery"),
        ("$skiptoken=nonsense", "Directory_ExpiredPageToken"),
        ("$skiptoken=%FF", "Directory_ExpiredPageToken"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: str, code: str) -> None:
    with pytest.raises(GraphError) as refused:
        read(rows(1), options)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_relations_are_read_with_what_is_selected_of_each() -> None:
    query = Query.read("$expand=members($select=id,displayName),owners")
    assert query.expand == {"members": ("id", "displayName"), "owners": ()}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("$orderby=name", ["2", "3", "1"]),
        ("$orderby=name desc", ["1", "3", "2"]),
        ("$orderby=kind,name desc", ["1", "3", "2"]),
        ('$search="name:be"', ["3"]),
        ('$search="name:BERGER alice"', ["3"]),
        ('$search="name:alice"', ["2", "3"]),
        ('$search="name:alice" AND "name:be"', ["3"]),
        ('$search="name:zoé" OR "name:be"', ["1", "3"]),
        ('$search="name:a OR b"', []),
    ],
)
def test_a_collection_is_ordered_and_searched(options: str, expected: list[str]) -> None:
    found = [
        Row(1, {"id": "1", "name": "Zoé", "kind": "a"}),
        Row(2, {"id": "2", "name": "Alice", "kind": "b"}),
        Row(3, {"id": "3", "name": "alice Berger", "kind": "B"}),
    ]
    assert ids(read(found, options)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_an_ordered_collection_give_each_object_once(size: int) -> None:
    found = [Row(number, {"id": str(number), "name": "abcdefg"[-number]}) for number in range(1, 8)]
    options, seen = f"$orderby=name&$top={size}", list[str]()
    while options:
        answer = read(found, options)
        seen += ids(answer)
        options = urlsplit(str(body_of(answer).get("@odata.nextLink", ""))).query
    assert seen == ["7", "6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    "options",
    ["$count=true", "$filter=id ne '1'", "$orderby=name&$filter=id eq '1'", '$search="name:a"'],
)
def test_an_advanced_query_needs_eventual_consistency(options: str) -> None:
    with pytest.raises(GraphError) as refused:
        read(rows(1), options, eventual=False)
    assert refused.value.code == "Request_UnsupportedQuery"
