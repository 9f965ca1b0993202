"""How hard a provisioned laptop is, by the judgement of others: OpenSCAP's ANSSI profiles, and Lynis.

A fresh lab laptop is scanned, provisioned with everything but the desktop's programs, and scanned again. The
scores must not fall below those recorded here.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Result
from kit.app.keys import ensure_ssh_key
from kit.settings import Home, WorkstationSettings
from kit.simulator.lab import Lab, Laptop, Mode, role_variables
from kit.workstations import passwords, probe
from kit.workstations.outcomes import Passed
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target

#: A point below what was reached when this was last measured (docs/workstations.md).
RECORDED: Mapping[str, float] = {
    "ANSSI-BP-028 minimal": 77.5,
    "ANSSI-BP-028 intermediary": 79.5,
    "ANSSI-BP-028 enhanced": 77.0,
    "Lynis": 73.0,
}
_NETWORK = "10.95.0"
_USER = "provision"
#: Debian 12 has profiles for Debian 11 only, which apply to nothing there: these come from Debian 13.
_CONTENT = "ssg-base=0.1.76-1 ssg-debian=0.1.76-1"
_PREPARE = f"""
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends openscap-scanner lynis
sed "s/bookworm main/trixie main/; /bookworm-/d" /etc/apt/sources.list > /tmp/trixie.list
only="-o Dir::Etc::SourceList=/tmp/trixie.list -o Dir::Etc::SourceParts=/dev/null"
apt-get $only update -qq && apt-get $only install -y -qq --no-install-recommends {_CONTENT}
rm -r /tmp/trixie.list /var/lib/apt/lists/*
"""
_PROFILE = "xccdf_org.ssgproject.content_profile_anssi_bp28_"
_CONTENT_FILE = "/usr/share/xml/scap/ssg/content/ssg-debian12-ds.xml"
#: What the roles install, but for the programs of the desktop.
_PACKAGES = (
    *("apparmor", "dnsmasq", "libpam-apparmor", "libpam-pwquality", "nftables", "sudo"),
    *("systemd-resolved", "systemd-timesyncd", "unattended-upgrades"),
)


@dataclass(frozen=True)
class Bench:
    """A laptop and the key that opens it."""

    laptop: Laptop
    key: Path

    def run(self, command: str) -> str:
        """A command as root; scanners tell what they found by their exit code, so that is left out."""
        return probe.run(
            self.laptop.address,
            self.laptop.host_key,
            _USER,
            f"sudo sh -c '{command}' 2>&1 || true",
            private_key=self.key,
            timeout=600,
        )

    def scores(self) -> dict[str, float]:
        """Percent of each profile, and Lynis's index, which is of 100, too."""
        found = {}
        for name in RECORDED:
            level = name.rpartition(" ")[2]
            if name == "Lynis":
                self.run("lynis audit system --quick --quiet --no-colors")
                told = self.run("grep hardening_index= /var/log/lynis-report.dat")
            else:
                scan = f"oscap xccdf eval --profile {_PROFILE}{level} --results /tmp/r.xml {_CONTENT_FILE}"
                self.run(scan)
                told = self.run('grep -o "<score [^<]*" /tmp/r.xml')
            found[name] = float(re.findall(r"[>=]([\d.]+)$", told.strip())[-1])
        return found

    def provision(self) -> None:
        """As a crisis does, in the mode that the lab needs for a laptop without a screen."""
        defaults = WorkstationSettings()
        variables = role_variables(_NETWORK) | {
            "seat_login": "cexemple",
            "seat_name": "Camille Exemple",
            "seat_password_hash": passwords.hashed(passwords.make()),
            "owner_name": "Métropole d'essai",
            "owner_phone": "04 00 00 00 00",
            "crisis_commune": "Essai",
            "crisis_reference": "13000-2026-01",
            "crisis_drill": True,
            "packages_names": _PACKAGES,
            "hardening_sshd_seat_password_login": False,
        }
        target = Target(
            self.laptop.tag, self.laptop.address, self.laptop.host_key, "essai-01", variables=variables
        )
        settings = RunnerSettings(defaults.playbooks, defaults.sequence, _USER, self.key, timeout=600)
        outcome = play(target, settings=settings, sink=lambda _event: None, cancelled=lambda: False)
        assert isinstance(outcome, Passed), outcome


@contextmanager
def laptop() -> Iterator[Bench]:
    """One with a whole systemd, taken down afterwards."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        folder = Path(name)
        lab = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name="ckhard", network=_NETWORK)
        key = ensure_ssh_key(folder / "keys")
        try:
            yield Bench(lab.up(1, key=key, mode=Mode.NSPAWN)[0], key)
        finally:
            lab.down()


def measure() -> Iterator[Result]:
    """Scores before and after, against those recorded."""
    with laptop() as bench:
        bench.run(_PREPARE.strip().replace("\n", "; "))
        before = bench.scores()
        bench.provision()
        after = bench.scores()
    for name, recorded in RECORDED.items():
        yield Result(
            f"{name}: recorded score against the present one",
            recorded / after[name],
            1.0,
            f"{after[name]:.1f} of 100; {before[name]:.1f} before provisioning",
        )
