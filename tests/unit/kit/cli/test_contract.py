"""What every command owes: `--json`, a help text, an example that works, and exit codes without a gap."""

import importlib
import pkgutil
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import inventory
import kit
import tui
from inventory.errors import BadRows, OperatorError
from kit.cli import app, exits
from kit.workflows.outcome import RETRYABLE


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that can be typed, with its words."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, part in below.items():
        yield from commands(part, (*path, name))


def groups(command: Any) -> Iterator[Any]:
    """The command line itself and its nouns."""
    if hasattr(command, "commands"):
        yield command
        for part in command.commands.values():
            yield from groups(part)


PATHS = [path for path, _command in commands(typer.main.get_command(app))]


def test_the_nouns_of_the_command_line_are_all_there() -> None:
    assert {path[0] for path in PATHS} >= {
        *("init", "doctor", "commune", "pool", "convention", "crisis", "handover"),
        *("lab", "tenant", "worker", "journal", "tui", "demo"),
    }
    assert all(group.help for group in groups(typer.main.get_command(app)))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_a_command_has_json_a_help_text_and_an_example_that_parses(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = typer.main.get_command(app)
    command = dict(commands(root))[path]
    assert command.help
    assert all(part.help for part in command.params if part.param_type_name == "option")
    assert "--json" in {name for part in command.params for name in part.opts}

    (example,) = [line for line in command.epilog.splitlines() if " kit " in line]
    words = shlex.split(example.partition(": ")[2])
    assert words[0] == "kit"
    parsed: list[dict[str, Any]] = []
    monkeypatch.setattr(command, "callback", lambda **values: parsed.append(values))
    root.main(words[1:], standalone_mode=False)
    assert len(parsed) == 1

    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    assert example in " ".join(shown.stdout.split())


def errors_of_the_program() -> Iterator[type[OperatorError]]:
    """Every error class that any module of ours defines."""
    for package in (inventory, kit, tui):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # Alembic's own script: it only runs inside a migration.
            if found.name != "inventory.migrations.env":
                importlib.import_module(found.name)
    waiting: list[type[OperatorError]] = [OperatorError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in {"inventory", "kit", "tui"}:
            yield kind


def test_every_error_has_an_exit_code_and_every_kind_an_error() -> None:
    found = {error.kind for error in errors_of_the_program()}
    assert found == set(exits.CODES)
    assert set(exits.CODES) >= RETRYABLE


def test_every_exit_code_has_its_meaning() -> None:
    assert set(exits.meanings()) == {*exits.CODES.values(), exits.OK, exits.USAGE, exits.INTERRUPTED}
    assert all(exits.meanings().values())
    shown = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())
    for code, meaning in exits.meanings().items():
        assert f"{code}: {meaning}" in shown


def test_people_read_what_happened_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    refused = BadRows("The file was refused.", rows=((3, "has no tag"),), hint="Mend it.")
    with pytest.raises(SystemExit) as ended, exits.told(as_json=False):
        raise refused
    assert ended.value.code == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["Error: The file was refused.", "  line 3: has no tag", "→ Mend it."]


def test_a_fault_of_the_program_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError), exits.told(as_json=True):
        _ = 1 // 0
