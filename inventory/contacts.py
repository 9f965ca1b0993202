"""Owns whom to call: the contacts of each commune and of the lender, each with a deputy (requirement 7).

A contact that changes is another row: the earlier one keeps the time during which it was valid. The journal
names the contact by its number only, for a name in it could never be taken out again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum
from gettext import gettext as _
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import BadValue, Unknown
from inventory.importing import cells
from inventory.journal import Stamp
from inventory.text import named
from inventory.times import UtcDateTime

_OF_COMMUNE = text("valid_until IS NULL AND commune_code IS NOT NULL")
_OF_LENDER = text("valid_until IS NULL AND commune_code IS NULL")


class Role(StrEnum):
    """What a contact is called for."""

    #: the one who speaks for a side, and is called back
    CORRESPONDENT = "correspondent"
    #: the elected representative who validates requests
    REPRESENTATIVE = "representative"
    DPO = "dpo"
    TECHNICAL = "technical"


class Gap(StrEnum):
    """What is wrong with the contacts of a side."""

    MISSING = "contact_missing"
    NO_DEPUTY = "deputy_missing"
    STALE = "contact_stale"


class Contact(SQLModel, table=True):
    """One person to call; valid as long as `valid_until` is None.

    Attributes:
        commune_code: whose contact; None is the lender's.
        deputy: stands in for the contact of the same role.
        phone: E.164. confirmed_on: the day on which somebody made sure of it all.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "one_contact_per_role",
            *("commune_code", "role", "deputy"),
            unique=True,
            sqlite_where=_OF_COMMUNE,
            postgresql_where=_OF_COMMUNE,
        ),
        Index(
            "one_contact_of_lender",
            *("role", "deputy"),
            unique=True,
            sqlite_where=_OF_LENDER,
            postgresql_where=_OF_LENDER,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    commune_code: str | None = Field(default=None, foreign_key="commune.code")
    role: str
    deputy: bool
    name: str
    phone: str
    email: str
    confirmed_on: date
    valid_since: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class Lack:
    """Something wrong with a role of a side; `since` is the day from which it is so, where there is one."""

    gap: Gap
    role: Role
    deputy: bool
    since: date | None = None


def put(
    session: Session,
    by: Stamp,
    code: str | None,
    role: Role,
    *,
    deputy: bool,
    name: str,
    phone: str,
    email: str,
    today: date,
) -> Contact:
    """Say who is the contact for a role from now on, confirmed today; the one before stays as history.

    Raises:
        BadValue: the name is empty, or number or address are none.
    """
    facts: dict[str, Any] = {"name": named(name), "phone": _phone(phone), "email": _email(email)}
    known = current(session, code, role, deputy=deputy)
    if known is not None:
        if all(getattr(known, field) == value for field, value in facts.items()):
            return _confirm(session, by, known, today)
        known.valid_until = by.at
        session.add(known)
        session.flush()
    contact = Contact(
        commune_code=code, role=role.value, deputy=deputy, confirmed_on=today, valid_since=by.at, **facts
    )
    session.add(contact)
    session.flush()
    data = _data(contact) | {"replaces": known.id if known else None}
    journal.append(session, by, "contact.set", _subject(code), data)
    return contact


def confirm(session: Session, by: Stamp, code: str | None, role: Role | None, today: date) -> list[Contact]:
    """Note that the contacts of a side, or of one role of it, are still right today.

    Raises:
        Unknown: there is none.
    """
    found = [each for each in listing(session, code) if role in {None, Role(each.role)}]
    if not found:
        raise Unknown(_("There is no such contact."), hint=_("Record one with `kit contact set`."))
    return [_confirm(session, by, each, today) for each in found]


def end(session: Session, by: Stamp, code: str | None, role: Role, *, deputy: bool, reason: str) -> Contact:
    """Say that a contact is none any more and nobody follows yet.

    Raises:
        Unknown: there is none. BadValue: there is no reason.
    """
    contact = current(session, code, role, deputy=deputy)
    if contact is None:
        raise Unknown(_("There is no such contact."), hint=_("See them all with `kit contact list`."))
    contact.valid_until = by.at
    session.add(contact)
    journal.append(session, by, "contact.ended", _subject(code), _data(contact) | {"reason": named(reason)})
    return contact


def current(session: Session, code: str | None, role: Role, *, deputy: bool = False) -> Contact | None:
    """The contact of a side for a role, now; None where nobody is."""
    return next(
        (each for each in listing(session, code) if each.role == role.value and each.deputy is deputy), None
    )


def called_back(
    session: Session, code: str, text: str, at: datetime, *, forced: bool
) -> tuple[str, Contact | None]:
    """The number on which a commune was called back, in E.164, and whose it was at that moment.

    Forced it may be nobody's, only where none was registered: there was nothing to compare it with.

    Raises:
        BadValue: it is no number, or none that was known beforehand (requirement 7); those are named.
    """
    number = _phone(text)
    known = [
        each
        for each in listing(session, code, history=True)
        if each.valid_since <= at and (each.valid_until is None or at < each.valid_until)
    ]
    whose = next((each for each in known if each.phone == number), None)
    if whose is not None or (forced and not known):
        return number, whose
    if known:
        raise BadValue(
            _("{number} was not known beforehand as a number of this commune; nothing was changed.").format(
                number=number
            ),
            hint=_("Call back on one that was registered: {numbers}.").format(
                numbers="; ".join(f"{each.phone} ({each.name})" for each in known)
            ),
        )
    raise BadValue(
        _("No number of this commune was known beforehand; nothing was changed."),
        hint=_(
            "Leave the number out, or say who answers for it and where it comes from: "
            "`--force-by`, `--force-reason`."
        ),
    )


def listing(session: Session, code: str | None, *, history: bool = False) -> Sequence[Contact]:
    """The contacts of one side, by role, deputies last; the earlier ones too where history is wanted."""
    query = select(Contact).where(
        col(Contact.commune_code) == code if code else col(Contact.commune_code).is_(None)
    )
    return sorted(_valid(session, query, history=history), key=_order)


def everyone(session: Session, *, history: bool = False) -> Sequence[Contact]:
    """The contacts of every side; the earlier ones too where history is wanted."""
    return _valid(session, select(Contact), history=history)


def lacks(contacts: Sequence[Contact], today: date, days: int) -> list[Lack]:
    """What is wrong with the valid contacts of one side; stale: not confirmed for more days than that. Pure.

    A correspondent with a deputy is needed of both sides (requirement 7); a commune's representative, who
    validates requests, too. Other roles are judged only where they are recorded.
    """
    there = {(Role(each.role), each.deputy): each for each in contacts}
    needed = [(Role.CORRESPONDENT, False), (Role.CORRESPONDENT, True), (Role.REPRESENTATIVE, False)]
    found = [
        Lack(Gap.NO_DEPUTY if deputy else Gap.MISSING, role, deputy)
        for role, deputy in needed
        # Where nobody is, there is nobody to stand in for yet.
        if (role, deputy) not in there and (not deputy or (role, False) in there)
    ]
    for (role, deputy), contact in there.items():
        stale_on = contact.confirmed_on + timedelta(days=days + 1)
        if stale_on <= today:
            found.append(Lack(Gap.STALE, role, deputy, stale_on))
    return found


def _valid(session: Session, query: Any, *, history: bool) -> Sequence[Contact]:
    if not history:
        query = query.where(col(Contact.valid_until).is_(None))
    found: Sequence[Contact] = session.exec(query.order_by(col(Contact.id))).all()
    return found


def _confirm(session: Session, by: Stamp, contact: Contact, today: date) -> Contact:
    if contact.confirmed_on != today:
        contact.confirmed_on = today
        session.add(contact)
        journal.append(
            session,
            by,
            "contact.confirmed",
            _subject(contact.commune_code),
            _data(contact) | {"on": today.isoformat()},
        )
    return contact


def _order(contact: Contact) -> tuple[int, bool, datetime]:
    return list(Role).index(Role(contact.role)), contact.deputy, contact.valid_since


def _data(contact: Contact) -> dict[str, Any]:
    return {"contact": contact.id, "role": contact.role, "deputy": contact.deputy}


def _subject(code: str | None) -> str:
    return "lender" if code is None else f"commune:{code}"


def _phone(text: str) -> str:
    try:
        number = cells.number(text.strip())
    except ValueError as exc:
        raise BadValue(_("{reason}; nothing was changed.").format(reason=exc)) from exc
    if number is None:
        raise BadValue(_("A contact needs a telephone number to call back; nothing was changed."))
    return number


def _email(text: str) -> str:
    value = named(text, empty=True)
    if not value:
        return ""
    try:
        address = Address(addr_spec=value)
    except (HeaderParseError, ValueError, IndexError) as exc:
        raise BadValue(_("{text} is no e-mail address; nothing was changed.").format(text=value)) from exc
    if "." not in address.domain:
        raise BadValue(_("{text} is no e-mail address; nothing was changed.").format(text=value))
    return value
