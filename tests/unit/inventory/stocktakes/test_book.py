"""What the book is asked: whose code that is, what should be there."""

import pytest

from inventory import devices, loans, pairings
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.journal import Stamp
from inventory.stocktakes import book
from inventory.stocktakes.book import Scope
from tests.unit.inventory.samples import fill, laptop
from tests.unit.inventory.stocktakes.shelf import SHELF, cupboard


@pytest.mark.parametrize(
    ("code", "device"),
    [
        ("LAP-01", ("LAP-01", "tag", "")),
        ("lap-01", ("LAP-01", "tag", "")),
        ("PF1", ("LAP-01", "serial", "")),
        ("pf1", ("LAP-01", "serial", "")),
        ("1", ("TEL-01", "imei", "")),
        ("893301", ("SIM-01", "iccid", "")),
        ("LQP)à&", ("LAP-01", "tag", "LAP-01")),
    ],
)
def test_a_code_is_a_tag_a_serial_an_imei_or_an_iccid(
    either_database: Database, by: Stamp, code: str, device: tuple[str, str, str]
) -> None:
    with either_database.write() as session:
        cupboard(session, by)
        found = book.identify(session, [code, "foo"])
    assert [(one.record.tag, one.identity, one.meant) for one in found.values()] == [device]


def test_a_serial_kept_in_small_letters_is_found_by_its_capitals(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        cupboard(session, by)
        devices.get(session, "LAP-02").serial = "pfé/2x"
        session.flush()
        found = book.owners(session, ["PFé/2X", "pfé/2x"])
    assert {code: owner.tag for code, owner in found.items()} == {"PFé/2X": "LAP-02", "pfé/2x": "LAP-02"}


def test_a_code_as_it_was_typed_goes_before_what_it_might_have_meant_and_a_tag_before_a_serial(
    database: Database, by: Stamp
) -> None:
    with database.write() as session:
        first, second = laptop(1), laptop(2)
        first.serial, second.serial = "LQP)à&", "LAP-01"
        session.add_all([first, second])
        session.flush()
        found = book.identify(session, ["LQP)à&", "LAP-01"])
    assert {code: (one.record.tag, one.meant) for code, one in found.items()} == {
        "LQP)à&": ("LAP-01", ""),
        "LAP-01": ("LAP-01", ""),
    }


def test_a_place_has_what_lies_there_not_what_is_lent_lost_or_retired(database: Database, by: Stamp) -> None:
    with database.write() as session:
        cupboard(session, by)
        devices.move(session, by, devices.get(session, "LAP-02"), DeviceState.LOST, reason="test")
        devices.move(session, by, devices.get(session, "LAP-03"), DeviceState.BROKEN, reason="test")
        found = [one.tag for one in book.expected(session, Scope("armoire-A"))]
        assert found == ["LAP-01", "LAP-03", "SIM-01", "SIM-02", "TEL-01", "TEL-02"]
        broken = book.expected(session, Scope(SHELF, state=DeviceState.BROKEN))
        assert [one.tag for one in broken] == ["LAP-03"]


def test_a_commune_has_what_its_people_hold(either_database: Database, by: Stamp) -> None:
    crisis = fill(either_database, by, laptops=0)
    with either_database.write() as session:
        cupboard(session, by)
        for tag in ("TEL-01", "TEL-02"):
            loan = loans.reserve(session, by, crisis, 2, tag)
            device = devices.get(session, tag)
            devices.move(session, by, device, DeviceState.READY, reason="test")
            if tag == "TEL-01":
                loans.hand_over(session, by, loan)
        (held,) = book.expected(session, Scope(commune_code="13005"))
        assert book.expected(session, Scope(commune_code="13001")) == []
    assert (held.tag, held.place, held.holder, held.seat, held.sim) == (
        *("TEL-01", "", "Camille Exemple 2", f"{crisis}/2", "SIM-01"),
    )


def test_sims_are_told_by_slot(database: Database, by: Stamp) -> None:
    with database.write() as session:
        cupboard(session, by)
        pairings.insert(session, by, "SIM-02", "TEL-01", slot=2)
        assert book.records(session, ["TEL-01", "TEL-02"])["TEL-01"].sim == "SIM-01 SIM-02"
        pairings.remove(session, by, "SIM-01")
        assert book.records(session, ["TEL-01"])["TEL-01"].sim == "SIM-02"
