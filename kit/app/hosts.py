"""The pool as Ansible reads it (`inventory/hosts`): for engineers who run playbooks by hand."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import ansible, devices, loans
from inventory.devices import Device, DeviceKind
from kit.app import keys
from kit.app.compose import App
from kit.plan.model import Plan, SeatPlan
from kit.plan.variables import seat_variables
from kit.workflows import planning
from kit.workstations.content import playbooks_hash


def listing(app: App) -> dict[str, Any]:
    """What an inventory script answers to `--list`; the pinned keys are written to a file of the station.

    No secret is in it: what `provision.yml` needs besides is given by hand (`docs/workstations.md`).
    """
    with app.database.read() as session:
        laptops = devices.listing(session, kind=DeviceKind.LAPTOP)
        seats = {tag: (plan, seat) for tag, plan, seat in _seats(session)}
    pins = app.home.state / "known_hosts"
    pinned = {_alias(each): each.host_key or "" for each in laptops}
    keys.write_private(pins, ansible.known_hosts(pinned).encode())
    reached = _reached(app, laptops, pins)
    told = {each.tag: _told(app, each.tag, seats.get(each.tag)) for each in laptops}
    return ansible.listing(
        ansible.groups(laptops, {tag: plan.crisis.reference for tag, (plan, _seat) in seats.items()}),
        {tag: told[tag] | reached[tag] for tag in told},
    )


def _alias(laptop: Device) -> str:
    """The name under which ssh, which writes names in lower case, knows a laptop's key."""
    return laptop.tag.lower()


def _seats(session: Session) -> Iterator[tuple[str, Plan, SeatPlan]]:
    """The laptops that a seat holds, each with the plan that says what it should be."""
    plans: dict[str, Plan] = {}
    for loan in loans.open_loans(session):
        if loan.crisis not in plans:
            plans[loan.crisis] = planning.kept(session, loan.crisis)
        for seat in plans[loan.crisis].seats:
            if seat.laptop.tag == loan.device_tag:
                yield loan.device_tag, plans[loan.crisis], seat


def _reached(app: App, laptops: Sequence[Device], pins: Path) -> dict[str, dict[str, Any]]:
    """How each laptop is reached, by tag."""
    settings = app.settings.workstations
    private_key = settings.private_key or keys.ensure_ssh_key(app.home.keys)
    playbooks = playbooks_hash(settings.playbooks)
    ssh = {
        # ssh reads a name with a space as two files, unless it is quoted.
        "UserKnownHostsFile": f'"{pins}"',
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "IdentitiesOnly": "yes",
    }
    return {
        each.tag: ansible.laptop(
            each.tag,
            each.address or "",
            each.host_key or "",
            user=settings.user,
            private_key=private_key,
            playbooks_sha256=playbooks,
            ssh={**ssh, "HostKeyAlias": _alias(each)},
        )
        for each in laptops
    }


def _told(app: App, tag: str, held: tuple[Plan, SeatPlan] | None) -> dict[str, Any]:
    """What the roles are told of one laptop; nobody's has the name of its tag."""
    team = app.settings.team
    owner = {"owner_name": team.name, "owner_phone": team.phone}
    site = app.settings.workstations.variables | owner
    if held is None:
        return site | {"laptop_host_name": tag.lower()}
    plan, seat = held
    return site | seat_variables(plan.crisis, seat) | {"laptop_host_name": seat.laptop.host_name}
