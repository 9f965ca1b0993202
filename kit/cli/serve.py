"""`kit serve`: the screens in a browser of this machine."""

import os
import sys
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve",
        help=_("Show the screens of `kit tui` in a browser of this machine until Ctrl-C, which ends no run."),
        epilog=example("kit serve --read-only"),
    )(serve)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("TCP port; 0 takes a free one."))] = 8450,
    crisis: Annotated[
        str | None, typer.Option(help=_("Begin with this crisis: its reference, or its commune."))
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help=_("For a screen on the wall: nothing can be changed on it."))
    ] = False,
    theme: Annotated[str | None, typer.Option(help=_("Colours: dark, light or contrast."))] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import serving
        from kit.cli.tui import look

        home: Path | None = context.obj
        program = open_app(context)
        # Refused here, what cannot be shown is told where the command was typed, not in each window.
        wanted = look(program, crisis=crisis, read_only=read_only, theme=theme)
        program.database.dispose()
        screens = ["--home", str(home.absolute())] if home else []
        screens += ["tui", *(["--read-only"] if read_only else []), "--theme", wanted.theme]
        screens += ["--crisis", wanted.crisis] if wanted.crisis else []
        serving.serve(screens, port=port, tell=_tell_json if as_json else _tell)


def _tell(address: str) -> None:
    say(_("Open this address in a browser of this machine; it works once. Ctrl-C ends the screens, no run."))
    print(address, flush=True)


def _tell_json(address: str) -> None:
    emit_json({"url": address, "pid": os.getpid()})
    sys.stdout.flush()
