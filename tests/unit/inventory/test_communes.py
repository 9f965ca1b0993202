"""The 92 communes, and how an operator names one."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from inventory import communes, journal
from inventory.communes import Commune
from inventory.database import Database
from inventory.errors import Unknown
from inventory.journal import Stamp


@pytest.fixture
def session(database: Database, by: Stamp) -> Iterator[Session]:
    with database.write() as session:
        communes.load(session, by)
    with database.read() as session:
        yield session


def test_loading_writes_92_communes_once(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        assert communes.load(session, by) == 92
    with either_database.write() as session:
        assert communes.load(session, by) == 0
    with either_database.read() as session:
        assert len(session.exec(select(Commune)).all()) == 92
        (line,) = journal.tail(session)
        assert (line.kind, line.data["count"]) == ("communes.loaded", 92)
        assert "Licence Ouverte" in line.data["source"]


def test_loading_again_repairs_what_differs(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        communes.find(session, "13005").population = 1
    with database.write() as session:
        assert communes.load(session, by) == 1
        assert communes.find(session, "13005").population == 47529


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("13005", "13005"),
        (" 13005 ", "13005"),
        ("AUBAGNE", "13005"),
        ("aub", "13005"),
        ("berre l etang", "13014"),
        ("st zacharie", "83120"),
        ("aix", "13001"),
    ],
)
def test_a_commune_answers_to_code_name_and_beginning(session: Session, typed: str, code: str) -> None:
    assert communes.find(session, typed).code == code


def test_every_commune_answers_to_its_own_name(session: Session) -> None:
    for commune in communes.listing(session):
        assert communes.find(session, commune.name).code == commune.code


def test_a_beginning_that_several_share_lists_them(session: Session) -> None:
    with pytest.raises(Unknown, match=r"Saint-Cannat \(13091\)"):
        communes.find(session, "saint")


def test_a_misspelt_name_gets_a_suggestion(session: Session) -> None:
    with pytest.raises(Unknown) as caught:
        communes.find(session, "Marsile")
    assert "Marseille (13055)" in caught.value.hint


@pytest.mark.parametrize("typed", ["", "  ", "---", "75056", "Zzz"])
def test_what_names_nothing_is_refused(session: Session, typed: str) -> None:
    with pytest.raises(Unknown):
        communes.find(session, typed)


def test_the_list_ignores_accents_in_its_order(session: Session) -> None:
    names = [commune.name for commune in communes.listing(session)]
    assert names.index("Éguilles") < names.index("Ensuès-la-Redonne")
