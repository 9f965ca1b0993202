"""`kit tui`: opens the screens; with `--json`, prints what the first of them shows."""

import os
import sys
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from kit.app.compose import App
    from tui.app import Look


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "tui",
        help=_(
            "Show crises, pool, journal and documents on screen, live; leaving the screens stops nothing."
        ),
        epilog=example("kit tui"),
    )(tui)


def tui(
    context: typer.Context,
    crisis: Annotated[
        str | None, typer.Option(help=_("Begin with this crisis: its reference, or its commune."))
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help=_("For a screen on the wall: nothing can be changed on it."))
    ] = False,
    theme: Annotated[str | None, typer.Option(help=_("Colours: dark, light or contrast."))] = None,
    keys: Annotated[
        bool, typer.Option("--keys", help=_("Print every key and what it does, to be pinned up."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Run `kit tui`."""
    with told(as_json):
        program = open_app(context)
        if keys:
            from tui.app import key_sheet

            print(key_sheet(program.settings.tui.keys), end="")
            return
        if as_json:
            emit_json(_situation(program, _reference(program, crisis)))
            return
        wanted = look(program, crisis=crisis, read_only=read_only, theme=theme)
        _need_terminal()
        from tui.app import run

        run(program, wanted)


def look(program: "App", *, crisis: str | None, read_only: bool, theme: str | None) -> "Look":
    """How the screens are wanted, by the options and else by the settings.

    Raises:
        Unknown: no such crisis, theme or action. BadValue: a key that cannot be used.
    """
    from tui.app import Look

    wanted = program.settings.tui
    return Look(_reference(program, crisis), read_only, theme or wanted.theme, wanted.keys)


def _reference(program: "App", text: str | None) -> str | None:
    from inventory import crises

    if text is None:
        return None
    with program.database.read() as session:
        return crises.find(session, text).reference


def _situation(program: "App", reference: str | None) -> dict[str, Any]:
    """What the first screen shows: crises with their times, the pool by kind and state."""
    from dataclasses import asdict

    from inventory import crises, devices
    from inventory.times import utc_now
    from kit.app import situation

    now = utc_now()
    with program.database.read() as session:
        known = [c for c in crises.listing(session) if reference in {None, c.reference}]
        listed = [
            asdict(situation.read(session, crisis))
            | {"since_t0_s": round(((crisis.closed_at or now) - crisis.t0).total_seconds(), 1)}
            for crisis in known
        ]
        pool = [
            {"kind": kind.value, "state": state.value, "count": count}
            for (kind, state), count in sorted(devices.counts(session).items())
        ]
    return {"at": now, "crises": listed, "pool": pool}


def _need_terminal() -> None:
    # A window of `kit serve` is none, and has screens all the same.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    if in_browser or all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return
    from kit.errors import MissingRequirement

    raise MissingRequirement(
        _("The screens need a terminal, and this is none."),
        hint=_("Use `kit tui --json` or `kit crisis status` in scripts."),
    )
