"""The documentation says what the program has: commands, exit codes, states, settings, columns, paths."""

import re
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from inventory.devices import TRANSITIONS
from inventory.importing import pool, seats
from inventory.importing.tables import ColumnSpec
from kit.cli import app, exits
from kit.graph.permissions import NEEDED_ROLES
from kit.i18n import LANGUAGES
from kit.settings import Settings

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
#: Every command has them; the page says so once.
COMMON_OPTIONS = {"--json", "--help"}

Arrow = tuple[str, str]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under the heading that begins so, up to the next one; the page's own title is none."""
    match = re.search(rf"^##+ {re.escape(title)}[^\n]*\n(.*?)(?=^##+ |\Z)", text, re.M | re.S)
    assert match is not None, f"no section “{title}”"
    return match.group(1)


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every line of a table, headings and rules left out."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and not set("".join(cells)) <= set("-: "):
            yield cells


def code(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    """Every command below one, by its full name, with the long forms of its options."""
    below = getattr(command, "commands", None)
    if below is None:
        options = {max(p.opts, key=len) for p in command.params if p.param_type_name == "option"}
        yield " ".join(path), options - COMMON_OPTIONS
        return
    for name, part in below.items():
        yield from commands(part, (*path, name))


def test_every_command_is_documented_with_its_options() -> None:
    documented = {
        " ".join(word for word in code(first)[0].split() if word.islower()): set(code(options))
        for first, _sentence, options in rows(section(page("docs/commands.md"), "Commands"))
        if code(first)
    }
    assert documented == dict(commands(typer.main.get_command(app), ("kit",)))


def test_exit_codes_are_documented_with_their_meanings_and_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    kinds: dict[int, set[str]] = {number: set() for number in exits.meanings()}
    for kind, number in exits.CODES.items():
        kinds[number].add(kind)
    documented = {
        int(number): (meaning, set(code(names)))
        for number, meaning, names in rows(section(page("docs/commands.md"), "Exit codes"))
        if number.isdigit()
    }
    assert documented == {number: (said, kinds[number]) for number, said in exits.meanings().items()}


def test_the_readme_has_the_same_exit_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    table = rows(section(page("README.md"), "Exit codes"))
    assert {int(n): meaning for n, meaning in table if n.isdigit()} == exits.meanings()


def arrows(text: str) -> dict[Arrow, str]:
    """The arrows of the diagrams with their letters; a box of several names stands for each of them."""
    boxes = {
        alias: names.split(", ") for names, alias in re.findall(r'^ *state "([^"]+)" as (\w+)$', text, re.M)
    }
    return {
        arrow: letter
        for start, end, letter in re.findall(r"^ *(\w+) --> (\w+): (\w)$", text, re.M)
        for arrow in product(boxes.get(start, [start]), boxes.get(end, [end]))
    }


def test_the_state_diagrams_have_exactly_the_arrows_of_the_table() -> None:
    drawn = set(arrows(page("docs/states.md")))
    legal = {(start.value, end.value) for start, ends in TRANSITIONS.items() for end in ends}
    assert drawn == legal


def test_every_arrow_has_a_letter_and_every_letter_a_sentence() -> None:
    text = page("docs/states.md")
    drawn = re.findall(r"--> \w+(.*)$", text, re.M)
    letters = [label.removeprefix(": ") for label in drawn[1:]]  # the first leads in from nowhere
    told = [cells[0] for cells in rows(text) if re.fullmatch(r"[a-z]", cells[0]) and cells[1].endswith(".")]
    assert letters == told
    assert len(set(letters)) == len(letters)


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every setting by its full name."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_every_setting_is_documented() -> None:
    documented = [code(first)[0] for first, *_rest in rows(page("docs/settings.md")) if code(first)]
    assert documented == list(settings(Settings))


@pytest.mark.parametrize(("title", "columns"), [("Pool", pool._COLUMNS), ("Seats", seats._COLUMNS)])
def test_the_readme_names_the_columns_of_the_files(title: str, columns: tuple[ColumnSpec, ...]) -> None:
    table = rows(section(page("README.md"), title))
    documented = [
        (*code(name), *code(others), said.startswith("required"))
        for name, others, said in table
        if code(name)
    ]
    assert documented == [(*column.headers, column.required) for column in columns]


def test_the_readme_names_the_permissions_to_grant() -> None:
    asked = re.findall(r"`([A-Z][\w-]+\.[A-Z][\w.]+)`", section(page("README.md"), "First real use"))
    assert sorted(asked) == sorted(role.name for role in NEEDED_ROLES)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_and_paths_lead_somewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    folders = "inventory|kit|tui|playbooks|tests|benchmarks|docs|requirements"
    paths = re.findall(rf"`((?:{folders})/[\w./-]+)`", text)
    paths = [path for path in paths if "NNNN" not in path]
    absent = [link for link in links if not (file.parent / link).exists()]
    assert absent + [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("package", ["inventory", "kit", "tui"])
def test_the_architecture_names_every_module_and_package(package: str) -> None:
    told = {word.rstrip("/") for word in code(section(page("ARCHITECTURE.md"), f"{package}/"))}
    folder = ROOT / package
    parts = {path.parent.name for path in folder.glob("*/*") if path.suffix in {".py", ".json", ".pot"}}
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}
    assert parts | modules <= told


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_dated_complete_and_one_page(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"# {file.name[:4]}. ")
    assert re.search(r"^Date: \d{4}-\d\d-\d\d\. Status: (accepted|replaced by \d{4})\.", text, re.M)
    assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Choice", "Cost", "When to revisit"]
    assert len(text.splitlines()) <= 70


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(file.name[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_publiccode_says_what_the_project_is() -> None:
    told = yaml.safe_load(page("publiccode.yml"))
    project = tomllib.loads(page("pyproject.toml"))["project"]
    assert told["publiccodeYmlVersion"] == "0.4"
    assert told["legal"]["license"] == project["license"]
    assert told["localisation"]["availableLanguages"] == list(LANGUAGES)
    assert set(told["description"]) == set(LANGUAGES)
    assert told["maintenance"]["type"] == "none" or told["maintenance"]["contacts"]
    for described in told["description"].values():
        # Lengths that the standard sets.
        assert len(described["shortDescription"]) <= 150
        assert 150 <= len(described["longDescription"]) <= 10_000
        assert described["features"]
