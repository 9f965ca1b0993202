"""Clean-state reports as laptops gave them, and as a laptop might that is not clean."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kit.documents.laptop_state import Laptop, LaptopState
from kit.documents.report_reading import read

DATA = Path(__file__).parents[3] / "data"
PARIS = ZoneInfo("Europe/Paris")
LAPTOP = Laptop(
    tag="LAP-01",
    model="Portable 14",
    serial="PF4X0001QZ",
    host_key="SHA256:412AF0zMgdeiWABS11yCH3U6fPnQATV/9FqeSn9eVL0",
    person="Zoé d’Exemple-Élan",
    service="État civil",
    crisis="13005-2026-01",
    commune="Aubagne",
)


def report(name: str = "linux", **changes: Any) -> dict[str, Any]:
    """A report of today's shape, with these parts instead of its own."""
    found: dict[str, Any] = json.loads((DATA / "clean_state" / f"{name}.json").read_text(encoding="utf-8"))
    return {**found, **changes}


def old_report() -> dict[str, Any]:
    """What a lab laptop said in a recorded run, before reports told of disks, clocks and directories."""
    events = map(json.loads, (DATA / "ansible_events" / "provisioned.jsonl").read_text().splitlines())
    found: dict[str, Any] = next(
        event["event_data"]["res"]["report"]
        for event in events
        if event["event_data"].get("task_action") == "clean_state" and event["event"] == "runner_on_ok"
    )
    return {**found, "tag": "LAP-01"}


def failing(details: dict[str, str], **changes: Any) -> dict[str, Any]:
    """A report in which these checks failed, with what was found."""
    found = report(clean=False, **deepcopy(changes))
    for check in found["checks"]:
        if check["name"] in details:
            check |= {"passed": False, "detail": details[check["name"]]}
    return found


def state(report: object, **changes: Any) -> LaptopState:
    """What is read of a report about LAPTOP, with these changes to it."""
    return read(report, Laptop(**(vars(LAPTOP) | changes)), PARIS)


MODIFIED = [f"/usr/lib/x86_64-linux-gnu/libexemple-{number}.so.1" for number in range(60)]
SOCKETS = [
    {"protocol": "tcp", "address": "192.0.2.7", "port": 1000 + number, "program": f"service-{number}"}
    for number in range(40)
]


def crowded(text: str) -> dict[str, Any]:
    """Everything failed, every list is long and every text is this one, thousands of times over."""
    long = text * (4000 // len(text))
    probes = [
        {"address": long, "port": 1, "must_reach": must, "result": result, "passed": passed}
        for must, result, passed in ((True, "open", True), (False, "closed", True), (False, long, False))
        for _ in range(20)
    ]
    names = [check["name"] for check in report()["checks"]] + [f"{number}{long}" for number in range(30)]
    machine = dict.fromkeys(report()["machine"], long)
    lists = ("administrators", "join_signs", "leftovers", "upstream_resolvers")
    return report(
        clean=False,
        host_name=long,
        playbooks_sha256=long,
        machine=machine,
        accounts=[{"name": long, "password_set": True}] * 50,
        listening=[{"protocol": long, "address": long, "port": 1, "program": long}] * 50,
        firewall={"rules": report()["firewall"]["rules"], "sha256": long, "trouble": long},
        probes=probes,
        packages={"count": 10**9, "sha256": long, "modified": [long] * 50, "changed_configuration": [long]},
        updates={"pending": 10**9, "security": [long] * 50},
        encryption={"kind": long, "device": long},
        checks=[{"name": name, "passed": False, "detail": long} for name in names],
    ) | dict.fromkeys(lists, [long] * 50)
