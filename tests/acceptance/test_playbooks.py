"""Every playbook run by hand on lab laptops: enrolled, provisioned, attested, rechecked, wiped with proof."""

import json
import os
import re
import secrets
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kit.app.keys import ensure_ssh_key
from kit.errors import MissingRequirement
from kit.settings import Home
from kit.simulator.lab import Lab, Laptop, Mode, role_variables
from kit.simulator.lab.packages import PORT
from kit.workstations import passwords
from tests.acceptance.playing import Bench, Engineer
from tests.unit.playbooks.support import library, shared

pytestmark = pytest.mark.lab

NETWORK = "10.85.0"
SEAT, ADMIN = "cexemple", "depannage"
IMAGE = "/var/lib/volume.img"
BRIDGE = {"address": f"{NETWORK}.1", "port": 443}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Path]]:
    folder = tmp_path_factory.mktemp("lab")
    made = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name="ckpb", network=NETWORK)
    try:
        made.check()
    except MissingRequirement as exc:
        pytest.skip(f"no lab on this machine: {exc}")
    try:
        yield made, ensure_ssh_key(folder / "keys")
    finally:
        made.down()


@pytest.fixture(scope="module")
def make(lab: tuple[Lab, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Bench]:
    def make(laptop: Laptop, *packages: str) -> Bench:
        told = role_variables(NETWORK)
        variables = told | {
            "seat_login": SEAT,
            "seat_name": "Camille Exemple",
            "seat_password_hash": passwords.hashed(passwords.make()).reveal(),
            "owner_name": "Métropole d'essai",
            "owner_phone": "04 00 00 00 00",
            "crisis_commune": "Essai",
            "crisis_reference": "13000-2026-01",
            "crisis_drill": True,
            "packages_names": [*told["packages_names"], *packages],
            "hardening_sshd_seat_password_login": False,
        }
        return Bench(laptop, lab[1], tmp_path_factory.mktemp(laptop.name), variables)

    return make


@pytest.fixture(scope="module")
def fresh(lab: tuple[Lab, Path], make: Callable[..., Bench]) -> Bench:
    (laptop,) = lab[0].up(1, key=lab[1])
    return make(laptop, "cryptsetup-bin")


@pytest.fixture(scope="module")
def bench(fresh: Bench) -> Bench:
    """The same, provisioned."""
    fresh.play("provision.yml").well()
    return fresh


def test_enrolment_tells_what_the_laptop_is_and_changes_nothing(fresh: Bench) -> None:
    played = fresh.play("enroll.yml", "-v").well()
    assert played.changes == 0
    report = json.loads(re.findall(r"^ok: .* => (.*)$", played.done.stdout, re.MULTILINE)[0])["report"]
    assert report["tag"] == fresh.laptop.tag
    assert fresh.laptop.host_key in [key["key"] for key in report["host_keys"]]
    assert report["machine"]["system"].startswith("Debian")
    assert report["machine"]["memory_bytes"] > 0
    assert report["encryption"]["kind"] == "no local disk"


def test_check_mode_goes_to_the_end_on_a_fresh_laptop_and_changes_nothing(fresh: Bench) -> None:
    played = fresh.play("provision.yml", "--check", "--diff").well()
    assert played.changes > 0
    assert SEAT not in fresh.run("cut -d: -f1 /etc/passwd; cat /etc/motd")
    assert "crisis_kit" not in fresh.run("nft list ruleset")


def test_a_second_run_changes_nothing_and_the_laptop_is_attested(bench: Bench) -> None:
    again = bench.play("provision.yml").well()
    assert again.changed == []
    played = bench.play(
        "attest.yml", report_must_not_reach=[BRIDGE, {"address": "203.0.113.1", "port": 443}]
    ).well()
    assert played.changes == 0
    report = played.kept()
    assert report["clean"] is True
    # The last one is the station, by itself.
    assert [probe["result"] for probe in report["probes"]] == ["open", *["closed"] * 3]
    assert report["probes"][-1]["address"] == f"{NETWORK}.1"
    assert report["administrators"] == [ADMIN]
    assert report["packages"]["changed_configuration"] == [
        "/etc/nftables.conf",
        "/etc/issue",
        "/etc/issue.net",
    ]


def test_an_engineer_attests_a_laptop_of_the_pool_with_plain_ansible(bench: Bench, tmp_path: Path) -> None:
    engineer = Engineer(tmp_path / "home", bench, role_variables(NETWORK))
    engineer.kit("init")
    engineer.enter(bench.laptop.host_key)
    said = {
        "seat_login": SEAT,
        "crisis_drill": True,
        "laptop_host_name": "essai-01",
        "hardening_sshd_seat_password_login": False,
        "report_folder": str(tmp_path),
    }
    done = engineer.attest(**said)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / f"{bench.laptop.tag}.json").read_text())
    assert report["clean"] is True
    assert len(report["playbooks_sha256"]) == 64
    # Whoever answers with another key than the pool's is told nothing.
    other = ensure_ssh_key(tmp_path / "other").with_name("ssh_ed25519.pub").read_text()
    engineer.enter(" ".join(other.split()[:2]))
    refused = engineer.attest(**said)
    assert refused.returncode != 0
    assert "Host key verification failed" in refused.stdout


