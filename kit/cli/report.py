"""`kit report`: what a crisis, the registers and the team are told on paper."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record

if TYPE_CHECKING:
    from kit.documents.issuing import Issued

app = typer.Typer(no_args_is_help=True, help=_("Reports, entries of registers, the printed runbook."))

CrisisName = Annotated[str, typer.Argument(help=_("Reference, or a commune that has one open crisis."))]
Text = Annotated[bool, typer.Option("--text", help=_("Print the paper itself as plain text."))]


@app.command(
    help=_("Issue the one-page situation for mayor and prefect, without personal data."),
    epilog=example("kit report situation 13005-2026-01"),
)
def situation(context: typer.Context, crisis: CrisisName, text: Text = False, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import reports

        show(reports.situation(open_app(context), crisis), text=text, as_json=as_json)


@app.command(
    help=_("Issue the technical report: stages, times, what does not hold, devices, proofs."),
    epilog=example("kit report technical 13005-2026-01"),
)
def technical(context: typer.Context, crisis: CrisisName, text: Text = False, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import reports

        show(reports.technical(open_app(context), crisis), text=text, as_json=as_json)


@app.command(
    help=_("Issue the entries for both registers of processing (GDPR, article 30)."),
    epilog=example("kit report register 13005-2026-01"),
)
def register(context: typer.Context, crisis: CrisisName, text: Text = False, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import reports

        show(reports.register(open_app(context), crisis), text=text, as_json=as_json)


@app.command(
    help=_("Issue the runbook to print: this team's contacts and settings, the steps with their commands."),
    epilog=example("kit report runbook"),
)
def runbook(context: typer.Context, text: Text = False, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import standing_papers

        show(standing_papers.runbook(open_app(context)), text=text, as_json=as_json)


def show(made: "Issued", *, text: bool, as_json: bool) -> None:
    """Print where an issued paper is, or what it says."""
    plain = made.text.read_text(encoding="utf-8") if text else ""
    if text and not as_json:
        print(plain)
        return
    document = made.document
    record = {
        "reference": document.reference,
        "version": document.version,
        "new": made.new,
        "change": document.change,
        "pdf": str(made.pdf),
        "facts_sha256": document.facts_sha256,
        "pdf_sha256": document.pdf_sha256,
    }
    emit_record(
        record | {"text": plain} if text else record,
        [
            ("reference", _("Reference")),
            ("version", _("Version")),
            ("new", _("New")),
            ("pdf", _("PDF")),
            ("pdf_sha256", _("SHA-256 of the PDF")),
            ("facts_sha256", _("SHA-256 of the facts")),
        ],
        as_json=as_json,
    )
