"""Renders laptops as Ansible's inventory: the pool is the inventory, and nothing secret is in it.

Names of people and places are data: `listing` marks every text so that Ansible takes none for a template.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inventory.devices import Device
from inventory.text import fold

#: The group of `hosts:` in the playbooks.
GROUP = "laptops"


def pinned(host_key: str) -> str:
    """A host key as "type base64", without its comment."""
    return " ".join(host_key.split()[:2])


def known_hosts(keys: Mapping[str, str]) -> str:
    """The pinned keys as ssh reads them, each under the name that stands for its laptop (`HostKeyAlias`)."""
    return "".join(f"{alias} {pinned(key)}\n" for alias, key in keys.items())


def laptop(
    tag: str,
    address: str,
    host_key: str,
    *,
    user: str,
    private_key: Path,
    playbooks_sha256: str,
    ssh: Mapping[str, object],
) -> dict[str, Any]:
    """How one laptop is reached, and what every playbook is told of it.

    Args:
        tag: asset tag.
        address: where it answers.
        host_key: the key pinned at enrolment.
        user: the account that `private_key`, which is named and never contained, opens.
        private_key: file of the station's SSH key.
        playbooks_sha256: identity of the playbooks, for reports.
        ssh: options of ssh; `HostKeyAlias` among them is what has it checked against its own key only.
    """
    return {
        "ansible_host": address,
        "ansible_user": user,
        "ansible_ssh_private_key_file": str(private_key),
        "ansible_ssh_common_args": shlex.join(f"-o{name}={value}" for name, value in ssh.items()),
        "laptop_tag": tag,
        "laptop_host_key": pinned(host_key),
        "playbooks_sha256": playbooks_sha256,
    }


def groups(devices: Iterable[Device], crises: Mapping[str, str]) -> dict[str, list[str]]:
    """The laptops' tags by group: all, by state, place, and the crisis that `crises` gives for a tag."""
    found: dict[str, list[str]] = {GROUP: []}
    for device in devices:
        names = [GROUP, f"state_{device.state}"]
        names += [f"place_{fold(device.place).replace(' ', '_')}"] if fold(device.place) else []
        names += [f"crisis_{crises[device.tag].replace('-', '_')}"] if device.tag in crises else []
        for name in names:
            found.setdefault(name, []).append(device.tag)
    return found


def listing(
    groups: Mapping[str, Sequence[str]], variables: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What an inventory script answers to `--list`: groups of hosts, and each host's variables."""
    hosts = {name: {"hosts": list(tags)} for name, tags in groups.items()}
    return {**hosts, "_meta": {"hostvars": {tag: untrusted(told) for tag, told in variables.items()}}}


def untrusted(value: Any) -> Any:
    """JSON values in which every text is marked as no template."""
    match value:
        case str():
            return {"__ansible_unsafe": value}
        case Mapping():
            return {name: untrusted(part) for name, part in value.items()}
        case list() | tuple():
            return [untrusted(part) for part in value]
        case _:
            return value
