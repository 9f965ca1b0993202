"""`kit secret`: what opens something, handed to one person once."""

import sys
from dataclasses import asdict
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_record, emit_table
from kit.cli.slip import Slip, emit, outlet

app = typer.Typer(no_args_is_help=True, help=_("Secrets handed over once, before a deadline."))

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("The name that was given with it."))]
_LABELS = [
    ("name", _("Name")),
    ("label", _("For what")),
    ("recipient", _("For whom")),
    ("crisis", _("Crisis")),
    ("deadline", _("Until")),
    ("ended_at", _("Ended")),
    ("how", _("How")),
]


@app.command(
    "give",
    help=_("Keep a secret for one person; it is typed or piped in, and a code that opens it once is shown."),
    epilog=example("kit secret give --label 'Wi-Fi of the crisis room' --to 'Camille Exemple' --deadline 2h"),
)
def give(
    context: typer.Context,
    label: Annotated[str, typer.Option(help=_("What it is for, in words; never the secret."))],
    to: Annotated[str, typer.Option(help=_("The person that it is for."))],
    deadline: Annotated[str, typer.Option(help=_("How long it waits: 30m, 2h, 1d; a week at most."))] = "2h",
    crisis: Annotated[str, typer.Option(help=_("The crisis that it belongs to."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import secret_slips

        program = open_app(context)
        secret = _typed(_("Secret"), twice=True)
        given = secret_slips.give(program, secret, label=label, recipient=to, wait=deadline, crisis=crisis)
        emit_record(
            asdict(given.slip) | {"code": given.code}, [*_LABELS[:5], ("code", _("Code"))], as_json=as_json
        )
        say(_("The code is kept nowhere. Tell it to that person on another way than the name."))


@app.command(
    "open",
    help=_("Show a secret to the person it is for, once; asks for the code."),
    epilog=example("kit secret open 7H2K-9QXM"),
)
def open_(context: typer.Context, name: Name, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import secret_slips

        program = open_app(context)
        secret_slips.look(program, name)
        opened = secret_slips.open_(program, name, _typed(_("Code")))
        emit_record(
            asdict(opened.slip) | {"secret": opened.secret},
            [*_LABELS[:4], ("secret", _("Secret"))],
            as_json=as_json,
        )
        say(_("It is gone now; nobody can read it again."))


@app.command(
    "recall",
    help=_("Empty a secret that nobody has read yet."),
    epilog=example("kit secret recall 7H2K-9QXM"),
)
def recall(context: typer.Context, name: Name, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import secret_slips

        emit_record(asdict(secret_slips.recall(open_app(context), name)), _LABELS, as_json=as_json)


@app.command(
    "list",
    help=_("List what was given, to whom, and what became of it; no secret is in it."),
    epilog=example("kit secret list"),
)
def list_(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import secret_slips

        rows = [asdict(slip) for slip in secret_slips.listing(open_app(context))]
        emit_table(rows, _LABELS, as_json=as_json)


@app.command(
    "device",
    help=_("Show a secret of a device, once, to who holds the team's age identity."),
    epilog=example("kit secret device LAP-01 --identity /media/key/age-identity.txt"),
)
def device(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag of the device."))],
    identity: Annotated[Path, typer.Option(help=_("File of the age identity, readable by you only."))],
    name: Annotated[
        str, typer.Option(help=_("seat-password, admin-password or disk-recovery-key; pin or puk of a SIM."))
    ] = "admin-password",
    slip: Slip = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import credential_slips, secret_devices

        asked, program = outlet(slip, as_json=as_json), open_app(context)
        if asked is not None:
            credential_slips.must_be_for_a_person(program, tag, name)
        shown = secret_devices.show(program, tag, name, identity)
        if asked is not None:
            emit(asked, partial(credential_slips.of_device, program, shown), as_json=as_json)
            return
        emit_record(
            asdict(shown),
            [("tag", _("Tag")), ("name", _("Name")), ("secret", _("Secret"))],
            as_json=as_json,
        )
        say(_("It still opens the device. Take the identity off this station."))


@app.command(
    "keep",
    help=_("Keep the PIN or PUK of a SIM, in place of the one that there was; it is typed or piped in."),
    epilog=example("kit secret keep SIM-04 pin"),
)
def keep(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help=_("Asset tag of the SIM."))],
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("pin or puk."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import secret_devices

        program = open_app(context)
        kept = secret_devices.keep_code(program, tag, name, _typed(name.upper(), twice=True))
        emit_record({"tag": kept, "name": name}, [("tag", _("Tag")), ("name", _("Name"))], as_json=as_json)


def _typed(what: str, *, twice: bool = False) -> str:
    """What somebody types unseen, or pipes in; never an argument, which every process could see."""
    if not sys.stdin.isatty():
        return sys.stdin.read().rstrip("\r\n")
    return str(typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))
