"""`kit loss`: a device of a crisis was lost or stolen; all that can be done about it in one command."""

from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.breach import AwareAt
from kit.cli.exits import end, say, told
from kit.cli.handover import Crisis
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json
from kit.cli.times import local

if TYPE_CHECKING:
    from kit.app.losing import Loss


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "loss",
        help=_("Report a lent device as lost or stolen: register, sessions, phone, passwords to change."),
        epilog=example(
            "kit loss 13005-2026-01 TEL-04 --stolen --told-by 'Camille Exemple' --reason 'on a train'"
        ),
    )(loss)


def loss(
    context: typer.Context,
    crisis: Crisis,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag."))],
    told_by: Annotated[str, typer.Option(help=_("Who told us."))],
    reason: Annotated[str, typer.Option(help=_("What happened."))],
    lost: Annotated[bool, typer.Option("--lost", help=_("Nobody knows where it is."))] = False,
    stolen: Annotated[bool, typer.Option("--stolen", help=_("It was taken, as far as is known."))] = False,
    aware_at: AwareAt = None,
    wipe: Annotated[bool, typer.Option("--wipe", help=_("Erase a phone instead of locking it."))] = False,
    as_json: Json = False,
) -> None:
    if lost == stolen:
        raise typer.BadParameter(_("say --lost or --stolen"))
    with told(as_json):
        from inventory.departures import Departure
        from kit.app import losing

        what = Departure.STOLEN if stolen else Departure.LOST
        program = open_app(context)
        dealt = losing.report(program, crisis, tag, losing.Report(what, told_by, reason, aware_at, wipe))
        if as_json:
            emit_json(asdict(dealt))
        else:
            _tell(dealt)
    end(part.kind for part in dealt.parts)


def _tell(dealt: "Loss") -> None:
    from inventory.conventions import Side
    from inventory.device_words import state_word
    from inventory.devices import DeviceState
    from kit.cli.convention_words import side

    sides = {each.value: side(each) for each in Side}
    state = state_word(DeviceState(dealt.state))
    print(
        _("{tag} of seat {seat} {person} is {state}; entry {breach} of the register.").format(
            **vars(dealt) | {"state": state}
        )
    )
    for part in dealt.parts:
        print(f"{'✓' if part.done else '✗'} {part.what}: {part.said}")
        if part.hint:
            print(f"→ {part.hint}")
    say(
        _("The authority must know by {deadline:%Y-%m-%d %H:%M %Z}, told by: {who}.").format(
            deadline=local(dealt.deadline),
            who=sides.get(dealt.notifier, dealt.notifier) or _("nobody is named by the convention"),
        )
    )
    say(_("What failed is tried again by the same command. A replacement: `kit swap`."))
