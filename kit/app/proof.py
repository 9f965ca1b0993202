"""Gathers proof that a commune is equipped, from outside the program's own tables.

Logs in to each laptop as its person, reads accounts and folders back from the tenant, opens the PDF's text.
What must be there comes from the plan; what is there comes from the world.
"""

import shlex
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import pyrage
from pypdf import PdfReader

from inventory import secrets
from kit.app import station as building
from kit.app.compose import App
from kit.graph import phones
from kit.graph.client import Graph
from kit.plan.model import Plan, SeatPlan
from kit.workflows.laptops import SEAT_PASSWORD
from kit.workstations import probe
from kit.workstations.targets import Secret

_PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, what was expected and what was found."""

    subject: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether the world is as the plan says."""
        return self.expected == self.found


def gather(app: App, plan: Plan, sheet: Path, identity: Path) -> tuple[Check, ...]:
    """Every check; `sheet` is the hand-over PDF, `identity` the age identity that reads device secrets.

    Raises:
        KitError: a laptop or the tenant does not answer.
    """
    with building.tenant(app) as graph:
        return (
            *_forbidden(app),
            *(check for seat in plan.seats for check in _laptop(app, seat, identity)),
            *_accounts(graph, plan),
            *_workspace(graph, plan),
            *_services(graph, plan),
            *_unit(graph, plan),
            *_phones(graph, plan),
            *_sheet(plan, sheet),
        )


def _targets(app: App, name: str) -> list[tuple[str, int]]:
    """Addresses and ports that the settings name, e.g. under `report_must_reach`."""
    named = app.settings.workstations.variables.get(name, ())
    return [(target["address"], target["port"]) for target in named]


def _forbidden(app: App) -> Iterator[Check]:
    """What laptops must not reach answers somebody, or it would prove nothing."""
    for address, port in _targets(app, "report_must_not_reach"):
        try:
            socket.create_connection((address, port), _PATIENCE_SECONDS).close()
            found = _("answers")
        except OSError as exc:
            found = str(exc)
        yield Check(
            _("{address}:{port}, from this station").format(address=address, port=port), _("answers"), found
        )


def _laptop(app: App, seat: SeatPlan, identity: Path) -> Iterator[Check]:
    """As the person would: with the local account's name and password, and then what can be reached."""
    with app.database.read() as session:
        sealed = secrets.sealed(session, seat.laptop.tag, SEAT_PASSWORD)
    if sealed is None:
        yield Check(_("password of {tag}").format(tag=seat.laptop.tag), _("sealed"), _("absent"))
        return
    keyring = [pyrage.x25519.Identity.from_str(identity.read_text().strip())]
    wanted = [(target, "reached") for target in _targets(app, "report_must_reach")]
    wanted += [(target, "not reached") for target in _targets(app, "report_must_not_reach")]
    said = probe.run(
        seat.laptop.address,
        seat.laptop.host_key,
        seat.laptop.local_account,
        "; ".join(["echo $(id -un) on $(hostname)", *(_try(*target) for target, _wish in wanted)]),
        password=Secret(pyrage.decrypt(sealed, keyring).decode()),
    )
    login, *reached = said.splitlines()
    yield Check(
        _("SSH login on {tag}").format(tag=seat.laptop.tag),
        f"{seat.laptop.local_account} on {seat.laptop.host_name}",
        login,
    )
    names = [f"{address}:{port}" for (address, port), _wish in wanted]
    yield Check(
        _("isolation of {tag}, from inside").format(tag=seat.laptop.tag),
        "; ".join(f"{name} {wish}" for name, (_target, wish) in zip(names, wanted, strict=True)),
        "; ".join(f"{name} {found}" for name, found in zip(names, reached, strict=True)),
    )


def _try(address: str, port: int) -> str:
    """A command that says whether a connection can be made."""
    connect = shlex.quote(f": > /dev/tcp/{address}/{port}")
    return f"timeout {_PATIENCE_SECONDS} bash -c {connect} 2> /dev/null && echo reached || echo not reached"