def test_what_was_tampered_with_is_found_and_put_right_by_provisioning(bench: Bench) -> None:
    bench.run(
        "nft add rule inet crisis_kit output accept; echo x >> /etc/pam.d/login; gpasswd -a cexemple sudo"
    )
    bench.run("echo x >> /usr/lib/os-release; mkdir -p /home/ancien; touch /etc/krb5.keytab")
    bench.run("chmod a+w /etc/sysctl.d/60-crisis-kit.conf; rm /etc/systemd/system/cups.socket")
    played = bench.play("attest.yml", report_must_not_reach=[{"address": f"{NETWORK}.1", "port": 22}])
    assert played.done.returncode != 0
    found = {
        *("no_privilege", "administrators", "not_joined", "no_leftovers"),
        *("firewall", "packages", "configuration", "written_files"),
    }
    assert set(played.failed_checks) == found
    # Its person's own things are no matter once it is lent; everything else is.
    assert set(bench.play("recheck.yml").failed_checks) == found - {"no_leftovers"}
    bench.run(r'sed -i "\$d" /etc/pam.d/login /usr/lib/os-release; rm -r /home/ancien /etc/krb5.keytab')
    bench.play("provision.yml", "--tags", "accounts,firewall,hardening").well()
    assert bench.play("recheck.yml").well().changes == 0


def test_a_way_to_a_denied_network_or_to_the_station_is_found_from_inside(bench: Bench) -> None:
    station = {**BRIDGE, "port": 22}
    open_ways = bench.play(
        "provision.yml",
        "--tags",
        "firewall,report",
        firewall_denied_networks=[],
        firewall_names=[],
        firewall_exceptions=[*bench.variables["firewall_exceptions"], BRIDGE, station],
        report_must_not_reach=[BRIDGE],
    )
    assert open_ways.failed_checks == ["isolation"]
    results = {probe["port"]: probe["result"] for probe in open_ways.kept()["probes"]}
    # Nothing answers on the bridge's 443, and perhaps an sshd on 22: both ways are open.
    assert (results[PORT], results[443]) == ("open", "refused")
    assert results[22] != "closed"
    bench.play("provision.yml", "--tags", "firewall,report", report_must_not_reach=[BRIDGE]).well()


def test_the_administrator_is_locked_until_a_password_is_given(bench: Bench) -> None:
    assert bench.run(f"getent shadow {ADMIN}").split(":")[1] == "!"
    hashed = passwords.hashed(passwords.make()).reveal()
    played = bench.play("provision.yml", "--tags", "accounts", admin_password_hash=hashed).well()
    assert hashed not in played.done.stdout
    assert bench.run(f"getent shadow {ADMIN}").split(":")[1] == hashed
    assert bench.run(f"sudo -l -U {ADMIN}").count("(ALL : ALL) ALL") == 1
    assert bench.play("provision.yml", "--tags", "accounts").well().changed
    assert bench.run(f"getent shadow {ADMIN}").split(":")[1] == "!"


