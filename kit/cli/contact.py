"""`kit contact`: whom to call at a commune and at the lender, and whether that is still true."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.cli.exits import say, told
from kit.cli.options import Json, chosen, example, open_app
from kit.cli.render import emit_record, emit_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from inventory.contacts import Contact, Role
    from kit.app.compose import App

app = typer.Typer(no_args_is_help=True, help=_("Whom to call: each with a deputy, confirmed every year."))

#: What stands for the team itself where a commune can stand.
LENDER = "lender"

Party = Annotated[
    str,
    typer.Argument(
        metavar="COMMUNE", help=_("INSEE code, name, or the beginning of one; lender for the team.")
    ),
]
RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help=_("correspondent, representative, dpo or technical."))
]
Deputy = Annotated[bool, typer.Option("--deputy", help=_("The one who stands in."))]


@app.command(
    "set",
    help=_("Say who is the contact from now on; the one before stays as history."),
    epilog=example("kit contact set aubagne correspondent --name 'Camille Exemple' --phone '01 99 00 12 34'"),
)
def set_(
    context: typer.Context,
    commune: Party,
    role: RoleName,
    *,
    name: Annotated[str, typer.Option(help=_("First and last name."))],
    phone: Annotated[str, typer.Option(help=_("The number to call back; French unless it says +."))],
    email: Annotated[str, typer.Option(help=_("E-mail address."))] = "",
    deputy: Deputy = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import contacts
        from kit.cli.convention_words import today

        program = open_app(context)
        with program.database.write() as session:
            contact = contacts.put(
                session,
                program.stamp(),
                _code(session, commune),
                _role(role),
                deputy=deputy,
                name=name,
                phone=phone,
                email=email,
                today=today(program),
            )
            names = _names(session)
        emit_record(_record(contact, names), _columns(), as_json=as_json)


@app.command(
    "confirm",
    help=_("Note that contacts are still right, as of today."),
    epilog=example("kit contact confirm aubagne"),
)
def confirm(
    context: typer.Context,
    commune: Party,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=_("Only this role; else all."))] = "",
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import contacts
        from kit.cli.convention_words import today

        program = open_app(context)
        with program.database.write() as session:
            one = _role(role) if role else None
            code, by = _code(session, commune), program.stamp()
            found = contacts.confirm(session, by, code, one, today(program))
            names = _names(session)
        emit_table([_record(each, names) for each in found], _columns(), as_json=as_json)


@app.command(
    "end",
    help=_("Say that somebody is no contact any more and nobody follows yet."),
    epilog=example("kit contact end aubagne correspondent --deputy --reason 'left the town hall'"),
)
def end(
    context: typer.Context,
    commune: Party,
    role: RoleName,
    *,
    reason: Annotated[str, typer.Option(help=_("Why."))],
    deputy: Deputy = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import contacts

        program = open_app(context)
        with program.database.write() as session:
            code, by = _code(session, commune), program.stamp()
            ended = contacts.end(session, by, code, _role(role), deputy=deputy, reason=reason)
            names = _names(session)
        emit_record(_record(ended, names), _columns(), as_json=as_json)


@app.command(
    "list", help=_("List the contacts of every side, or of one."), epilog=example("kit contact list")
)
def list_contacts(
    context: typer.Context,
    commune: Annotated[
        str, typer.Argument(metavar="COMMUNE", help=_("Only this commune; lender for the team."))
    ] = "",
    history: Annotated[bool, typer.Option("--history", help=_("Also those who were it before."))] = False,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from inventory import contacts

        with open_app(context).database.read() as session:
            found = (
                contacts.listing(session, _code(session, commune), history=history)
                if commune
                else contacts.everyone(session, history=history)
            )
            names = _names(session)
        columns = [*_columns(), ("valid_until", _("until"))] if history else _columns()
        emit_table([_record(each, names) for each in found], columns, as_json=as_json)


def tell_whom_to_call(program: "App", reference: str) -> None:
    """Say on which registered number the caller of a crisis is verified (requirement 7)."""
    from inventory import contacts, crises

    with program.database.read() as session:
        code = crises.get(session, reference).commune_code
        found = [
            contacts.current(session, code, contacts.Role.CORRESPONDENT, deputy=deputy)
            for deputy in (False, True)
        ]
    known = [f"{each.name}, {each.phone}" for each in found if each is not None]
    if known:
        say(_("Nobody has called the correspondent back yet: {contacts}.").format(contacts="; ".join(known)))
    else:
        say(_("Nobody has called the correspondent back yet, and no number is registered (kit contact set)."))


def _code(session: "Session", text: str) -> str | None:
    """The INSEE code of the commune that is meant; None for the lender."""
    from inventory import communes

    return None if text.strip().lower() == LENDER else communes.find(session, text).code


def _role(text: str) -> "Role":
    from inventory.contacts import Role
    from kit.errors import BadInput

    role = chosen(Role, text)
    if role is None:
        raise BadInput(_("Say which role it is; nothing was changed."))
    return role


def _names(session: "Session") -> "Mapping[str | None, str]":
    from inventory import communes

    return {None: LENDER} | {commune.code: commune.name for commune in communes.listing(session)}


def _record(contact: "Contact", names: "Mapping[str | None, str]") -> dict[str, Any]:
    return {"commune": names[contact.commune_code]} | contact.model_dump()


def _columns() -> list[tuple[str, str]]:
    return [
        ("commune", _("commune")),
        ("role", _("role")),
        ("deputy", _("deputy")),
        ("name", _("name")),
        ("phone", _("phone")),
        ("email", _("e-mail")),
        ("confirmed_on", _("confirmed")),
    ]