def _accounts(graph: Graph, plan: Plan) -> Iterator[Check]:
    for seat in plan.seats:
        name = seat.account.principal_name
        user = graph.get(f"/users/{name}", params={"$select": "id,accountEnabled,displayName"})
        enabled = "enabled" if user["accountEnabled"] else "disabled"
        details = graph.pages(f"/users/{user['id']}/licenseDetails")
        yield Check(
            _("account {name}").format(name=name),
            f"{seat.account.display_name}, enabled, {plan.sku}",
            ", ".join([user["displayName"], enabled, *(item["skuPartNumber"] for item in details)]),
        )


def _workspace(graph: Graph, plan: Plan) -> Iterator[Check]:
    space = plan.workspace
    found = list(graph.pages("/groups", params={"$filter": f"mailNickname eq '{space.nickname}'"}))
    yield Check(_("groups named {name}").format(name=space.nickname), "1", str(len(found)))
    for group in found[:1]:
        path = f"/groups/{group['id']}"
        members = sorted(item["userPrincipalName"] for item in graph.pages(f"{path}/members"))
        yield Check(_("members of the group"), ", ".join(sorted(space.members)), ", ".join(members))
        channels = {item["displayName"] for item in graph.pages(f"/teams/{group['id']}/channels")}
        yield Check(
            _("channels of the Team"),
            ", ".join(sorted(space.channels)),
            ", ".join(sorted(channels & set(space.channels))),
        )
        drive = graph.get(f"{path}/drive")
        folders = sorted(
            item["name"] for item in graph.pages(f"/drives/{drive['id']}/root/children") if "folder" in item
        )
        yield Check(_("folders of the site"), ", ".join(sorted(space.folders)), ", ".join(folders))


def _services(graph: Graph, plan: Plan) -> Iterator[Check]:
    for wanted in plan.service_groups:
        query = {"$filter": f"mailNickname eq '{wanted.nickname}'"}
        members = [
            member["userPrincipalName"]
            for group in graph.pages("/groups", params=query)
            for member in graph.pages(f"/groups/{group['id']}/members")
        ]
        yield Check(
            _("shared mailbox {name}").format(name=wanted.nickname),
            ", ".join(sorted(wanted.members)),
            ", ".join(sorted(members)),
        )


def _unit(graph: Graph, plan: Plan) -> Iterator[Check]:
    """Nothing but this crisis's accounts and groups, and all of them."""
    units = [
        unit
        for unit in graph.pages("/directory/administrativeUnits")
        if unit["displayName"] == plan.unit.display_name
    ]
    members = [
        member["displayName"]
        for unit in units
        for member in graph.pages(f"/directory/administrativeUnits/{unit['id']}/members")
    ]
    wanted = [seat.account.display_name for seat in plan.seats]
    wanted += [group.display_name for group in plan.groups]
    yield Check(
        _("members of the administrative unit"), ", ".join(sorted(wanted)), ", ".join(sorted(members))
    )


def _phones(graph: Graph, plan: Plan) -> Iterator[Check]:
    given = [(seat, seat.phone) for seat in plan.seats if seat.phone and plan.managed_phones]
    found = phones.find_phones(graph, [(phone.imei, phone.serial) for _seat, phone in given])
    for seat, phone in given:
        managed = found.get((phone.imei, phone.serial))
        people = phones.people_of(graph, managed.id) if managed else ()
        yield Check(
            _("user of {tag} in device management").format(tag=phone.tag),
            seat.account.principal_name,
            ", ".join(people),
        )


def _sheet(plan: Plan, sheet: Path) -> Iterator[Check]:
    text = "".join(page.extract_text() for page in PdfReader(sheet).pages)
    plain = "".join(text.split())
    wanted = [
        value
        for seat in plan.seats
        for value in (seat.laptop.serial, seat.account.principal_name, *(_numbers(seat)))
    ]
    present = [value for value in wanted if value in plain]
    yield Check(
        _("serials, IMEIs and accounts in {file}").format(file=sheet.name),
        str(len(wanted)),
        str(len(present)),
    )


def _numbers(seat: SeatPlan) -> tuple[str, ...]:
    return (seat.phone.imei, seat.phone.iccid) if seat.phone else ()
