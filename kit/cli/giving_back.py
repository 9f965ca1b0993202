"""`kit return`: what a crisis lent is called back, checked in by scan, compared and decided."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.handover import At, Crisis, Identity, on_paper
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_json, emit_table

if TYPE_CHECKING:
    from kit.app.giving_back import Out, Told

app = typer.Typer(no_args_is_help=True, help=_("Return: what is out, check-in by scan, what differs."))


@app.command(
    "recall",
    help=_("Say what is out and with whom, and write the letters that call it back."),
    epilog=example("kit return recall 13005-2026-01 --said-by 'Camille Exemple' --place 'Réserve A'"),
)
def recall(
    context: typer.Context,
    crisis: Crisis,
    said_by: Annotated[str, typer.Option(help=_("Who calls it back."))],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("The last day on which to bring it."))
    ] = None,
    place: Annotated[str, typer.Option(help=_("Where to bring it."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import giving_back

        last = until.date() if until else None
        called = giving_back.recall(open_app(context), crisis, said_by=said_by, until=last, place=place)
        if as_json:
            emit_json(asdict(called))
            return
        _emit_out(called.out)
        for seat, letter in called.letters.items():
            print(_("Seat {seat}: letter {letter}").format(seat=seat, letter=on_paper(letter)))


@app.command(
    "scan",
    help=_("Check in what came back: receipt, quarantine; what does not fit is told and kept."),
    epilog=example(
        "kit return scan 13005-2026-01 LAP-07 TEL-04 --brought-by 'Camille Exemple' --identity 'staff badge'"
    ),
)
def scan(
    context: typer.Context,
    crisis: Crisis,
    tags: Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Tags, serials, IMEIs, as scanned."))],
    brought_by: Annotated[str, typer.Option(help=_("Who brought it."))],
    identity: Identity,
    seat: Annotated[
        int | None, typer.Option(min=1, help=_("The seat whose things these are said to be."))
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help=_("What is wrong with one: 'LAP-07=cracked screen'."))
    ] = None,
    accessory: Annotated[list[str] | None, typer.Option(help=_("What came along: charger=1."))] = None,
    place: Annotated[str, typer.Option(help=_("Where accessories are put: a place or crate."))] = "",
    at: At = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import giving_back
        from kit.app.handing import Words

        words = Words(identity, brought_by, at, tuple(condition or ()), tuple(accessory or ()), place)
        taken = giving_back.scan(open_app(context), crisis, tags, words, seat=seat)
        if as_json:
            emit_json(asdict(taken))
            return
        for receipt in taken.receipts:
            print(
                _("Seat {seat}: {tags} back, in quarantine. Receipt {reference}, to be signed.").format(
                    seat=receipt.seat, tags=", ".join(receipt.devices), reference=on_paper(receipt.paper)
                )
            )
        _tell(taken.differences)
        say(_("Still out: {count}.").format(count=taken.left))


@app.command(
    "decide",
    help=_("Decide about something that differs: found, damage, missing or waived."),
    epilog=example(
        "kit return decide 13005-2026-01 LAP-07 --as damage --reason 'dropped there' --by 'Camille Exemple'"
    ),
)
def decide(
    context: typer.Context,
    crisis: Crisis,
    subject: Annotated[
        str, typer.Argument(metavar="TAG", help=_("Tag, code, or SEAT/ITEM of an accessory."))
    ],
    choice: Annotated[str, typer.Option("--as", help=_("found, damage, missing or waived."))],
    reason: Annotated[str, typer.Option(help=_("Why; of damage, also who answers for it."))],
    by: Annotated[str, typer.Option(help=_("Who decides."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.returns import Choice
        from kit.app import giving_back
        from kit.errors import BadInput

        meant = chosen(Choice, choice)
        if meant is None:
            raise BadInput(_("Say found, damage, missing or waived; nothing was changed."))
        made = giving_back.decide(open_app(context), crisis, subject, meant, reason=reason, author=by)
        if as_json:
            emit_json([asdict(each) for each in made])
        else:
            _tell(made)


@app.command(
    "status",
    help=_("Say what is out, what came back, what differs and what was decided."),
    epilog=example("kit return status 13005-2026-01 --sheet"),
)
def status(
    context: typer.Context,
    crisis: Crisis,
    sheet: Annotated[bool, typer.Option("--sheet", help=_("Issue the return sheet to sign, too."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import giving_back

        program = open_app(context)
        standing = giving_back.look(program, crisis)
        issued = giving_back.sheet(program, crisis) if sheet else None
        if as_json:
            emit_json(asdict(standing) | ({"sheet": asdict(issued)} if issued else {}))
            return
        _emit_out(standing.out)
        print(
            _("Back: {count}. Gone: {tags}.").format(
                count=len(standing.back), tags=", ".join(standing.gone) or "–"
            )
        )
        _tell(standing.differences)
        if standing.explained:
            print(_("No unexplained serial."))
        if issued:
            print(_("Return sheet {reference}").format(reference=on_paper(issued)))


def _emit_out(out: "Sequence[Out]") -> None:
    emit_table(
        (vars(each) for each in out),
        [
            ("tag", _("tag")),
            ("kind", _("kind")),
            ("seat", _("seat")),
            ("person", _("person")),
            ("service", _("service")),
            ("contact", _("contact")),
            ("since", _("since")),
        ],
        as_json=False,
        title=_("In people's hands: {count}").format(count=len(out)),
    )


def _tell(differences: "Sequence[Told]") -> None:
    """What differs, a line each, with what was or can be decided."""
    for each in differences:
        decided = (
            f"{each.choice}, {each.reason} ({each.decided_by})" if each.choice else "/".join(each.choices)
        )
        print(f"{each.subject}: {each.said} → {decided}")
