"""A lab laptop and the playbooks as an engineer runs them on it by hand, with what came of a run."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.simulator.lab import Laptop
from kit.workstations import probe
from tests.unit.playbooks.support import PLAYBOOKS

USER = "provision"


@dataclass
class Bench:
    """A laptop, and the playbooks as an engineer runs them on it."""

    laptop: Laptop
    key: Path
    folder: Path
    variables: dict[str, Any]

    def play(self, playbook: str, *options: str, **variables: Any) -> "Played":
        """Run a playbook; `variables` stand beside the laptop's own."""
        checking = f"-o UserKnownHostsFile={self.folder}/pins -o StrictHostKeyChecking=yes"
        host = {
            **self.variables,
            **variables,
            "ansible_host": self.laptop.address,
            "ansible_user": USER,
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": checking,
            "laptop_tag": self.laptop.tag,
            "laptop_host_name": "essai-01",
            "laptop_host_key": self.laptop.host_key,
            "playbooks_sha256": "0" * 64,
            "report_folder": str(self.folder),
            "release_folder": str(self.folder),
        }
        inventory = self.folder / "hosts.json"
        inventory.write_text(json.dumps({"laptops": {"hosts": {self.laptop.tag: host}}}))
        (self.folder / "pins").write_text(f"{self.laptop.address} {self.laptop.host_key}\n")
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("ansible-playbook"), "--inventory", inventory),
                *("--limit", self.laptop.tag, playbook, *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=PLAYBOOKS,
            env=os.environ
            | {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "cp")},
        )
        return Played(done, self.laptop.tag, self.folder)

    def run(self, command: str) -> str:
        """A command on the laptop, as root."""
        return probe.run(
            self.laptop.address,
            self.laptop.host_key,
            USER,
            f"sudo sh -c '{command}'",
            private_key=self.key,
            timeout=60,
        )


@dataclass(frozen=True)
class Played:
    """How a run went."""

    done: subprocess.CompletedProcess[str]
    tag: str
    folder: Path

    @property
    def changes(self) -> int:
        """How many tasks changed something, as Ansible counts them."""
        return int(re.findall(r"changed=(\d+)", self.done.stdout)[-1])

    @property
    def changed(self) -> list[str]:
        """Names of the tasks that changed something."""
        tasks = self.done.stdout.split("\nTASK [")[1:]
        return [task.partition("]")[0] for task in tasks if "\nchanged:" in task]

    def kept(self, suffix: str = "") -> dict[str, Any]:
        """The report that was kept on this machine."""
        found: dict[str, Any] = json.loads((self.folder / f"{self.tag}{suffix}.json").read_text())
        return found

    @property
    def failed_checks(self) -> list[str]:
        return [check["name"] for check in self.kept()["checks"] if not check["passed"]]

    def well(self) -> "Played":
        assert self.done.returncode == 0, self.done.stdout[-3000:] + self.done.stderr[-3000:]
        return self


@dataclass(frozen=True)
class Engineer:
    """Somebody with the virtual environment active, and the station whose pool has the laptop."""

    home: Path
    bench: Bench
    variables: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        settings = {"PRIVATE_KEY": str(self.bench.key), "VARIABLES": json.dumps(self.variables)}
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "KIT_HOME": str(self.home),
            **{f"KIT_WORKSTATIONS__{name}": value for name, value in settings.items()},
            "ANSIBLE_NOCOLOR": "1",
        }

    def kit(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "kit", *arguments]
        subprocess.run(command, check=True, capture_output=True, env=self.environment)

    def enter(self, host_key: str) -> None:
        """Have the pool say that this is the laptop's key."""
        laptop = self.bench.laptop
        pool = self.home / "pool.csv"
        pool.write_text(
            f"asset_tag,kind,serial,address,host_key\n{laptop.tag},laptop,SN,{laptop.address},{host_key}\n"
        )
        self.kit("pool", "import", str(pool), "--update-identity")

    def attest(self, **said: Any) -> subprocess.CompletedProcess[str]:
        """Run the playbook on the pool; `said` is what the plan of a crisis would say."""
        # Not in `home`: the path of a Unix socket has 107 characters at most.
        with tempfile.TemporaryDirectory() as connections:
            return subprocess.run(
                [
                    *("ansible-playbook", "-i", "inventory/hosts", "playbooks/attest.yml"),
                    *("--limit", self.bench.laptop.tag, "--extra-vars", json.dumps(said)),
                ],
                check=False,
                capture_output=True,
                text=True,
                cwd=PLAYBOOKS.parent,
                env=self.environment | {"ANSIBLE_SSH_CONTROL_PATH_DIR": connections},
            )
