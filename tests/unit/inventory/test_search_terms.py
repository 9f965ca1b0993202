"""What is typed into the search, read as people type: half-finished, quoted, in groups of digits."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadValue, OperatorError, Unknown
from inventory.search_terms import KEYS, LONGEST, Key, Term, digits, parse, prefixed, spellings
from inventory.text import fold

#: Words with every sign that means nothing by itself.
_WORDS = st.text(st.sampled_from("beéÉœ%_/&'"), min_size=1).filter(spellings)
_FACTS = st.sampled_from([key for key in Key if key not in {Key.STATE, Key.KIND}])


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        (' - -"" place: -kind: "" \t', ()),
        ("Latitude  b2", (Term(None, ("Latitude",)), Term(None, ("b2",)))),
        ('place:"Salle 3"', (Term(Key.PLACE, ("Salle 3",)),)),
        ('place:"Salle 3', (Term(Key.PLACE, ("Salle 3",)),)),
        ('place:Sal"le 3"B', (Term(Key.PLACE, ("Salle 3B",)),)),
        ('"place:x"', (Term(None, ("place:x",)),)),
        ("12:34", (Term(None, ("12:34",)),)),
        ("PLACE:x:y", (Term(Key.PLACE, ("x:y",)),)),
        ("-a", (Term(None, ("a",), True),)),
        ("-model:a -b", (Term(Key.MODEL, ("a",), True), Term(None, ("b",), True))),
        ("l'étang", (Term(None, ("l'étang",)),)),
        ("06 12 34", (Term(None, ("06", "12", "34")),)),
        ("a 06.12 34 -56", (Term(None, ("a",)), Term(None, ("06.12", "34")), Term(None, ("56",), True))),
        ('"06 12" 34', (Term(None, ("06 12",)), Term(None, ("34",)))),
        ("number:06 12", (Term(Key.NUMBER, ("06",)), Term(None, ("12",)))),
        ("state:on_loan", (Term(Key.STATE, ("on_loan",)),)),
        ('State:"On Loan"', (Term(Key.STATE, ("on_loan",)),)),
        ("state:re", (Term(Key.STATE, ("reserved", "ready", "returned", "retired")),)),
        ("-state:stock", (Term(Key.STATE, ("in_stock",), True),)),
        ("kind:card", (Term(Key.KIND, ("sim",)),)),
        ("a\0b\ud800", (Term(None, ("a",)), Term(None, ("b",)))),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("french", "key"),
    [
        ("étiquette", Key.TAG),
        ("série", Key.SERIAL),
        ("numéro", Key.NUMBER),
        ("téléphone", Key.NUMBER),
        ("modèle", Key.MODEL),
        ("LIEU", Key.PLACE),
        ("caisse", Key.CRATE),
        ("crise", Key.CRISIS),
        ("commune", Key.COMMUNE),
        ("personne", Key.PERSON),
        ("etat", Key.STATE),
        ("type", Key.KIND),
        ("genre", Key.KIND),
    ],
)
def test_french_keys_are_known_in_every_language(french: str, key: Key) -> None:
    (term,) = parse(f"{french}:p")
    assert term.key is key


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("plac:x", [key.value for key in Key]),
        ("état:toaster", list(DeviceState)),
        ("kind:toaster", list(DeviceKind)),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(text: str, named: list[str]) -> None:
    with pytest.raises(Unknown) as caught:
        parse(text)
    assert all(name in caught.value.hint for name in named)


def test_what_is_far_too_long_is_refused() -> None:
    assert len(parse("a " * (LONGEST // 2))) == LONGEST // 2
    with pytest.raises(BadValue):
        parse("a" * (LONGEST + 1))


@given(st.text(max_size=LONGEST))
def test_whatever_is_typed_is_read_or_refused_for_a_word_of_it(text: str) -> None:
    try:
        terms = parse(text)
    except OperatorError:
        terms = ()
        assert ":" in text
    assert all(spellings(value) for term in terms for value in term.values)


@given(st.lists(st.tuples(st.none() | _FACTS, _WORDS, st.booleans()), max_size=5))
def test_terms_that_are_written_down_are_read_back(written: list[tuple[Key | None, str, bool]]) -> None:
    text = " ".join(
        f'{"-" * excluded}{f"{key}:" if key else ""}"{value}"' for key, value, excluded in written
    )
    assert parse(text) == tuple(Term(key, (value,), excluded) for key, value, excluded in written)


@given(st.text(st.sampled_from('ab":- 0'), max_size=20))
def test_an_unfinished_quote_counts_as_closed(text: str) -> None:
    try:
        finished = parse(text + '"' * (text.count('"') % 2))
    except Unknown:
        with pytest.raises(Unknown):
            parse(text)
    else:
        assert parse(text) == finished


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["06", "12", "34"], "061234"),
        (["06.12-34"], "061234"),
        (["+33", "(0)6", "12"], "+33612"),
        (["0033", "6"], "+336"),
        (["(04)", "91"], "0491"),
        (["06", "b"], ""),
        (["1+2"], ""),
        (["٣"], ""),
        ([], ""),
    ],
)
def test_digits_are_read_without_what_stands_between_them(words: list[str], number: str) -> None:
    assert digits(words) == number


def test_groups_that_begin_as_a_number_are_one() -> None:
    assert prefixed(["06", "12"])
    assert prefixed(["+33", "6"])
    assert not prefixed(["06"])
    assert not prefixed(["5450", "00002"])


def test_saints_are_found_by_their_abbreviation() -> None:
    assert spellings("Ste-Cécile") == ("ste cecile", "sainte cecile")
    assert spellings("Poste") == ("poste",)


def test_the_documentation_names_the_keys() -> None:
    page = (Path(__file__).parents[3] / "docs" / "pool.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", page.split("## Search", 1)[1], re.M)
    documented = {key: re.findall(r"`(\w+)`", french) for key, french in rows[: len(Key)]}
    assert list(documented) == [key.value for key in Key]
    assert {fold(name): Key(key) for key, names in documented.items() for name in [key, *names]} == KEYS
