"""Wrong use and help, in the language of who reads them."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from kit.cli import exits, usage


def kit(tmp_path: Path, *arguments: str, language: str, code: int) -> subprocess.CompletedProcess[str]:
    """A command as typed, in a process of its own: its language is fixed when it starts."""
    command = [sys.executable, "-m", "kit", "--home", str(tmp_path), "--lang", language, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == code, ended.stderr
    return ended


@pytest.mark.parametrize(
    ("arguments", "english", "french"),
    [
        (("pool", "declare"), "TAG is missing.", "TAG manque."),
        (
            ("pool", "list", "--kin", "x"),
            "there is no option --kin. Did you mean --kind?",
            "option inconnue : --kin. Plutôt --kind ?",
        ),
        (
            ("crisis", "opn"),
            "No such command 'opn'. Did you mean 'open'?",
            "commande inconnue : 'opn'. Plutôt 'open' ?",
        ),
        (("journal", "tail", "-n", "x"), "“x” is not what --lines / -n takes.", "« x » ne convient pas"),
        (("pool",), "", "Matériels qui peuvent être prêtés."),
    ],
    ids=["missing", "option", "command", "value", "nothing"],
)
def test_wrong_use_is_told_in_the_readers_language(
    tmp_path: Path, arguments: tuple[str, ...], english: str, french: str
) -> None:
    for language, said in (("en", english), ("fr", french)):
        ended = kit(tmp_path, *arguments, language=language, code=2)
        assert said in ended.stderr.replace("\N{NO-BREAK SPACE}", " ")
        assert ended.stdout == ""
    assert "Usage :" in ended.stderr.replace("\N{NO-BREAK SPACE}", " ")
    assert not any(word in ended.stderr for word in ("Usage: ", "Try ", "Error", "Show this"))


def test_the_help_is_in_one_language(tmp_path: Path) -> None:
    told = kit(tmp_path, "pool", "declare", "--help", language="fr", code=0).stdout
    assert "Afficher cette aide." in told
    assert "[obligatoire]" in told
    assert not any(word in told for word in ("Usage: ", "Show this message", "required"))


def test_what_is_asked_and_never_typed_ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = typer.Typer(rich_markup_mode=None)

    @asking.command()
    def ask() -> None:
        typer.prompt("Secret")

    monkeypatch.setattr(sys, "argv", ["kit"])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        usage.carry_out(asking)
    assert ended.value.code == exits.INTERRUPTED
    assert "Nothing more was typed" in capsys.readouterr().err
