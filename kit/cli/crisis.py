"""`kit crisis`: open it, plan it, run it, look at it, close it."""

import sys
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import contact, crisis_deciding, crisis_size, note, sized
from kit.cli.exits import CODES, report, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.planned import emit_plan
from kit.cli.render import emit_json, emit_table

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.app.situation import Situation

app = typer.Typer(no_args_is_help=True, help=_("Crises: open, plan, run, follow, close."))
crisis_deciding.register(app)
crisis_size.register(app)
note.register(app)

Reference = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]


@app.command(
    "open",
    help=_("Open a crisis for a commune, with the people to equip."),
    epilog=example("kit crisis open aubagne --seats seats.csv --called-back-by 'Camille Exemple'"),
)
def open_(
    context: typer.Context,
    commune: Annotated[str, typer.Argument(help=_("INSEE code, or the first letters of the name."))],
    seats: Annotated[Path, typer.Option(help=_("CSV file of people: nom, prénom, service, téléphone."))],
    t0: Annotated[
        datetime | None, typer.Option(help=_("When it was declared, in the team's time zone; else now."))
    ] = None,
    drill: Annotated[bool, typer.Option("--drill", help=_("This is an exercise."))] = False,
    called_back_by: Annotated[
        str, typer.Option(help=_("Who called the correspondent back on the registered number."))
    ] = "",
    called_back_on: Annotated[
        str, typer.Option(help=_("On which number; it must have been registered beforehand (kit contact)."))
    ] = "",
    force_by: Annotated[
        str, typer.Option(help=_("Who opens it without an active convention, or without a known number."))
    ] = "",
    force_reason: Annotated[str, typer.Option(help=_("Why; both are needed and kept."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import crises

        opening = crises.Opening(
            drill=drill,
            t0=t0,
            called_back_by=called_back_by,
            called_back_on=called_back_on,
            forced_by=force_by,
            forced_reason=force_reason,
        )
        program = open_app(context)
        opened = crises.open_crisis(program, commune, seats, opening)
        say(_("Crisis {reference} is open.").format(reference=opened.reference))
        if not called_back_by:
            contact.tell_whom_to_call(program, opened.reference)
        sized.tell_difference(program, opened.reference)
        say(_("→ Next: `kit crisis plan {reference}`").format(reference=opened.reference))
        _emit_situation(opened, as_json=as_json)


@app.command(
    "plan",
    help=_("Show who would get what, and keep it as the plan to run; touches nothing else."),
    epilog=example("kit crisis plan 13005-2026-01"),
)
def plan(context: typer.Context, crisis: Reference, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import crises

        program = open_app(context)
        emit_plan(program, crises.plan(program, crisis), as_json=as_json)


@app.command(
    "run",
    help=_("Carry out the plan, or go on with a run that was stopped; shows it live."),
    epilog=example("kit crisis run 13005-2026-01"),
)
def run(
    context: typer.Context,
    crisis: Reference,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only show the plan."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import crises

        program = open_app(context)
        if dry_run:
            emit_plan(program, crises.preview(program, crisis), as_json=as_json)
            return
        _run(program, crisis, as_json=as_json)


def _run(program: "App", crisis: str, *, as_json: bool) -> None:
    from kit.app import crises, run
    from kit.cli.following import follow, stopped

    reference = crises.ensure_plan(program, crisis)
    ended = follow(program, run.EQUIP, reference)
    situation = crises.look(program, reference)
    _emit_situation(situation, as_json=as_json)
    if isinstance(ended, run.Stopped):
        stopped(ended, reference, f"kit crisis run {reference}")
    failure = crises.verdict(situation, ended.troubles)
    if failure is None:
        say(_("Every seat works."))
        sys.exit(0)
    report(failure, as_json=False)
    sys.exit(CODES[failure.kind])


@app.command(
    "status",
    help=_("Say where a crisis stands: seats, stages, times since T0."),
    epilog=example("kit crisis status 13005-2026-01 --watch"),
)
def status(
    context: typer.Context,
    crisis: Reference,
    watch: Annotated[bool, typer.Option("--watch", help=_("Follow it until Ctrl-C."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import crises

        program = open_app(context)
        situation = crises.look(program, crisis)
        if watch:
            from kit.app import run
            from kit.cli.live import LiveBoard

            stop = run.StopRequest()
            with (
                run.on_interrupt(stop),
                LiveBoard(crises.people(program, situation.reference)) as live,
            ):
                run.watch(program, situation.reference, stop=stop, show=live.show)
            situation = crises.look(program, crisis)
        _emit_situation(situation, as_json=as_json)


@app.command("list", help=_("List crises, newest first."), epilog=example("kit crisis list"))
def list_(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import crises

        emit_table(
            (
                {
                    "reference": known.reference,
                    "commune": known.commune,
                    "drill": known.drill,
                    "t0": known.t0,
                    "seats": len(known.seats),
                    "ready": sum(seat.ready_at is not None for seat in known.seats),
                    "closed_at": known.closed_at,
                }
                for known in crises.listing(open_app(context))
            ),
            [
                ("reference", _("Crisis")),
                ("commune", _("Commune")),
                ("drill", _("Exercise")),
                ("t0", _("T0")),
                ("seats", _("Seats")),
                ("ready", _("Ready")),
                ("closed_at", _("Closed")),
            ],
            as_json=as_json,
        )


@app.command(
    "close",
    help=_("Close a crisis: reservations end, prepared laptops go to quarantine until they are wiped."),
    epilog=example("kit crisis close 13005-2026-01"),
)
def close(context: typer.Context, crisis: Reference, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import crises

        closed = crises.close(open_app(context), crisis)
        say(_("Crisis {reference} is closed.").format(reference=closed.reference))
        say(
            _(
                "What it created in the tenant stays until the commune has its data back. → What comes next: "
                "`kit tenant closing {reference}`"
            ).format(reference=closed.reference)
        )
        _emit_situation(closed, as_json=as_json)


def _emit_situation(situation: "Situation", *, as_json: bool) -> None:
    from dataclasses import asdict

    from kit.app.sharing import waits_in_words
    from kit.cli.live import describe

    if as_json:
        emit_json(asdict(situation))
        return
    describe(situation)
    if situation.caller_verified_by:
        print(_called_back(situation))
    for line in waits_in_words(situation.waiting, situation.without_phone):
        print(line)
    if situation.return_due_since is not None and situation.closed_at is None:
        print(
            _("Forensics ended and systems work: the equipment is due back since {day}.").format(
                day=situation.return_due_since.date()
            )
        )
        print(_("→ Next: `kit return recall {reference}`").format(reference=situation.reference))


def _called_back(situation: "Situation") -> str:
    """Who verified the caller, and on which number where that is known (requirement 7)."""
    if situation.called_back_on:
        return _("The correspondent was called back by {name}, on {number}.").format(
            name=situation.caller_verified_by, number=situation.called_back_on
        )
    return _("The correspondent was called back by {name}.").format(name=situation.caller_verified_by)
