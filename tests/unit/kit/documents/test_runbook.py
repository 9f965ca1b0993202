"""The printed runbook: every command in it is one that the program has, called as the program wants it."""

import shlex
from itertools import chain
from typing import Any

import pytest
import typer.main

from kit.cli import app
from kit.documents import kinds, runbook_steps
from tests.unit.kit.documents.papers_made import runbook

PARTS = (runbook_steps.opening, runbook_steps.lending, runbook_steps.trouble, runbook_steps.ending)
COMMANDS = [command for part in PARTS for step in part("en") for command in step.commands]


def found(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words name, and the words that follow its name."""
    command: Any = typer.main.get_command(app)
    while getattr(command, "commands", None):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_is_one_of_the_program_with_what_it_needs(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "kit"
    command, rest = found(words)
    options = {
        name: each for each in command.params if each.param_type_name == "option" for name in each.opts
    }
    given, values = [], iter(rest)
    for word in values:
        if word.startswith("--"):
            assert word in options
            if not options[word].is_flag:
                assert next(values)
        else:
            given.append(word)
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    needed = [each for each in arguments if each.required]
    assert len(needed) <= len(given) <= len(arguments)
    asked = {each.name for each in command.params if each.required and each not in arguments}
    assert asked <= {options[word].name for word in rest if word.startswith("--")}


def test_it_prints_the_teams_own_contacts_and_settings() -> None:
    facts = runbook()
    text = kinds.kind_of(facts).as_text(facts, "en")
    for told in chain(*facts.settings, (facts.contacts[0].phone, facts.contacts[1].name, "Aubagne")):
        assert told in text


def test_without_contacts_it_says_so() -> None:
    facts = runbook(contacts=())
    assert "No contact is recorded" in kinds.kind_of(facts).as_text(facts, "en")