@pytest.fixture(scope="module")
def volume_key(bench: Bench) -> str:
    """The key of an encrypted volume, in a file of the laptop."""
    key = secrets.token_hex(16)
    bench.run(
        f"truncate -s 20M {IMAGE}; printf {key} | /usr/sbin/cryptsetup luksFormat --batch-mode "
        f"--pbkdf pbkdf2 --pbkdf-force-iterations 1000 {IMAGE} -"
    )
    return key


def opens(bench: Bench, key: str) -> bool:
    """Whether the key opens the encrypted volume."""
    test = f"printf {key} | /usr/sbin/cryptsetup open --test-passphrase --key-file - {IMAGE} && echo opens"
    return bench.run(f"{test} || true").endswith("opens\n")


def test_a_laptop_has_one_recovery_key_at_a_time_beside_its_own(bench: Bench, volume_key: str) -> None:
    first, second = secrets.token_hex(16), secrets.token_hex(16)
    told: dict[str, Any] = {"encryption_volumes": [IMAGE], "disk_unlock_key": volume_key}
    arguments = ("provision.yml", "--tags", "encryption", "-vvv")
    assert bench.play(*arguments, "--check", **told, disk_recovery_key=first).well().changes == 1
    assert not opens(bench, first)
    added = bench.play(*arguments, **told, disk_recovery_key=first).well()
    assert added.changes == 1
    assert opens(bench, first)
    assert opens(bench, volume_key)
    assert bench.play(*arguments, **told, disk_recovery_key=first).well().changes == 0
    assert bench.play(*arguments, **told, disk_recovery_key=second).well().changes == 1
    assert [opens(bench, key) for key in (first, second, volume_key)] == [False, True, True]
    header = json.loads(bench.run(f"/usr/sbin/cryptsetup luksDump --dump-json-metadata {IMAGE}"))
    assert len(header["keyslots"]) == 2
    assert len(header["tokens"]) == 1
    for secret in (first, volume_key):
        assert secret not in added.done.stdout + added.done.stderr


@pytest.mark.parametrize(
    ("unlock", "said"), [("", "nothing that opens it was given"), ("y" * 16, "does not open it")]
)
def test_a_disk_that_takes_no_recovery_key_stops_the_run_which_says_why(
    bench: Bench, volume_key: str, unlock: str, said: str
) -> None:
    told = {"encryption_volumes": [IMAGE], "disk_recovery_key": "x" * 16, "disk_unlock_key": unlock}
    played = bench.play("provision.yml", "--tags", "encryption", "-vvv", **told)
    assert played.done.returncode != 0
    assert said in played.done.stdout
    assert "xxxx" not in played.done.stdout
    assert opens(bench, volume_key)


def test_release_erases_all_that_people_left_and_proves_it(bench: Bench, volume_key: str) -> None:
    canaries = [f"/home/{SEAT}/.mozilla/cookies", "/opt/lost", "/var/tmp/letter"]  # noqa: S108  on the laptop
    bench.run(
        f"install -d -o {SEAT} /home/{SEAT}/.mozilla /home/ancien; echo hello > {canaries[0]}; "
        f"echo x > /opt/lost; chown {SEAT} /opt/lost; echo x > /var/mail/{SEAT}; echo x > /var/tmp/letter; "
        "mkdir -p /etc/NetworkManager/system-connections /var/log/journal/a; echo x > /var/log/journal/a/b; "
        "echo psk > /etc/NetworkManager/system-connections/home; echo name > /var/log/people.log"
    )
    bench.play("release.yml", "--check").well()
    assert bench.run(f"cat {canaries[0]}") == "hello\n"
    evidence = (
        bench.play("release.yml", release_canaries=canaries, release_luks_volumes=[IMAGE])
        .well()
        .kept("-wipe")
    )
    assert evidence["wiped"] is True
    assert evidence["accounts"] == [SEAT]
    assert evidence["homes"] == ["/home/ancien", f"/home/{SEAT}"]
    assert evidence["volumes"] == [{"volume": IMAGE, "method": "luksErase", "key_slots": 0}]
    assert evidence["files"] >= 5
    assert not opens(bench, volume_key)
    left = bench.run("cat /var/log/people.log; cd /etc/NetworkManager/system-connections; ls -A")
    assert left == ""
    left = bench.run("ls -A /home /tmp /var/tmp /var/mail /opt")
    for trace in (SEAT, "ancien", "lost", "letter", "canary"):
        assert trace not in left


