"""`kit laptop`: looked at, enrolled, rechecked and erased over SSH."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import CODES, INTERRUPTED, OK, leave, say, told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_json, emit_record

if TYPE_CHECKING:
    from inventory.devices import Device
    from kit.app.laptops import Result
    from kit.workstations.condition import Condition
    from kit.workstations.events import TaskEvent
    from kit.workstations.probe import Finding

app = typer.Typer(no_args_is_help=True, help=_("Laptops: look, enrol, recheck, erase."))

Tags = Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Asset tags of laptops."))]

#: So many of a fingerprint's characters are not shown, and must be read on the laptop: 48 bits.
TYPED = 8


@app.command(
    "probe",
    help=_("Look at laptops over SSH, side by side: these, or all that should be there."),
    epilog=example("kit laptop probe --place Depot --timeout 10"),
)
def probe(
    context: typer.Context,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="TAGS", help=_("Asset tags; without any, the whole pool."))
    ] = None,
    place: Annotated[str, typer.Option(help=_("Only laptops at this place."))] = "",
    state: Annotated[str, typer.Option(help=_("Only laptops in this state, e.g. on_loan."))] = "",
    timeout: Annotated[float, typer.Option(min=1, help=_("Seconds that one laptop may take."))] = 15.0,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceState
        from kit.app import probing

        program = open_app(context)
        listed = probing.choose(program, tags or (), place=place, state=chosen(DeviceState, state))
        devices = {device.tag: device for device in listed}
        findings: list[Finding] = []
        try:
            for finding in probing.look(program, listed, timeout=timeout):
                findings.append(finding)
                if not as_json:
                    print(_shown(f"{finding.spot.tag}: {_seen(finding)}"), flush=True)
        except KeyboardInterrupt:
            say(_("Stopped; what was seen so far is kept."))
        doubts = probing.keep(program, listed, findings)
        kinds = {found.spot.tag: probing.kind_of(devices[found.spot.tag], found) for found in findings}
        _conclude(devices, findings, doubts, kinds, as_json=as_json)
        if len(findings) < len(listed):
            # Connections to those that hang would be waited for.
            leave(INTERRUPTED)
        _end(kinds.values())


@app.command(
    "enrol",
    help=_("Take a laptop into the pool, or examine one of it again: facts, serial, host key."),
    epilog=example("kit laptop enrol LAP-07 --address 192.0.2.7"),
)
def enrol(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag."))],
    address: Annotated[str, typer.Option(help=_("Where it answers SSH; needed for a new one."))] = "",
    host_key: Annotated[
        str, typer.Option(help=_("Its host key (ssh-ed25519 AAAA…), read on the laptop itself."))
    ] = "",
    serial: Annotated[str, typer.Option(help=_("The serial that it must have."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import enrolling

        wanted = enrolling.Wanted(tag, address, host_key, serial)
        try:
            enrolled = enrolling.enrol(open_app(context), wanted, confirm=_same_on_screen, tell=_tell)
        except KeyboardInterrupt:
            say(_("Stopped; nothing was changed."))
            sys.exit(INTERRUPTED)
        if enrolled.new:
            say(_("{tag} is in the pool now.").format(tag=enrolled.tag))
        record = {
            "tag": enrolled.tag,
            "new": enrolled.new,
            "filled": [f"{name} {value}" for name, value in enrolled.filled.items()],
        }
        labels = [("tag", _("Tag")), ("new", _("New")), ("filled", _("Filled in"))]
        emit_record(asdict(enrolled) if as_json else record, labels, as_json=as_json)


@app.command(
    "report",
    help=_("Show a laptop's last clean-state report; as a page to print where a file is named."),
    epilog=example("kit laptop report LAP-07 --out lap-07.pdf"),
)
def report(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag."))],
    out: Annotated[Path | None, typer.Option(help=_("The PDF to write; its JSON goes beside it."))] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.sheets import laptop_report

        last = laptop_report(open_app(context), tag, out=out)
        if as_json:
            emit_json(last.record)
        else:
            print("\n".join(map(_shown, last.text.splitlines())))


@app.command(
    "recheck",
    help=_("See whether laptops that are ready or on loan still are what they were made."),
    epilog=example("kit laptop recheck LAP-07 LAP-08"),
)
def recheck(context: typer.Context, tags: Tags, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import rechecking, run

        program = open_app(context)
        stop = run.StopRequest()
        with run.on_interrupt(stop):
            results = rechecking.recheck(
                program, tags, cancelled=stop.asked.is_set, tell=_tell, show=_shower(as_json=as_json)
            )
        _finish(results, as_json=as_json)


@app.command(
    "release",
    help=_("Erase laptops that are in quarantine, and keep the proof; hours, side by side."),
    epilog=example("kit laptop release LAP-07 LAP-08"),
)
def release(
    context: typer.Context,
    tags: Tags,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask for each tag once more."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import releasing, run

        program = open_app(context)
        wanted = releasing.releasable(program, tags)
        if not yes:
            _confirm_each(wanted)
        stop = run.StopRequest()
        with run.on_interrupt(stop):
            results = releasing.release(
                program, wanted, cancelled=stop.asked.is_set, tell=_tell, show=_shower(as_json=as_json)
            )
        _finish(results, as_json=as_json)


def _tell(event: "TaskEvent") -> None:
    """One line for each task that begins."""
    from kit.workstations.events import TaskStatus

    if event.status is TaskStatus.STARTED:
        say(f"{event.host}: {event.task}")


def _same_on_screen(key: str) -> bool:
    """Have the end of a fingerprint read from the laptop's own screen; nobody can type it from this one."""
    from kit.workstations.probe import fingerprint

    shown = fingerprint(key)
    kind = key.partition(" ")[0].removeprefix("ssh-").partition("-")[0]
    say(_("A host key that nobody has confirmed answers: {shown}").format(shown=shown[:-TYPED] + "·" * TYPED))
    say(
        _("On the laptop's own screen, run: {command}").format(
            command=f"ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub"
        )
    )
    say(_("Compare, then type the last {count} characters of what it shows there:").format(count=TYPED))
    return _typed() == shown[-TYPED:]


