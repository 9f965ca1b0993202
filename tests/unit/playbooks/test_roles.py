"""Playbooks and roles as an engineer expects them: documented, checked, pinned, the same on both systems."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.playbooks.support import PLAYBOOKS, ROLES, defaults

NAMES = sorted(role.name for role in ROLES.iterdir())
#: A released laptop is erased by its firmware or its image, and Windows has no module for it here.
DEBIAN_ONLY = {"release"}
PLAYS = sorted(
    path
    for path in PLAYBOOKS.glob("*.yml")
    if isinstance(yaml.safe_load(path.read_text())[0] if path.name != "requirements.yml" else None, dict)
)
BIN = Path(sys.executable).parent


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def specification(role: str) -> dict[str, Any]:
    found: dict[str, Any] = read(ROLES / role / "meta" / "argument_specs.yml")["argument_specs"]
    return found


def tasks(role: str, file: str) -> Iterator[dict[str, Any]]:
    yield from read(ROLES / role / "tasks" / f"{file}.yml")


def module_of(task: dict[str, Any]) -> str:
    words = {"name", "when", "vars", "loop", "loop_control", "register", "changed_when", "no_log", "become"}
    words |= {"delegate_to", "ignore_errors", "tags"}
    (module,) = set(task) - words
    return module


@pytest.fixture(scope="session")
def windows_modules() -> dict[str, dict[str, Any]]:
    """What the pinned collections say of the modules that the roles use."""
    used = {
        module_of(task)
        for role in NAMES
        if (ROLES / role / "tasks" / "windows.yml").exists()
        for task in tasks(role, "windows")
    }
    wanted = sorted(module for module in used if ".windows." in module)
    done = subprocess.run(
        [BIN / "ansible-doc", "--json", *wanted], capture_output=True, text=True, check=False, cwd=PLAYBOOKS
    )
    found = json.loads(done.stdout or "{}")
    if not found:
        pytest.skip("the collections ansible.windows and community.windows are not installed")
    return {name: found[name]["doc"]["options"] for name in wanted}


@pytest.mark.parametrize("role", NAMES)
def test_a_role_is_documented_and_its_variables_are_specified(role: str) -> None:
    assert (ROLES / role / "README.md").read_text(encoding="utf-8").startswith(f"# {role}\n")
    entries = specification(role)
    specified = {name for entry in entries.values() for name in entry["options"]}
    assert all(name.startswith(f"{role}_") for name in specified)
    assert set(defaults(role)) <= specified
    required = {
        name
        for entry in entries.values()
        for name, option in entry["options"].items()
        if option.get("required")
    }
    assert required.isdisjoint(defaults(role))
    assert specified == required | set(defaults(role))


@pytest.mark.parametrize("role", NAMES)
def test_every_entry_of_a_role_has_its_specification(role: str) -> None:
    files = {path.stem for path in (ROLES / role / "tasks").glob("*.yml")}
    assert files == set(specification(role))
    assert files == {"main"} if role in DEBIAN_ONLY else {"main", "windows"}


def secrets(role: str) -> set[str]:
    return {
        name
        for entry in specification(role).values()
        for name, option in entry["options"].items()
        if option.get("no_log")
    }


@pytest.mark.parametrize("role", NAMES)
def test_a_task_that_is_given_a_secret_shows_nothing(role: str) -> None:
    named = {
        name for name in (*defaults(role), *secrets(role)) if re.search(r"password(_hash)?$|_key$", name)
    }
    assert {name for name in named if name != "report_host_key"} == secrets(role)
    for file in specification(role):
        for task in tasks(role, file):
            told = json.dumps({key: value for key, value in task.items() if key != "when"})
            if any(re.search(rf"\b{name}\b", told) for name in secrets(role)):
                assert task.get("no_log") is True, task["name"]


@pytest.mark.parametrize("play", PLAYS, ids=lambda path: path.name)
def test_a_play_says_what_it_is_and_everything_in_it_has_a_tag(play: Path) -> None:
    assert play.read_text(encoding="utf-8").startswith("---\n# ")
    (content,) = read(play)
    parts = [
        *content.get("pre_tasks", []),
        *content.get("roles", []),
        *content.get("tasks", []),
        *content.get("post_tasks", []),
    ]
    assert parts
    assert all("tags" in part or "tags" in content for part in parts)


def test_windows_gets_the_same_roles_in_the_same_order() -> None:
    (debian,) = read(PLAYBOOKS / "provision.yml")
    (windows,) = read(PLAYBOOKS / "provision_windows.yml")
    named = [task["ansible.builtin.import_role"] for task in windows["tasks"][1:]]
    assert all(role["tasks_from"] == "windows" for role in named)
    assert [role["name"] for role in named] == [*(role["role"] for role in debian["roles"]), "report"]


def test_the_playbooks_are_what_ansible_takes(windows_modules: dict[str, Any]) -> None:
    done = subprocess.run(
        [BIN / "ansible-playbook", "--syntax-check", "--inventory", "localhost,", *PLAYS],
        capture_output=True,
        text=True,
        check=False,
        cwd=PLAYBOOKS,
    )
    assert done.returncode == 0, done.stderr
    assert windows_modules


def test_windows_tasks_say_what_their_modules_know(windows_modules: dict[str, dict[str, Any]]) -> None:
    for role in set(NAMES) - DEBIAN_ONLY:
        for task in tasks(role, "windows"):
            module = module_of(task)
            if module not in windows_modules:
                continue
            options, given = windows_modules[module], task[module] or {}
            assert set(given) <= set(options), f"{role}: {task['name']}"
            needed = {name for name, option in options.items() if option.get("required")}
            assert needed <= set(given), f"{role}: {task['name']}"
            for name, value in given.items():
                choices = options[name].get("choices")
                if choices and isinstance(value, str) and "{{" not in value:
                    assert value in choices, f"{role}: {task['name']}"


def test_the_windows_report_takes_what_its_documentation_says() -> None:
    text = (PLAYBOOKS / "library" / "win_clean_state.ps1").read_text(encoding="utf-8")
    described = (PLAYBOOKS / "library" / "win_clean_state.py").read_text(encoding="utf-8")
    documented = yaml.safe_load(described.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])["options"]
    taken = dict(re.findall(r"^        (\w+) = @\{ type = '(\w+)'", text, re.MULTILINE))
    assert taken == {name: option["type"] for name, option in documented.items()}
    (task,) = (task for task in tasks("report", "windows") if "win_clean_state" in task)
    assert set(task["win_clean_state"]) == set(taken)


def test_both_reports_speak_of_the_same_checks() -> None:
    windows = (PLAYBOOKS / "library" / "win_clean_state.ps1").read_text(encoding="utf-8")
    debian = (PLAYBOOKS / "library" / "clean_state.py").read_text(encoding="utf-8")
    checks = set(re.findall(r"name = '(\w+)'", windows))
    assert checks
    assert all(f'("{name}",' in debian or f'"{name}",\n' in debian for name in checks)


def test_collections_are_pinned() -> None:
    for collection in read(PLAYBOOKS / "requirements.yml")["collections"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", collection["version"])
