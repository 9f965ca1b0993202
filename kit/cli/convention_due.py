"""`kit convention due`: what must be done for every commune, until when and why; as a calendar too."""

from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_table

if TYPE_CHECKING:
    from datetime import date

    from inventory.conventions.due import Due


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "due",
        help=_("Say what must be done about conventions and contacts, the most urgent first."),
        epilog=example("kit convention due --days 120 --ics conventions.ics"),
    )(due)


def due(
    context: typer.Context,
    days: Annotated[
        int, typer.Option(min=0, help=_("How far ahead to look; running letters are always told."))
    ] = 90,
    ics: Annotated[
        Path | None, typer.Option(help=_("Also write every coming date to this calendar file."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.conventions.due import read
        from kit.cli import convention_words as words

        program = open_app(context)
        day = words.today(program)
        with program.database.read() as session:
            trusted = program.settings.conventions.contact_days
            found = read(session, day, days=days, contact_days=trusted)
            ever = read(session, day, days=None, contact_days=trusted) if ics else []
        if ics is not None:
            _write_calendar(ics, ever, day)
        emit_table([_row(each, day) for each in found], words.columns(), as_json=as_json)
        say(ngettext("{n} thing to do.", "{n} things to do.", len(found)).format(n=len(found)))


def _row(each: "Due", today: "date") -> dict[str, Any]:
    from kit.cli import convention_words as words

    commune, standing = each.commune, each.standing
    return {
        "until": each.until,
        "overdue": each.until is not None and each.until < today,
        "warns_on": each.deadline.warns_on if each.deadline else None,
        "code": commune.code if commune else None,
        "commune": commune.name if commune else _("the lender"),
        "template": standing.template.key if standing else None,
        "convention": standing.convention.id if standing else None,
        "kind": each.kind.value,
        "what": words.what(each),
        "rule": words.why(each),
    }


def _write_calendar(file: Path, found: "list[Due]", today: "date") -> None:
    from inventory.conventions import ics
    from kit.cli import convention_words as words
    from kit.documents.store import save

    entries = [
        ics.Entry(
            each.standing,
            each.deadline,
            f"{each.commune.name}: {words.what(each)} ({each.standing.template.key})",
            words.why(each),
        )
        for each in found
        if each.commune is not None and each.standing is not None and each.deadline is not None
    ]
    save(ics.write(entries, today), file)
    say(
        ngettext("{n} date written to {file}.", "{n} dates written to {file}.", len(entries)).format(
            n=len(entries), file=file
        )
    )
