"""`$filter`: what is understood selects correctly, what is not is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.filters import parse

PROPERTIES = ("displayName", "accountEnabled", "groupTypes", "employeeId", "createdDateTime", "owners")
CAMILLE = {
    "displayName": "Camille d'Exemple",
    "accountEnabled": True,
    "groupTypes": ["Unified"],
    "employeeId": None,
    "createdDateTime": "2026-11-21T10:00:00Z",
    "owners": [{"id": "a", "app": {"name": "Kit"}}],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'camille D''exemple'", True),
        ("displayName eq 'Dominique'", False),
        ("startswith(displayName,'cam')", True),
        ("startsWith(displayName, 'Dom')", False),
        ("accountEnabled eq true and startswith(displayName,'Camille')", True),
        ("accountEnabled eq false", False),
        ("groupTypes/any(c:c eq 'Unified')", True),
        ("groupTypes/any(c:c eq 'Other')", False),
        ("employeeId eq null", True),
        ("startswith(employeeId,'1')", False),
        ("employeeId ge '1'", False),
        ("createdDateTime ge 2026-11-21T10:00:00Z", True),
        ("createdDateTime gt 2026-11-21T10:00:00Z", False),
        ("createdDateTime lt 2026-11-22", True),
        ("createdDateTime le 2026-11-21T09:59:59.9Z", False),
        ("displayName in ('Dominique', 'camille d''exemple')", True),
        ("displayName in ('Dominique')", False),
        ("displayName eq 'Dominique' or accountEnabled eq true", True),
        ("accountEnabled eq false and accountEnabled eq true or employeeId eq null", True),
        ("accountEnabled eq false and (accountEnabled eq true or employeeId eq null)", False),
        ("owners/any(o:o/id eq 'A')", True),
        ("owners/any(o: o/id eq 'b')", False),
    ],
)
def test_a_filter_selects_letter_case_aside(text: str, expected: bool) -> None:
    predicate, advanced = parse(text, PROPERTIES)
    assert predicate(CAMILLE) is expected
    assert not advanced


@pytest.mark.parametrize(
    "text",
    [
        "displayName ne 'x'",
        "endswith(displayName,'exemple')",
        "not(displayName eq 'x')",
        "not accountEnabled eq false",
    ],
)
def test_ne_not_and_endswith_are_advanced_queries(text: str) -> None:
    predicate, advanced = parse(text, PROPERTIES)
    assert predicate(CAMILLE)
    assert advanced


@pytest.mark.parametrize(
    "text",
    [
        "", "displayName", "displayName eq", "displayName eq x", "displayName has 'a'", "shoeSize eq 4",
        "displayName eq 'a' or", "(displayName eq 'a'", "displayName eq 'a')", "displayName in ()",
        "displayName in 'a'", "not", "createdDateTime gt 2026-99", "displayName eq 'a' displayName",
        "startswith(displayName)", "displayName eq 'a",
        "groupTypes/all(c:c eq 'Unified')", "displayName eq 'a' and", "§",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(GraphError) as refused:
        parse(text, PROPERTIES)
    assert refused.value.status == 400


@given(st.text())
def test_any_value_can_be_quoted(value: str) -> None:
    document: dict[str, Any] = {"displayName": value}
    quoted = value.replace("'", "''")
    predicate, _ = parse(f"displayName eq '{quoted}'", PROPERTIES)
    assert predicate(document)


@given(st.text(alphabet="abdeinqrstu'(),:/ 0"))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        predicate, _ = parse(text, PROPERTIES)
    except GraphError as exc:
        outcome = exc.status == 400
    else:
        outcome = predicate({}) in (True, False)
    assert outcome
