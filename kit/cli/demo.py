"""`kit demo`: the main job, end to end, on this machine alone."""

import sys
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example
from kit.cli.render import emit_json, emit_table

if TYPE_CHECKING:
    from kit.app.demo import Demonstration


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo",
        help=_("Equip a sample commune on this machine (lab laptops, simulated tenant) and print the proof."),
        epilog=example("kit --home .demo demo --keep"),
    )(demo)


def demo(
    context: typer.Context,
    laptops: Annotated[int, typer.Option(min=1, max=8, help=_("How many lab laptops."))] = 4,
    keep: Annotated[bool, typer.Option("--keep", help=_("Leave lab and tenant running at the end."))] = False,
    down: Annotated[bool, typer.Option("--down", help=_("Only end what --keep left running."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import demo as demonstration

        running = demonstration.build(context.obj, say=say)
        if down:
            running.stop()
            say(_("Nothing of the demonstration runs any more."))
            if as_json:
                emit_json({"running": False})
            return
        try:
            shown = running.run(laptops)
        except BaseException:
            running.stop()
            raise
        if keep:
            say(_("Lab and tenant keep running. Look: {command}").format(command=running.look))
            say(_("End them with: {command}").format(command=running.end))
        else:
            running.stop()
        _emit(shown, as_json=as_json)
    sys.exit(0 if shown.holds else 1)


def _emit(shown: "Demonstration", *, as_json: bool) -> None:
    from kit.plan.stages import Stage, label

    situation = shown.situation
    proof: list[dict[str, Any]] = [
        {"ok": check.ok, "subject": check.subject, "expected": check.expected, "found": check.found}
        for check in shown.checks
    ]
    if as_json:
        emit_json({"holds": shown.holds, "proof": proof, "situation": situation})
        return
    emit_table(
        ({**check, "mark": "✓" if check["ok"] else "✗"} for check in proof),
        [("mark", ""), ("subject", _("Proof")), ("expected", _("Expected")), ("found", _("Found"))],
        as_json=False,
    )
    for stage, seconds in situation["stage_seconds"].items():
        print(_("  {stage}: {seconds} s").format(stage=label(Stage(stage)), seconds=seconds))
    print(_("T0 → first working seat: {seconds} s").format(seconds=situation["first_seat_s"]))
    print(_("T0 → last working seat: {seconds} s").format(seconds=situation["last_seat_s"]))
    print(_("All of it holds.") if shown.holds else _("NOT all of it holds."))
