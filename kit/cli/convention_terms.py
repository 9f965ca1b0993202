"""`kit convention terms`: every date of a commune's conventions, with the rule it comes from."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from inventory.conventions.records import Standing

CommuneName = Annotated[str, typer.Argument(help=_("INSEE code, name, or the beginning of one."))]
#: What a date is, the date or what stands in its place, and the rule.
Line = tuple[str, "date | str | None", str]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "terms",
        help=_("Show every date of a commune's conventions, and the rule it comes from."),
        epilog=example("kit convention terms aubagne"),
    )(terms)


def terms(
    context: typer.Context,
    commune: CommuneName,
    template: Annotated[str, typer.Option(help=_("Only this template, e.g. amp_cyber."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import communes, conventions
        from kit.cli.convention_words import today

        program = open_app(context)
        with program.database.read() as session:
            found = communes.find(session, commune)
            standings = conventions.standings(session, found.code)
        rows = [
            {
                "convention": standing.convention.id,
                "template": f"{standing.template.key} {standing.template.version}",
                "what": what,
                "day": day,
                "rule": rule,
            }
            for standing in standings
            if template in {"", standing.template.key}
            for what, day, rule in _lines(standing, today(program))
        ]
        columns = [("template", _("template")), ("what", _("what")), ("day", _("day")), ("rule", _("rule"))]
        emit_table(rows, columns, as_json=as_json, title=found.name)


def _lines(standing: "Standing", today: "date") -> "Iterator[Line]":
    from inventory.conventions.deadlines import DeadlineKind, deadlines
    from inventory.conventions.standing import last_day
    from kit.cli import convention_words as words

    template, dates = standing.template, standing.dates
    yield from _terms(standing, today)
    for each in deadlines(template, dates, today):
        # What the template allows at most is told under both its readings.
        if each.kind not in {DeadlineKind.TAKES_EFFECT, DeadlineKind.FINAL_END}:
            yield words.of_deadline(each), each.on, words.rule(template, each.kind, each.side)
    yield from _ends(standing)
    yield _("last day in force"), last_day(template, dates), _("the earliest of all ends")
    yield _("support"), words.window(template.support), _("support window")
    if template.service is not None:
        yield _("service"), words.window(template.service), _("service window")


def _terms(standing: "Standing", today: "date") -> "Iterator[Line]":
    from inventory.conventions.deadlines import DeadlineKind
    from inventory.conventions.terms import effect, term_on
    from kit.cli import convention_words as words

    template = standing.template
    begins = effect(template, standing.dates)
    yield _("first day in force"), begins, words.rule(template, DeadlineKind.TAKES_EFFECT)
    if begins is None:
        return
    yield _("end of the first term"), term_on(template, begins, begins).ends, words.first_term(template)
    if begins <= today and standing.status(today).value == "active":
        term = term_on(template, begins, today)
        name = _("end of term {n}, the present one").format(n=term.number)
        yield name, term.ends, words.rule(template, DeadlineKind.RENEWAL)


def _ends(standing: "Standing") -> "Iterator[Line]":
    from inventory.conventions.terms import final_end
    from kit.cli import convention_words as words

    template, dates = standing.template, standing.dates
    for reading in template.readings:
        name = words.longest(reading, chosen=reading is dates.reading)
        yield name, final_end(template, dates, reading), words.final_rule(template)
    if not template.readings:
        yield _("last day for good"), final_end(template, dates), words.final_rule(template)
