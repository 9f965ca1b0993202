"""Prints a plan: who gets what, what the tenant gets, who waits by whose decision, what is not deployable."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Any

from kit.cli.render import emit_json, emit_table
from kit.cli.times import local

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inventory.allocations import Allocation
    from inventory.readiness import Readiness
    from kit.app.compose import App
    from kit.plan.model import Plan


def emit_plan(program: "App", plan: "Plan", *, as_json: bool) -> None:
    """Print the plan and what speaks about it besides itself."""
    from kit.app import crises
    from kit.workflows.planning import to_json

    caveats = crises.caveats(program, plan)
    if as_json:
        decisions = [decision_record(each) for each in caveats.decisions]
        unready = [unready_record(each) for each in caveats.unready]
        emit_json(to_json(plan) | {"decisions": decisions, "not_deployable": unready})
        return
    _tell_seats(plan)
    _tell_tenant(plan)
    for line in (*_waits(plan, caveats.decisions), *_unready(caveats.unready)):
        print(line)
    print(_("By hand: call the correspondent back; hand each person their equipment against a signature."))


def decision_record(decision: "Allocation") -> dict[str, Any]:
    """A decision as data."""
    return {
        "crisis": decision.crisis,
        "kind": decision.kind,
        "granted": decision.granted,
        "author": decision.author,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
    }


def unready_record(device: "Readiness") -> dict[str, Any]:
    """A device that is not deployable, as data."""
    reasons = [vars(reason) for reason in device.reasons]
    return {"tag": device.device.tag, "verdict": device.verdict, "reasons": reasons}


def _waits(plan: "Plan", decisions: "Sequence[Allocation]") -> "Iterator[str]":
    """Which seats get less than they asked for; then every decision that the plan obeys."""
    from kit.app.sharing import waits_in_words

    yield from waits_in_words(plan.waiting, plan.without_phone)
    for each in decisions:
        yield _("{author} granted {granted} of kind {kind} on {date:%Y-%m-%d}: {reason}").format(
            author=each.author,
            granted=each.granted,
            kind=each.kind,
            date=local(each.decided_at),
            reason=each.reason,
        )


def _unready(devices: "Sequence[Readiness]") -> "Iterator[str]":
    """Devices that lack the same thing stand on one line."""
    from kit.cli.readiness import in_words

    tags: dict[str, list[str]] = {}
    for each in devices:
        tags.setdefault("; ".join(map(in_words, each.reasons)), []).append(each.device.tag)
    for why, named in tags.items():
        yield _("Not deployable: {tags} ({why})").format(tags=", ".join(named), why=why)


def _tell_seats(plan: "Plan") -> None:
    rows = [
        {
            "number": seat.number,
            "person": f"{seat.first_name} {seat.last_name}",
            "service": seat.service,
            "laptop": f"{seat.laptop.tag} → {seat.laptop.host_name}",
            "account": seat.account.principal_name,
            "phone": f"{seat.phone.tag} {seat.phone.number}" if seat.phone else None,
        }
        for seat in plan.seats
    ]
    columns = [
        ("number", _("Seat")),
        ("person", _("Person")),
        ("service", _("Service")),
        ("laptop", _("Laptop")),
        ("account", _("Account")),
        ("phone", _("Phone")),
    ]
    title = _("Plan of crisis {reference}, {commune}").format(
        reference=plan.crisis.reference, commune=plan.crisis.commune_name
    )
    emit_table(rows, columns, as_json=False, title=title)


def _tell_tenant(plan: "Plan") -> None:
    space = plan.workspace
    print(
        _("Group, Team and site: {name} ({nickname})").format(
            name=space.display_name, nickname=space.nickname
        )
    )
    print(_("Owner: {names}").format(names=", ".join(space.owners)))
    print(_("Channels: {names}").format(names=", ".join(space.channels)))
    print(_("Folders: {names}").format(names=", ".join(space.folders)))
    for group in plan.service_groups:
        print(
            _("Shared mailbox: {name} ({nickname}), {count} members").format(
                name=group.display_name, nickname=group.nickname, count=len(group.members)
            )
        )
    print(_("Administrative unit: {name}").format(name=plan.unit.display_name))
    print(_("Licence: {sku}, used in {country}").format(sku=plan.sku, country=plan.usage_location))
