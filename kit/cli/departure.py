"""`kit pool declare` and `undo`: a device is lost, stolen, broken or retired; or it was the wrong one."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from inventory.devices import Device
    from kit.app.compose import App

Tag = Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag."))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "declare",
        help=_("Say that a device is lost, stolen or broken, or leaves the pool for good."),
        epilog=example("kit pool declare TEL-04 lost --reason 'left on a train'"),
    )(declare)
    app.command(
        "undo",
        help=_("Undo the last move of a device, made by mistake within a day: a line says so."),
        epilog=example("kit pool undo LAP-12 --reason 'wrong label scanned, LAP-21 was meant'"),
    )(undo)


def declare(
    context: typer.Context,
    tag: Tag,
    state: Annotated[str, typer.Argument(metavar="STATE", help=_("lost, stolen, broken or retired."))],
    reason: Annotated[str, typer.Option(help=_("What happened."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import departures
        from kit.errors import BadInput

        what = chosen(departures.Departure, state)
        if what is None:
            raise BadInput(_("Say what it is: lost, stolen, broken or retired; nothing was changed."))
        program = open_app(context)
        with program.database.write() as session:
            device = departures.declare(session, program.stamp(), tag, what, reason)
        say(
            _("{tag} is {state}. A mistake? kit pool undo {tag} --reason …").format(
                tag=device.tag, state=device.state
            )
        )
        tell_of_loss(program, device.tag)
        _emit(device, as_json=as_json)


def tell_of_loss(program: "App", tag: str) -> None:
    """Say what else is due where a person had a device in hand that is lost or stolen now."""
    from inventory import devices, loans
    from inventory.devices import DeviceState

    with program.database.read() as session:
        device = devices.get(session, tag)
        held = [loan for loan in loans.open_loans(session, device=device.tag) if loan.handed_over_at]
    if device.state in {DeviceState.LOST, DeviceState.STOLEN}:
        for loan in held:
            say(
                _("→ A person had it. For the register, its sessions and passwords: `{command}`").format(
                    command=f"kit loss {loan.crisis} {device.tag} --{device.state} --told-by … --reason …"
                )
            )


def undo(
    context: typer.Context,
    tag: Tag,
    reason: Annotated[str, typer.Option(help=_("What went wrong."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import undo as undoing

        program = open_app(context)
        with program.database.write() as session:
            device = undoing.undo(session, program.stamp(), tag, reason=reason)
        say(_("{tag} is {state} again.").format(tag=device.tag, state=device.state))
        _emit(device, as_json=as_json)


def _emit(device: "Device", *, as_json: bool) -> None:
    if as_json:
        emit_json({"tag": device.tag, "state": device.state})
