"""The playbooks' own modules as Python modules, and their templates as Ansible renders them."""

import importlib.util
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

#: Ansible publishes no types.
_loading = import_module("ansible.parsing.dataloader")
_templating = import_module("ansible.template")

PLAYBOOKS = Path(__file__).parents[3] / "playbooks"
ROLES = PLAYBOOKS / "roles"

#: What a run must be told, as far as templates show it.
TOLD: dict[str, Any] = {
    "ansible_managed": "Ansible",
    "ansible_facts": {"env": {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.7 22"}},
    "identity_host_name": "essai-01",
    "identity_tag": "LT-0001",
    "identity_owner": "Métropole d'essai",
    "hardening_provision_login": "provision",
    "hardening_seat_login": "cexemple",
    "desktop_organisation": "Métropole d'essai",
}


def load(path: str, name: str) -> ModuleType:
    """The module at `path` in the playbooks, as `name`; what it shares with others is loaded before."""
    spec = importlib.util.spec_from_file_location(name, PLAYBOOKS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up by name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def shared(name: str) -> ModuleType:
    """A file of `module_utils`, under the name that Ansible gives it."""
    full = f"ansible.module_utils.{name}"
    return sys.modules.get(full) or load(f"module_utils/{name}.py", full)


def library(name: str) -> ModuleType:
    """A module of `library`."""
    for each in ("machine", "nftables", "probes", "system", "erasing", "written"):
        shared(each)
    return load(f"library/{name}.py", f"playbooks_{name}")


def yaml_file(path: Path) -> Any:
    """What a file of the playbooks holds, its templates ready to be rendered."""
    return _loading.DataLoader().load_from_file(str(path), trusted_as_template=True)


def defaults(role: str = "*") -> dict[str, Any]:
    """Default variables of a role, or of all."""
    files = sorted(ROLES.glob(f"{role}/defaults/**/*.yml"))
    return {name: value for file in files for name, value in yaml_file(file).items()}


def render(template: Path, variables: Mapping[str, Any] | None = None) -> str:
    """A template with the defaults of all roles, what a run is told, and these variables."""
    loader = _loading.DataLoader()
    loader.set_basedir(str(template.parent))
    templar = _templating.Templar(loader=loader, variables={**defaults(), **TOLD, **(variables or {})})
    text = _templating.trust_as_template(template.read_text(encoding="utf-8"))
    # As the template lookup does: a backslash in a template's own text is one.
    return str(templar.template(text, escape_backslashes=False))
