"""Secrets are readable by who holds the identity, and appear nowhere in clear."""

from pathlib import Path

import pyrage
import pytest

from inventory import journal, secrets
from inventory.database import Database
from inventory.journal import Stamp
from inventory.secrets import NoRecipient
from tests.unit.inventory.samples import laptop

CANARY = "canary-secret-0123456789"


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
