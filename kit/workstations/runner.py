"""Owns running the playbooks on one laptop: the only wrapper of ansible-runner.

One run, and one Ansible process tree, per laptop: a laptop that fails, hangs or is tried again disturbs
no other. The tree lives in a process id namespace of its own which the kernel ends with the thread that
started it, so that a killed worker leaves nothing working on a laptop (`unshare(1)`, `setpriv(1)`).
"""

import os
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

from kit.workstations.content import playbooks_hash
from kit.workstations.events import Summary, TaskEvent, TaskStatus, fold, task_event
from kit.workstations.outcomes import (
    Cancelled,
    HostKeyMismatch,
    NotClean,
    Outcome,
    Provisioned,
    TaskFailed,
    TimedOut,
    Unreachable,
)
from kit.workstations.private import memory_folder, private_folder
from kit.workstations.probe import KeyChanged, check_host_key, fingerprint
from kit.workstations.targets import Secret, Target

#: The group of `hosts:` in the playbooks.
GROUP = "laptops"
#: Seconds between two looks at `cancelled` and at the time limit.
LOOK_EVERY = 1
#: Seconds of silence after which a connection is given up; a laptop on a mobile network may falter.
SILENCE = 60


@dataclass(frozen=True)
class RunnerSettings:
    """How laptops are provisioned.

    Attributes:
        playbooks: folder of the Ansible content.
        sequence: playbooks in it, run in this order.
        user: the account that `private_key` opens.
        private_key: file of the station's SSH key.
        timeout: seconds that one laptop may take.
    """

    playbooks: Path
    sequence: tuple[str, ...]
    user: str
    private_key: Path
    timeout: float


def provision(
    target: Target,
    *,
    settings: RunnerSettings,
    sink: Callable[[TaskEvent], None],
    cancelled: Callable[[], bool],
) -> Outcome:
    """Run the playbooks on one laptop, telling `sink` each task as it happens.

    Blocks in the calling thread until the run has ended, been cancelled or timed out. Nothing is run on a
    laptop whose host key is not the pinned one. What `sink` and `cancelled` raise ends the run and is raised.
    """
    started = time.monotonic()
    with private_folder(memory_folder()) as folder:
        _write_inputs(folder, target, settings)
        summary, status = _run(folder, settings, sink, cancelled)
    match status:
        case "canceled":
            return Cancelled()
        case "timeout":
            return TimedOut(settings.timeout)
        case _:
            return _outcome(target, summary, succeeded=status == "successful", started=started)


def _run(
    folder: Path,
    settings: RunnerSettings,
    sink: Callable[[TaskEvent], None],
    cancelled: Callable[[], bool],
) -> tuple[Summary, str]:
    """Drive ansible-runner; returns what the run came to and ansible-runner's word for how it ended."""
    summary = Summary()
    raised: list[Exception] = []

    def handle(event: dict[str, Any]) -> bool:
        nonlocal summary
        summary = fold(summary, event)
        told = task_event(event)
        if told is not None and not raised:
            # An exception inside ansible-runner would leave its child running: keep it, stop, raise after.
            try:
                sink(told)
            except Exception as exc:
                raised.append(exc)
        return False  # nothing of an event is written to a file

    def stop() -> bool:
        try:
            return bool(raised) or cancelled()
        except Exception as exc:
            raised.append(exc)
            return True

    result = ansible_runner.run(
        private_data_dir=str(folder),
        binary="setpriv",
        cmdline=shlex.join(_command(settings)),
        inventory=str(folder / "inventory.yml"),
        envvars=_environment(folder),
        forks=1,
        timeout=max(1, round(settings.timeout)),
        event_handler=handle,
        cancel_callback=stop,
        quiet=True,
        suppress_env_files=True,
    )
    if raised:
        raise raised[0]
    return summary, result.status


def _command(settings: RunnerSettings) -> list[str]:
    """What follows `setpriv`; ansible-runner appends inventory and forks."""
    # Without root, a process id namespace needs a user namespace around it.
    user = [] if os.geteuid() == 0 else ["--map-current-user"]
    ansible = Path(sys.executable).with_name("ansible-playbook")
    return [
        *("--pdeathsig", "KILL", "--"),
        *("unshare", *user, "--pid", "--fork", "--kill-child", "--"),
        str(ansible),
        *(str(settings.playbooks / name) for name in settings.sequence),
    ]


def _outcome(target: Target, summary: Summary, *, succeeded: bool, started: float) -> Outcome:
    """Judge a run that came to its own end."""
    report, failure = summary.report, summary.failure
    if report is not None and not report["clean"]:
        return NotClean(report, tuple(check["name"] for check in report["checks"] if not check["passed"]))
    if succeeded and report is not None:
        return Provisioned(report, summary.changed, time.monotonic() - started)
    if failure is None:
        return TaskFailed("", " ".join(summary.lines) or "no clean-state report")
    if failure.status is TaskStatus.UNREACHABLE:
        verdict = check_host_key(target.address, target.host_key)
        if isinstance(verdict, KeyChanged):
            return HostKeyMismatch(fingerprint(target.host_key), verdict.fingerprint)
        return Unreachable(failure.message)
    return TaskFailed(failure.task, failure.message)


def _write_inputs(folder: Path, target: Target, settings: RunnerSettings) -> None:
    """Inventory, pinned key and ansible-runner's settings; the folder is the owner's only."""
    kind, blob = target.host_key.split()[:2]
    _write(folder / "known_hosts", f"{target.address} {kind} {blob}\n")
    host = {
        **target.variables,
        "ansible_host": target.address,
        "ansible_user": settings.user,
        "ansible_ssh_private_key_file": str(settings.private_key),
        # mitogen puts its own 30 × 10 before any ssh option.
        "mitogen_ssh_keepalive_interval": SILENCE // 3,
        "mitogen_ssh_keepalive_count": 3,
        "laptop_tag": target.tag,
        "laptop_host_name": target.host_name,
        "laptop_host_key": f"{kind} {blob}",
        "playbooks_sha256": playbooks_hash(settings.playbooks),
    }
    inventory = yaml.dump({GROUP: {"hosts": {target.tag: host}}}, Dumper=_DataDumper, allow_unicode=True)
    _write(folder / "inventory.yml", inventory)
    (folder / "env").mkdir(mode=0o700)
    _write(folder / "env" / "settings", f"pexpect_timeout: {LOOK_EVERY}\nsuppress_output_file: true\n")


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
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
        "ANSIBLE_STRATEGY": "mitogen_linear",
        "ANSIBLE_STRATEGY_PLUGINS": str(mitogen / "plugins" / "strategy"),
        "ANSIBLE_SSH_ARGS": shlex.join(["-F", "none", *(f"-o{name}={value}" for name, value in ssh.items())]),
        # ansible-runner switches it off unless it is set.
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_INVENTORY_ENABLED": "yaml",
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
