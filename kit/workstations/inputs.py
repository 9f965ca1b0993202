"""Owns what a run is given: inventory with its secrets, pinned keys, environment."""

import shlex
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from inventory import ansible
from kit.workstations.targets import Secret, Target

#: Seconds of silence after which a connection is given up; a laptop on a mobile network may falter.
SILENCE = 60
#: Ansible's own settings file, for what no variable of the environment sets. So often it looks whether a task
#: has ended; at its default, every millisecond, waiting for packages costs more than all tasks.
SETTINGS = "[defaults]\ninternal_poll_interval = 0.02\n"


def alias(place: int) -> str:
    """The name under which ssh knows a laptop of a run: its own pin, whatever address it has."""
    return f"laptop-{place}"


def known_hosts(targets: Sequence[Target]) -> str:
    """The pinned keys, by alias."""
    return ansible.known_hosts({alias(place): target.host_key for place, target in enumerate(targets)})


def inventory(targets: Sequence[Target], *, user: str, private_key: Path, playbooks_sha256: str) -> str:
    """All laptops with what the roles are told, as YAML; holds secrets."""
    hosts: dict[str, dict[str, Any]] = {}
    for place, target in enumerate(targets):
        hosts[target.tag] = {
            **target.variables,
            **ansible.laptop(
                target.tag,
                target.address,
                target.host_key,
                user=user,
                private_key=private_key,
                playbooks_sha256=playbooks_sha256,
                ssh={"HostKeyAlias": alias(place)},
            ),
            # mitogen puts its own 30 × 10 before any ssh option.
            "mitogen_ssh_keepalive_interval": SILENCE // 3,
            "mitogen_ssh_keepalive_count": 3,
            # What it sends is compressed already.
            "mitogen_ssh_compression": False,
            "laptop_host_name": target.host_name,
        }
    return yaml.dump({ansible.GROUP: {"hosts": hosts}}, Dumper=_DataDumper, allow_unicode=True)


def environment(folder: Path) -> dict[str, str]:
    """What Ansible is told through its environment; ansible-runner writes it down, so no secret is here."""
    mitogen = Path(str(metadata.distribution("mitogen").locate_file("ansible_mitogen")))
    ssh = {
        "UserKnownHostsFile": folder / "known_hosts",
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "ControlMaster": "no",
        "ConnectTimeout": 15,
    }
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        # No laptop waits for another between two tasks (docs/decisions/0002).
        "ANSIBLE_STRATEGY": "mitogen_host_pinned",
        "ANSIBLE_STRATEGY_PLUGINS": str(mitogen / "plugins" / "strategy"),
        "ANSIBLE_SSH_ARGS": shlex.join(["-F", "none", *(f"-o{name}={value}" for name, value in ssh.items())]),
        # ansible-runner switches it off unless it is set.
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_INVENTORY_ENABLED": "yaml",
        # Roles ask `ansible_facts`; a variable for each fact costs a look at all plugin folders, every task.
        "ANSIBLE_INJECT_FACT_VARS": "False",
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        # mitogen's sockets; also what tells this run's processes from others.
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
    }


class _DataDumper(yaml.SafeDumper):
    """Writes every text as `!unsafe`: a name from a seats file is never taken for an Ansible template."""


def _unsafe(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("!unsafe", text)


_DataDumper.add_representer(str, _unsafe)
_DataDumper.add_representer(Secret, lambda dumper, secret: _unsafe(dumper, secret.reveal()))
_DataDumper.add_multi_representer(tuple, yaml.SafeDumper.represent_list)
