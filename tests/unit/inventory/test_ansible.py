"""Ansible itself reads the inventory that the pool renders."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from inventory import ansible
from inventory.devices import DeviceState
from tests.unit.inventory.samples import laptop

#: As a template, it would run a command on the station.
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch {path}') }}"


def read(folder: Path, listing: dict[str, Any], *command: str) -> subprocess.CompletedProcess[str]:
    """What a tool of Ansible makes of an inventory that a script prints."""
    script = folder / "hosts"
    (folder / "hosts.json").write_text(json.dumps(listing))
    script.write_text(f"#!/bin/sh\ncat '{folder}/hosts.json'\n")
    script.chmod(0o700)
    tool, *arguments = command
    return subprocess.run(
        [Path(sys.executable).with_name(tool), "-i", script, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env={"HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )


def test_ansible_reads_how_a_laptop_is_reached(tmp_path: Path) -> None:
    told = ansible.laptop(
        "LAP-02",
        "10.0.0.2",
        "ssh-ed25519 AAAA somebody@somewhere",
        user="provision",
        private_key=tmp_path / "key",
        playbooks_sha256="0" * 64,
        ssh={"UserKnownHostsFile": tmp_path / "known hosts", "StrictHostKeyChecking": "yes"},
    )
    listed = json.loads(
        read(
            tmp_path,
            ansible.listing({"laptops": ["LAP-02"]}, {"LAP-02": told}),
            "ansible-inventory",
            "--list",
        ).stdout
    )
    assert listed["laptops"]["hosts"] == ["LAP-02"]
    variables = listed["_meta"]["hostvars"]["LAP-02"]
    assert {name: value["__ansible_unsafe"] for name, value in variables.items()} == {
        "ansible_host": "10.0.0.2",
        "ansible_user": "provision",
        "ansible_ssh_private_key_file": str(tmp_path / "key"),
        "ansible_ssh_common_args": (
            f"'-oUserKnownHostsFile={tmp_path}/known hosts' -oStrictHostKeyChecking=yes"
        ),
        "laptop_tag": "LAP-02",
        "laptop_host_key": "ssh-ed25519 AAAA",
        "playbooks_sha256": "0" * 64,
    }


def test_a_text_of_the_pool_is_never_a_template(tmp_path: Path) -> None:
    name = HOSTILE.replace("{path}", str(tmp_path / "canary"))
    told = {"seat_name": name, "nested": {"list": [name, 1, True, None]}}
    listing = ansible.listing({"laptops": ["LAP-01"]}, {"LAP-01": told})
    show = ("ansible", "all", "-c", "local", "-m", "ansible.builtin.debug", "-a")
    shown = read(tmp_path, listing, *show, "msg={{ seat_name }}{{ nested.list[0] }}{{ nested.list[1] }}")
    assert shown.stdout.count("ansible.builtin.pipe") == 2
    assert not (tmp_path / "canary").exists()


def test_laptops_are_grouped_by_state_place_and_crisis() -> None:
    devices = [laptop(1), laptop(2), laptop(3)]
    devices[1].state = DeviceState.ON_LOAN
    devices[0].place = "Hôtel – salle B2"
    devices[2].place = "–"
    assert ansible.groups(devices, {"LAP-02": "13005-2026-01"}) == {
        "laptops": ["LAP-01", "LAP-02", "LAP-03"],
        "state_in_stock": ["LAP-01", "LAP-03"],
        "place_hotel_salle_b2": ["LAP-01"],
        "state_on_loan": ["LAP-02"],
        "crisis_13005_2026_01": ["LAP-02"],
    }
    assert ansible.groups([], {}) == {"laptops": []}


def test_pins_are_known_by_alias_without_comments() -> None:
    keys = {"LAP-01": "ssh-ed25519 AAAA root@old", "LAP-02": "ssh-rsa BBBB"}
    assert ansible.known_hosts(keys) == "LAP-01 ssh-ed25519 AAAA\nLAP-02 ssh-rsa BBBB\n"
