"""The lab on this machine's real kernel: laptops, crashes in the middle, and what is left afterwards."""

import base64
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from kit.app.keys import ensure_ssh_key
from kit.errors import MissingRequirement
from kit.settings import Home
from kit.simulator.lab import Lab, Laptop, Mode, processes
from kit.simulator.lab.commands import SEARCH_PATH

pytestmark = pytest.mark.lab

NAME, NETWORK = "cktst", "10.78.0"
#: One place for all runs: what an earlier run left after a crash is found and removed.
FOLDER = Path(tempfile.gettempdir()) / "kit-test-lab"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The station's SSH key."""
    return ensure_ssh_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def machine() -> Iterator[None]:
    """This machine, if it can hold a lab; one test run at a time has the test lab's name and network."""
    if os.geteuid() != 0:
        pytest.skip("lab laptops need root")
    with FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new_lab().down()
        try:
            new_lab().check(Mode.NSPAWN)
        except MissingRequirement as exc:
            pytest.skip(exc.message)
        new_lab().build_base()
        yield


@pytest.fixture
def lab(machine: None) -> Iterator[Lab]:
    """A lab that is taken down whatever happens."""
    try:
        yield new_lab()
    finally:
        new_lab().down()


def new_lab() -> Lab:
    return Lab(folder=FOLDER, base=Home.at(None).cache / "lab", name=NAME, network=NETWORK)


@contextmanager
def login(laptop: Laptop, key: Path) -> Iterator[paramiko.SSHClient]:
    kind, blob = laptop.host_key.split()
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.get_host_keys().add(laptop.address, kind, paramiko.Ed25519Key(data=base64.b64decode(blob)))
        client.connect(
            laptop.address,
            username="provision",
            key_filename=str(key),
            allow_agent=False,
            look_for_keys=False,
        )
        yield client


def on(laptop: Laptop, key: Path, command: str) -> str:
    with login(laptop, key) as client:
        _stdin, stdout, _stderr = client.exec_command(command)
        return stdout.read().decode().strip()


def traces() -> dict[str, list[str]]:
    """Everything of the test lab that this machine still knows."""

    def lines(*command: str) -> list[str]:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line for line in said.splitlines() if NAME in line or str(FOLDER) in line]

    groups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{NAME}-*")]
    return {
        "namespaces": lines("ip", "netns", "list"),
        "links": lines("ip", "-brief", "link"),
        "routes": [line for line in lines("ip", "route", "show", "table", "all") if NETWORK in line],
        "mounts": [
            line for line in Path("/proc/self/mounts").read_text().splitlines() if str(FOLDER) in line
        ],
        # Whole lines, however narrow the terminal.
        "processes": lines("ps", "-ww", "-eo", "pid,args"),
        "groups": groups,
        "nspawn": [str(path) for path in Path("/run/systemd").glob(f"nspawn/*/{NAME}*")],
        "files": [str(path) for path in FOLDER.parent.glob(f"{FOLDER.name}/**")],
    }


def nothing() -> dict[str, list[str]]:
    return {name: [] for name in traces()}


def kit(*arguments: str, home: Path, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, sys.executable, "-m", "kit", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"KIT_LAB__NAME": NAME, "KIT_LAB__NETWORK": NETWORK, "LANGUAGE": "en"},
    )


def test_laptops_are_machines_of_their_own(lab: Lab, key: Path) -> None:
    first, second = lab.up(2, key=key)

    seen = {}
    for laptop in (first, second):
        name, address, namespace, identity = on(
            laptop,
            key,
            "hostname; ip -brief -4 address show eth0 | tr -s ' ' | cut -d' ' -f3;"
            "readlink /proc/self/ns/pid; cat /etc/machine-id",
        ).splitlines()
        assert name == laptop.name
        assert address == f"{laptop.address}/24"
        assert on(laptop, key, "sudo id -u") == "0"
        assert on(laptop, key, "sudo grep -c '^[^:]*:[^*!:]' /etc/shadow") == "0", "an account has a password"
        seen[laptop.tag] = {name, address, namespace, identity, laptop.host_key, laptop.serial}
    assert seen["LT-0001"].isdisjoint(seen["LT-0002"])
    assert on(first, key, "readlink /proc/self/ns/pid") != str(Path("/proc/self/ns/pid").readlink())


def test_laptops_reach_the_package_cache_and_nothing_beyond_the_bridge(lab: Lab, key: Path) -> None:
    (laptop,) = lab.up(1, key=key)

    routes = on(laptop, key, "ip route; ip -6 route | grep default")
    # 192.0.2.0/24 is nobody's (RFC 5737): the answer must come from the laptop itself.
    refused = on(laptop, key, "bash -c 'exec 3<>/dev/tcp/192.0.2.1/443' 2>&1")
    updated = on(laptop, key, "sudo apt-get -qq update && apt-cache policy tree | grep -c Candidate")

    assert routes.startswith(f"{NETWORK}.0/24 dev eth0")
    assert "default" not in routes
    assert "Network is unreachable" in refused
    assert updated == "1"


