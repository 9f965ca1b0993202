"""Owns the options every command shares and how a command reaches the program behind it."""

import sys
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.graph.device_code import DeviceCode

#: `--json` on every command: data for machines on stdout.
Json = Annotated[bool, typer.Option("--json", help=_("Print data as JSON."))]


def example(command: str) -> str:
    """The line that ends every command's help."""
    return _("Example: {command}").format(command=command)


def open_app(context: typer.Context) -> "App":
    """Build the program from the settings of `--home`; the heavy imports happen here, not for `--help`."""
    from kit.app.compose import App

    home: Path | None = context.obj
    return App.open(home, prompt=_ask_to_sign_in if sys.stderr.isatty() else None)


def _ask_to_sign_in(asked: "DeviceCode") -> None:
    say(
        _("Sign in to the tenant: open {url} and type the code {code}, before {time:%H:%M}.").format(
            url=asked.url, code=asked.code, time=asked.expires.astimezone()
        )
    )
