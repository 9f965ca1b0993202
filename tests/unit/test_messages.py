"""The French catalogue is complete, current, and fits its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages import (
    QuietCatalog,
    as_mo,
    as_po,
    catalogue_problems,
    empty,
    extract,
    fields,
    problems,
    translation_problems,
)

ROOT = Path(__file__).parents[2]


def test_the_catalogues_on_disk_have_no_problem() -> None:
    assert problems() == []


def test_the_code_marks_strings_of_every_package() -> None:
    files = {file for message in extract() for file, _line in message.locations}
    assert {file.partition("/")[0] for file in files} >= {"inventory", "kit"}


@pytest.mark.parametrize("package", ["inventory", "kit", "tui"])
def test_no_string_for_translators_stands_inside_an_f_string(package: str) -> None:
    """Up to Python 3.11 the collector reads an f-string as one piece, and would not see it."""
    marks = {"_", "ngettext", "pgettext", "gettext"}
    hidden = [
        f"{path}:{call.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in marks
    ]
    assert hidden == []


def catalogues() -> tuple[QuietCatalog, QuietCatalog]:
    """A template of three strings, and a French catalogue that fits it."""
    template, french = empty(), empty("fr")
    template.add("Commune {name}")
    template.add("good", context="equipment")
    template.add(("{count} laptop", "{count} laptops"))
    french.add("Commune {name}", "Commune {name}")
    french.add("good", "bon", context="equipment")
    french.add(("{count} laptop", "{count} laptops"), ("{count} ordinateur", "{count} ordinateurs"))
    return template, french


def told(found: Iterator[str]) -> str:
    """What was found, on one line."""
    return "; ".join(found)


def test_a_catalogue_that_fits_has_no_problem() -> None:
    assert told(catalogue_problems(*catalogues())) == ""


def test_missing_strings_are_named() -> None:
    template, french = catalogues()
    template.add("New one")
    french.add("Other context", "Autre")
    template.add("Other context", context="equipment")
    assert "missing: 'New one'" in told(catalogue_problems(template, french))
    assert "missing: 'Other context'" in told(catalogue_problems(template, french))


def test_a_plural_with_one_form_missing_is_missing() -> None:
    template, french = catalogues()
    french[("{count} laptop", "{count} laptops")].string = ("{count} ordinateur", "")
    assert told(catalogue_problems(template, french)).startswith("missing")


def test_fuzzy_and_obsolete_strings_are_named() -> None:
    template, french = catalogues()
    french.add("good", "bon", context="equipment", flags=["fuzzy"])
    french.add("Gone", "Parti")
    assert "fuzzy: 'good'" in told(catalogue_problems(template, french))
    assert "obsolete: 'Gone'" in told(catalogue_problems(template, french))
    french.update(template, no_fuzzy_matching=True)
    assert "obsolete: 'Gone'" in told(catalogue_problems(template, french))


@pytest.mark.parametrize(
    "translation", ["Commune {nom}", "Commune", "Commune {name", "{name} {name} {other}"]
)
def test_format_fields_that_differ_are_named(translation: str) -> None:
    assert "fields differ" in told(translation_problems(("Commune {name}",), translation))


@pytest.mark.parametrize(
    "translation", ["Erreur : {x}", "Erreur: {x}", "« {x}\u00a0»", "l'erreur {x}", "{x}?"]
)
def test_french_typography_is_checked(translation: str) -> None:
    assert "typography" in told(translation_problems(("Error: {x}",), translation))


@pytest.mark.parametrize(
    "translation",
    [
        "Erreur\u00a0: {x}",
        "«\u202f{x}\u202f» l’erreur\u00a0?",
        "`kit: x?` {x} à 12:30",
        "{x:%H:%M} sqlite:///x.db",
    ],
)
def test_good_french_typography_passes(translation: str) -> None:
    assert told(translation_problems(("Error: {x}",), translation)) == ""


def test_fields_are_the_names_between_braces() -> None:
    assert fields("{a} {b:%H} {{c}}") == frozenset({"a", "b"})
    assert fields("{a") is None


def test_written_catalogues_hold_neither_dates_nor_line_numbers_nor_the_tools_version() -> None:
    template, french = catalogues()
    template.add("Located", locations=[("kit/x.py", 0)])
    written = as_po(template) + as_po(french) + as_mo(french)
    assert b"#: kit/x.py\n" in written
    for noise in (b"Date", b"Babel", b"x.py:"):
        assert noise not in written