def test_a_role_gone_wrong_does_not_reach_this_machines_kernel(lab: Lab, key: Path) -> None:
    (laptop,) = lab.up(1, key=key)

    own = "sudo sysctl -w net.ipv4.conf.all.log_martians=1"
    assert on(laptop, key, own) == "net.ipv4.conf.all.log_martians = 1"
    machines = Path("/proc/sys/vm/swappiness")
    before = machines.read_text()
    assert "denied" in on(laptop, key, "sudo sysctl -w vm.swappiness=7 2>&1")
    assert machines.read_text() == before
    assert "not permitted" in on(laptop, key, "sudo mknod /tmp/disk b 254 0 2>&1")


def test_starting_again_changes_nothing_and_more_laptops_join(lab: Lab, key: Path) -> None:
    (first,) = lab.up(1, key=key)
    started = on(first, key, "stat -c %Y /proc/1")
    on(first, key, "touch kept")

    again, second = new_lab().up(2, key=key)

    assert again == first
    assert on(first, key, "stat -c %Y /proc/1; ls") == f"{started}\nkept"
    assert [state.laptop for state in lab.status() if state.running] == [first, second]


def test_a_stopped_laptop_keeps_its_disk_and_a_wiped_one_its_host_key(lab: Lab, key: Path) -> None:
    (laptop,) = lab.up(1, key=key)
    on(laptop, key, "touch kept && sync")

    lab.stop("LT-0001")
    assert [state.running for state in lab.status()] == [False]
    assert "LT-0001" not in lab.pool_csv()
    with pytest.raises(OSError, match=r"10\.78\.0\.11"):
        on(laptop, key, "true")

    assert lab.start("LT-0001") == laptop
    assert on(laptop, key, "ls") == "kept"

    assert lab.wipe("LT-0001") == laptop
    assert on(laptop, key, "ls") == ""


def test_a_wiped_laptop_can_come_back_with_another_host_key(lab: Lab, key: Path) -> None:
    (laptop,) = lab.up(1, key=key)

    changed = lab.wipe("LT-0001", new_key=True)

    assert changed.host_key != laptop.host_key
    assert on(changed, key, "hostname") == "lt-0001"
    with pytest.raises(paramiko.BadHostKeyException):
        on(laptop, key, "true")


def test_sshd_comes_back_when_a_role_ends_it(lab: Lab, key: Path) -> None:
    (laptop,) = lab.up(1, key=key)
    before = on(laptop, key, "pgrep --oldest --exact sshd")

    on(laptop, key, "sudo pkill --oldest --exact sshd")

    deadline = time.monotonic() + 20
    while (now := _try_on(laptop, key, "pgrep --oldest --exact sshd")) in {None, before}:
        assert time.monotonic() < deadline
    assert now


def _try_on(laptop: Laptop, key: Path, command: str) -> str | None:
    try:
        return on(laptop, key, command)
    except (OSError, EOFError, paramiko.SSHException):
        return None


def test_systemd_runs_in_a_laptop_of_mode_nspawn_and_manages_only_its_own(lab: Lab, key: Path) -> None:
    laptops = lab.up(2, key=key, mode=Mode.NSPAWN)

    for laptop in laptops:
        assert on(laptop, key, "systemctl is-system-running --wait") == "running"
        assert on(laptop, key, "cat /proc/1/comm; hostname") == f"systemd\n{laptop.name}"
    first, second = (services(laptop) for laptop in laptops)
    assert first
    assert second
    assert first.isdisjoint(second), "one laptop's systemd manages the other's services"
    assert {state.mode for state in lab.status()} == {Mode.NSPAWN}

    lab.down()
    assert traces() == nothing()


def test_down_leaves_nothing_and_again_does_nothing(lab: Lab, key: Path) -> None:
    lab.up(2, key=key)
    assert all(traces()[name] for name in ("namespaces", "links", "processes", "files"))

    lab.down()
    assert traces() == nothing()
    lab.down()
    assert traces() == nothing()


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    "milestone", ["lab.json", "laptops/LT-0001/laptop.json", "laptops/LT-0002/console.log"]
)
def test_killed_in_the_middle_of_up_then_down_leaves_nothing(
    lab: Lab, key: Path, mode: Mode, milestone: str
) -> None:
    starting = start_up(key, mode)
    try:
        await_file(FOLDER / milestone, starting)
        starting.kill()
    finally:
        starting.wait()

    lab.down()

    assert traces() == nothing()


def test_what_a_killed_up_had_just_called_is_waited_for(lab: Lab, key: Path, tmp_path: Path) -> None:
    called, slow = tmp_path / "called", tmp_path / "ip"
    slow.write_text(
        "#!/bin/sh\n"
        f'case "$*" in "link add {NAME}"*) touch {called}; sleep 2;; esac\n'
        f'exec {shutil.which("ip", path=SEARCH_PATH)} "$@"\n'
    )
    slow.chmod(0o755)
    starting = start_up(key, Mode.NS, PATH=f"{tmp_path}:{os.environ['PATH']}")
    try:
        await_file(called, starting)
        starting.kill()
    finally:
        starting.wait()

    lab.down()

    assert traces() == nothing()
    assert len(lab.up(1, key=key)) == 1


