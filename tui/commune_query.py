"""Owns how communes show to whoever opens a crisis: their right to a kit, and whom to call."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from gettext import gettext as _

from sqlmodel import Session

from inventory import communes, contacts, conventions
from inventory.contacts import Contact, Role
from inventory.conventions import Standing, last_day
from inventory.conventions.recording import refusal
from kit.cli import convention_words
from tui.picture import CommuneList, CommunesQuery, CommuneView, ContactView


def listing(session: Session, query: CommunesQuery) -> CommuneList:
    """Every commune with its convention and its contacts, correspondents first."""
    standings = defaultdict[str, list[Standing]](list)
    for standing in conventions.standings(session):
        standings[standing.convention.commune_code].append(standing)
    people = defaultdict[str | None, list[Contact]](list)
    for contact in contacts.everyone(session):
        people[contact.commune_code].append(contact)
    return CommuneList(
        query,
        tuple(
            CommuneView(
                known.code,
                known.name,
                known.population,
                *_right(standings[known.code], query.today),
                tuple(_contact(each) for each in sorted(people[known.code], key=_order)),
            )
            for known in communes.listing(session)
        ),
    )


def _right(found: Sequence[Standing], today: date) -> tuple[bool, str]:
    """Whether there is one to a kit, by the convention that was recorded last; how they stand, in words."""
    refusals = [(each, refusal(each, today)) for each in found]
    in_force = [each for each, why in refusals if not why]
    if in_force:
        until = last_day(in_force[-1].template, in_force[-1].dates)
        return True, _("active until {date}").format(date=until) if until else _("active")
    told = "; ".join(f"{each.template.key}: {why}" for each, why in refusals)
    return False, told or _("no convention")


def _contact(contact: Contact) -> ContactView:
    role = convention_words.role(Role(contact.role), deputy=contact.deputy)
    return ContactView(role, contact.name, contact.phone, contact.confirmed_on)


def _order(contact: Contact) -> tuple[int, bool]:
    return list(Role).index(Role(contact.role)), contact.deputy
