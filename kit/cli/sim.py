"""`kit sim`: which SIM sits in which phone, since when, and under which number."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

app = typer.Typer(no_args_is_help=True, help=_("SIMs and the phones they sit in."))

Sim = Annotated[str, typer.Argument(metavar="SIM", help=_("Asset tag of the SIM."))]


@app.command(
    help=_("Note that a SIM was put into a phone or router."),
    epilog=example("kit sim insert SIM-04 TEL-04"),
)
def insert(
    context: typer.Context,
    sim: Sim,
    phone: Annotated[str, typer.Argument(metavar="PHONE", help=_("Asset tag of the phone or router."))],
    slot: Annotated[int, typer.Option(min=1, max=2, help=_("Which slot of it."))] = 1,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import pairings

        program = open_app(context)
        with program.database.write() as session:
            made = pairings.insert(session, program.stamp(), sim, phone, slot=slot)
        emit_record(made.model_dump(exclude={"id"}), _pairing(), as_json=as_json)


@app.command(
    help=_("Note that a SIM was taken out of what it sat in."), epilog=example("kit sim remove SIM-04")
)
def remove(context: typer.Context, sim: Sim, as_json: Json = False) -> None:
    with told(as_json):
        from inventory import pairings

        program = open_app(context)
        with program.database.write() as session:
            ended = pairings.remove(session, program.stamp(), sim)
        emit_record(ended.model_dump(exclude={"id"}), _pairing(), as_json=as_json)


@app.command(
    help=_("Show where a SIM sat and its numbers, or which SIMs sat in a phone, with dates."),
    epilog=example("kit sim history SIM-04"),
)
def history(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag of a SIM, phone or router."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import devices, pairings

        with open_app(context).database.read() as session:
            device = devices.get(session, tag)
            sat = [each.model_dump(exclude={"id"}) for each in pairings.history(session, device.tag)]
            numbers = [vars(spell) for spell in pairings.numbers(session, device.tag)]
        if as_json:
            emit_json({"tag": device.tag, "pairings": sat, "numbers": numbers})
            return
        emit_table(sat, _pairing(), as_json=False)
        if numbers:
            spell = [("number", _("number")), ("since", _("since")), ("until", _("until"))]
            emit_table(numbers, spell, as_json=False)


def _pairing() -> list[tuple[str, str]]:
    return [
        ("sim_tag", _("SIM")),
        ("host_tag", _("in")),
        ("slot", _("slot")),
        ("since", _("since")),
        ("until", _("until")),
    ]
