"""Owns one wave: one run of one playbook over several laptops; the only wrapper of ansible-runner.

Its processes live in a process id namespace of their own which the kernel ends with the thread that started
them, so that a killed worker leaves nothing working on a laptop (`unshare(1)`, `setpriv(1)`).
"""

import fcntl
import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible_runner

from kit.workstations import inputs
from kit.workstations.content import playbooks_hash
from kit.workstations.events import host_of
from kit.workstations.private import end_processes, memory_folder, private_folder
from kit.workstations.waves import Place

#: Seconds between two looks at who has left.
LOOK_EVERY = 1
#: Seconds that Ansible may take to end once no laptop is waited for.
GRACE = 10.0


@dataclass(frozen=True)
class Recipe:
    """What is run, and as whom.

    Attributes:
        playbooks: folder of the Ansible content.
        playbook: the one to run.
        user: the account that `private_key` opens.
        private_key: file of the station's SSH key.
    """

    playbooks: Path
    playbook: str
    user: str
    private_key: Path


def carry_out(recipe: Recipe, places: Sequence[Place]) -> None:
    """Run the playbook on these laptops to its end, telling each place what is about it."""
    targets = [place.target for place in places]
    with private_folder(memory_folder()) as folder:
        _write(folder / "known_hosts", inputs.known_hosts(targets))
        _write(folder / "ansible.cfg", inputs.SETTINGS)
        (folder / "env").mkdir(mode=0o700)
        _write(folder / "env" / "settings", f"pexpect_timeout: {LOOK_EVERY}\nsuppress_output_file: true\n")
        inventory = inputs.inventory(
            targets,
            user=recipe.user,
            private_key=recipe.private_key,
            playbooks_sha256=playbooks_hash(recipe.playbooks),
        )
        with _piped(folder / "inventory.pipe", inventory.encode()) as length:
            _run(folder, recipe, places, length)


def _run(folder: Path, recipe: Recipe, places: Sequence[Place], length: int) -> None:
    by_tag = {place.target.tag: place for place in places}
    watch = _Watch(folder, places)

    def handle(event: dict[str, Any]) -> bool:
        host = host_of(event)
        for place in places if host is None else [by_tag[host]]:
            place.tell(event)
        return False  # nothing of an event is written to a file

    ansible_runner.run(
        private_data_dir=str(folder),
        binary="setpriv",
        cmdline=shlex.join(_command(folder, recipe, length)),
        envvars=inputs.environment(folder),
        # Facts stay in Ansible's memory too.
        fact_cache_type="memory",
        forks=len(places),
        event_handler=handle,
        cancel_callback=watch.look,
        quiet=True,
        suppress_env_files=True,
    )


class _Watch:
    """Looks at who has left: cuts their connections, and stops a run that nobody waits for."""

    def __init__(self, folder: Path, places: Sequence[Place]) -> None:
        self._folder = folder
        self._places = places
        self._empty_since: float | None = None

    def look(self) -> bool:
        """Whether the run is to be stopped."""
        cut = [(number, place) for number, place in enumerate(self._places) if place.cut]
        if all(place.left for place in self._places):
            self._empty_since = self._empty_since or time.monotonic()
            return bool(cut) or time.monotonic() - self._empty_since > GRACE
        for number, place in cut:
            # Without its connection the laptop is unreachable to Ansible, which goes on with the others.
            end_processes(self._folder, f"-oHostKeyAlias={inputs.alias(number)}")
            place.release()
        return False


def _command(folder: Path, recipe: Recipe, length: int) -> list[str]:
    """What follows `setpriv`; ansible-runner appends the number of forks."""
    # Without root, a process id namespace needs a user namespace around it.
    user = [] if os.geteuid() == 0 else ["--map-current-user"]
    return [
        *("--pdeathsig", "KILL", "--"),
        *("unshare", *user, "--pid", "--fork", "--kill-child", "--"),
        *(sys.executable, "-m", "kit.workstations.playbook"),
        *(str(folder / "inventory.pipe"), str(length)),
        str(recipe.playbooks / recipe.playbook),
    ]


@contextmanager
def _piped(path: Path, content: bytes) -> Iterator[int]:
    """Have `content` read from a named pipe once; yields its length.

    What is in a pipe is in no file, and gone when this process is, however it ends.
    """
    os.mkfifo(path, 0o600)
    # Open for reading too, else the kernel waits for the other side here.
    pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, max(len(content), 1))
        os.write(pipe, content)
        yield len(content)
    finally:
        os.close(pipe)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
