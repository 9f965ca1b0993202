"""Names that a crisis gives: accents, homonyms, limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.plan import names

PATTERN = "{first}.{last}.{commune}"
PEOPLE = st.lists(st.tuples(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60)), max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plan-d'Aups-Sainte-Baume", "plan-d-aups-sainte-baume"),
        ("Cœur Æon", "coeur-aeon"),
        ("  Éléonore  ", "eleonore"),
        ("L’Haÿ", "l-hay"),
        ("Łódź", "lodz"),
    ],
)
def test_a_slug_folds_accents_and_ligatures(text: str, expected: str) -> None:
    assert names.slug(text) == expected


def test_homonyms_get_a_number_in_the_order_of_the_seats_file() -> None:
    people = [("Zoé", "Modèle"), ("Zoe", "Modele"), ("ZOÉ", "MODÈLE")]
    made = names.principal_names(people, commune="Cassis", pattern=PATTERN, domain="secours.example")
    assert list(made) == [
        "zoe.modele.cassis@secours.example",
        "zoe.modele.cassis2@secours.example",
        "zoe.modele.cassis3@secours.example",
    ]


def test_two_crises_of_a_commune_give_their_people_different_names() -> None:
    people = [("Zoé", "Modèle"), ("Zoe", "Modele"), ("A" * 60, "B" * 60)]
    first, second = (
        list(
            names.principal_names(people, commune="Cassis", pattern=PATTERN, domain="d.example", apart=apart)
        )
        for apart in ("", "2026-02")
    )
    assert second[:2] == ["zoe.modele.cassis-2026-02@d.example", "zoe.modele.cassis2-2026-02@d.example"]
    assert not set(first) & set(second)


@given(PEOPLE, st.text(max_size=80), st.sampled_from(["", "2026-02"]))
def test_principal_names_are_unique_and_fit_the_directory(
    people: list[tuple[str, str]], commune: str, apart: str
) -> None:
    made = list(
        names.principal_names(people, commune=commune, pattern=PATTERN, domain="d.example", apart=apart)
    )
    assert len(set(made)) == len(people)
    assert all(name.partition("@")[0].endswith(apart) for name in made)
    for name in made:
        local, _, domain = name.partition("@")
        assert domain == "d.example"
        assert 0 < len(local) <= names.PRINCIPAL_LENGTH
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*[a-z0-9]|[a-z0-9]", local)


def test_very_long_homonyms_still_get_different_names() -> None:
    people = [("A" * 60, "B" * 60)] * 3
    assert len(set(names.principal_names(people, commune="x", pattern=PATTERN, domain="d.example"))) == 3


@given(st.text(max_size=60), st.integers(min_value=1, max_value=500))
def test_a_host_name_is_valid_and_short_enough_for_windows(commune: str, number: int) -> None:
    made = names.host_name(commune, number)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", made)
    assert len(made) <= names.HOST_LENGTH


def test_host_names_differ_within_a_crisis() -> None:
    made = {names.host_name("Saint-Paul-lès-Durance", number) for number in range(1, 501)}
    assert len(made) == 500


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_a_login_is_one_that_useradd_takes(first: str, last: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]{0,31}", names.login(first, last))