def test_a_release_that_leaves_something_fails_and_says_what(bench: Bench) -> None:
    bench.run("mkdir -p /srv/kept; echo x > /srv/kept/letter")
    played = bench.play("release.yml", release_canaries=["/srv/kept/letter"])
    assert played.done.returncode != 0
    evidence = played.kept("-wipe")
    assert evidence["wiped"] is False
    assert [check["name"] for check in evidence["checks"] if not check["passed"]] == ["canaries"]


@contextmanager
def name_server(address: str) -> Iterator[list[str]]:
    """Answers every question for an IPv4 address with `address`, and for anything else with nothing."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))

        def serve() -> None:
            while True:
                question, sender = server.recvfrom(512)
                if not question:
                    return
                end = question.index(0, 12)
                asked.append(question[13:end].decode(errors="replace"))
                wanted = question[end + 1 : end + 3] == b"\0\1"
                answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(address) if wanted else b""
                head = question[:2] + b"\x81\x80\0\1\0" + bytes([wanted]) + bytes(4)
                server.sendto(head + question[12 : end + 5] + answer, sender)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield asked
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"", (address, 53))
            serving.join()


def test_a_name_that_may_be_reached_is_let_through_once_it_is_asked_for(
    lab: tuple[Lab, Path], make: Callable[..., Bench]
) -> None:
    *_first, laptop = lab[0].up(2, key=lab[1], mode=Mode.NSPAWN)
    bench = make(laptop, "dnsmasq", "systemd-resolved")
    bridge = f"{NETWORK}.1"
    told = {"firewall_denied_networks": ["203.0.113.0/24"], "firewall_resolvers": [bridge]}
    connect = 'python3 -c "import socket; socket.create_connection((\\"{}\\", 443), 5)" 2>&1 | tail -1'
    with name_server(bridge) as asked:
        report = bench.play("provision.yml", **told).well().kept()
        assert report["upstream_resolvers"] == [bridge]
        assert "No route to host" in bench.run(connect.format(bridge))
        assert "No route to host" in bench.run(connect.format("elsewhere.example"))
        # Nobody answers at the bridge: a refusal shows that the packet got there.
        assert "refused" in bench.run(connect.format("r4.res.office.net"))
        assert any("office" in name for name in asked)
        # What was learned is no difference to the rules as they are meant.
        assert bridge in bench.run("nft list set inet crisis_kit learned_v4")
        assert bench.play("attest.yml", **told).well().kept()["clean"] is True
        assert bench.play("provision.yml", **told).well().changed == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own on a loop device, mounted."""
    image, mount = tmp_path / "disk.img", tmp_path / "disk"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["/usr/sbin/mkfs.ext4", "-q", image], check=True)
    mounted = subprocess.run(
        ["/usr/bin/mount", "-o", "loop", image, mount], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no loop devices: {mounted.stderr}")
    try:
        yield mount
    finally:
        subprocess.run(["/usr/bin/umount", mount], check=True)


@pytest.mark.parametrize("overwritten", [True, False])
def test_what_was_only_unlinked_is_found_on_the_disk_and_what_was_overwritten_is_not(
    disk: Path, overwritten: bool
) -> None:
    wipe, erasing = library("wipe"), shared("erasing")
    canaries = [erasing.plant(disk) for _ in range(4)]
    assert all(canary.device.startswith("/dev/loop") and canary.places for canary in canaries)
    if overwritten:
        erasing.erase(canary.path for canary in canaries)
        found = wipe.clear_disk(str(disk), canaries, 16)
        assert found["overwritten"] > 30 << 20
        assert found["found"] == 0
        assert found["sampled"] >= 20 << 20
        assert list(disk.glob(".filling-*")) == []
    else:
        for canary in canaries:
            canary.path.unlink()
        os.sync()
        places = [place for canary in canaries for place in canary.places]
        _seen, held = erasing.search(canaries[0].device, [canary.marker for canary in canaries], places)
        assert held == len(places)
