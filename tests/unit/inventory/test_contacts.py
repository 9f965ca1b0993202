"""Whom to call: one person a role with a deputy, each with a history, confirmed every year."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from inventory import communes, contacts, journal
from inventory.contacts import Contact, Gap, Lack, Role
from inventory.database import Database
from inventory.errors import BadValue, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, TODAY

CORRESPONDENT, REPRESENTATIVE = Role.CORRESPONDENT, Role.REPRESENTATIVE


def put(
    session: Session,
    by: Stamp,
    *,
    code: str | None = "13005",
    role: Role = CORRESPONDENT,
    deputy: bool = False,
    name: str = "Camille Exemple",
    phone: str = "01 99 00 12 34",
    email: str = "camille@ville.example",
    today: date = TODAY,
) -> Contact:
    return contacts.put(
        session, by, code, role, deputy=deputy, name=name, phone=phone, email=email, today=today
    )


@pytest.mark.parametrize("code", ["13005", None], ids=["commune", "lender"])
def test_another_person_takes_over_and_the_first_stays_as_history(
    either_database: Database, by: Stamp, code: str | None
) -> None:
    with either_database.write() as session:
        communes.load(session, by)
        first = put(session, by, code=code)
        deputy = put(session, by, code=code, deputy=True, name="Alix Exemple")
        second = put(session, by, code=code, name="Dominique Exemple", phone="+33 6 39 98 00 01")
    with either_database.read() as session:
        assert [each.id for each in contacts.listing(session, code)] == [second.id, deputy.id]
        everyone = contacts.listing(session, code, history=True)
        assert {each.id: each.valid_until for each in everyone} == {
            first.id: NOW,
            second.id: None,
            deputy.id: None,
        }
        assert second.phone == "+33639980001"
        lines = journal.tail(session, subject="lender" if code is None else "commune:13005")
        assert len([line for line in lines if line.kind == "contact.set"]) == 3
        assert "Exemple" not in str([line.data for line in lines])
        assert "99001234" not in str([line.data for line in lines])


def test_the_same_person_again_is_only_confirmed(database: Database, by: Stamp) -> None:
    later = TODAY + timedelta(days=300)
    with database.write() as session:
        communes.load(session, by)
        first = put(session, by)
        assert put(session, by, phone="+33199001234", today=later).id == first.id
        assert first.confirmed_on == later


def test_confirming_is_of_one_role_or_of_all(database: Database, by: Stamp) -> None:
    later = TODAY + timedelta(days=300)
    with database.write() as session:
        communes.load(session, by)
        put(session, by)
        put(session, by, role=REPRESENTATIVE)
        assert len(contacts.confirm(session, by, "13005", REPRESENTATIVE, later)) == 1
        confirmed = {each.role: each.confirmed_on for each in contacts.listing(session, "13005")}
        assert confirmed == {"correspondent": TODAY, "representative": later}
        assert len(contacts.confirm(session, by, "13005", None, later)) == 2
        with pytest.raises(Unknown, match="no such contact"):
            contacts.confirm(session, by, "13002", None, later)


def test_somebody_who_left_leaves_a_gap(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        put(session, by)
        contacts.end(session, by, "13005", CORRESPONDENT, deputy=False, reason="left")
        assert contacts.current(session, "13005", CORRESPONDENT) is None
        with pytest.raises(Unknown, match="no such contact"):
            contacts.end(session, by, "13005", CORRESPONDENT, deputy=False, reason="left")


@pytest.mark.parametrize(
    ("name", "phone", "email", "said"),
    [
        ("Camille", "", "", "needs a telephone number"),
        ("Camille", "12", "", "no telephone number"),
        (" ", "01 99 00 12 34", "", "name or reason is empty"),
        ("Camille", "01 99 00 12 34", "camille", "no e-mail address"),
        ("Camille", "01 99 00 12 34", "camille@mairie", "no e-mail address"),
        ("Camille", "01 99 00 12 34", "a@b@c.example", "no e-mail address"),
    ],
)
def test_what_nobody_can_reach_is_refused(
    database: Database, by: Stamp, *, name: str, phone: str, email: str, said: str
) -> None:
    with database.write() as session:
        communes.load(session, by)
        with pytest.raises(BadValue, match=said):
            put(session, by, name=name, phone=phone, email=email)


@pytest.mark.parametrize("code", ["13005", None], ids=["commune", "lender"])
def test_the_data_base_keeps_one_person_a_role(
    either_database: Database, by: Stamp, code: str | None
) -> None:
    with either_database.write() as session:
        communes.load(session, by)
        put(session, by, code=code)
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(
            Contact(
                commune_code=code,
                role=CORRESPONDENT,
                deputy=False,
                name="B",
                phone="+33199001235",
                email="",
                confirmed_on=TODAY,
                valid_since=NOW,
            )
        )


def contact(role: Role, *, deputy: bool = False, confirmed_on: date = TODAY) -> Contact:
    return Contact(
        role=role,
        deputy=deputy,
        name="A",
        phone="+33199001234",
        email="",
        confirmed_on=confirmed_on,
        valid_since=NOW,
    )


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        ([], [Lack(Gap.MISSING, CORRESPONDENT, False), Lack(Gap.MISSING, REPRESENTATIVE, False)]),
        (
            [contact(CORRESPONDENT), contact(REPRESENTATIVE)],
            [Lack(Gap.NO_DEPUTY, CORRESPONDENT, True)],
        ),
        (
            [
                contact(CORRESPONDENT, confirmed_on=TODAY - timedelta(days=365)),
                contact(CORRESPONDENT, deputy=True, confirmed_on=TODAY - timedelta(days=366)),
                contact(REPRESENTATIVE),
            ],
            [Lack(Gap.STALE, CORRESPONDENT, True, TODAY)],
        ),
    ],
    ids=["nobody", "no deputy", "stale"],
)
def test_what_a_side_lacks(known: list[Contact], lacks: list[Lack]) -> None:
    assert contacts.lacks(known, TODAY, 365) == lacks
