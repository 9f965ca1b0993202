"""Owns the options every command shares and how a command reaches the program behind it."""

import sys
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kit.cli.exits import say
from kit.cli.times import local, tell_in

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.graph.device_code import DeviceCode
    from kit.graph.waits import Wait

Choice = TypeVar("Choice", bound=StrEnum)

#: `--json` on every command: data for machines on stdout.
Json = Annotated[bool, typer.Option("--json", help=_("Print data as JSON."))]

#: `--search` on commands that take a part of the pool; `kit pool list` has it as its argument.
Search = Annotated[
    str, typer.Option(help=_("Only what this search finds, as in `kit pool list`, e.g. 'place:depot'."))
]


def example(command: str) -> str:
    """The line that ends every command's help."""
    return _("Example: {command}").format(command=command)


def chosen(choices: type[Choice], text: str) -> Choice | None:
    """The kind, state or format that was asked for; None where nothing was."""
    from inventory.errors import Unknown

    if not text:
        return None
    try:
        return choices(text.lower())
    except ValueError as exc:
        raise Unknown(
            _("There is no “{text}”.").format(text=text),
            hint=_("Use one of {choices}.").format(choices=", ".join(choices)),
        ) from exc


def open_app(context: typer.Context) -> "App":
    """Build the program from the settings of `--home`; the heavy imports happen here, not for `--help`."""
    from kit.app.compose import App

    home: Path | None = context.obj
    program = App.open(home, prompt=_ask_to_sign_in if sys.stderr.isatty() else None, waiting=_tell_wait)
    tell_in(program.zone)
    return program


def _tell_wait(wait: "Wait") -> None:
    say(
        _("Waiting for the tenant until {time:%H:%M:%S}, Ctrl-C ends it: {reason}").format(
            time=local(wait.until), reason=wait.reason
        )
    )


def _ask_to_sign_in(asked: "DeviceCode") -> None:
    say(
        _("Sign in to the tenant: open {url} and type the code {code}, before {time:%H:%M}.").format(
            url=asked.url, code=asked.code, time=local(asked.expires)
        )
    )
