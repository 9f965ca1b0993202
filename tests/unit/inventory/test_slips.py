"""A secret is read once, in time, with its code; the journal says so first, and nothing else has it."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import journal, slips
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.slips import End

CODE = "0000-1111-2222"


def give(database: Database, by: Stamp, *, wait: timedelta = timedelta(hours=2)) -> str:
    with database.write() as session:
        slip = slips.give(
            session, by, b"sealed", label="Wi-Fi", recipient="Camille Exemple", deadline=by.at + wait
        )
        return slip.name


def kinds(database: Database) -> list[str]:
    with database.read() as session:
        return [line.kind for line in journal.tail(session)]


def test_the_code_and_only_the_code_opens_however_it_is_typed() -> None:
    sealed = slips.seal("s3cret é", CODE)
    assert b"s3cret" not in sealed
    assert slips.unseal(sealed, "oooo llll 2222") == "s3cret é"
    assert slips.unseal(sealed, "0000-1111-2223") is None
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(sealed, "")


def test_codes_have_sixty_bits_and_no_sign_that_is_mistaken_for_another() -> None:
    codes = {slips.new_code() for _time in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code) for code in codes)
    assert len(slips.ALPHABET) == 32


@pytest.mark.parametrize("how", list(End))
def test_what_ended_is_empty_and_ends_no_second_time(database: Database, by: Stamp, how: End) -> None:
    name = give(database, by)
    with database.write() as session:
        slips.end(session, by, slips.get(session, name.lower().replace("-", " ")), how)
    with database.write() as session:
        slip = slips.get(session, name)
        assert (slip.sealed, slip.how) == (b"", how)
        with pytest.raises(IllegalMove, match=name):
            slips.end(session, by, slip, End.READ)
    assert kinds(database)[-2:] == ["secret.given", f"secret.{how}"]


def test_too_many_wrong_codes_empty_it(database: Database, by: Stamp) -> None:
    name = give(database, by)
    for left in (4, 3, 2, 1, 0):
        with database.write() as session:
            assert slips.refuse(session, by, slips.get(session, name)) == left
    with database.write() as session:
        slip = slips.get(session, name)
        assert (slip.sealed, slip.how) == (b"", End.GUESSED)
        slips.refuse(session, by, slip)
    assert kinds(database)[-2:] == ["secret.guessed", "secret.refused"]


def test_what_is_late_is_purged_and_what_is_not_waits(database: Database, by: Stamp) -> None:
    early, late = give(database, by, wait=timedelta(minutes=1)), give(database, by)
    with database.write() as session:
        slips.purge(session, Stamp(by.actor, by.at + timedelta(minutes=1)))
        assert [slips.get(session, name).how for name in (early, late)] == [End.LATE, ""]


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(seconds=-1), timedelta(days=8)])
def test_impossible_deadlines_are_refused(database: Database, by: Stamp, wait: timedelta) -> None:
    with pytest.raises(BadValue):
        give(database, by, wait=wait)
    assert "secret.given" not in kinds(database)


def test_an_empty_secret_and_an_unknown_name_are_refused(database: Database) -> None:
    with pytest.raises(BadValue):
        slips.seal("", CODE)
    with database.read() as session, pytest.raises(Unknown):
        slips.get(session, "7H2K-9QXM")


def test_no_trace_of_a_read_secret_is_left_in_its_row(database: Database, by: Stamp, tmp_path: Path) -> None:
    name = give(database, by)
    with database.write() as session:
        slips.end(session, by, slips.get(session, name), End.READ)
    (file,) = (tmp_path / "state").glob("*.db")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT sealed FROM secret_slip").fetchall() == [(b"",)]


@given(st.text(alphabet=slips.ALPHABET, min_size=12, max_size=12), st.text(alphabet=" -._", max_size=3))
def test_a_code_is_the_same_in_any_grouping(code: str, between: str) -> None:
    assert slips._plain(between.join(code.lower())) == code
