"""`kit worker`: the engine as a process of its own, for a station that runs crises without a screen."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "worker",
        help=_("Run crises for this station until stopped; unfinished runs go on at once."),
        epilog=example("kit worker"),
    )(worker)


def worker(
    context: typer.Context,
    until_idle: Annotated[
        bool,
        typer.Option(
            "--until-idle",
            help=_("Stand by while another engine runs, and end once nothing is left to do."),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import run, starting

        program = open_app(context)
        stop = run.StopRequest()
        running = _("The engine of station {name} runs; Ctrl-C stops it.").format(
            name=program.settings.station
        )
        host = starting.stand_by if until_idle else run.serve
        with run.on_interrupt(stop):
            host(program, stop=stop, ready=lambda: say(running))
        say(_("Stopped. Unfinished runs go on when an engine starts again."))
        if as_json:
            emit_json({"station": program.settings.station, "stopped": True})
