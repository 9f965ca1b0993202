"""`kit convention`: which commune has the right to a kit."""

from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli import convention_due, convention_notice, convention_print, convention_terms
from kit.cli.exits import told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_record, emit_table

if TYPE_CHECKING:
    from datetime import date

    from inventory.communes import Commune
    from inventory.conventions import Standing

app = typer.Typer(no_args_is_help=True, help=_("The conventions that open the right to a kit."))
for part in (convention_due, convention_terms, convention_notice, convention_print):
    part.register(app)

CommuneName = Annotated[str, typer.Argument(help=_("INSEE code, name, or the beginning of one."))]
_DAY = ["%Y-%m-%d"]


@app.command(
    help=_("Record a convention, or complete one that is a draft; the same one twice is recorded once."),
    epilog=example("kit convention add aubagne --template amp_cyber --notified 2026-03-15"),
)
def add(
    context: typer.Context,
    commune: CommuneName,
    *,
    template: Annotated[str, typer.Option(help=_("Template, e.g. amp_cyber."))],
    notified: Annotated[datetime | None, typer.Option(formats=_DAY, help=_("Day of notification."))] = None,
    signed: Annotated[datetime | None, typer.Option(formats=_DAY, help=_("Day of signature."))] = None,
    ended: Annotated[datetime | None, typer.Option(formats=_DAY, help=_("Last day, if terminated."))] = None,
    reading: Annotated[
        str, typer.Option(help=_("How the longest duration is read: anniversary or nth_civil_year."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import communes, conventions
        from inventory.conventions.template import read_folder
        from kit.cli.convention_words import today

        program = open_app(context)
        own = read_folder(program.settings.conventions.templates)
        with program.database.write() as session:
            found = communes.find(session, commune)
            convention = conventions.add(
                session,
                program.stamp(),
                found,
                template=template,
                signed_on=signed.date() if signed else None,
                notified_on=notified.date() if notified else None,
                ended_on=ended.date() if ended else None,
                reading=chosen(conventions.Reading, reading),
                own=own,
            )
            standing = next(
                each
                for each in conventions.standings(session, found.code)
                if each.convention.id == convention.id
            )
            record = _record(found, standing, today(program))
        emit_record(record if as_json else _in_words(record), _labels(), as_json=as_json)


@app.command(help=_("Show a commune's conventions."), epilog=example("kit convention show aubagne"))
def show(context: typer.Context, commune: CommuneName, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import communes, conventions
        from kit.cli import convention_words as words

        program = open_app(context)
        today = words.today(program)
        with program.database.read() as session:
            found = communes.find(session, commune)
            rows = [_record(found, each, today) for each in conventions.standings(session, found.code)]
        emit_table(rows if as_json else map(_in_words, rows), _labels(), as_json=as_json, title=found.name)


@app.command(
    "list", help=_("Say for every commune whether it may borrow."), epilog=example("kit convention list")
)
def list_all(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import communes, conventions
        from kit.cli import convention_words as words

        program = open_app(context)
        today = words.today(program)
        with program.database.read() as session:
            signed: dict[str, list[Standing]] = {}
            for standing in conventions.standings(session):
                signed.setdefault(standing.convention.commune_code, []).append(standing)
            rows = [
                _record(commune, each, today)
                for commune in communes.listing(session)
                for each in signed.get(commune.code, [None])
            ]
        emit_table(rows if as_json else map(_in_words, rows), _labels(), as_json=as_json)


def _labels() -> list[tuple[str, str]]:
    return [
        ("code", _("INSEE")),
        ("commune", _("commune")),
        ("template", _("template")),
        ("status", _("status")),
        ("lends_kit", _("kit")),
        ("effect", _("in force from")),
        ("last_day", _("last day")),
    ]


def _in_words(record: dict[str, Any]) -> dict[str, Any]:
    """A record as people read it."""
    from kit.cli import convention_words as words

    return record | {"status": words.status(record["status"])}


def _record(commune: "Commune", standing: "Standing | None", today: "date") -> dict[str, Any]:
    """One line: the commune, and its convention's facts where it has one."""
    from inventory import conventions

    record: dict[str, Any] = {"code": commune.code, "commune": commune.name, "status": "none"}
    if standing is None:
        return record
    template, dates, convention = standing.template, standing.dates, standing.convention
    return record | {
        "id": convention.id,
        "template": convention.template,
        "template_version": convention.template_version,
        "reading": convention.reading,
        "status": standing.status(today).value,
        "lends_kit": template.lends_kit,
        "signed_on": convention.signed_on,
        "notified_on": convention.notified_on,
        "ended_on": convention.ended_on,
        "effect": conventions.effect(template, dates),
        "last_day": conventions.last_day(template, dates),
    }
