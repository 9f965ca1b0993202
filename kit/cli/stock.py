"""`kit stock`: what is counted instead of known one by one, such as chargers, cables and bags."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record, emit_table

app = typer.Typer(no_args_is_help=True, help=_("Chargers and other things that are only counted."))

Item = Annotated[str, typer.Argument(metavar="ITEM", help=_("What it is, e.g. 'charger 65 W'."))]
Count = Annotated[int, typer.Argument(metavar="N", min=1, help=_("How many."))]
Place = Annotated[str, typer.Option(help=_("Where: a place, or the tag of a crate."))]
Reason = Annotated[str, typer.Option(help=_("Why."))]


@app.command(
    "in",
    help=_("More of an item came to a place."),
    epilog=example("kit stock in 'charger 65 W' 20 --place 'Réserve A' --reason bought"),
)
def receive(
    context: typer.Context, item: Item, count: Count, place: Place, reason: Reason, as_json: Json = False
) -> None:
    with told(as_json):
        from inventory import supplies

        program = open_app(context)
        with program.database.write() as session:
            stock = supplies.receive(session, program.stamp(), item, place, count, reason=reason)
        emit_record(vars(stock), _columns(), as_json=as_json)


@app.command(
    "out",
    help=_("Some of an item left a place: given away, used up, broken."),
    epilog=example("kit stock out 'charger 65 W' 2 --place 'Réserve A' --reason '13005-2026-01, seat 4'"),
)
def issue(
    context: typer.Context, item: Item, count: Count, place: Place, reason: Reason, as_json: Json = False
) -> None:
    with told(as_json):
        from inventory import supplies

        program = open_app(context)
        with program.database.write() as session:
            stock = supplies.issue(session, program.stamp(), item, place, count, reason=reason)
        emit_record(vars(stock), _columns(), as_json=as_json)


@app.command(
    help=_("Some of an item go from one place to another, e.g. into a crate."),
    epilog=example("kit stock move 'charger 65 W' 2 --from 'Réserve A' --to CAI-01"),
)
def move(
    context: typer.Context,
    item: Item,
    count: Count,
    source: Annotated[str, typer.Option("--from", help=_("Where they are: a place, or the tag of a crate."))],
    target: Annotated[str, typer.Option("--to", help=_("Where they go: a place, or the tag of a crate."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import supplies

        program = open_app(context)
        with program.database.write() as session:
            stock = supplies.carry(session, program.stamp(), item, source, target, count=count)
        emit_record(vars(stock), _columns(), as_json=as_json)


@app.command("list", help=_("Say how many there are, and where."), epilog=example("kit stock list"))
def list_stock(
    context: typer.Context,
    item: Annotated[str, typer.Option(help=_("Only this item."))] = "",
    place: Annotated[str, typer.Option(help=_("Only at this place, or in this crate."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import supplies

        with open_app(context).database.read() as session:
            rows = [vars(s) for s in supplies.stock(session, item=item or None, place=place or None)]
        emit_table(rows, _columns(), as_json=as_json)


def _columns() -> list[tuple[str, str]]:
    return [("item", _("item")), ("place", _("place")), ("count", _("there"))]
