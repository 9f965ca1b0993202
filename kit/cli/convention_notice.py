"""`kit convention notice`: a letter about a convention, dated from its receipt."""

from datetime import date, datetime
from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_record

CommuneName = Annotated[str, typer.Argument(help=_("INSEE code, name, or the beginning of one."))]
_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "notice",
        help=_(
            "Record a letter about a convention, or what became of it; the same one twice is recorded once."
        ),
        epilog=example(
            "kit convention notice aubagne exit --side commune --sent 2026-09-01 --received 2026-09-03"
        ),
    )(notice)


def notice(
    context: typer.Context,
    commune: CommuneName,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help=_("exit, breach, force_majeure, force_majeure_end or amendment.")
        ),
    ],
    *,
    side: Annotated[str, typer.Option(help=_("Who wrote it: commune or lender."))],
    sent: Annotated[datetime, typer.Option(formats=_DAY, help=_("Day of sending."))],
    received: Annotated[datetime | None, typer.Option(formats=_DAY, help=_("Day of receipt."))] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help=_("First day of the force majeure."))
    ] = None,
    settled: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help=_("From when it counts no more: withdrawn, cured, over, a mistake.")),
    ] = None,
    reason: Annotated[str, typer.Option(help=_("Why it is settled."))] = "",
    template: Annotated[str, typer.Option(help=_("Which convention, where there are several."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import communes
        from inventory.conventions import notices, records
        from inventory.conventions.facts import NoticeKind, Side
        from inventory.conventions.standing import last_day
        from kit.cli.convention_words import today
        from kit.errors import BadInput

        what, who = chosen(NoticeKind, kind), chosen(Side, side)
        if what is None or who is None:
            raise BadInput(_("Say what the letter is and who wrote it; nothing was changed."))
        program = open_app(context)
        letter = notices.Letter(what, who, sent.date(), _day(received), _day(since), _day(settled), reason)
        with program.database.write() as session:
            found = communes.find(session, commune)
            standing = records.chosen(session, found.code, template, today(program))
            row = notices.record(session, program.stamp(), standing, letter, today(program))
            session.flush()
            after = next(
                each
                for each in records.standings(session, found.code)
                if each.convention.id == row.convention
            )
        record = row.model_dump(exclude={"recorded_at"}) | {
            "commune": found.name,
            "template": after.template.key,
            "last_day": last_day(after.template, after.dates),
        }
        emit_record(record, _labels(), as_json=as_json)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _labels() -> list[tuple[str, str]]:
    return [
        ("commune", _("commune")),
        ("template", _("template")),
        ("kind", _("letter")),
        ("side", _("written by")),
        ("sent_on", _("sent")),
        ("received_on", _("received")),
        ("since", _("event since")),
        ("settled_on", _("settled")),
        ("last_day", _("last day in force")),
    ]
