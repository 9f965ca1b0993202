"""`kit pool`: the laptops, phones, SIMs and routers that can be lent."""

import sys
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli import agent, departure, found, pool_sharing, probe, readiness, shelf
from kit.cli.exits import say, told
from kit.cli.journal import line_in_words
from kit.cli.options import Json, Search, chosen, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

if TYPE_CHECKING:
    from sqlmodel import Session

    from inventory.devices import Device
    from inventory.importing.changes import RowDiff
    from inventory.importing.pool import PoolImport, Sealer
    from inventory.journal import Stamp
    from inventory.search import Holder
    from kit.app.compose import App

app = typer.Typer(no_args_is_help=True, help=_("The devices that can be lent."))
for part in (agent, probe, shelf, departure, readiness, pool_sharing):
    part.register(app)

#: How many journal lines `show` prints.
HISTORY = 20


@app.command(
    "import",
    help=_(
        "Add and change devices as a CSV, XLSX or JSON file says: all of it, or nothing if one line is bad."
    ),
    epilog=example("kit pool import pool.csv --dry-run"),
)
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("File with at least the columns étiquette and type."))],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Say row by row what would happen, write nothing."))
    ] = False,
    update_identity: Annotated[
        bool, typer.Option("--update-identity", help=_("Let serials, IMEIs, numbers, host keys be replaced."))
    ] = False,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help=_("Seal PINs and PUKs of the file that are new."))
    ] = False,
    mapping: Annotated[
        str, typer.Option(help=_("Columns of another program: glpi, snipe-it, or a name you kept."))
    ] = "",
    column: Annotated[
        list[str] | None, typer.Option(help=_("One column by hand, e.g. place=Bureau; may be repeated."))
    ] = None,
    save_mapping: Annotated[str, typer.Option(help=_("Keep these columns under a name."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.importing import mappings, pool

        program = open_app(context)
        given = mappings.parse(column or (), pool.COLUMNS)
        with program.database.read() if dry_run else program.database.write() as session:
            by = program.stamp()
            headers = mappings.find(session, mapping) if mapping else {}
            columns = mappings.applied(pool.COLUMNS, headers, given)
            how = pool.How(columns, update_identity=update_identity)
            if dry_run:
                outcome = pool.compare_pool(session, file, how, with_secrets=with_secrets)
            else:
                seal = _sealer(program, session, by) if with_secrets else None
                outcome = pool.import_pool(session, by, file, how, seal=seal)
                if save_mapping:
                    mappings.save(session, by, save_mapping, {**headers, **given})
        _tell(outcome, file, dry_run=dry_run, as_json=as_json)


@app.command(
    help=_("Write the pool as CSV, XLSX or JSON; importing that file again changes nothing."),
    epilog=example("kit pool export pool.xlsx"),
)
def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help=_("Its suffix says the format; without a file: to stdout."))
    ] = None,
    written_as: Annotated[str, typer.Option("--format", help=_("csv, xlsx or json."))] = "",
    search: Search = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.exporting.pool import Format, export_pool, format_of
        from inventory.search_terms import parse
        from kit.documents.store import save

        kind = chosen(Format, written_as) or (Format.JSON if as_json else Format.CSV)
        if file is not None and not written_as:
            kind = format_of(file)
        searched = parse(search)
        with open_app(context).database.read() as session:
            content, count = export_pool(session, kind, searched)
        if file is None:
            sys.stdout.buffer.write(content)
            return
        save(content, file)
        emit_record(
            {"file": str(file), "devices": count},
            [("file", _("File")), ("devices", _("Devices"))],
            as_json=as_json,
        )


@app.command(
    help=_("Print labels with a QR code of the asset tag: of these devices, or of all."),
    epilog=example("kit pool labels LAP-01 LAP-02 --sheet roll-62x29 --out labels.pdf"),
)
def labels(
    context: typer.Context,
    tags: Annotated[list[str] | None, typer.Argument(help=_("Asset tags; without any, all devices."))] = None,
    search: Search = "",
    place: Annotated[str, typer.Option(help=_("Only devices at this place."))] = "",
    sheet: Annotated[
        str,
        typer.Option(help=_("a4-3x7, a4-3x8, a4-4x10, a4-5x13, roll-62x29, roll-57x32 or roll-89x36.")),
    ] = "a4-3x8",
    offset: Annotated[
        int, typer.Option(min=0, help=_("Labels of the first sheet that are used already."))
    ] = 0,
    out: Annotated[Path, typer.Option(help=_("The PDF to write."))] = Path("labels.pdf"),
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.search_terms import parse
        from kit.app.labels import issue

        searched = parse(search)
        count = issue(
            open_app(context),
            tags or (),
            searched=searched,
            place=place,
            sheet=sheet,
            offset=offset,
            out=out,
        )
        emit_record(
            {"file": str(out), "labels": count},
            [("file", _("File")), ("labels", _("Labels"))],
            as_json=as_json,
        )
        say(_("Print it at 100 %, without fitting it to the page."))


@app.command(
    help=_("Print the laptops as Ansible's inventory, without any secret: what `inventory/hosts` runs."),
    epilog=example("kit pool hosts --host LAP-01"),
)
def hosts(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--list", help=_("All laptops and groups, as without options."))
    ] = False,
    host: Annotated[str, typer.Option(help=_("Only this laptop's variables."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices
        from kit.app import hosts as pool

        program = open_app(context)
        listing = pool.listing(program)
        if host and not everything:
            with program.database.read() as session:
                tag = devices.get(session, host).tag
            listing = listing["_meta"]["hostvars"].get(tag, {})
        emit_json(listing)


@app.command(
    "list",
    help=_("List devices with who holds them: all, or those that a search finds."),
    epilog=example("kit pool list state:ready model:latitude"),
)
def list_devices(
    context: typer.Context,
    search: Annotated[
        list[str] | None,
        typer.Argument(help=_("Words that must all be found; key:value looks in one fact, -word excludes.")),
    ] = None,
    kind: Annotated[str, typer.Option(help=_("laptop, phone, sim, router or accessory."))] = "",
    state: Annotated[str, typer.Option(help=_("A state, e.g. in_stock or on_loan."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices
        from inventory.search import find, holders
        from inventory.search_terms import Key, Term, parse

        asked = (
            (Key.KIND, chosen(devices.DeviceKind, kind)),
            (Key.STATE, chosen(devices.DeviceState, state)),
        )
        options = (Term(key, (value,)) for key, value in asked if value)
        query = (*parse(" ".join(search or ())), *options)
        with open_app(context).database.read() as session:
            held = holders(session)
            rows = [_facts(device) | _held(held.get(device.tag)) for device in find(session, query).devices]
        columns = [
            ("tag", _("tag")),
            ("kind", _("kind")),
            ("state", _("state")),
            ("model", _("model")),
            ("serial", _("serial")),
            ("place", _("place")),
            ("crisis", _("crisis")),
            ("person", _("held by")),
        ]
        emit_table(rows, columns, as_json=as_json)


@app.command(
    help=_("Show one device, who holds it, and its history."), epilog=example("kit pool show LAP-01")
)
def show(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(help=_("Asset tag."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices, examinations, journal
        from inventory.search import holders

        with open_app(context).database.read() as session:
            device = devices.get(session, tag)
            record = _facts(device) | _held(holders(session, [device.tag]).get(device.tag))
            findings = [found.as_data(finding) for finding in examinations.of(session, device.tag)]
            subject = devices.subject(device.tag)
            lines = journal.tail(session, subject=subject, limit=HISTORY + 1)
            history = [{name: getattr(line, name) for name in _LINE} for line in lines[-HISTORY:]]
        if as_json:
            emit_json(record | {"findings": findings, "history": history})
            return
        emit_record({name: value or None for name, value in record.items()}, _labels(), as_json=False)
        for finding in findings:
            print(found.in_words(finding))
        for line in history:
            print(line_in_words(line))
        if len(lines) > HISTORY:
            say(_("→ Older lines: `kit journal tail -n 1000 --subject {subject}`").format(subject=subject))


_LINE = ("seq", "at", "actor", "kind", "data")


def _facts(device: "Device") -> dict[str, Any]:
    """A device's facts in the order in which its table declares them."""
    return {name: getattr(device, name) for name in type(device).model_fields}


def _held(holder: "Holder | None") -> dict[str, Any]:
    """Who holds a device; nothing where nobody does."""
    if holder is None:
        return dict.fromkeys(("crisis", "seat", "person"))
    return {"crisis": holder.crisis, "seat": holder.seat, "person": holder.person}


def _labels() -> list[tuple[str, str]]:
    return [
        ("tag", _("tag")),
        ("kind", _("kind")),
        ("state", _("state")),
        ("state_since", _("since")),
        ("crisis", _("crisis")),
        ("seat", _("seat")),
        ("person", _("held by")),
        ("model", _("model")),
        ("serial", _("serial")),
        ("address", _("address")),
        ("host_key", _("host key")),
        ("imei", _("IMEI")),
        ("imei2", _("IMEI 2")),
        ("iccid", _("ICCID")),
        ("number", _("number")),
        ("expires_on", _("expires on")),
        ("place", _("place")),
        ("note", _("note")),
        ("crate", _("crate")),
    ]


def _sealer(program: "App", session: "Session", by: "Stamp") -> "Sealer":
    """Seals for the team's recipients what has no secret yet: nobody here can tell whether it is another."""
    from inventory import secrets

    def seal(tag: str, name: str, code: str) -> bool:
        if secrets.sealed(session, tag, name) is not None:
            return False
        secrets.seal(session, by, tag, name, code, recipients=program.settings.team.recipients)
        return True

    return seal


def _tell(outcome: "PoolImport", file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Say what an import did, or row by row what it would do; then refuse what a dry run found."""
    from inventory.importing.changes import Outcome
    from inventory.importing.pool import refuse

    if as_json:
        refuse(file, outcome)
        counts = {kind.value: outcome.count(kind) for kind in Outcome}
        rows = [
            {
                "line": row.line,
                "tag": row.tag,
                "outcome": row.outcome,
                "changes": [vars(change) for change in row.changes],
            }
            for row in outcome.rows
        ]
        secrets = {"sealed": outcome.sealed, "kept": outcome.kept}
        emit_json({**counts, **secrets, "dry_run": dry_run, "rows": rows})
        return
    if outcome.ignored:
        say(_("Columns not read: {columns}.").format(columns=", ".join(outcome.ignored)))
    if dry_run:
        for row in outcome.rows:
            print(_row_in_words(row))
    print(_summary(outcome, dry_run=dry_run))
    if outcome.kept:
        say(
            ngettext(
                "{count} code of the file was not taken: the device has one already, which was kept.",
                "{count} codes of the file were not taken: their devices have some already, which were kept.",
                outcome.kept,
            ).format(count=outcome.kept)
        )
        say(_("→ To replace one: `kit secret keep SIM-04 pin`"))
    refuse(file, outcome)


def _row_in_words(row: "RowDiff") -> str:
    from inventory.importing.changes import Outcome

    match row.outcome:
        case Outcome.ADDED:
            said = _("line {line}: {tag} is new")
        case Outcome.CHANGED:
            said = _("line {line}: {tag} changes: {changes}")
        case Outcome.UNCHANGED:
            said = _("line {line}: {tag} unchanged")
    names = dict(_labels())
    changes = "; ".join(
        _("{name} {old} → {new}").format(name=names[c.name], old=c.old or "–", new=c.new) for c in row.changes
    )
    return said.format(line=row.line, tag=row.tag, changes=changes)


def _summary(outcome: "PoolImport", *, dry_run: bool) -> str:
    from inventory.importing.changes import Outcome

    new, changed, same = (outcome.count(kind) for kind in Outcome)
    if dry_run:
        parts = [
            ngettext("{count} device would be added", "{count} devices would be added", new).format(
                count=new
            ),
            ngettext("{count} would change", "{count} would change", changed).format(count=changed),
        ]
    else:
        parts = [
            ngettext("{count} device added", "{count} devices added", new).format(count=new),
            ngettext("{count} changed", "{count} changed", changed).format(count=changed),
        ]
    parts.append(ngettext("{count} unchanged", "{count} unchanged", same).format(count=same))
    if outcome.sealed:
        parts.append(
            ngettext("{count} secret sealed", "{count} secrets sealed", outcome.sealed).format(
                count=outcome.sealed
            )
        )
    return ", ".join(parts)
