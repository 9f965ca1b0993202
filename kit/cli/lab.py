"""`kit lab`: laptops on this machine, for drills, the demo and the tests."""

from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example
from kit.cli.render import emit_table

if TYPE_CHECKING:
    from kit.settings import Home
    from kit.simulator.lab import Lab

app = typer.Typer(name="lab", no_args_is_help=True, help=_("Laptops on this machine, reached only over SSH."))

_COLUMNS = [
    ("tag", _("Tag")),
    ("name", _("Name")),
    ("address", _("Address")),
    ("serial", _("Serial number")),
]


def _open(context: typer.Context) -> "tuple[Home, Lab]":
    from kit.app.labs import lab_of
    from kit.settings import Home, load

    home = Home.at(context.obj)
    return home, lab_of(home, load(home))


@app.command(
    help=_("Start laptops; those that run stay as they are. Writes the pool file that goes with them."),
    epilog=example("kit lab up 4"),
)
def up(
    context: typer.Context,
    count: Annotated[int, typer.Argument(min=1, help=_("How many laptops."))] = 4,
    mode: Annotated[
        Literal["ns", "nspawn"],
        typer.Option(help=_("What runs inside: sshd only (ns) or a whole systemd (nspawn).")),
    ] = "ns",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app.keys import ensure_ssh_key
        from kit.simulator.lab import Mode

        home, lab = _open(context)
        # Before any key or folder is made: a machine that cannot hold a lab is left as it was.
        lab.check(Mode(mode))
        laptops = lab.up(count, key=ensure_ssh_key(home.keys), mode=Mode(mode), say=say)
        lab.pool_file.write_text(lab.pool_csv())
        say(_("Pool file: {path}").format(path=lab.pool_file))
        emit_table([asdict(laptop) for laptop in laptops], _COLUMNS, as_json=as_json)


@app.command(help=_("List the laptops and whether they run."), epilog=example("kit lab status --json"))
def status(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        _home, lab = _open(context)
        rows = [
            {**asdict(state.laptop), "mode": state.mode.value, "running": state.running}
            for state in lab.status()
        ]
        emit_table(rows, [*_COLUMNS, ("mode", _("Mode")), ("running", _("Running"))], as_json=as_json)


@app.command(
    help=_("Remove the laptops and everything made for them; the cached base system stays."),
    epilog=example("kit lab down"),
)
def down(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        _home, lab = _open(context)
        lab.down()
        say(_("The lab is down."))
        if as_json:
            emit_table([], _COLUMNS, as_json=True)
