"""Owns the options every command shares and how a command reaches the program behind it."""

from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kit.app.compose import App

#: `--json` on every command: data for machines on stdout.
Json = Annotated[bool, typer.Option("--json", help=_("Print data as JSON."))]


def example(command: str) -> str:
    """The line that ends every command's help."""
    return _("Example: {command}").format(command=command)


def open_app(context: typer.Context) -> "App":
    """Build the program from the settings of `--home`; the heavy imports happen here, not for `--help`."""
    from kit.app.compose import App

    home: Path | None = context.obj
    return App.open(home)
