"""`kit tenant`: end a crisis there, from the commune's instruction to the certificate."""

import sys
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kit.cli.exits import CODES, report, say, told
from kit.cli.handover import MOMENT
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_json, emit_record

if TYPE_CHECKING:
    from kit.app.closing_papers import Paper
    from kit.app.compose import App
    from kit.app.run import Procedure

Crisis = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]


def register(app: typer.Typer) -> None:
    """Add the commands, in the order in which a crisis ends."""
    app.command(
        "instruct",
        help=_(
            "Keep the commune's written instruction about its data: it comes before anything is exported."
        ),
        epilog=example(
            "kit tenant instruct 13005-2026-01 --by 'Camille Exemple' --as return --received 2026-11-21 "
            "--document instruction.pdf"
        ),
    )(instruct)
    app.command(
        "revoke",
        help=_(
            "End every sign-in of a crisis: accounts disabled, sessions ended. First step of the return of "
            "data."
        ),
        epilog=example("kit tenant revoke 13005-2026-01"),
    )(revoke)
    app.command(
        "export",
        help=_(
            "End sign-in, then put mail, files and conversations into a verified BagIt folder for the "
            "commune, sealed to its age key."
        ),
        epilog=example("kit tenant export 13005-2026-01 --recipient age1… --given-by 'Camille Exemple'"),
    )(export)
    app.command(
        "receipt",
        help=_("Issue the receipt of what the commune gets of its data, to be signed with the hash."),
        epilog=example("kit tenant receipt 13005-2026-01"),
    )(receipt)
    app.command(
        "acknowledge",
        help=_("Record that the commune has its data: the SHA-256 that it names must be the bag's."),
        epilog=example("kit tenant acknowledge 13005-2026-01 --sha256 9f86d0… --by 'Camille Exemple'"),
    )(acknowledge)
    app.command(
        "remove",
        help=_("Delete and purge everything of a crisis in the tenant, once its export was acknowledged."),
        epilog=example("kit tenant remove 13005-2026-01 --confirm Aubagne"),
    )(remove)
    app.command(
        "certificate",
        help=_(
            "Delete this station's copies of the bag and certify the destruction: refused until the tenant "
            "is empty and every device wiped."
        ),
        epilog=example("kit tenant certificate 13005-2026-01"),
    )(certificate)
    app.command(
        "closing",
        help=_("Say how far the end of a crisis in the tenant has come."),
        epilog=example("kit tenant closing 13005-2026-01"),
    )(closing_)


