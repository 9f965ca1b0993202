"""Owns how a slip with a secret leaves the program: piped to a printer or onto a screen, never to a file."""

import os
import stat
import sys
from collections.abc import Callable
from enum import StrEnum
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say
from kit.cli.options import chosen
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from kit.app.credential_slips import Layout


class Outlet(StrEnum):
    """What a slip is set as."""

    PDF = "pdf"
    TEXT = "text"


Slip = Annotated[
    str,
    typer.Option("--slip", help=_("Put it on a slip to fold: pdf, piped to a printer (| lp), or text.")),
]


def outlet(text: str, *, as_json: bool) -> Outlet | None:
    """What the operator asked for; None for no slip. To be asked before any secret is made or opened.

    Raises:
        Unknown: there is no such layout. BadInput: a screen or a file would get the PDF.
    """
    from kit.errors import BadInput

    asked = chosen(Outlet, text)
    if asked is Outlet.PDF and (as_json or not _is_piped()):
        raise BadInput(
            _("A slip as PDF goes to a printer, never to a screen or into a file; nothing was made."),
            hint=_("Pipe it: `… --slip pdf | lp`. Without a printer: `--slip text`."),
        )
    return asked


def emit(asked: Outlet, make: "Callable[[Layout], bytes]", *, as_json: bool) -> None:
    """Make the slip in that layout and let it out.

    Raises:
        MissingRequirement: nobody takes the PDF.
    """
    from kit.documents import slip

    if asked is Outlet.PDF:
        _to_printer(make(slip.render))
        say(_("The slip is on its way to the printer. Fold and staple it before anybody reads it."))
        return
    plain = make(slip.plain).decode()
    if as_json:
        emit_json({"text": plain})
        return
    print(plain)
    say(_("Copy it by hand, then clear this screen."))


def _is_piped() -> bool:
    """Whether another program reads what is printed, here or at the other end of an SSH connection."""
    mode = os.fstat(sys.stdout.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _to_printer(pdf: bytes) -> None:
    """Write it past every buffer, which could keep it."""
    from kit.errors import MissingRequirement

    left = memoryview(pdf)
    try:
        while left:
            left = left[os.write(sys.stdout.fileno(), left) :]
    except BrokenPipeError as exc:
        raise MissingRequirement(
            _("What should print the slip has ended before it was told all; the slip is nowhere."),
            hint=_("Check the printer (`lpstat -p`), then ask again: each slip is another version."),
        ) from exc