def test_interrupted_in_the_middle_of_up_removes_what_it_made(lab: Lab, key: Path) -> None:
    starting = start_up(key, Mode.NSPAWN)
    try:
        await_file(FOLDER / "laptops/LT-0002/console.log", starting)
        starting.send_signal(signal.SIGINT)
    finally:
        assert starting.wait() != 0

    assert traces() == nothing()


def test_after_a_crash_up_goes_on(lab: Lab, key: Path) -> None:
    starting = start_up(key, Mode.NS)
    await_file(FOLDER / "laptops/LT-0002/console.log", starting)
    starting.kill()
    starting.wait()

    laptops = lab.up(3, key=key)

    assert [on(laptop, key, "hostname") for laptop in laptops] == ["lt-0001", "lt-0002", "lt-0003"]


def test_laptops_whose_records_are_lost_are_found_and_removed(lab: Lab, key: Path) -> None:
    lab.up(1, key=key)
    (FOLDER / "lab.json").unlink()
    (FOLDER / "laptops/LT-0001/laptop.json").unlink()

    new_lab().down()

    assert traces() == nothing()


def test_another_folders_lab_of_the_same_name_is_neither_used_nor_removed(
    lab: Lab, key: Path, tmp_path: Path
) -> None:
    (laptop,) = lab.up(1, key=key)
    other = Lab(folder=tmp_path / "lab", base=Home.at(None).cache / "lab", name=NAME, network=NETWORK)

    with pytest.raises(MissingRequirement, match=str(FOLDER)):
        other.up(1, key=key)
    other.down()

    assert on(laptop, key, "hostname") == "lt-0001"
    assert list(tmp_path.iterdir()) == []


def test_two_labs_stand_side_by_side(lab: Lab, key: Path, tmp_path: Path) -> None:
    other = Lab(folder=tmp_path / "lab", base=Home.at(None).cache / "lab", name="cktst2", network="10.79.1")
    try:
        (ours,), (theirs,) = lab.up(1, key=key), other.up(1, key=key)
        assert on(theirs, key, "hostname") == "lt-0001"
        other.down()
        assert on(ours, key, "hostname") == "lt-0001"
    finally:
        other.down()


def services(laptop: Laptop) -> set[str]:
    """Control groups, as this machine sees them, of what systemd started in a laptop."""
    (pids,) = processes.inside([f"{NAME}-{laptop.name}"]).values()
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    return {line for line in lines if line.endswith(".service")}


def start_up(key: Path, mode: Mode, **environment: str) -> subprocess.Popen[bytes]:
    """Another process that brings three laptops up."""
    program = (
        "import signal, sys; from pathlib import Path; from tests.acceptance.test_lab import new_lab, Mode;"
        # A shell starts background jobs with Ctrl-C ignored, and children inherit that.
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "new_lab().up(3, key=Path(sys.argv[1]), mode=Mode(sys.argv[2]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(key), mode.value],
        cwd=Path(__file__).parents[2],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def await_file(path: Path, starting: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert starting.poll() is None, "it ended before it came that far"
        assert time.monotonic() < deadline


def test_the_command_line_brings_laptops_up_for_the_pool_and_takes_them_down(
    machine: None, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    try:
        up = kit("lab", "up", "2", "--json", home=home)
        assert up.returncode == 0, up.stderr
        laptops = [Laptop(**row) for row in json.loads(up.stdout)]
        assert on(laptops[1], home / "keys" / "ssh_ed25519", "hostname") == "lt-0002"
        assert str(home / "lab" / "pool.csv") in up.stderr

        status = json.loads(kit("lab", "status", "--json", home=home).stdout)
        assert [(row["tag"], row["mode"], row["running"]) for row in status] == [
            ("LT-0001", "ns", True),
            ("LT-0002", "ns", True),
        ]

        assert kit("init", home=home).returncode == 0
        taken = kit("pool", "import", str(home / "lab" / "pool.csv"), "--json", home=home)
        assert taken.returncode == 0, taken.stdout
    finally:
        down = kit("lab", "down", home=home)
    assert down.returncode == 0, down.stderr
    assert not (home / "lab").exists()
    assert traces() == nothing()


def test_without_privileges_the_message_says_what_is_missing_and_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    # Outside any mapping of a new user namespace, root is nobody; the interpreter stays readable.
    prefix = ("unshare", "--user") if os.geteuid() == 0 else ()

    refused = kit("lab", "up", "2", home=home, prefix=prefix)

    assert refused.returncode == 2
    assert "root privileges" in refused.stderr
    assert "→" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert list(tmp_path.iterdir()) == []