def revoke(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        _carry_out(program, run.REVOKE, closing.still_there(program, crisis), as_json=as_json)


def instruct(
    context: typer.Context,
    crisis: Crisis,
    by: Annotated[str, typer.Option(help=_("Who signed it for the commune."))],
    wish: Annotated[str, typer.Option("--as", help=_("return, destroy or archive."))],
    received: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help=_("On which day it was received."))
    ],
    document: Annotated[Path, typer.Option(help=_("The file that it came as; its SHA-256 is kept."))],
    unlawful: Annotated[
        str, typer.Option(help=_("Why it is unlawful: it is kept as reported, and nothing goes on."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.instructions import Wish
        from kit.app import closing
        from kit.errors import BadInput

        asked = chosen(Wish, wish)
        if asked is None:
            raise BadInput(_("--as is empty; nothing was changed."))
        program = open_app(context)
        standing = closing.instruct(
            program,
            crisis,
            asked,
            said_by=by,
            received=received.date(),
            document=document,
            unlawful=unlawful,
        )
        _emit_standing(program, standing.reference, as_json=as_json)
        if unlawful:
            say(_("Tell the commune in writing now: nothing goes on before its next instruction."))


def export(
    context: typer.Context,
    crisis: Crisis,
    to: Annotated[Path | None, typer.Option(help=_("Folder of the bag; else one of this station."))] = None,
    recipient: Annotated[str, typer.Option(help=_("The commune's age public key; once is enough."))] = "",
    clear: Annotated[str, typer.Option(help=_("Why the commune wants its bag in clear."))] = "",
    given_by: Annotated[str, typer.Option(help=_("Who at the commune said so."))] = "",
    as_json: Json = False,
) -> None:
    if recipient and clear:
        raise typer.BadParameter(_("give --recipient or --clear, not both"))
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        said = closing.Delivery(recipient, clear, given_by) if recipient or clear else None
        reference = closing.may_export(program, crisis, said)
        folder = closing.export_folder(program, reference, to)
        _carry_out(program, run.EXPORT, reference, str(folder), as_json=as_json)


def acknowledge(
    context: typer.Context,
    crisis: Crisis,
    sha256: Annotated[str, typer.Option(help=_("SHA-256 of the bag's manifest, as the commune gave it."))],
    by: Annotated[str, typer.Option(help=_("Who acknowledged it for the commune."))],
    at: Annotated[
        datetime | None, typer.Option(formats=MOMENT, help=_("When it was signed; else now."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import closing

        program = open_app(context)
        reference = closing.look(program, crisis).reference
        signed = at.replace(tzinfo=program.zone) if at else None
        closing.acknowledge(program, reference, sha256, by, at=signed)
        _emit_standing(program, reference, as_json=as_json)


def remove(
    context: typer.Context,
    crisis: Crisis,
    confirm: Annotated[str, typer.Option(help=_("The commune's name, typed out: nothing brings this back."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        reference = closing.may_remove(program, crisis, confirm)
        _carry_out(program, run.REMOVE, reference, as_json=as_json)


def receipt(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import closing_papers

        _emit_paper(closing_papers.receipt(open_app(context), crisis), as_json=as_json)


def certificate(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import closing_papers

        _emit_paper(closing_papers.certify(open_app(context), crisis), as_json=as_json)


def closing_(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        _emit_standing(open_app(context), crisis, as_json=as_json)


def _carry_out(
    program: "App", procedure: "Procedure", reference: str, *arguments: str, as_json: bool
) -> NoReturn:
    from kit.app import closing, run
    from kit.cli.following import follow, stopped
    from kit.cli.live import CLOSING

    ended = follow(program, procedure, reference, *arguments, shown=CLOSING)
    _emit_standing(program, reference, as_json=as_json)
    if isinstance(ended, run.Stopped):
        confirm = " --confirm …" if procedure is run.REMOVE else ""
        stopped(ended, reference, f"kit tenant {procedure.name} {reference}{confirm}")
    failure = closing.verdict(ended.troubles)
    if failure is None:
        sys.exit(0)
    report(failure, as_json=False)
    sys.exit(CODES[failure.kind])


def _emit_paper(paper: "Paper", *, as_json: bool) -> None:
    from dataclasses import asdict

    emit_record(
        asdict(paper),
        [
            ("reference", _("Document")),
            ("version", _("Version")),
            ("pdf", _("PDF")),
            ("text", _("Plain text")),
        ],
        as_json=as_json,
    )


def _emit_standing(program: "App", crisis: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from kit.app import closing

    standing = closing.look(program, crisis)
    if as_json:
        emit_json(asdict(standing))
        return
    bagged, sealed, removed = standing.bag or {}, standing.sealed or {}, standing.removal or {}
    emit_record(
        {
            "reference": standing.reference,
            "commune": standing.commune,
            "instruction": standing.instruction.wish if standing.instruction else None,
            "unlawful": standing.instruction.unlawful if standing.instruction else None,
            "revoked_at": standing.revoked_at,
            "folder": sealed.get("file", bagged.get("folder")),
            "recipient": (standing.delivery or {}).get("recipient"),
            "files": bagged.get("files"),
            "octets": bagged.get("octets"),
            "manifest_sha256": bagged.get("manifest_sha256"),
            "acknowledged_at": standing.acknowledged_at,
            "gone": len(removed["absences"]) if removed else None,
        },
        [
            ("reference", _("Crisis")),
            ("commune", _("Commune")),
            ("instruction", _("Instruction")),
            ("unlawful", _("Reported as unlawful")),
            ("revoked_at", _("Sign-in ended")),
            ("folder", _("Bag")),
            ("recipient", _("Sealed to")),
            ("files", _("Files")),
            ("octets", _("Bytes")),
            ("manifest_sha256", _("SHA-256 of its manifest")),
            ("acknowledged_at", _("Acknowledged")),
            ("gone", _("Objects read as gone")),
        ],
        as_json=False,
    )
