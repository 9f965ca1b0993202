"""`kit crate`: kits prepared in advance, each a labelled crate with what belongs in it."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record, emit_table

if TYPE_CHECKING:
    from sqlmodel import Session

    from inventory.crate_records import Crate

app = typer.Typer(no_args_is_help=True, help=_("Crates: kits prepared in advance."))

Tag = Annotated[str, typer.Argument(metavar="CRATE", help=_("Asset tag of the crate."))]
Tags = Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Asset tags of the devices."))]


@app.command(
    help=_("Make an empty crate and say what belongs in it."),
    epilog=example("kit crate make CAI-01 --needs laptop=2 --needs 'charger 65 W=2' --place 'Réserve A'"),
)
def make(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="CRATE", help=_("Its asset tag, never used before."))],
    needs: Annotated[
        list[str] | None, typer.Option(help=_("KIND=N or ITEM=N, e.g. laptop=2; may be repeated."))
    ] = None,
    label: Annotated[str, typer.Option(help=_("What is written on it."))] = "",
    place: Annotated[str, typer.Option(help=_("Where it stands."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import crates

        program = open_app(context)
        pattern = dict(map(_need, needs or ()))
        with program.database.write() as session:
            crate = crates.make(session, program.stamp(), tag, label=label, place=place, pattern=pattern)
            record = _record(session, crate)
        _emit(record, as_json=as_json)


@app.command(
    help=_("Put devices into a crate: all of them, or none if one cannot."),
    epilog=example("kit crate pack CAI-01 LAP-01 TEL-01"),
)
def pack(context: typer.Context, tag: Tag, tags: Tags, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import crate_records, crates

        program = open_app(context)
        with program.database.write() as session:
            crate = crate_records.get(session, tag)
            by = program.stamp()
            for each in tags:
                crates.put_in(session, by, crate, each)
            record = _record(session, crate)
        _emit(record, as_json=as_json)


@app.command(
    help=_("Take devices out of the crates they are in."),
    epilog=example("kit crate unpack LAP-01 --place 'Réserve A'"),
)
def unpack(
    context: typer.Context,
    tags: Tags,
    place: Annotated[str, typer.Option(help=_("Where they go; else they stay where the crate is."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import crates

        program = open_app(context)
        with program.database.write() as session:
            by = program.stamp()
            out = [crates.take_out(session, by, tag, place=place) for tag in tags]
            rows = [{"tag": device.tag, "place": device.place} for device in out]
        emit_table(rows, [("tag", _("tag")), ("place", _("place"))], as_json=as_json)


@app.command(
    help=_("Say that a crate, with what is in it, stands somewhere else now."),
    epilog=example("kit crate move CAI-01 'Mairie d’Aubagne'"),
)
def move(
    context: typer.Context,
    tag: Tag,
    place: Annotated[str, typer.Argument(help=_("Where it stands."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import crate_records, crates

        program = open_app(context)
        with program.database.write() as session:
            crate = crate_records.get(session, tag)
            crates.carry(session, program.stamp(), crate, place)
            record = _record(session, crate)
        _emit(record, as_json=as_json)


@app.command("list", help=_("List crates and say which are complete."), epilog=example("kit crate list"))
def list_crates(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import crates

        with open_app(context).database.read() as session:
            rows = [_record(session, crate) for crate in crates.listing(session)]
        emit_table(rows if as_json else map(_in_words, rows), _labels(), as_json=as_json)


@app.command(help=_("Show what is in a crate and what is missing."), epilog=example("kit crate show CAI-01"))
def show(context: typer.Context, tag: Tag, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import crate_records

        with open_app(context).database.read() as session:
            record = _record(session, crate_records.get(session, tag))
        _emit(record, as_json=as_json)


@app.command(
    help=_("Say that an empty crate is none any more; its tag is never used again."),
    epilog=example("kit crate dissolve CAI-01 --reason 'lid broken'"),
)
def dissolve(
    context: typer.Context,
    tag: Tag,
    reason: Annotated[str, typer.Option(help=_("Why."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import crate_records, crates

        program = open_app(context)
        with program.database.write() as session:
            crate = crate_records.get(session, tag)
            crates.dissolve(session, program.stamp(), crate, reason)
            record = _record(session, crate)
        say(_("Crate {tag} is dissolved; its tag is never used again.").format(tag=crate.tag))
        _emit(record, as_json=as_json)


def _need(text: str) -> tuple[str, int]:
    from kit.errors import BadInput

    name, equals, count = text.rpartition("=")
    if not equals or not count.strip().isdecimal():
        raise BadInput(
            _("--needs {text} is not KIND=N or ITEM=N; no crate was made.").format(text=text),
            hint=_("For example --needs laptop=2."),
        )
    return name, int(count)


def _record(session: "Session", crate: "Crate") -> dict[str, Any]:
    from inventory import crates

    inside = crates.contents(session, crate)
    return {
        "tag": crate.tag,
        "label": crate.label,
        "place": crate.place,
        "complete": inside.complete,
        "devices": [device.tag for device in inside.devices],
        "supplies": {stock.item: stock.count for stock in inside.supplies},
        "missing": dict(inside.missing),
        "surplus": dict(inside.surplus),
        "dissolved_at": crate.dissolved_at,
    }


def _emit(record: dict[str, Any], *, as_json: bool) -> None:
    labels = [*_labels(), ("dissolved_at", _("dissolved"))]
    emit_record(record if as_json else _in_words(record), labels, as_json=as_json)


def _in_words(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its counts as people write them, "2 × charger"."""
    counted = ("supplies", "missing", "surplus")
    return record | {name: [f"{count} × {what}" for what, count in record[name].items()] for name in counted}


def _labels() -> list[tuple[str, str]]:
    return [
        ("tag", _("tag")),
        ("label", _("label")),
        ("place", _("place")),
        ("complete", _("complete")),
        ("missing", _("missing")),
        ("surplus", _("too many")),
        ("devices", _("devices")),
        ("supplies", _("supplies")),
    ]
