"""Reads a laptop's report into facts that a page can print. Pure.

Lists are cut to what a page holds, with the number of entries left out; of sockets and checks, those that
can be wrong come first. Only what passed in every respect is clean.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from inventory.journal import canonical
from kit.documents import report_shape as shape
from kit.documents.cutting import Several, clipped, several
from kit.documents.laptop_state import (
    Check,
    Firewall,
    Laptop,
    LaptopState,
    Machine,
    Network,
    People,
    Probes,
    Software,
)

#: Characters of a check's name, of what it found; how many checks a page tells.
_NAME, _FOUND, _CHECKS = 40, 140, 24
#: Hexadecimal digits of a hash.
_SHA256 = 64
#: Characters of a firewall's text that are looked at: many times those of a real one.
_RULES = 200_000
#: Years in which a laptop's clock can be told in any zone.
_YEARS = range(2000, 2200)
_POLICY = re.compile(r"type \w+ hook (\w+) priority [^;]{1,40}; policy (\w+);")


def read(report: object, laptop: Laptop, zone: tzinfo) -> LaptopState:
    """The facts of a report about that laptop; moments are told in `zone`.

    The hash is that of the report's canonical JSON, as the journal has it of every finding.
    """
    told = shape.parse(report)
    checks = sorted(_checks(told, laptop), key=lambda check: check.passed)
    unreadable = (told.checks or []).count(None)
    return LaptopState(
        laptop=_bounded(laptop),
        report_sha256=hashlib.sha256(canonical(report)).hexdigest(),
        clean=told.clean is True
        and bool(told.checks)
        and not unreadable
        and all(check.passed for check in checks),
        checks=tuple(checks[:_CHECKS]),
        other_checks=unreadable + len(checks[_CHECKS:]),
        drill=laptop.drill or told.drill is True,
        loaned=told.loaned is True,
        started_at=_moment(told.started_at, zone),
        finished_at=_moment(told.finished_at, zone),
        playbooks_sha256=clipped(told.playbooks_sha256, _SHA256),
        host_name=clipped(told.host_name),
        people=_people(told),
        network=_network(told),
        machine=_machine(told),
        software=_software(told),
    )


def _optional(entries: Sequence[str | None] | None) -> Several | None:
    return None if entries is None else several(entries)


def _bounded(laptop: Laptop) -> Laptop:
    """The same laptop: names come from files that people wrote."""
    texts = {name: clipped(value) for name, value in vars(laptop).items() if isinstance(value, str)}
    return Laptop(**texts, drill=laptop.drill)


def _checks(told: shape.Report, laptop: Laptop) -> Iterator[Check]:
    """Every readable check; a report that names another laptop is one more, and failed."""
    for each in filter(None, told.checks or ()):
        yield Check(clipped(each.name, _NAME), each.passed is True, clipped(each.detail, _FOUND))
    if told.tag is not None and told.tag.upper() != laptop.tag.upper():
        yield Check("tag", passed=False, found=clipped(told.tag))


def _moment(text: str | None, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(zone) if moment.tzinfo is not None and moment.year in _YEARS else None


def _people(told: shape.Report) -> People:
    accounts = told.accounts
    return People(
        accounts=None if accounts is None else several([each.name if each else None for each in accounts]),
        passwords=several([each.name for each in accounts or () if each and each.password_set]),
        administrators=_optional(told.administrators),
        directory=_optional(told.join_signs),
        leftovers=_optional(told.leftovers),
    )


def _network(told: shape.Report) -> Network:
    return Network(
        listening=None if told.listening is None else several(_sockets(told.listening)),
        firewall=_firewall(told.firewall or shape.Firewall()),
        probes=None if told.probes is None else _probes(told.probes),
        resolvers=_optional(told.upstream_resolvers or told.resolvers),
    )


def _sockets(told: Sequence[shape.Socket | None]) -> list[str | None]:
    """As "tcp/22 0.0.0.0 sshd", those on loopback last."""

    def local(each: shape.Socket | None) -> bool:
        return each is None or each.address == "::1" or each.address.startswith("127.")

    return [
        f"{each.protocol}/{each.port} {each.address} {each.program or ''}" if each else None
        for each in sorted(told, key=local)
    ]


def _firewall(told: shape.Firewall) -> Firewall:
    lines = [" ".join(line.split()) for line in (told.rules or "")[:_RULES].splitlines()]
    chains = [" ".join(found.groups()) for line in lines if (found := _POLICY.match(line))]
    profiles = [f"{each.name} {each.inbound}/{each.outbound}" for each in filter(None, told.profiles or ())]
    return Firewall(
        policies=several([*chains, *profiles]),
        rules=_count_rules(lines),
        as_in_file=told.as_in_file,
        sha256=clipped(told.sha256, _SHA256),
        trouble=clipped(told.trouble),
    )


def _count_rules(lines: Sequence[str]) -> int:
    """How many rules the chains have, in nft's spelling: what stands in a chain and is not its type."""
    rules, inside = 0, False
    for line in lines:
        if line.startswith("chain ") or line == "}":
            inside = line != "}"
        else:
            rules += inside and line != "" and not line.startswith("type ")
    return rules


def _probes(told: Sequence[shape.Probe | None]) -> Probes:
    """Probes by what came of them; the oldest reports do not say what was wanted."""
    reached: list[str] = []
    blocked: list[str] = []
    wrong: list[str | None] = [None] * told.count(None)
    for each in filter(None, told):
        target = f"{each.address}:{each.port}"
        if not each.passed:
            wrong.append(f"{target} {each.result or '?'}")
        elif each.must_reach if each.must_reach is not None else each.result == "open":
            reached.append(target)
        else:
            blocked.append(target)
    return Probes(several(reached), several(blocked), several(wrong))


def _machine(told: shape.Report) -> Machine:
    machine, disk = told.machine or shape.Machine(), told.encryption or shape.Encryption()
    return Machine(
        system=clipped(machine.system),
        version=clipped(machine.system_version),
        kernel=clipped(machine.kernel),
        hardware=clipped(" ".join(filter(None, (machine.sys_vendor, machine.product_name)))),
        serial=clipped(machine.product_serial),
        firmware=clipped(machine.bios_version),
        secure_boot=clipped(machine.secure_boot),
        tpm=None if machine.tpm is None else clipped(machine.tpm),
        encryption=clipped(disk.kind),
        disk=clipped(disk.device),
        synchronised=told.times.synchronised if told.times else None,
    )


def _software(told: shape.Report) -> Software:
    packages, updates = told.packages or shape.Packages(), told.updates or shape.Updates()
    return Software(
        packages=packages.count,
        sha256=clipped(packages.sha256, _SHA256),
        modified=_optional(packages.modified),
        configuration=_optional(packages.changed_configuration),
        pending=updates.pending,
        security=_optional(updates.security),
    )
