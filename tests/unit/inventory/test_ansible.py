"""Ansible itself reads the inventory that the pool renders."""

import json
import subprocess
import sys
from pathlib import Path

from inventory import ansible
from tests.unit.inventory.samples import laptop


def test_ansible_reads_hosts_and_variables(tmp_path: Path) -> None:
    rendered = ansible.hosts(
        [laptop(1), laptop(2)],
        user="provision",
        private_key=tmp_path / "key",
        known_hosts=tmp_path / "known hosts",
    )
    file = tmp_path / "hosts.json"
    file.write_text(json.dumps(rendered))
    tool = Path(sys.executable).with_name("ansible-inventory")
    read = subprocess.run(
        [tool, "-i", file, "--list"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    listed = json.loads(read.stdout)
    assert listed["laptops"]["hosts"] == ["LAP-01", "LAP-02"]
    variables = listed["_meta"]["hostvars"]["LAP-02"]
    assert variables["ansible_host"] == "10.0.0.2"
    assert variables["ansible_user"] == "provision"
    assert variables["ansible_ssh_private_key_file"] == str(tmp_path / "key")
    assert "StrictHostKeyChecking=yes" in variables["ansible_ssh_common_args"]
    assert f"'UserKnownHostsFile={tmp_path / 'known hosts'}'" in variables["ansible_ssh_common_args"]
