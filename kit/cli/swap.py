"""`kit swap`: a faulty device of a seat gives way to another, which is prepared at once."""

import sys
from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kit.cli.exits import CODES, report, say, told
from kit.cli.handover import Crisis, on_paper
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.app.swapping import Begun


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "swap",
        help=_("Replace a faulty laptop, phone or SIM of a seat; the same command goes on after a stop."),
        epilog=example("kit swap 13005-2026-01 3 LAP-07 LAP-12 --reason 'no picture'"),
    )(swap)


def swap(
    context: typer.Context,
    crisis: Crisis,
    seat: Annotated[int, typer.Argument(min=1, metavar="SEAT", help=_("Number of the seat."))],
    faulty_tag: Annotated[str, typer.Argument(metavar="FAULTY_TAG", help=_("Asset tag of the faulty one."))],
    reason: Annotated[str, typer.Option(help=_("What is wrong with it."))],
    new_tag: Annotated[
        str, typer.Argument(metavar="[NEW_TAG]", help=_("Its replacement; else the best one of the shelf."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import swapping

        program = open_app(context)
        begun = swapping.begin(program, crisis, seat, faulty_tag, new_tag, reason=reason)
        say(
            _("{faulty} gives way to {replacement} for seat {seat}.").format(
                faulty=begun.faulty, replacement=begun.replacement, seat=begun.seat
            )
        )
        _prepare(program, begun, reason=reason, as_json=as_json)


def _prepare(program: "App", begun: "Begun", *, reason: str, as_json: bool) -> NoReturn:
    from kit.app import run, swapping
    from kit.cli.following import follow, stopped

    ended = follow(program, run.SWAP, begun.reference)
    if isinstance(ended, run.Stopped):
        stopped(ended, begun.reference, f"kit swap {begun.reference} {begun.seat} {begun.faulty} --reason …")
    failure = swapping.verdict(program, begun, ended.troubles)
    paper = swapping.sheet(program, begun)
    if as_json:
        emit_json(asdict(begun) | {"reason": reason, "sheet": asdict(paper)})
    else:
        print(_("Field-swap sheet {paper}").format(paper=on_paper(paper)))
    if failure is None:
        again = f"kit handover seat {begun.reference} {begun.seat} {begun.replacement}"
        say(_("→ Next: `{command}`").format(command=again))
        sys.exit(0)
    report(failure, as_json=False)
    sys.exit(CODES[failure.kind])
