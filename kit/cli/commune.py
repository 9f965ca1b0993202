"""`kit commune`: the communes that may borrow."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record, emit_table

if TYPE_CHECKING:
    from inventory.communes import Commune

app = typer.Typer(no_args_is_help=True, help=_("The communes that may borrow."))


@app.command("list", help=_("List every commune."), epilog=example("kit commune list"))
def list_communes(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import communes

        with open_app(context).database.read() as session:
            rows = [_record(commune) for commune in communes.listing(session)]
        columns = [("code", _("INSEE")), ("name", _("commune")), ("population", _("population"))]
        emit_table(rows, columns, as_json=as_json)


@app.command(help=_("Show one commune."), epilog=example("kit commune show aubagne"))
def show(
    context: typer.Context,
    commune: Annotated[str, typer.Argument(help=_("INSEE code, name, or the beginning of one."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import communes

        with open_app(context).database.read() as session:
            record = _record(communes.find(session, commune))
        labels = [
            ("code", _("INSEE")),
            ("name", _("commune")),
            ("siren", _("SIREN")),
            ("department", _("department")),
            ("postcodes", _("postcodes")),
            ("population", _("population")),
        ]
        emit_record(record, labels, as_json=as_json)


def _record(commune: "Commune") -> dict[str, Any]:
    return {name: getattr(commune, name) for name in type(commune).model_fields}
