"""`kit breach`: the register of breaches and losses, each with its clock of 72 hours."""

from collections.abc import Iterable
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import told
from kit.cli.handover import MOMENT, At, Crisis
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record, emit_table

if TYPE_CHECKING:
    from inventory.breaches import Breach

app = typer.Typer(no_args_is_help=True, help=_("Breaches and losses: the register, the 72 hours."))

AwareAt = Annotated[
    datetime | None,
    typer.Option(formats=MOMENT, help=_("When we became aware, in the team's time zone; else now.")),
]
Entry = Annotated[str, typer.Argument(metavar="ENTRY", help=_("Its name in the register, e.g. V-3."))]


@app.command(
    "list",
    help=_("List the register: what was not notified first, with the hours that remain."),
    epilog=example("kit breach list"),
)
def list_(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import breaches

        program = open_app(context)
        with program.database.read() as session:
            rows = _records(breaches.listing(session), program.stamp().at)
        emit_table(rows, _columns(), as_json=as_json)


@app.command(
    "enter",
    help=_("Enter a breach of personal data without a lost device: a mailbox read, files sent to others."),
    epilog=example(
        "kit breach enter 13005-2026-01 --told-by 'Camille Exemple' --reason 'a list sent to a stranger'"
    ),
)
def enter(
    context: typer.Context,
    crisis: Crisis,
    told_by: Annotated[str, typer.Option(help=_("Who told us."))],
    reason: Annotated[str, typer.Option(help=_("What happened."))],
    aware_at: AwareAt = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import breaches, crises
        from kit.app.handing import moment

        program = open_app(context)
        by = program.stamp()
        with program.database.write() as session:
            entry = breaches.enter(
                session,
                by,
                crises.find(session, crisis),
                tag=None,
                kind="data",
                aware_at=moment(program, by, aware_at),
                told_by=told_by,
                description=reason,
            )
        _emit(entry, by.at, as_json=as_json)


@app.command(
    "amend",
    help=_("Say what data an entry is about, or what was done."),
    epilog=example("kit breach amend V-3 --data 'crisis e-mail' --measures 'sessions ended, phone wiped'"),
)
def amend(
    context: typer.Context,
    entry: Entry,
    data: Annotated[str, typer.Option(help=_("What data is concerned."))] = "",
    measures: Annotated[str, typer.Option(help=_("What was done."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import breaches

        program = open_app(context)
        with program.database.write() as session:
            found = breaches.get(session, entry)
            breaches.amend(session, program.stamp(), found, data=data, measures=measures)
        _emit(found, program.stamp().at, as_json=as_json)


@app.command(
    "notified",
    help=_("Say that the authority was told, and when; after the 72 hours, why so late."),
    epilog=example("kit breach notified V-3 --at 2026-11-21T10:00:00"),
)
def notified(
    context: typer.Context,
    entry: Entry,
    at: At = None,
    late_reason: Annotated[str, typer.Option(help=_("Why after the 72 hours."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import breaches
        from kit.app.handing import moment

        program = open_app(context)
        by = program.stamp()
        with program.database.write() as session:
            found = breaches.get(session, entry)
            breaches.notified(session, by, found, at=moment(program, by, at), late_reason=late_reason)
        _emit(found, by.at, as_json=as_json)


@app.command(
    "close",
    help=_("Close an entry; without notice to the authority only with the reason why none was needed."),
    epilog=example("kit breach close V-3 --reason 'encrypted, found after an hour'"),
)
def close(
    context: typer.Context,
    entry: Entry,
    reason: Annotated[
        str, typer.Option(help=_("Why no notice was needed, or what remains to be said."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import breaches

        program = open_app(context)
        with program.database.write() as session:
            found = breaches.get(session, entry)
            breaches.close(session, program.stamp(), found, reason=reason)
        _emit(found, program.stamp().at, as_json=as_json)


def _records(entries: "Iterable[Breach]", now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "entry": each.reference,
            "crisis": each.crisis,
            "device": each.device_tag,
            "kind": each.kind,
            "aware_at": each.aware_at,
            "deadline": each.deadline,
            "hours_left": _hours_left(each, now),
            "notifier": each.notifier or None,
            "notified_at": each.notified_at,
            "reason_not_notified": each.reason_not_notified or None,
            "description": each.description,
            "data": each.data or None,
            "measures": each.measures or None,
            "closed_at": each.closed_at,
        }
        for each in entries
    ]


def _hours_left(each: "Breach", now: datetime) -> float | None:
    """Hours until the authority must know, negative where that has passed; None where nobody waits."""
    if each.notified_at is not None or each.closed_at is not None:
        return None
    return round((each.deadline - now).total_seconds() / 3600, 1)


def _emit(entry: "Breach", now: datetime, *, as_json: bool) -> None:
    emit_record(_records([entry], now)[0], _columns(), as_json=as_json)


def _columns() -> list[tuple[str, str]]:
    return [
        ("entry", _("Entry")),
        ("crisis", _("Crisis")),
        ("device", _("Device")),
        ("kind", _("What")),
        ("deadline", _("Deadline")),
        ("hours_left", _("Hours left")),
        ("notifier", _("Who notifies")),
        ("notified_at", _("Notified")),
        ("closed_at", _("Closed")),
    ]
