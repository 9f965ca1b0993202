"""`kit pool import-inventory`: what GLPI's agent found on machines, kept as evidence."""

import sys
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import CODES, OK, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from inventory.importing.agent import Kept


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "import-inventory",
        help=_(
            "Keep inventories of GLPI's agent as evidence: all of them, or none; the pool stays as it is."
        ),
        epilog=example("kit pool import-inventory lap-07.json lap-08.json"),
    )(import_inventory)


def import_inventory(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES", help=_("What the agent writes with --json."))
    ],
    tag: Annotated[
        str, typer.Option(help=_("Whose it is; else the machine's own tag or serial says it."))
    ] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.importing import agent
        from kit.errors import BadInput

        if tag and len(files) > 1:
            raise BadInput(_("{tag} cannot be several machines; nothing was changed.").format(tag=tag))
        program = open_app(context)
        with program.database.write() as session:
            by = program.stamp()
            kept = [agent.keep_inventory(session, by, _content(file), tag=tag) for file in files]
        if as_json:
            emit_json([asdict(one) for one in kept])
        else:
            for one in kept:
                _show(one)
        sys.exit(CODES["conflict"] if any(one.differences for one in kept) else OK)


def _content(file: Path) -> bytes:
    from inventory.importing.glpi import MAX_BYTES
    from kit.errors import BadInput

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as exc:
        raise BadInput(
            _("{file} cannot be read: {reason}; nothing was changed.").format(file=file, reason=exc.strerror)
        ) from exc


def _show(kept: "Kept") -> None:
    said = _("{tag}: kept") if kept.new else _("{tag}: known already")
    print(said.format(tag=kept.tag))
    for difference in kept.differences:
        say(
            _("{tag}: the pool says {name} {recorded}, the machine says {found}").format(
                tag=kept.tag, name=difference.name, recorded=difference.recorded, found=difference.found
            )
        )
        say(_("→ Look at the machine: is it the one whose label it has?"))