def _typed() -> str:
    """The line that an operator types; Ctrl-C in its place ends the command."""
    try:
        return sys.stdin.readline().strip()
    except KeyboardInterrupt:
        say(_("Stopped; nothing was changed."))
        sys.exit(INTERRUPTED)


def _shown(text: str) -> str:
    """What a laptop said, without anything that would act on this terminal."""
    return "".join(character for character in text if character.isprintable())


def _confirm_each(tags: Sequence[str]) -> None:
    """Have every tag typed once more: nothing brings the data back."""
    from kit.errors import BadInput

    say(_("Everything that people left on them will be erased; nothing brings it back."))
    for tag in tags:
        say(_("Type {tag} to erase it:").format(tag=tag))
        if _typed().upper() != tag:
            raise BadInput(_("That was not {tag}; nothing was erased.").format(tag=tag))


def _shower(*, as_json: bool) -> "Callable[[Result], None]":
    """How a result is told as it comes; JSON waits for all of them."""

    def show(result: "Result") -> None:
        if not as_json:
            print(_shown(result.said), flush=True)
            if result.hint:
                print(f"→ {result.hint}", flush=True)

    return show


def _finish(results: "Sequence[Result]", *, as_json: bool) -> None:
    well = sum(not result.kind for result in results)
    if as_json:
        emit_json([asdict(result) for result in results])
    else:
        say(_("{well} of {count} as they should be.").format(well=well, count=len(results)))
    _end(result.kind for result in results)


def _end(kinds: Iterable[str]) -> None:
    """Leave with the code of the one sort of trouble there was, or that of several."""
    from kit.app.laptops import CANCELLED

    codes = {INTERRUPTED if kind == CANCELLED else CODES[kind] for kind in kinds if kind}
    if INTERRUPTED in codes:
        sys.exit(INTERRUPTED)
    sys.exit(OK if not codes else codes.pop() if len(codes) == 1 else CODES["incomplete"])


def _conclude(
    devices: "dict[str, Device]",
    findings: "Sequence[Finding]",
    doubts: "Sequence[Result]",
    kinds: dict[str, str],
    *,
    as_json: bool,
) -> None:
    """Say what the looks came to, and what is doubtful."""
    if as_json:
        states = {tag: device.state for tag, device in devices.items()}
        states |= {doubt.tag: doubt.state for doubt in doubts}
        emit_json(
            [
                {
                    "tag": finding.spot.tag,
                    "state": states[finding.spot.tag],
                    "kind": kinds[finding.spot.tag],
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
    count, well = len(devices), sum(not kind for kind in kinds.values())
    said = ngettext("{well} of {count} laptop is well", "{well} of {count} laptops are well", count)
    say(said.format(well=well, count=count))


def _seen(finding: "Finding") -> str:
    """What one laptop said, in a line."""
    from kit.workstations.condition import Condition
    from kit.workstations.probe import KeyChanged, NoAnswer, NotLetIn

    match finding.seen:
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
