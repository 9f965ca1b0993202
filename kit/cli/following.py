"""Carries out a durable procedure in the foreground, shown live; Ctrl-C stops it or only the view."""

import sys
from gettext import gettext as _
from typing import TYPE_CHECKING, NoReturn

from kit.cli.exits import INTERRUPTED, say
from kit.cli.live import EQUIPPING, LiveBoard, Shown

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.app.run import Ended, Procedure, Stopped


def follow(
    program: "App",
    procedure: "Procedure",
    reference: str,
    *arguments: str,
    shown: Shown = EQUIPPING,
) -> "Ended | Stopped":
    """Carry it out, or follow the worker that does, until its end or Ctrl-C."""
    from kit.app import crises, run

    stop = run.StopRequest()
    with run.on_interrupt(stop), LiveBoard(crises.people(program, reference), shown) as live:
        return run.carry_out(program, procedure, reference, *arguments, stop=stop, show=live.show)


def stopped(ended: "Stopped", reference: str, command: str) -> NoReturn:
    """Say what Ctrl-C stopped, and leave."""
    if ended.hosted:
        say(_("Stopped. Nothing is lost; go on with: {command}").format(command=command))
    else:
        say(
            _("The worker goes on with crisis {reference}; this was only the view.").format(
                reference=reference
            )
        )
    sys.exit(INTERRUPTED)
