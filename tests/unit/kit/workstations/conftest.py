"""A small playbook folder that runs on this machine, so that the runner is tested without a laptop."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kit.workstations.runner import RunnerSettings
from kit.workstations.targets import Secret, Target

PLAY = """
- name: Try the runner
  hosts: laptops
  gather_facts: false
  # In place of SSH; everything else of a run is as for a laptop.
  connection: local
  tasks:
"""

#: As the real module answers, without looking at anything.
CLEAN_STATE = """
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule(argument_spec={"clean": {"type": "bool", "default": True}, "said": {"type": "str"}})
clean = module.params["clean"]
checks = [{"name": "firewall", "passed": clean}, {"name": "accounts", "passed": True}]
module.exit_json(changed=False, report={"clean": clean, "checks": checks, "said": module.params["said"]})
"""

REPORT = "- clean_state:"

Playbook = Callable[..., RunnerSettings]


@pytest.fixture
def playbook(tmp_path: Path) -> Playbook:
    """Write a playbook with these tasks (YAML) and give the settings that run it."""

    def write(*tasks: str, timeout: float = 60) -> RunnerSettings:
        folder = tmp_path / "playbooks"
        (folder / "library").mkdir(parents=True)
        (folder / "library" / "clean_state.py").write_text(CLEAN_STATE)
        indented = "".join(f"    {line}\n" for task in tasks for line in task.splitlines())
        (folder / "try.yml").write_text(PLAY + indented)
        return RunnerSettings(folder, ("try.yml",), "provision", tmp_path / "no-key", timeout)

    return write


@pytest.fixture
def target() -> Target:
    """A laptop whose variables hold a secret and a text that looks like a template."""
    return Target(
        tag="LT-0001",
        address="192.0.2.1",
        host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
        host_name="essai-01",
        variables={"seat_name": "{{ 6 * 7 }}", "seat_password_hash": Secret("canary-of-the-hash")},
    )
