"""Owns what a page tells of a laptop: frozen facts, every text in them legible and bounded.

A report comes from a machine that may not be clean: `report_reading.py` makes these facts of it. An empty
text, or None, is what the report does not tell.
"""

from dataclasses import dataclass
from datetime import datetime

from kit.documents.cutting import Several


@dataclass(frozen=True)
class Laptop:
    """A laptop as the book of record has it, and whose it is; `person` to `commune` are empty where nobody's.

    Attributes:
        host_key: fingerprint of the pinned key, "SHA256:…".
        crisis: public reference, e.g. "13005-2026-01".
        drill: an exercise.
    """

    tag: str
    model: str
    serial: str
    host_key: str
    person: str = ""
    service: str = ""
    crisis: str = ""
    commune: str = ""
    drill: bool = False


@dataclass(frozen=True)
class Check:
    """One thing that must hold, by its machine name; `found` is what the laptop said of it."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Machine:
    """The hardware and what runs on it.

    Attributes:
        serial: the firmware's own.
        secure_boot: "on", "off" or "absent".
        tpm: its version; empty where there is none.
        encryption: "luks", "bitlocker", "none" or "no local disk".
        disk: what is encrypted, or not.
        synchronised: its clock follows a server.
    """

    system: str
    version: str
    kernel: str
    hardware: str
    serial: str
    firmware: str
    secure_boot: str
    tpm: str | None
    encryption: str
    disk: str
    synchronised: bool | None


@dataclass(frozen=True)
class Software:
    """Packages and updates.

    Attributes:
        packages: how many are installed; `sha256` of their names and versions.
        modified: files that differ from their package's; `configuration`: those made for being changed.
        pending: how many updates are; `security`: packages of which an update closes a hole.
    """

    packages: int | None
    sha256: str
    modified: Several | None
    configuration: Several | None
    pending: int | None
    security: Several | None


@dataclass(frozen=True)
class People:
    """Who can work on the laptop, and traces of others.

    Attributes:
        accounts: names that can log in; `passwords`: those of them that have a password.
        directory: signs that the laptop belongs to somebody's directory.
        leftovers: traces of people.
    """

    accounts: Several | None
    passwords: Several
    administrators: Several | None
    directory: Several | None
    leftovers: Several | None


@dataclass(frozen=True)
class Firewall:
    """The rules in force.

    Attributes:
        policies: as "input drop", one a chain.
        rules: how many the chains have; `sha256` of their text.
        as_in_file: they are what the laptop's own file says.
        trouble: why none could be read.
    """

    policies: Several
    rules: int
    as_in_file: bool | None
    sha256: str
    trouble: str


@dataclass(frozen=True)
class Probes:
    """Connections tried from inside the laptop, as "192.0.2.1:443".

    Attributes:
        reached: had to answer, and did.
        blocked: had to be out of reach, and were.
        wrong: the others, each with what came of it.
    """

    reached: Several
    blocked: Several
    wrong: Several

    @property
    def tried(self) -> bool:
        """Whether there was anything to try: with nothing tried, nothing is proven."""
        return bool(self.reached or self.blocked or self.wrong)


@dataclass(frozen=True)
class Network:
    """The way in and the way out.

    Attributes:
        listening: sockets that wait for others, those that can be reached from outside first.
        probes: None where the report tells of none.
        resolvers: name servers that are asked.
    """

    listening: Several | None
    firewall: Firewall
    probes: Probes | None
    resolvers: Several | None


@dataclass(frozen=True)
class LaptopState:
    """One look at one laptop.

    Attributes:
        report_sha256: of the report's JSON as it is kept, in hexadecimal.
        clean: the report says so, has checks, and every one of them passed.
        checks: the failed ones first; `other_checks` counts those that cannot be read or told here.
        loaned: it was in its person's hands when it was looked at.
        started_at, finished_at: by the laptop's clock; aware, in the zone to print.
        playbooks_sha256: of the playbooks that made it what it is.
    """

    laptop: Laptop
    report_sha256: str
    clean: bool
    checks: tuple[Check, ...]
    other_checks: int
    drill: bool
    loaned: bool
    started_at: datetime | None
    finished_at: datetime | None
    playbooks_sha256: str
    host_name: str
    people: People
    network: Network
    machine: Machine
    software: Software
