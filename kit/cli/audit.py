"""`kit audit`: what a third party needs to check what was done in a crisis."""

from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record

app = typer.Typer(no_args_is_help=True, help=_("Packs for an audit."))


@app.callback()
def _group() -> None:
    """Keep `export` a command of its own though it is the only one."""


@app.command(
    "export",
    help=_(
        "Put all that is kept of a crisis into a folder that a third party can check without this program."
    ),
    epilog=example("kit audit export 13005-2026-01 --out /media/usb/audit"),
)
def export(
    context: typer.Context,
    crisis: Annotated[
        str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
    ],
    out: Annotated[Path, typer.Option(help=_("The folder; new, or empty."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import audit

        pack = audit.export(open_app(context), crisis, out)
        emit_record(
            asdict(pack),
            [
                ("reference", _("Crisis")),
                ("folder", _("Folder")),
                ("files", _("Files")),
                ("lines", _("Lines of the journal")),
                ("anchor", _("Anchor (SHA-256 of its tag manifest)")),
            ],
            as_json=as_json,
        )
        say(_("It holds personal data. Give the anchor on another way than the pack (see README.txt)."))
