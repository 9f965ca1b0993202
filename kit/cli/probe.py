"""`kit pool probe`: every laptop that should be there, looked at over SSH, side by side."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import INTERRUPTED, end, say, told
from kit.cli.options import Json, Search, chosen, example, open_app
from kit.cli.render import emit_json, printable

if TYPE_CHECKING:
    from inventory.devices import Device
    from kit.app.laptops import Result
    from kit.workstations.condition import Condition
    from kit.workstations.probe import Finding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "probe",
        help=_("Look at laptops over SSH, side by side: these, or all that should be there."),
        epilog=example("kit pool probe --place Depot --timeout 10"),
    )(probe)


def probe(
    context: typer.Context,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAGS", help=_("Asset tags; without any, the whole pool."))
    ] = None,
    search: Search = "",
    place: Annotated[str, typer.Option(help=_("Only laptops at this place."))] = "",
    state: Annotated[str, typer.Option(help=_("Only laptops in this state, e.g. on_loan."))] = "",
    timeout: Annotated[float, typer.Option(min=1, help=_("Seconds that one laptop may take."))] = 15.0,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceState
        from inventory.search_terms import parse
        from kit.app import probing

        program = open_app(context)
        listed = probing.choose(
            program, tags or (), searched=parse(search), place=place, state=chosen(DeviceState, state)
        )
        devices = {device.tag: device for device in listed}
        private = probing.private(program, listed)
        findings: list[Finding] = []
        try:
            for finding in probing.look(program, listed, private, timeout=timeout):
                findings.append(finding)
                if not as_json:
                    print(printable(f"{finding.spot.tag}: {_seen(finding)}"), flush=True)
        except KeyboardInterrupt:
            say(_("Stopped; what was seen so far is kept."))
        doubts = probing.keep(program, listed, findings)
        kinds = {found.spot.tag: probing.kind_of(devices[found.spot.tag], found) for found in findings}
        not_asked = probing.not_asked(private, findings)
        _conclude(devices, findings, doubts, kinds, not_asked, as_json=as_json)
        if len(findings) < len(listed):
            sys.exit(INTERRUPTED)
        end(kinds.values())


def _conclude(
    devices: "dict[str, Device]",
    findings: "Sequence[Finding]",
    doubts: "Sequence[Result]",
    kinds: dict[str, str],
    not_asked: dict[str, str],
    *,
    as_json: bool,
) -> None:
    """Say what the looks came to, what is doubtful, and what needs its person's consent first."""
    if as_json:
        states = {tag: device.state for tag, device in devices.items()}
        states |= {doubt.tag: doubt.state for doubt in doubts}
        emit_json(
            [
                {
                    "tag": finding.spot.tag,
                    "state": states[finding.spot.tag],
                    "kind": kinds[finding.spot.tag],
                    "not_asked": not_asked.get(finding.spot.tag),
                    "seconds": round(finding.seconds, 3),
                    "seen": asdict(finding.seen),
                }
                for finding in findings
            ]
        )
        return
    for doubt in doubts:
        print(doubt.said)
        print(f"→ {doubt.hint}")
    for hint in not_asked.values():
        print(f"→ {hint}")
    count, well = len(devices), sum(not kind for kind in kinds.values()) - len(not_asked)
    said = ngettext("{well} of {count} laptop is well", "{well} of {count} laptops are well", count)
    say(said.format(well=well, count=count))


def _seen(finding: "Finding") -> str:
    """What one laptop said, in a line."""
    from kit.workstations.condition import Condition
    from kit.workstations.probe import KeyChanged, KeyMatches, NoAnswer, NotLetIn

    match finding.seen:
        case KeyMatches():
            return _("is there, not asked: no consent")
        case Condition() as condition:
            return ", ".join([_("answers"), *_facts(condition)])
        case NotLetIn(why):
            return _("does not let this station in: {why}").format(why=why)
        case KeyChanged(fingerprint):
            return _("answers with another host key: {fingerprint}").format(fingerprint=fingerprint)
        case NoAnswer(why):
            return _("does not answer: {why}").format(why=why)


def _facts(seen: "Condition") -> Iterable[str]:
    """What is known of a laptop that answered."""
    if seen.serial:
        yield _("serial {serial}").format(serial=seen.serial)
    if seen.battery is not None:
        yield _("battery {charge} %").format(charge=seen.battery)
    if seen.disk_free is not None:
        yield _("{free:.0f} GB free").format(free=seen.disk_free / 1e9)
    if seen.updates is not None:
        yield ngettext("{count} update", "{count} updates", seen.updates).format(count=seen.updates)
    if seen.security_updates:
        yield _("{count} of them for security").format(count=seen.security_updates)
