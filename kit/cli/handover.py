"""`kit handover`: what is signed when equipment changes hands."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record

app = typer.Typer(no_args_is_help=True, help=_("Hand-over: sheets to sign."))


@app.command(
    "sheet",
    help=_("Issue the hand-over sheet of what is ready now, as PDF and plain text."),
    epilog=example("kit handover sheet 13005-2026-01"),
)
def sheet(
    context: typer.Context,
    crisis: Annotated[str, typer.Argument(help=_("Reference, or a commune that has one open crisis."))],
    text: Annotated[bool, typer.Option("--text", help=_("Print the sheet itself as plain text."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.sheets import issue

        issued = issue(open_app(context), crisis)
        if text and not as_json:
            print(issued.text)
            return
        emit_record(
            {**issued.record, "text": issued.text} if text else issued.record,
            [
                ("reference", _("Sheet")),
                ("pdf", _("PDF")),
                ("pdf_sha256", _("SHA-256 of the PDF")),
                ("facts_sha256", _("SHA-256 of the facts")),
            ],
            as_json=as_json,
        )
