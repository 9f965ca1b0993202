"""`kit pool import-inventory`, as typed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory.database import Database
from kit import settings
from kit.cli import exits
from tests.unit.inventory.importing.test_glpi import LAPTOP, changed, given_as
from tests.unit.inventory.samples import laptop

Kit = Callable[..., Result]


@pytest.fixture(autouse=True)
def pool(home: Path) -> Iterator[None]:
    """Two laptops, the first with its serial."""
    database = Database(settings.load(settings.Home.at(home)).database)
    with database.write() as session:
        first = laptop(1)
        first.serial = "PF1ESSAI"
        session.add_all([first, laptop(2)])
    yield
    database.dispose()


@pytest.fixture
def inventory(tmp_path: Path) -> Callable[[str, bytes], str]:
    def write(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def findings(kit_json: Callable[..., Any], tag: str) -> int:
    return len(kit_json("pool", "show", tag)["findings"])


def test_inventories_are_kept_once_as_findings_of_their_devices(
    kit_json: Callable[..., Any], inventory: Callable[[str, bytes], str]
) -> None:
    files = [
        inventory("1.json", changed(operatingsystem={})),
        inventory("2.json", changed(bios={"assettag": "lap-02"}, operatingsystem={})),
    ]
    kept = kit_json("pool", "import-inventory", *files)
    assert [(one["tag"], one["new"]) for one in kept] == [("LAP-01", True), ("LAP-02", True)]
    assert [one["new"] for one in kit_json("pool", "import-inventory", *files)] == [False, False]
    assert findings(kit_json, "LAP-01") == 1


def test_a_machine_that_contradicts_the_pool_is_told(
    kit: Kit, inventory: Callable[[str, bytes], str]
) -> None:
    file = inventory("1.json", changed(bios={"ssn": "PF7ESSAI"}, operatingsystem={}))
    told = kit("pool", "import-inventory", file, "--tag", "LAP-01")
    assert told.exit_code == exits.CODES["conflict"]
    assert "PF1ESSAI" in told.stderr
    assert "PF7ESSAI" in told.stderr


def test_one_bad_file_keeps_all_of_them_out(
    kit: Kit, kit_json: Callable[..., Any], inventory: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    good, bad = inventory("1.json", given_as(LAPTOP)), inventory("2.json", b"{}")
    assert kit("pool", "import-inventory", good, bad).exit_code == exits.CODES["bad-input"]
    absent = kit("pool", "import-inventory", good, str(tmp_path / "absent.json"))
    assert (absent.exit_code, "cannot be read" in absent.stderr) == (exits.CODES["bad-input"], True)
    twice = kit("pool", "import-inventory", good, good, "--tag", "LAP-01")
    assert twice.exit_code == exits.CODES["bad-input"]
    assert findings(kit_json, "LAP-01") == 0
