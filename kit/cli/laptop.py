"""`kit laptop`: enrolled, rechecked, reported and erased over SSH."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import INTERRUPTED, end, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record, printable

if TYPE_CHECKING:
    from kit.app.laptops import Result
    from kit.workstations.events import TaskEvent

app = typer.Typer(no_args_is_help=True, help=_("Laptops: enrol, recheck, report, erase."))

Tags = Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Asset tags of laptops."))]

#: So many of a fingerprint's characters are not shown, and must be read on the laptop: 48 bits.
TYPED = 8


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
            print("\n".join(map(printable, last.text.splitlines())))


@app.command(
    "recheck",
    help=_("See whether laptops that are ready or on loan still are what they were made."),
    epilog=example("kit laptop recheck LAP-07 LAP-08"),
)
def recheck(
    context: typer.Context,
    tags: Tags,
    consent_by: Annotated[
        str, typer.Option(help=_("Who agreed just now that their lent laptop is looked at from afar."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import rechecking, run

        program = open_app(context)
        stop = run.StopRequest()
        with run.on_interrupt(stop):
            results = rechecking.recheck(
                program,
                tags,
                consent_by=consent_by,
                cancelled=stop.asked.is_set,
                tell=_tell,
                show=_shower(as_json=as_json),
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
            print(printable(result.said), flush=True)
            if result.hint:
                print(f"→ {result.hint}", flush=True)

    return show


def _finish(results: "Sequence[Result]", *, as_json: bool) -> None:
    well = sum(not result.kind for result in results)
    if as_json:
        emit_json([asdict(result) for result in results])
    else:
        say(_("{well} of {count} as they should be.").format(well=well, count=len(results)))
    end(result.kind for result in results)
