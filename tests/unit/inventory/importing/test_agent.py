"""An agent's inventory finds its device, is kept once, and changes nothing of the pool's record."""

from typing import Any

import pytest

from inventory import devices, examinations, journal
from inventory.database import Database
from inventory.errors import Unknown
from inventory.examinations import Examination
from inventory.importing.agent import Difference, Kept, keep_inventory
from inventory.importing.glpi import BadInventory
from inventory.journal import Stamp
from tests.unit.inventory.importing.test_glpi import LAPTOP, changed, given_as
from tests.unit.inventory.samples import HOST_KEYS, laptop


@pytest.fixture
def pool(database: Database) -> Database:
    with database.write() as session:
        for number in (1, 2):
            device = laptop(number)
            device.serial, device.host_key = f"PF{number}ESSAI", HOST_KEYS[number - 1]
            session.add(device)
    return database


@pytest.mark.parametrize(
    ("content", "tag", "whose"),
    [
        (given_as(LAPTOP), "", "LAP-01"),
        (changed(bios={"assettag": "lap-02", "ssn": "PF1ESSAI"}), "", "LAP-02"),
        (changed(bios={"assettag": "other", "ssn": "PF2ESSAI"}), "", "LAP-02"),
        (changed(bios={"assettag": "other", "ssn": "pf2essai"}), "", "LAP-02"),
        (changed(bios={"ssn": "PF9ESSAI"}), "lap-01", "LAP-01"),
    ],
)
def test_its_device_is_the_one_named_then_that_of_its_tag_then_of_its_serial(
    pool: Database, by: Stamp, content: bytes, tag: str, whose: str
) -> None:
    with pool.write() as session:
        assert keep_inventory(session, by, content, tag=tag).tag == whose
        assert examinations.latest(session, whose, Examination.AGENT) is not None


def test_the_same_inventory_again_changes_nothing(pool: Database, by: Stamp) -> None:
    with pool.write() as session:
        assert keep_inventory(session, by, given_as(LAPTOP)) == Kept("LAP-01", True, ())
        before = journal.head(session)
        assert keep_inventory(session, by, given_as(LAPTOP)) == Kept("LAP-01", False, ())
        assert journal.head(session) == before
        assert len(examinations.of(session, "LAP-01")) == 1


def test_a_serial_in_another_case_contradicts_nothing(pool: Database, by: Stamp) -> None:
    content = changed(bios={"assettag": "lap-01", "ssn": "pf1essai"})
    with pool.write() as session:
        assert keep_inventory(session, by, content) == Kept("LAP-01", True, ())


def test_what_contradicts_the_pool_is_told_and_the_pool_stays_as_it_is(pool: Database, by: Stamp) -> None:
    system = {"ssh_key": f"{HOST_KEYS[1]} root@essai"}
    content = changed(bios={"assettag": "lap-01", "ssn": "PF7ESSAI"}, operatingsystem=system)
    with pool.write() as session:
        kept = keep_inventory(session, by, content)
        assert kept.differences == (
            Difference("serial", "PF1ESSAI", "PF7ESSAI"),
            Difference("host_key", HOST_KEYS[0], HOST_KEYS[1]),
        )
        finding = examinations.latest(session, "LAP-01", Examination.AGENT)
        assert finding is not None
        assert not finding.passed
        device = devices.get(session, "LAP-01")
        assert (device.serial, device.host_key) == ("PF1ESSAI", HOST_KEYS[0])


@pytest.mark.parametrize("system", [{}, {"ssh_key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQ root@essai"}])
def test_a_gap_and_a_host_key_of_another_kind_contradict_nothing(
    pool: Database, by: Stamp, system: dict[str, Any]
) -> None:
    with pool.write() as session:
        kept = keep_inventory(session, by, changed(bios={"assettag": "lap-01"}, operatingsystem=system))
        assert kept.differences == ()


@pytest.mark.parametrize(
    ("content", "error"), [(b"{}", BadInventory), (changed(bios={"ssn": "PF9ESSAI"}), Unknown)]
)
def test_what_is_nobodys_is_refused_and_nothing_is_kept(
    pool: Database, by: Stamp, content: bytes, error: type[Exception]
) -> None:
    with pool.write() as session, pytest.raises(error):
        keep_inventory(session, by, content)
    with pool.read() as session:
        assert journal.head(session)[0] == 0
