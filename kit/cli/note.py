"""`kit crisis note`: what somebody told us about a crisis, and what it starts or allows."""

from dataclasses import asdict
from datetime import datetime
from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.handover import At, Crisis
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_record


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "note",
        help=_("Note what was told: call-back, end of forensics, systems restarted, consent, maintenance."),
        epilog=example("kit crisis note 13005-2026-01 forensic-ended --said-by 'Camille Exemple'"),
    )(note)


def note(
    context: typer.Context,
    crisis: Crisis,
    fact: Annotated[
        str,
        typer.Argument(
            metavar="FACT",
            help=_("called-back, forensic-ended, systems-restarted, remote-consent or maintenance."),
        ),
    ],
    said_by: Annotated[str, typer.Option(help=_("Who said so."))],
    at: At = None,
    detail: Annotated[str, typer.Option(help=_("More; of a maintenance, its nature."))] = "",
    device: Annotated[str, typer.Option(help=_("Tag of the device that a consent or notice is for."))] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Day of an announced maintenance."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import noting
        from kit.errors import BadInput

        meant = chosen(noting.Fact, fact)
        if meant is None:
            raise BadInput(_("Say what happened; nothing was changed."))
        noted = noting.note(
            open_app(context),
            crisis,
            meant,
            said_by=said_by,
            at=at,
            more=noting.More(detail, device, on.date() if on else None),
        )
        if noted.return_due_since is not None:
            say(_("Both ends are known: the equipment is due back."))
            say(_("→ Next: `kit return recall {reference}`").format(reference=noted.reference))
        emit_record(
            asdict(noted),
            [("reference", _("Crisis")), ("fact", _("Fact")), ("at", _("When")), ("said_by", _("Said by"))],
            as_json=as_json,
        )
