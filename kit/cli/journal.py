"""`kit journal`: what was done, by whom, and whether the record still holds."""

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext
from typing import Annotated, Any

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json
from kit.cli.times import local

app = typer.Typer(no_args_is_help=True, help=_("What was done, by whom, when."))

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@app.command(
    help=_("Show the newest lines."), epilog=example("kit journal tail -n 20 --subject device:LAP-01")
)
def tail(
    context: typer.Context,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help=_("How many lines."))] = 20,
    subject: Annotated[
        str | None, typer.Option(help=_("Only about this object, e.g. crisis:13005-2026-01."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import journal

        with open_app(context).database.read() as session:
            found = journal.tail(session, limit=lines, subject=subject)
            rows = [{name: getattr(line, name) for name in type(line).model_fields} for line in found]
        if as_json:
            emit_json(rows)
            return
        for row in rows:
            print(f"{row['seq']:>6}  {line_in_words(row)}  ({row['subject']})")


@app.command(
    help=_(
        "Follow the journal's chain of hashes from the first line; name the first line that does not hold."
    ),
    epilog=example("kit journal verify"),
)
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(help=_("Hash of a line noted down earlier, which must still be there."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import journal

        with open_app(context).database.read() as session:
            count = journal.verify(session, head=head)
            _seq, newest = journal.head(session)
        if as_json:
            emit_json({"lines": count, "head": newest})
            return
        print(ngettext("{count} line holds.", "{count} lines hold.", count).format(count=count))
        print(_("Head: {hash}").format(hash=newest))


def line_in_words(line: Mapping[str, Any]) -> str:
    """When, who, what and the facts that are not empty, on one line."""
    at = local(line["at"]).strftime("%Y-%m-%d %H:%M:%S")
    facts = ", ".join(
        f"{name}: {_told(value)}" for name, value in line["data"].items() if value not in _EMPTY
    )
    return f"{at}  {line['actor']}  {line['kind']}  {facts}".rstrip()


def _told(value: Any) -> str:
    """A fact as people write it; what changed as old and new."""
    match value:
        case {"from": old, "to": new, **others} if not others:
            return f"{old or '–'} → {new or '–'}"
        case list():
            return " ".join(map(_told, value))
        case _:
            return str(value)
