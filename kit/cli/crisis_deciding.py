"""`kit crisis retry`, `skip` and `replace`: what an operator decides about one stage of a run."""

from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from kit.app.intervening import Decided

Crisis = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]
Stage = Annotated[str, typer.Argument(metavar="STAGE", help=_("E.g. laptop, licence, mailbox, team, site."))]
Seat = Annotated[
    int | None, typer.Option(min=1, help=_("Number of the seat; else all seats, or the crisis as a whole."))
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "retry",
        help=_("Have a stage tried again now: what it waited for is done; also lifts a skip."),
        epilog=example("kit crisis retry 13005-2026-01 laptop --seat 3"),
    )(retry)
    app.command(
        "skip",
        help=_("Go on without a stage; who does it, when and why is kept."),
        epilog=example("kit crisis skip 13005-2026-01 phone --seat 3 --reason 'has one of their own'"),
    )(skip)
    app.command(
        "replace",
        help=_("Give a seat another laptop or phone from the shelf, also while a run waits for it."),
        epilog=example("kit crisis replace 13005-2026-01 3 --reason 'does not start'"),
    )(replace)


def retry(
    context: typer.Context, crisis: Crisis, stage: Stage, seat: Seat = None, as_json: Json = False
) -> None:
    with told(as_json):
        from kit.app import intervening

        decided = intervening.retry(open_app(context), crisis, stage, seat)
        _emit(decided, _("It is tried again."), as_json=as_json)


def skip(
    context: typer.Context,
    crisis: Crisis,
    stage: Stage,
    reason: Annotated[str, typer.Option(help=_("Why; it is kept and shown."))],
    seat: Seat = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import intervening
        from kit.plan import stages
        from kit.workflows import leaving_out

        decided = intervening.leave_out(open_app(context), crisis, stage, seat, reason)
        meaning = leaving_out.meaning(stages.Stage(decided.stage))
        _emit(decided, _("It is left out.") + " " + meaning, as_json=as_json)


def replace(
    context: typer.Context,
    crisis: Crisis,
    seat: Annotated[int, typer.Argument(min=1, metavar="SEAT", help=_("Number of the seat."))],
    reason: Annotated[str, typer.Option(help=_("What is wrong with the one it has."))],
    phone: Annotated[bool, typer.Option("--phone", help=_("Its phone instead of its laptop."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceKind
        from kit.app import replacing

        kind = DeviceKind.PHONE if phone else DeviceKind.LAPTOP
        done = replacing.replace(open_app(context), crisis, seat, kind, reason=reason)
        if as_json:
            emit_json(asdict(done))
            return
        print(
            _("{faulty} gives way to {replacement} for seat {seat}.").format(
                faulty=done.replaced, replacement=done.replacement, seat=done.seat
            )
        )
        _next(done.reference, heard=done.heard)


def _emit(decided: "Decided", sentence: str, *, as_json: bool) -> None:
    if as_json:
        emit_json(asdict(decided))
        return
    print(sentence)
    _next(decided.reference, heard=decided.heard)


def _next(reference: str, *, heard: bool) -> None:
    if heard:
        say(_("The run that is under way takes it into account."))
    else:
        say(_("→ Next: `{command}`").format(command=f"kit crisis run {reference}"))
