"""`kit crisis size`, `resize`, `add-seats`, `drop-seat`: how large a kit is, seats that come and go."""

from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli import sized
from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record

if TYPE_CHECKING:
    from kit.app.sizing_facts import Size

Reference = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "size",
        help=_("Say how many seats each service of a commune needs, and whether the pool has them."),
        epilog=example("kit crisis size aubagne --out seats.csv"),
    )(size)
    app.command(
        "resize",
        help=_("Decide how many seats a service of an open crisis gets; keeps who decided, and why."),
        epilog=example("kit crisis resize aubagne CCAS 4 --by 'Camille Exemple' --reason 'cold spell'"),
    )(resize)
    app.command(
        "add-seats",
        help=_("Add the people of a seats file to an open crisis; those who are there keep what they have."),
        epilog=example("kit crisis add-seats aubagne --seats more.csv --validated-by 'Dominique Essai'"),
    )(add_seats)
    app.command(
        "drop-seat",
        help=_("Drop a seat that is needed no more, while its person has nothing yet; plans without it."),
        epilog=example("kit crisis drop-seat aubagne 7 --reason 'Dominique Essai works from elsewhere'"),
    )(drop_seat)


def size(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(metavar="COMMUNE", help=_("A commune, or the reference of a crisis."))
    ],
    seats: Annotated[
        Path | None, typer.Option(help=_("Compare with this seats file, before a crisis is open."))
    ] = None,
    due: Annotated[
        list[str] | None,
        typer.Option(help=_("A service whose time has come, e.g. élections; may be repeated.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write a seats file (CSV) of what is missing; fill in the names."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import sizing, sizing_file

        found = sizing.size(open_app(context), which, seats_file=seats, due=due or ())
        if not as_json:
            sized.show(found)
        if found.proposed < found.by_rule:
            say(
                _("The rules give {count} seats; the pool has laptops for {proposed}.").format(
                    count=found.by_rule, proposed=found.proposed
                )
            )
        sized.tell_shortage(found.equipment)
        if out is not None:
            _tell_written(found, out, sizing_file.write(found, out))
        if as_json:
            emit_json(sized.as_data(found, out))


def resize(
    context: typer.Context,
    crisis: Reference,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help=_("As in `kit crisis size`."))],
    wanted: Annotated[int, typer.Argument(metavar="N", help=_("Seats that it gets in all."))],
    by: Annotated[str, typer.Option("--by", help=_("Who decides: a name."))],
    reason: Annotated[str, typer.Option(help=_("Why, in a sentence."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import sizing

        decided = sizing.resize(open_app(context), crisis, service, wanted, author=by, reason=reason)
        emit_record(
            sized.service_data(decided),
            [
                ("service", _("Service")),
                ("proposed", _("Proposed")),
                ("decided", _("Decided")),
                ("there", _("There")),
                ("missing", _("Missing")),
            ],
            as_json=as_json,
        )
        if not decided.reason:
            say(_("No rule knows “{service}”: nothing is proposed for it.").format(service=decided.service))
        if decided.missing:
            say(
                _("→ For their names: `kit crisis size {crisis} --out more.csv`").format(
                    crisis=_quoted(crisis)
                )
            )


def add_seats(
    context: typer.Context,
    crisis: Reference,
    seats: Annotated[Path, typer.Option(help=_("CSV file of people: nom, prénom, service, téléphone."))],
    validated_by: Annotated[str, typer.Option(help=_("The commune's representative who validated them."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import sizing

        program = open_app(context)
        reference, numbers = sizing.add_seats(program, crisis, seats, validated_by=validated_by)
        emit_record(
            {"crisis": reference, "added": numbers},
            [("crisis", _("Crisis")), ("added", _("New seats"))],
            as_json=as_json,
        )
        sized.tell_difference(program, reference)
        say(_("→ Next: `kit crisis plan {reference}`").format(reference=reference))


def drop_seat(
    context: typer.Context,
    crisis: Reference,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("Number of the seat."))],
    reason: Annotated[str, typer.Option(help=_("Why, in a sentence."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import dropping

        dropped = dropping.drop_seat(open_app(context), crisis, number, reason=reason)
        if as_json:
            emit_json(asdict(dropped))
            return
        say(
            _("Seat {number} ({person}) of crisis {reference} is dropped.").format(
                number=dropped.seat, person=dropped.person, reference=dropped.crisis
            )
        )
        for device in dropped.freed:
            print(_("{tag} is {state}.").format(tag=device.tag, state=device.state))
        if dropped.planned:
            say(_("The plan was made anew without it."))
            say(_("→ Next: `kit crisis run {reference}`").format(reference=dropped.crisis))


def _tell_written(found: "Size", out: Path, count: int) -> None:
    say(
        ngettext(
            "{file} has {count} seat: fill in its name.",
            "{file} has {count} seats: fill in their names.",
            count,
        ).format(file=out, count=count)
    )
    say(_("→ Then: `{command}`").format(command=_next(found, out)))


def _next(found: "Size", out: Path) -> str:
    file = _quoted(str(out))
    if found.crisis:
        return f"kit crisis add-seats {found.crisis} --seats {file} --validated-by …"
    return f"kit crisis open {_quoted(found.commune)} --seats {file}"


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
