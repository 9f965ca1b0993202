"""`kit init`: makes a station ready, and can be run again without harm."""

from gettext import gettext as _

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example
from kit.cli.render import emit_record


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "init",
        help=_("Create the folders, settings, keys and data base of this station; what exists stays."),
        epilog=example("kit init"),
    )(init)


def init(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app.setup import initialise

        made = initialise(context.obj)
        say(_("Station ready."))
        if made.identity is not None:
            say(
                _("Move {identity} off this station: it alone reads device secrets.").format(
                    identity=made.identity
                )
            )
        emit_record(
            {
                "settings": str(made.settings),
                "database": made.database,
                "communes": made.communes,
                "certificate": str(made.certificate),
                "ssh_public_key": str(made.ssh_public_key),
                "age_recipients": list(made.recipients),
            },
            [
                ("settings", _("Settings")),
                ("database", _("Data base")),
                ("communes", _("Communes added")),
                ("certificate", _("Application certificate")),
                ("ssh_public_key", _("Provisioning key")),
                ("age_recipients", _("Age recipients")),
            ],
            as_json=as_json,
        )
