"""`kit phone`: a phone seen and secured from afar, through the tenant's device management."""

from dataclasses import asdict
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record

if TYPE_CHECKING:
    from kit.app.phones import Phone

app = typer.Typer(no_args_is_help=True, help=_("Phones: lock and wipe from afar."))

Tag = Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag of the phone."))]


@app.command(
    "status",
    help=_("Say what device management knows of a phone."),
    epilog=example("kit phone status TEL-04"),
)
def status(context: typer.Context, tag: Tag, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import phones

        _emit(phones.look(open_app(context), tag), as_json=as_json)


@app.command(
    "lock",
    help=_("Lock a lost phone's screen as soon as it is online."),
    epilog=example("kit phone lock TEL-04"),
)
def lock(context: typer.Context, tag: Tag, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import phones

        phone = phones.lock(open_app(context), tag)
        say(_("The tenant took the order to lock {tag}; it acts when the phone is online.").format(tag=tag))
        _emit(phone, as_json=as_json)


@app.command(
    "wipe",
    help=_("Erase everything on a phone that is lost or came back; it acts as soon as it is online."),
    epilog=example("kit phone wipe TEL-04 --confirm TEL-04"),
)
def wipe(
    context: typer.Context,
    tag: Tag,
    confirm: Annotated[str, typer.Option(help=_("The tag once more: nothing brings the data back."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import phones
        from kit.errors import BadInput

        if confirm != tag:
            raise BadInput(
                _("--confirm says {confirm}, not {tag}; nothing was done.").format(confirm=confirm, tag=tag)
            )
        phone = phones.wipe(open_app(context), tag)
        say(_("The tenant took the order to wipe {tag}; it acts when the phone is online.").format(tag=tag))
        _emit(phone, as_json=as_json)


def _emit(phone: "Phone", *, as_json: bool) -> None:
    if as_json:
        emit_json(asdict(phone))
        return
    managed = phone.managed
    emit_record(
        {
            "tag": phone.tag,
            "model": phone.model,
            "imei": phone.imei,
            "managed": managed.id if managed else None,
            "people": phone.people,
        },
        [
            ("tag", _("Tag")),
            ("model", _("Model")),
            ("imei", _("IMEI")),
            ("managed", _("Managed device")),
            ("people", _("Given to")),
        ],
        as_json=False,
    )
