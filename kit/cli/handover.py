"""`kit handover`: equipment changes hands, with what is signed."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import end, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record
from kit.cli.slip import Slip, emit, outlet

if TYPE_CHECKING:
    from kit.app.handing import Receipt, Refused
    from kit.app.loan_papers import Paper

app = typer.Typer(
    no_args_is_help=True, help=_("Hand-over: who got what, sheets to sign, the pass that lets a person in.")
)

Crisis = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]
Identity = Annotated[str, typer.Option(help=_("How their identity was verified, in words."))]
#: How a moment is typed: to the second, or to the minute.
MOMENT = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
At = Annotated[
    datetime | None,
    typer.Option(formats=MOMENT, help=_("When it happened, in the team's time zone; else now.")),
]


@app.command(
    "seat",
    help=_("Hand a person what is ready: the devices scanned, or all that they do not have yet."),
    epilog=example("kit handover seat 13005-2026-01 3 LAP-07 --identity 'staff badge'"),
)
def seat_(
    context: typer.Context,
    crisis: Crisis,
    seat: Annotated[int, typer.Argument(min=1, metavar="SEAT", help=_("Number of the seat."))],
    identity: Identity,
    tags: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TAGS]", help=_("Tags, serials, IMEIs or ICCIDs, as scanned.")),
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help=_("What is wrong with one: 'LAP-07=scratched lid'."))
    ] = None,
    accessory: Annotated[list[str] | None, typer.Option(help=_("What goes along: charger=1."))] = None,
    source: Annotated[
        str, typer.Option("--from", help=_("Where accessories are taken from: a place or crate."))
    ] = "",
    person: Annotated[str, typer.Option(help=_("Who takes it, if not the person of the seat."))] = "",
    at: At = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import handing

        words = handing.Words(identity, person, at, tuple(condition or ()), tuple(accessory or ()), source)
        receipt = handing.hand_over_seat(open_app(context), crisis, seat, scanned=tags or (), words=words)
        if as_json:
            emit_json(asdict(receipt))
        else:
            _tell(receipt)


@app.command(
    "service",
    help=_("Hand every person of a service what is ready; one bad seat does not stop the others."),
    epilog=example("kit handover service 13005-2026-01 CCAS --identity 'staff badges'"),
)
def service_(
    context: typer.Context,
    crisis: Crisis,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=_("As in the seats file."))],
    identity: Identity,
    at: At = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import handing

        words = handing.Words(identity, at=at)
        ended = handing.hand_over_service(open_app(context), crisis, service, words)
        if as_json:
            emit_json([asdict(each) for each in ended])
        else:
            for each in ended:
                _tell(each)
            if not ended:
                say(_("Everybody of {service} has everything already.").format(service=service))
    end(each.kind for each in ended if isinstance(each, handing.Refused))


@app.command(
    "receipts",
    help=_("Issue the receipts that have no paper yet, as after a crash or a full disk."),
    epilog=example("kit handover receipts 13005-2026-01"),
)
def receipts_(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import handing

        made = handing.missing_receipts(open_app(context), crisis)
        if as_json:
            emit_json([asdict(each) for each in made])
            return
        for each in made:
            _tell(each)
        if not made:
            say(_("Every receipt has its paper."))


def _tell(ended: "Receipt | Refused") -> None:
    """One seat's hand-over in words."""
    from inventory.handings import condition_word
    from kit.app.handing import Refused

    if isinstance(ended, Refused):
        print(_("Seat {seat} {person}: {message}").format(**vars(ended)))
        if ended.hint:
            print(f"→ {ended.hint}")
        return
    things = ", ".join(
        [
            *(f"{tag} ({condition_word(condition)})" for tag, condition in ended.devices.items()),
            *(f"{count} × {item}" for item, count in ended.accessories.items()),
        ]
    )
    print(
        _("Seat {seat} {person}: {things}. Receipt {reference}, to be signed.").format(
            seat=ended.seat, person=ended.person, things=things, reference=on_paper(ended.paper)
        )
    )
    if ended.paper.fault:
        print(_("→ Once that is mended: `kit handover receipts {crisis}`").format(crisis=ended.crisis))


def on_paper(paper: "Paper") -> str:
    """A paper's reference with the file to print, or why there is none; its facts are kept either way."""
    if paper.fault:
        return _("{reference} (no PDF: {fault})").format(reference=paper.reference, fault=paper.fault)
    return f"{paper.reference} ({paper.pdf})"


@app.command(
    "sheet",
    help=_("Issue the hand-over sheet of what is ready now, as PDF and plain text."),
    epilog=example("kit handover sheet 13005-2026-01"),
)
def sheet(
    context: typer.Context,
    crisis: Crisis,
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
    crisis: Crisis,
    seat: Annotated[int, typer.Argument(min=1, help=_("Number of the seat."))],
    minutes: Annotated[int, typer.Option(min=10, max=480, help=_("Minutes for which it can be used."))] = 60,
    slip: Slip = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import credential_slips
        from kit.app.passes import issue

        asked, program = outlet(slip, as_json=as_json), open_app(context)
        made = issue(program, crisis, seat, minutes=minutes)
        if made.expires is None:
            say(_("This cloud has no access passes: a password for one sign-in, to be changed there."))
        if asked is not None:
            emit(asked, partial(credential_slips.of_pass, program, made), as_json=as_json)
            return
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
