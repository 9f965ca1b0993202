"""Documents as an operator looks at them again: each kind prints to the screen, where no printer is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from inventory import issued
from inventory.journal import Stamp
from kit.app import documents
from kit.app.compose import App
from kit.documents.kinds import KINDS, frozen
from kit.settings import Home, load
from tests.databases import fresh
from tests.unit.kit.documents.conftest import sample_facts
from tests.unit.kit.documents.papers_made import MAKERS, NOW
from tests.unit.kit.documents.test_stocktake import result

#: What the book froze of a document of each kind.
FROZEN: Mapping[str, dict[str, Any]] = {
    **{name: frozen(make()) for name, make in MAKERS.items()},
    "handover": frozen(sample_facts()),
    "stocktake-report": result(),
}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[App]:
    home = Home.at(tmp_path / "home")
    database = fresh(home.state / "kit.db")
    yield App(home, load(home), database)
    database.dispose()


def test_there_is_a_sample_of_every_kind() -> None:
    assert FROZEN.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_prints_to_the_screen_from_what_was_frozen(station: App, kind: str) -> None:
    with station.database.write() as session:
        document = issued.issue(
            session,
            Stamp("camille@station", NOW),
            reference="A",
            version=1,
            kind=kind,
            subject="team",
            facts=FROZEN[kind],
            pdf_sha256="",
        )
        digest = document.facts_sha256
    shown = documents.show(station, "A")
    assert len(shown.text.splitlines()) > 10
    # What is told is what was hashed.
    assert digest in shown.text
