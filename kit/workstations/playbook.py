"""Runs `ansible-playbook` in this process, warmed up first: `python -m kit.workstations.playbook`.

Arguments: a named pipe, how many bytes the inventory in it has, then those of `ansible-playbook`.

Ansible forks a process for every task on every laptop, and each loads again what its parent had not loaded:
filters and tests, a third of the time of a task with templates. Here the parent has them before it forks, and
its objects are out of the garbage collector's sight, so that no child goes through, and copies, all of them.
"""

import gc
import importlib
import os
import sys
from pathlib import Path


def inventory(pipe: Path, length: int) -> str:
    """Take the inventory from the pipe; returns a path that only this process and its children have.

    Secrets are in it, and in no file: the kernel forgets pipe and memory with the last process that has them.
    """
    # Without a dot in its name: Ansible would take what follows for an ending that it does not know.
    memory = os.memfd_create("inventory", 0)
    with pipe.open("rb") as source, open(memory, "wb", closefd=False) as copy:
        copy.write(source.read(length))
    return f"/proc/self/fd/{memory}"


def warm_up() -> None:
    """Load what every task with a template needs."""
    # Ansible is published without type information.
    loader = importlib.import_module("ansible.plugins.loader")
    for plugins in (loader.filter_loader, loader.test_loader):
        list(plugins.all())
    importlib.import_module("ansible.utils.encrypt")
    gc.collect()
    gc.freeze()


def main() -> None:
    """Run Ansible with the inventory from the pipe; ends as `ansible-playbook` does."""
    pipe, length, *arguments = sys.argv[1:]
    command = importlib.import_module("ansible.cli.playbook")
    sys.argv = ["ansible-playbook", "--inventory", inventory(Path(pipe), int(length)), *arguments]
    warm_up()
    command.main()


if __name__ == "__main__":
    main()
