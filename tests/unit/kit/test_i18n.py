"""The language of what people read, chosen before anything is imported."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from kit.__main__ import asked_language
from kit.i18n import CATALOGUES, LANGUAGES

NO_SUCH = ("--home", "/nonexistent", "commune", "list")


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], None),
        (["commune", "list"], None),
        (["--lang", "fr", "commune"], "fr"),
        (["--home", "x", "--lang=en"], "en"),
        (["--lang"], None),
    ],
)
def test_the_option_is_read_before_the_command_line_is_built(
    arguments: list[str], language: str | None
) -> None:
    assert asked_language(arguments) == language


def kit(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command on a machine whose locale says nothing but what is given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "kit", *arguments],
        env={**inherited, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("options", "environment", "language"),
    [
        ((), {}, "en"),
        ((), {"LANG": "en_GB.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        (("--lang", "en"), {"LANG": "fr_FR.UTF-8"}, "en"),
        (("--lang=fr",), {"LANG": "C.UTF-8"}, "fr"),
    ],
)
def test_the_locale_chooses_and_the_option_wins(
    options: tuple[str, ...], environment: Mapping[str, str], language: str
) -> None:
    assert {"en", language} <= set(LANGUAGES)
    if language == "fr" and not (CATALOGUES / "fr" / "LC_MESSAGES" / "kit.mo").exists():
        pytest.skip("there is no French catalogue yet")
    said = kit(*options, *NO_SUCH, **environment)
    assert said.returncode == 15
    expected = {"en": "Error: There is no data base", "fr": "Erreur\u202f: Il n’y a pas encore de base"}
    assert said.stderr.replace("\u00a0", "\u202f").startswith(expected[language])


def test_help_texts_are_in_the_language_asked_for() -> None:
    if not (CATALOGUES / "fr" / "LC_MESSAGES" / "kit.mo").exists():
        pytest.skip("there is no French catalogue yet")
    assert "Exemple" in kit("--lang", "fr", "crisis", "open", "--help").stdout
