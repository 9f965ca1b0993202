"""`kit pool`: the laptops, phones, SIMs and routers that can be lent."""

from enum import StrEnum
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from kit.cli.exits import say, told
from kit.cli.journal import line_in_words
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

if TYPE_CHECKING:
    from inventory.devices import Device
    from inventory.importing.pool import PoolImport

app = typer.Typer(no_args_is_help=True, help=_("The devices that can be lent."))

Choice = TypeVar("Choice", bound=StrEnum)

#: How many journal lines `show` prints.
HISTORY = 20


@app.command(
    "import",
    help=_("Add the devices of a CSV file: all of them, or none if one line is bad."),
    epilog=example("kit pool import pool.csv"),
)
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("CSV with at least the columns étiquette and type."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Check the file, write nothing."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.importing.pool import import_pool

        program = open_app(context)
        with program.database.read() if dry_run else program.database.write() as session:
            outcome = import_pool(session, program.stamp(), file, dry_run=dry_run)
        if outcome.ignored:
            say(_("Columns not read: {columns}.").format(columns=", ".join(outcome.ignored)))
        if as_json:
            emit_json({"added": outcome.added, "unchanged": outcome.unchanged, "dry_run": dry_run})
        else:
            print(_summary(outcome, dry_run=dry_run))


@app.command("list", help=_("List devices."), epilog=example("kit pool list --kind laptop --state in_stock"))
def list_devices(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help=_("laptop, phone, sim, router or accessory."))] = "",
    state: Annotated[str, typer.Option(help=_("A state, e.g. in_stock or on_loan."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices

        chosen_kind = _chosen(devices.DeviceKind, kind)
        chosen_state = _chosen(devices.DeviceState, state)
        with open_app(context).database.read() as session:
            listed = devices.listing(session, kind=chosen_kind, state=chosen_state)
            rows = [_facts(device) for device in listed]
        columns = [
            ("tag", _("tag")),
            ("kind", _("kind")),
            ("state", _("state")),
            ("model", _("model")),
            ("serial", _("serial")),
            ("place", _("place")),
        ]
        emit_table(rows, columns, as_json=as_json)


@app.command(help=_("Show one device and its history."), epilog=example("kit pool show LAP-01"))
def show(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(help=_("Asset tag."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices, journal

        with open_app(context).database.read() as session:
            device = devices.get(session, tag)
            record = _facts(device)
            lines = journal.tail(session, subject=devices.subject(device.tag), limit=HISTORY)
            history = [{name: getattr(line, name) for name in _LINE} for line in lines]
        if as_json:
            emit_json(record | {"history": history})
            return
        emit_record({name: value or None for name, value in record.items()}, _labels(), as_json=False)
        for line in history:
            print(line_in_words(line))


def _chosen(choices: type[Choice], text: str) -> Choice | None:
    """The kind or state that was asked for; None where nothing was."""
    from inventory.errors import Unknown

    if not text:
        return None
    try:
        return choices(text.lower())
    except ValueError as exc:
        raise Unknown(
            _("There is no “{text}”.").format(text=text),
            hint=_("Use one of {choices}.").format(choices=", ".join(choices)),
        ) from exc


_LINE = ("seq", "at", "actor", "kind", "data")


def _facts(device: "Device") -> dict[str, Any]:
    """A device's facts in the order in which its table declares them."""
    return {name: getattr(device, name) for name in type(device).model_fields}


def _labels() -> list[tuple[str, str]]:
    return [
        ("tag", _("tag")),
        ("kind", _("kind")),
        ("state", _("state")),
        ("state_since", _("since")),
        ("model", _("model")),
        ("serial", _("serial")),
        ("address", _("address")),
        ("host_key", _("host key")),
        ("imei", _("IMEI")),
        ("iccid", _("ICCID")),
        ("number", _("number")),
        ("place", _("place")),
        ("note", _("note")),
    ]


def _summary(outcome: "PoolImport", *, dry_run: bool) -> str:
    added = ngettext("{count} device added", "{count} devices added", outcome.added)
    if dry_run:
        added = ngettext("{count} device would be added", "{count} devices would be added", outcome.added)
    unchanged = ngettext("{count} unchanged", "{count} unchanged", outcome.unchanged)
    return f"{added.format(count=outcome.added)}, {unchanged.format(count=outcome.unchanged)}"
