"""`kit handover`: what is signed when equipment changes hands."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record

app = typer.Typer(no_args_is_help=True, help=_("Hand-over: sheets to sign, the pass that lets a person in."))


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


@app.command(
    "pass",
    help=_("Make the access pass of one seat and show it once; at the hand-over, with the person present."),
    epilog=example("kit handover pass 13005-2026-01 3"),
)
def pass_(
    context: typer.Context,
    crisis: Annotated[str, typer.Argument(help=_("Reference, or a commune that has one open crisis."))],
    seat: Annotated[int, typer.Argument(min=1, help=_("Number of the seat."))],
    minutes: Annotated[int, typer.Option(min=10, max=480, help=_("Minutes for which it can be used."))] = 60,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.passes import issue

        made = issue(open_app(context), crisis, seat, minutes=minutes)
        if made.expires is None:
            say(_("This cloud has no access passes: a password for one sign-in, to be changed there."))
        emit_record(
            {
                "person": made.person,
                "principal_name": made.principal_name,
                "code": made.code,
                "expires": made.expires,
            },
            [
                ("person", _("Person")),
                ("principal_name", _("Account")),
                ("code", _("Access pass")),
                ("expires", _("Until")),
            ],
            as_json=as_json,
        )
        say(_("It is kept nowhere: hand it over now. Another call makes another and ends this one."))
