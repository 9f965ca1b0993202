"""Looking at a whole pool: the probe against `ansible -m ping`, on as many SSH servers on this machine.

Each server is an `sshd` of its own with its own address and host key. What a laptop does to answer the probe
runs on the laptop's processor in the field; here all would share two, so the slow programs among it are
replaced by ones that print the same. `ping` asks for nothing but an answer.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.measure import Result, medians, wall
from kit.app.keys import ensure_ssh_key
from kit.simulator.lab.commands import find
from kit.simulator.lab.disk import ensure_host_key
from kit.workstations.condition import Condition
from kit.workstations.probe import PORT, Spot, probe_all

SERVERS = 200
ROUNDS = 3
FORKS = 50
BOUND = 1 / 10
_USER = "root"
_APT = '#!/bin/sh\necho "Inst nano [7.1] (7.2 Debian:12.5/stable [amd64])"\n'
_SUDO = "#!/bin/sh\necho PF1234\n"


def measure() -> Iterator[Result]:
    """Turn by turn, so that a slow moment of the machine hits both."""
    samples: dict[str, list[float]] = {"ping": [], "probe": []}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        folder = Path(name)
        key = ensure_ssh_key(folder / "keys")
        with servers(folder, key) as spots:
            for _ in range(ROUNDS):
                samples["ping"].append(_ping(folder, key, spots))
                samples["probe"].append(_probe(key, spots))
                latest = ", ".join(f"{way} {seconds[-1]:.1f} s" for way, seconds in samples.items())
                print(f"  {latest} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)
    middle = medians(samples)
    yield Result(
        f"probing {SERVERS} SSH servers against `ansible -m ping`, {FORKS} forks",
        middle["probe"] / middle["ping"],
        BOUND,
        f"{middle['probe']:.1f} against {middle['ping']:.1f}",
    )


@contextmanager
def servers(folder: Path, key: Path) -> Iterator[list[Spot]]:
    """Running SSH servers on addresses of this machine's own; ended and forgotten afterwards."""
    programs = folder / "bin"
    programs.mkdir()
    for name, text in (("apt-get", _APT), ("sudo", _SUDO)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with ExitStack() as stack:
        spots = []
        for number in range(SERVERS):
            spot = _configure(folder / f"server-{number}", Path(f"{key}.pub"), number, programs)
            sshd = subprocess.Popen(
                [find("sshd"), "-D", "-f", str(folder / f"server-{number}" / "sshd_config")],
                stderr=subprocess.DEVNULL,
            )
            stack.callback(sshd.wait)
            stack.callback(sshd.kill)
            spots.append(spot)
        _wait_for(spots, key)
        yield spots


def _configure(folder: Path, authorized: Path, number: int, programs: Path) -> Spot:
    folder.mkdir()
    ensure_host_key(folder)
    address = f"127.86.{number // 250}.{number % 250 + 1}"
    shutil.copy(authorized, folder / "authorized_keys")
    (folder / "sshd_config").write_text(
        f"ListenAddress {address}:{PORT}\nHostKey {folder / 'host_key'}\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nStrictModes no\nUsePAM no\nPidFile none\n"
        f"PermitRootLogin prohibit-password\nPrintMotd no\nSetEnv PATH={programs}:/usr/bin:/bin\n"
    )
    return Spot(f"LT-{number:04d}", address, (folder / "host_key.pub").read_text().strip())


def _wait_for(spots: list[Spot], key: Path) -> None:
    """Until each has let us in once."""
    deadline = time.monotonic() + 60
    waiting = spots
    while waiting:
        found = list(probe_all(waiting, user=_USER, private_key=key))
        waiting = [finding.spot for finding in found if not isinstance(finding.seen, Condition)]
        if time.monotonic() > deadline:
            raise RuntimeError(f"servers do not answer: {found}")


def _probe(key: Path, spots: list[Spot]) -> float:
    started = time.monotonic()
    found = list(probe_all(spots, user=_USER, private_key=key))
    seconds = time.monotonic() - started
    told = [finding.seen for finding in found if isinstance(finding.seen, Condition)]
    if len(told) != len(spots) or any(condition.updates != 1 for condition in told):
        raise RuntimeError(f"some were not seen: {found}")
    return seconds


def _ping(folder: Path, key: Path, spots: list[Spot]) -> float:
    known, inventory = folder / "known_hosts", folder / "hosts"
    known.write_text("".join(f"{spot.address} {spot.host_key}\n" for spot in spots))
    inventory.write_text("".join(f"{spot.tag} ansible_host={spot.address}\n" for spot in spots))
    pins = f"-F none -oUserKnownHostsFile={known} -oGlobalKnownHostsFile=/dev/null"
    return wall(
        [
            str(Path(sys.executable).with_name("ansible")),
            *("all", "--inventory", str(inventory), "--forks", str(FORKS), "--module-name", "ping"),
            *("--user", _USER, "--private-key", str(key)),
        ],
        environment={
            **os.environ,
            "ANSIBLE_SSH_EXTRA_ARGS": pins,
            # Kept connections are this call's own: the next one is to pay for its own.
            "ANSIBLE_SSH_CONTROL_PATH_DIR": tempfile.mkdtemp(prefix="cp-", dir=folder),
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        },
    )
