"""`kit document`: what was issued to be signed, and what was signed."""

from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_record, emit_table

app = typer.Typer(no_args_is_help=True, help=_("Documents that were issued, and what was signed."))

Reference = Annotated[str, typer.Argument(help=_("Reference as printed, with or without the version."))]
Version = Annotated[int | None, typer.Option("--version", min=1, help=_("Which version; else the newest."))]


@app.command(
    "list",
    help=_("List documents, every version: all of them, or those about a crisis or a commune."),
    epilog=example("kit document list 13005-2026-01"),
)
def list_(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(help=_("A crisis's reference, a commune, or a subject of the journal."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.documents import listing

        emit_table(
            listing(open_app(context), subject),
            [
                ("reference", _("Reference")),
                ("version", _("Version")),
                ("kind", _("Kind")),
                ("issued_at", _("Issued")),
                ("check", _("Check")),
                ("signed", _("Signed")),
            ],
            as_json=as_json,
        )


@app.command(
    help=_("Show one document: its hashes, its versions, what is attached; --text prints what it says."),
    epilog=example("kit document show 13005-2026-01-R1 --text"),
)
def show(
    context: typer.Context,
    reference: Reference,
    version: Version = None,
    text: Annotated[bool, typer.Option("--text", help=_("Print the document as plain text."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.documents import show as look

        found = look(open_app(context), reference, version)
        if text and not as_json:
            print(found.text)
            return
        record = found.record | {
            "attached": [f"{one['role']} {one['name']}" for one in found.record["attachments"]]
        }
        emit_record(
            {**found.record, "text": found.text} if as_json else record,
            [
                ("reference", _("Reference")),
                ("version", _("Version")),
                ("versions", _("Versions")),
                ("kind", _("Kind")),
                ("subject", _("About")),
                ("issued_at", _("Issued")),
                ("issued_by", _("Issued by")),
                ("change", _("Changed")),
                ("facts_sha256", _("SHA-256 of the facts")),
                ("pdf_sha256", _("SHA-256 of the PDF")),
                ("pdf", _("PDF")),
                ("attached", _("Attached")),
            ],
            as_json=as_json,
        )


@app.command(
    help=_("Tie a file, e.g. the scan of the signed paper, to a document by its SHA-256."),
    epilog=example("kit document attach 13005-2026-01-R1 scan.pdf --check 3ec7c9a4"),
)
def attach(
    context: typer.Context,
    reference: Reference,
    file: Annotated[
        Path, typer.Argument(help=_("The file: a scan, a photograph, a signature made elsewhere."))
    ],
    *,
    check: Annotated[str, typer.Option(help=_("The first 8 signs of the SHA-256 at the foot of the paper."))],
    role: Annotated[str, typer.Option(help=_("What the file is: signed, signature or annex."))] = "signed",
    version: Version = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.issued import Role
        from kit.app.documents import attach as tie

        kind = chosen(Role, role) or Role.SIGNED
        emit_record(
            tie(open_app(context), reference, file, check=check, role=kind, version=version),
            [
                ("reference", _("Reference")),
                ("version", _("Version")),
                ("name", _("File")),
                ("role", _("Role")),
                ("sha256", _("SHA-256")),
            ],
            as_json=as_json,
        )
