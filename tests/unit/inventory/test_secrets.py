"""Secrets are readable by who holds the identity, and appear nowhere in clear."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pyrage
import pytest
from sqlmodel import Session

from inventory import journal, secrets
from inventory.database import Database
from inventory.journal import Stamp
from inventory.secrets import NoRecipient
from tests.unit.inventory.samples import laptop

CANARY = "canary-secret-0123456789"
SECURITY = Path(__file__).parents[3] / "docs" / "security.md"


def test_a_sealed_secret_is_nowhere_in_clear_and_opens_with_the_identity(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    with database.write() as session:
        session.add(laptop(1))
        session.flush()
        secrets.seal(session, by, "LAP-01", "admin", CANARY, recipients=[str(identity.to_public())])
    with database.read() as session:
        sealed = secrets.sealed(session, "LAP-01", "admin")
        assert sealed is not None
        assert pyrage.decrypt(sealed, [identity]) == CANARY.encode()
        assert secrets.sealed(session, "LAP-01", "disk") is None
        assert journal.tail(session)[-1].data == {"name": "admin"}
    database.dispose()
    assert all(CANARY.encode() not in file.read_bytes() for file in (tmp_path / "state").iterdir())


@pytest.mark.parametrize("recipients", [[], ["age1nonsense"]])
def test_a_secret_that_nobody_could_read_is_refused(
    database: Database, by: Stamp, recipients: list[str]
) -> None:
    with database.write() as session, pytest.raises(NoRecipient):
        secrets.seal(session, by, "LAP-01", "admin", CANARY, recipients=recipients)


def opened(session: Session, name: str, identity: pyrage.x25519.Identity) -> str | None:
    """The secret of that name, opened; None where there is none."""
    sealed = secrets.sealed(session, "LAP-01", name)
    return None if sealed is None else pyrage.decrypt(sealed, [identity]).decode()


def test_a_secret_that_its_device_has_not_proven_takes_nobodys_place(database: Database, by: Stamp) -> None:
    identity = pyrage.x25519.Identity.generate()
    recipients = [str(identity.to_public())]

    def held(session: Session) -> list[str | None]:
        return [opened(session, name, identity) for name in ("admin", secrets.pending("admin"))]

    with database.write() as session:
        session.add(laptop(1))
        session.flush()
        for text in ("first", "second"):
            secrets.seal(session, by, "LAP-01", secrets.pending("admin"), text, recipients=recipients)
        assert held(session) == [None, "second"]
        secrets.confirm(session, by, "LAP-01", "admin")
        assert held(session) == ["second", None]
        secrets.seal(session, by, "LAP-01", secrets.pending("admin"), "third", recipients=recipients)
        assert held(session) == ["second", "third"]
    with database.write() as session:
        secrets.confirm(session, by, "LAP-01", "admin")
        secrets.forget(session, by, "LAP-01", "admin")
        secrets.forget(session, by, "LAP-01", "admin")
        assert held(session) == [None, None]
        kinds = [line.kind for line in journal.tail(session, subject="device:LAP-01", limit=3)]
        assert kinds == ["secret.sealed", "secret.confirmed", "secret.forgotten"]


def test_who_holds_an_identity_opens_a_secret_with_the_documented_query(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    with database.write() as session:
        session.add(laptop(1))
        session.flush()
        recipients = [str(identity.to_public())]
        secrets.seal(session, by, "LAP-01", "admin-password", CANARY, recipients=recipients)
    (query,) = re.findall(r'"(SELECT hex[^"]+)"', SECURITY.read_text(encoding="utf-8"))
    with closing(sqlite3.connect(tmp_path / "state" / "kit.db")) as connection:
        ((text,),) = connection.execute(query).fetchall()
    assert pyrage.decrypt(bytes.fromhex(text), [identity]) == CANARY.encode()
