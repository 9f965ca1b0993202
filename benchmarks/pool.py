"""Looking at a whole pool: the probe against `ansible -m ping`, on as many SSH servers on this machine.

Each server is an `sshd` of its own with its own address and host key, all in one lab laptop. What a laptop
does to answer the probe runs on the laptop's processor in the field; here all would share two, so the slow
programs among it are replaced by ones that print the same. `ping` asks for nothing but an answer.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Result, medians, wall
from kit.app.keys import ensure_ssh_key
from kit.settings import Home
from kit.simulator.lab import Lab, processes
from kit.simulator.lab.commands import run
from kit.simulator.lab.disk import USER, ensure_host_key
from kit.workstations.condition import Condition
from kit.workstations.probe import PORT, Spot, probe_all

SERVERS = 200
ROUNDS = 3
FORKS = 50
BOUND = 1 / 10
#: Name and first three bytes of the address of the benchmark's own lab; where the servers' addresses begin.
LAB, NETWORK, FIRST = "ckwv", "10.86.0", 20
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
    """Running SSH servers, each with an address of its own; taken down afterwards."""
    lab = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name=LAB, network=NETWORK)
    try:
        (laptop,) = lab.up(1, key=key)
        namespace = f"{LAB}-{laptop.name}"
        sshd = min(pid for pid in processes.inside([namespace])[namespace] if _name(pid) == "sshd")
        # Its parent, which starts it again, is inside of all namespaces of the laptop.
        pid = int(Path(f"/proc/{sshd}/stat").read_text().split()[3])
        inside = Path(f"/proc/{pid}/root")
        own = inside / "etc" / "ssh" / "sshd_config.d" / "own-address.conf"
        own.write_text(f"ListenAddress {laptop.address}\n")
        os.kill(sshd, signal.SIGTERM)
        for name, text in (("apt-get", _APT), ("sudo", _SUDO)):
            (inside / "opt" / name).write_text(text)
            (inside / "opt" / name).chmod(0o755)
        spots = [_configure(inside, number) for number in range(SERVERS)]
        addresses = "".join(f"address add {spot.address}/24 dev eth0\n" for spot in spots)
        run("ip", "-netns", namespace, "-batch", "-", stdin=addresses)
        for number in range(SERVERS):
            run("nsenter", f"--target={pid}", "--all", "/usr/sbin/sshd", "-f", f"/srv/{number}/sshd_config")
        _wait_for(spots, key)
        yield spots
    finally:
        lab.down()


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _configure(inside: Path, number: int) -> Spot:
    """Write one server's key and settings into the laptop."""
    folder = inside / "srv" / str(number)
    folder.mkdir()
    ensure_host_key(folder)
    spot = Spot(
        f"LT-{number:04d}", f"{NETWORK}.{FIRST + number}", (folder / "host_key.pub").read_text().strip()
    )
    (folder / "sshd_config").write_text(
        f"ListenAddress {spot.address}:{PORT}\nHostKey /srv/{number}/host_key\nPidFile none\nUsePAM yes\n"
        "SetEnv PATH=/opt:/usr/bin:/bin\n"
    )
    return spot


def _wait_for(spots: list[Spot], key: Path) -> None:
    """Until each has let us in once."""
    deadline = time.monotonic() + 60
    waiting = spots
    while waiting:
        found = list(probe_all(waiting, user=USER, private_key=key))
        waiting = [finding.spot for finding in found if not isinstance(finding.seen, Condition)]
        if time.monotonic() > deadline:
            raise RuntimeError(f"servers do not answer: {found[0]}")


def _probe(key: Path, spots: list[Spot]) -> float:
    started = time.monotonic()
    found = list(probe_all(spots, user=USER, private_key=key))
    seconds = time.monotonic() - started
    told = [finding.seen for finding in found if isinstance(finding.seen, Condition)]
    if len(told) != len(spots) or any(condition.updates != 1 for condition in told):
        raise RuntimeError(f"some were not seen: {len(told)} of {len(spots)} were")
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
            *("--user", USER, "--private-key", str(key)),
        ],
        environment={
            **os.environ,
            "ANSIBLE_SSH_EXTRA_ARGS": pins,
            # Kept connections are this call's own: the next one is to pay for its own.
            "ANSIBLE_SSH_CONTROL_PATH_DIR": tempfile.mkdtemp(prefix="cp-", dir=folder),
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        },
    )
