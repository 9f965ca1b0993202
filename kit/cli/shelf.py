"""`kit pool quarantine`, `wiped`, `restock`: what a person says of a device in their hands."""

from collections.abc import Sequence
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json

if TYPE_CHECKING:
    from inventory.devices import Device

Tag = Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag."))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "quarantine",
        help=_("Set a doubtful device apart; nobody gets it before it is wiped."),
        epilog=example("kit pool quarantine LAP-07 --reason 'screen broken, swapped'"),
    )(quarantine)
    app.command(
        "wiped",
        help=_("Say how you reset a phone, SIM, router or accessory, and that nothing was left on it."),
        epilog=example("kit pool wiped TEL-04 --how 'factory reset, started, no account asked for'"),
    )(wiped)
    app.command(
        "restock",
        help=_("Say that wiped devices are back on their shelf, free to be lent."),
        epilog=example("kit pool restock LAP-07 TEL-04"),
    )(restock)


def quarantine(
    context: typer.Context,
    tag: Tag,
    reason: Annotated[str, typer.Option(help=_("Why, for who has to look at it."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory.devices import PROVISIONED_KINDS
        from kit.app import shelving

        device = shelving.quarantine(open_app(context), tag, reason)
        say(_("{tag} is in quarantine; a seat that held it needs another.").format(tag=device.tag))
        if device.kind in PROVISIONED_KINDS:
            say(_("→ Erase it: kit laptop release {tag}").format(tag=device.tag))
        else:
            say(_("→ Once it is reset: kit pool wiped {tag} --how …").format(tag=device.tag))
        _emit([device], as_json=as_json)


def wiped(
    context: typer.Context,
    tag: Tag,
    how: Annotated[str, typer.Option(help=_("What was done and looked at; it is the proof."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import shelving

        device = shelving.wiped(open_app(context), tag, how)
        say(_("{tag} is wiped, on your word.").format(tag=device.tag))
        say(_("→ Put it on its shelf, then: kit pool restock {tag}").format(tag=device.tag))
        _emit([device], as_json=as_json)


def restock(
    context: typer.Context,
    tags: Annotated[list[str], typer.Argument(metavar="TAGS", help=_("Asset tags."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import shelving

        found = shelving.restock(open_app(context), tags)
        say(_("In stock again: {tags}.").format(tags=", ".join(device.tag for device in found)))
        _emit(found, as_json=as_json)


def _emit(devices: "Sequence[Device]", *, as_json: bool) -> None:
    if as_json:
        emit_json([{"tag": device.tag, "state": device.state} for device in devices])
