"""A station whose steps are called directly: real book of record, no engine, no tenant, no laptop."""

import threading
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inventory import crises, shelf
from inventory.activity import Event, since
from inventory.database import Database
from inventory.devices import Device, DeviceKind
from inventory.journal import Stamp
from inventory.readiness import Limits
from kit.graph.client import Graph
from kit.plan.model import Plan, Terms
from kit.workflows import planning, station
from kit.workflows.activity import ActivityLog
from kit.workflows.station import Lender, Station, TenantRules
from kit.workstations.runner import RunnerSettings
from tests.databases import fresh
from tests.unit.inventory.samples import NOW, fill

BY = Stamp("camille@station", NOW)
TERMS = Terms(
    domain="secours.example",
    principal_pattern="{first}.{last}.{commune}",
    sku="SPE_E3",
    usage_location="FR",
    workspace_name="Crise {commune}",
    workspace_description="{commune} {reference}",
    drill_prefix="EXERCICE – ",
    channels=("Technique",),
    folders=("01 Consignes",),
    shared_mailboxes=(),
    managed_phones=True,
    playbooks=("provision.yml",),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = fresh(tmp_path / "kit.db")
    yield made
    made.dispose()


@pytest.fixture
def crisis(database: Database) -> str:
    """An open crisis of two people who want phones; three laptops, two phones and two SIMs are in stock."""
    reference = fill(database, BY, laptops=3, seats=2, phones=2)
    with database.write() as session:
        session.add_all(
            Device(tag=f"SIM-{n:02d}", kind=DeviceKind.SIM, iccid=f"8933{n}", state_since=NOW) for n in (1, 2)
        )
    return reference


@pytest.fixture
def working(database: Database, tmp_path: Path) -> Iterator[Station]:
    """The station that steps of this process work with."""

    def no_tenant() -> Graph:
        raise AssertionError("these steps do not need the tenant")

    made = Station(
        database=database,
        activity=ActivityLog(database),
        stamp=lambda: BY,
        graph=no_tenant,
        runner=RunnerSettings(tmp_path, ("provision.yml",), "provision", tmp_path / "key", 1.0),
        variables={},
        recipients=(),
        disk_unlock_key=lambda: None,
        lender=Lender("Métropole", "Astreinte", "+33465710000", ZoneInfo("Europe/Paris")),
        documents=tmp_path / "documents",
        rules=TenantRules(),
        patience=0.0,
        settling=0.0,
        stopping=threading.Event(),
        cancelled=threading.Event(),
    )
    station.use(made)
    yield made
    made.activity.close()


def plan_of(database: Database, reference: str) -> Plan:
    """Make the plan from what is free, and keep it."""
    with database.write() as session:
        found = crises.get(session, reference)
        made = planning.make(session, found, TERMS, shelf.readiness(session, NOW, Limits()))
        planning.keep(session, BY, found, made)
        return made


def told(working: Station, reference: str) -> list[Event]:
    """What the activity holds of a crisis, in the order in which it was stored."""
    with working.database.read() as session:
        return list(since(session, crisis=reference)[1])
