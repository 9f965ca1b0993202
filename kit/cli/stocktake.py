"""`kit stocktake`: what should be there, what is there, and what is decided about the difference."""

from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from kit.cli import counting, departure
from kit.cli.exits import say, told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

app = typer.Typer(no_args_is_help=True, help=_("Stocktakes: count, compare, decide, sign."))

Name = TypeVar("Name", bound=StrEnum)
Session = Annotated[str, typer.Argument(metavar="SESSION", help=_("Reference of a stocktake."))]


@app.command(
    "open",
    help=_("Open a stocktake and freeze what it expects: at a place, or lent to a commune."),
    epilog=example("kit stocktake open --place 'Armoire A'"),
)
def open_(
    context: typer.Context,
    place: Annotated[str, typer.Option(help=_("What the book has at this place."))] = "",
    commune: Annotated[str, typer.Option(help=_("What is lent to this commune."))] = "",
    state: Annotated[str, typer.Option(help=_("Only devices in this state, e.g. in_stock."))] = "",
    owner: Annotated[str, typer.Option(help=_("Who answers for its discrepancies; else you."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import DeviceState
        from kit.app import stocktake

        kind = chosen(DeviceState, state)
        opened = stocktake.open_stocktake(
            open_app(context), place=place, commune=commune, state=kind, owner=owner
        )
        reference = opened.stocktake.reference
        for other, count in opened.shared.items():
            say(
                ngettext(
                    "{other} is open too and expects {count} of these devices.",
                    "{other} is open too and expects {count} of these devices.",
                    count,
                ).format(other=other, count=count)
            )
        emit_record(
            {"reference": reference, "expected": opened.expected, "shared": dict(opened.shared)},
            [("reference", _("Stocktake")), ("expected", _("Devices expected"))],
            as_json=as_json,
        )
        say(_("→ Next: `kit stocktake scan {reference}`").format(reference=reference))


@app.command("list", help=_("List stocktakes, newest first."), epilog=example("kit stocktake list"))
def list_(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import stocktake

        emit_table(
            (
                {
                    "reference": known.reference,
                    "place": known.place or None,
                    "commune": known.commune_code,
                    "owner": known.owner,
                    "opened_at": known.opened_at,
                    "closed_at": known.closed_at,
                }
                for known in stocktake.listing(open_app(context))
            ),
            [
                ("reference", _("Stocktake")),
                ("place", _("Place")),
                ("commune", _("Commune")),
                ("owner", _("In charge")),
                ("opened_at", _("Opened")),
                ("closed_at", _("Closed")),
            ],
            as_json=as_json,
        )


@app.command(
    "scan",
    help=_("Take codes from a reader that types them, from a file, or ask the expected laptops over SSH."),
    epilog=example("kit stocktake scan ST-2026-01 --place 'Armoire A'"),
)
def scan(
    context: typer.Context,
    session: Session,
    scanned: Annotated[
        list[str] | None,
        typer.Argument(metavar="CODES", help=_("Tags, serials, IMEIs or ICCIDs; none or -: as they come.")),
    ] = None,
    place: Annotated[str, typer.Option(help=_("Where you are; else the place of the stocktake."))] = "",
    condition: Annotated[str, typer.Option(help=_("new, good or faulty: how all of these look."))] = "",
    holder: Annotated[str, typer.Option(help=_("Who has all of these in hand."))] = "",
    sim: Annotated[str, typer.Option(help=_("The SIM found in this phone: its tag or ICCID."))] = "",
    file: Annotated[Path | None, typer.Option(help=_("CSV, XLSX or JSON of an offline reader."))] = None,
    probe: Annotated[bool, typer.Option("--probe", help=_("Ask the expected laptops over SSH."))] = False,
    timeout: Annotated[float, typer.Option(min=1, help=_("Seconds that one laptop may take."))] = 15.0,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import stocktake

        program = open_app(context)
        if file is not None:
            counting.merge(program, session, file, place=place, as_json=as_json)
        elif probe:
            counting.probe(program, session, timeout=timeout, as_json=as_json)
        else:
            noted = stocktake.noted(place=place, condition=condition, holder=holder, sim=sim)
            counting.scan(program, session, scanned or ["-"], noted, as_json=as_json)


@app.command(
    "unscan",
    help=_("Take this station's last scan of a code back; both stay, and nothing counts it any more."),
    epilog=example("kit stocktake unscan ST-2026-01 LAP-07"),
)
def unscan(
    context: typer.Context,
    session: Session,
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("As it was scanned."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import stocktake

        sighting = stocktake.take_back(open_app(context), session, code)
        emit_record(
            {"code": sighting.code, "at": sighting.at},
            [("code", _("Taken back")), ("at", _("Scanned at"))],
            as_json=as_json,
        )


@app.command(
    "report",
    help=_("Show where a stocktake stands: counts, discrepancies, decisions."),
    epilog=example("kit stocktake report ST-2026-01"),
)
def report(
    context: typer.Context,
    session: Session,
    out: Annotated[
        Path | None, typer.Option(help=_("Write the report of a closed one again, as this PDF."))
    ] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import stocktake

        program = open_app(context)
        if out is not None:
            counting.emit_issued(stocktake.issue(program, session, out), as_json=as_json)
            return
        found = stocktake.report(program, session)
        if as_json:
            emit_json(found)
        else:
            counting.describe(found)


@app.command(
    "decide",
    help=_("Decide about one discrepancy: correct, lost, found, search or accept."),
    epilog=example("kit stocktake decide ST-2026-01 LAP-07 missing --as search --until 2026-12-31"),
)
def decide(
    context: typer.Context,
    session: Session,
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("The device's tag, or the unknown code."))],
    discrepancy: Annotated[str, typer.Argument(metavar="DISCREPANCY", help=_("As the report names it."))],
    choice: Annotated[str, typer.Option("--as", help=_("correct, lost, found, search or accept."))],
    reason: Annotated[str, typer.Option(help=_("Why; needed to accept."))] = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("The last day of a search."))
    ] = None,
    owner: Annotated[str, typer.Option(help=_("Who answers for it; else who does for the stocktake."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.stocktakes.comparison import Discrepancy
        from inventory.stocktakes.decisions import Choice, Ruling
        from kit.app import stocktake

        program = open_app(context)
        day = until.date() if until else None
        decided = stocktake.decide(
            program,
            session,
            Ruling(_named(Choice, choice), reason=reason, until=day, owner=owner),
            code=code,
            discrepancy=_named(Discrepancy, discrepancy),
        )
        emit_record(
            {name: value or None for name, value in decided.items()} if not as_json else decided,
            [
                ("subject", _("Device or code")),
                ("discrepancy", _("Discrepancy")),
                ("choice", _("Decision")),
                ("until", _("Searched until")),
                ("reason", _("Reason")),
                ("owner", _("In charge")),
            ],
            as_json=as_json,
        )
        if decided["choice"] == Choice.LOST:
            departure.tell_of_loss(program, decided["subject"])


def _named(choices: type[Name], text: str) -> Name:
    """The decision or discrepancy of that name."""
    found = chosen(choices, text.replace("-", "_"))
    if found is None:
        raise typer.BadParameter(_("empty is no name of {choices}").format(choices=", ".join(choices)))
    return found


@app.command(
    "close",
    help=_("Close a stocktake whose discrepancies are all decided, and write the report to sign."),
    epilog=example("kit stocktake close ST-2026-01"),
)
def close(context: typer.Context, session: Session, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import stocktake

        counting.emit_issued(stocktake.close(open_app(context), session), as_json=as_json)
        say(
            _("→ Print it, have it signed, then: `kit stocktake attach {session} SCAN`").format(
                session=session
            )
        )


@app.command(
    "attach",
    help=_("Tie a file, e.g. the signed report, to a closed stocktake by its SHA-256."),
    epilog=example("kit stocktake attach ST-2026-01 signed.pdf"),
)
def attach(
    context: typer.Context,
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The file; it stays where it is."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import stocktake

        digest = stocktake.attach(open_app(context), session, file)
        emit_record(
            {"file": str(file), "sha256": digest},
            [("file", _("File")), ("sha256", "SHA-256")],
            as_json=as_json,
        )
        say(_("Keep the file itself: only its SHA-256 is in the book."))
