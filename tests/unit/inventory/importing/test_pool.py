"""A pool file is imported whole or not at all, and twice is once."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadRows
from inventory.importing.pool import PoolImport, import_pool
from inventory.journal import Stamp
from tests.unit.inventory.samples import HOST_KEYS

HEADER = "étiquette;type;modèle;série;adresse;clé d'hôte;IMEI;ICCID;numéro;lieu;note\n"
GOOD = (
    HEADER
    + f"LAP-1;portable;Latitude;PF1;10.0.0.1;{HOST_KEYS[0]};;;;Armoire A;\n"
    + f"LAP-2;Ordinateur portable;Latitude;keine;10.0.0.2;{HOST_KEYS[1]};;;;Armoire A;\n"
    + "TEL-1;téléphone;Fairphone;To be filled by O.E.M.;;;490154203237518;;;Armoire B;rayé\n"
    + "SIM-1;carte SIM;;;;;;8933150319031901230;06 12 34 56 78;;\n"
    + "RTR-1;routeur 4G;;;;;;;;;\n"
    + "CHG-1;accessoire;Chargeur;;;;;;;;\n"
)


def give(database: Database, by: Stamp, folder: Path, content: str, *, dry_run: bool = False) -> PoolImport:
    file = folder / "pool.csv"
    file.write_text(content, "utf-8")
    with database.read() if dry_run else database.write() as session:
        return import_pool(session, by, file, dry_run=dry_run)


def refusal(database: Database, by: Stamp, folder: Path, content: str) -> list[tuple[int, str]]:
    """Why the file was refused, after making sure that nothing was written."""
    with database.read() as session:
        before = journal.head(session), len(devices.listing(session))
    with pytest.raises(BadRows) as caught:
        give(database, by, folder, content)
    with database.read() as session:
        assert (journal.head(session), len(devices.listing(session))) == before
    return list(caught.value.rows)


def test_a_good_file_adds_every_device_with_its_journal_line(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    assert give(either_database, by, tmp_path, GOOD) == PoolImport(added=6, unchanged=0)
    with either_database.read() as session:
        laptop, phone, sim = (devices.get(session, tag) for tag in ("LAP-1", "TEL-1", "SIM-1"))
        assert (laptop.kind, laptop.state) == (DeviceKind.LAPTOP, DeviceState.IN_STOCK)
        assert (laptop.serial, laptop.address, laptop.host_key) == ("PF1", "10.0.0.1", HOST_KEYS[0])
        assert (phone.serial, phone.imei, phone.note) == (None, "490154203237518", "rayé")
        assert (sim.iccid, sim.number) == ("8933150319031901230", "+33612345678")
        lines = journal.tail(session)
        assert [line.kind for line in lines] == ["device.added"] * 6
        assert lines[0].data["serial"] == "PF1"


def test_the_same_file_again_changes_nothing(database: Database, by: Stamp, tmp_path: Path) -> None:
    give(database, by, tmp_path, GOOD)
    with database.read() as session:
        before = journal.head(session)
    assert give(database, by, tmp_path, GOOD) == PoolImport(added=0, unchanged=6)
    with database.read() as session:
        assert journal.head(session) == before


def test_a_dry_run_counts_and_writes_nothing(database: Database, by: Stamp, tmp_path: Path) -> None:
    assert give(database, by, tmp_path, GOOD, dry_run=True) == PoolImport(added=6, unchanged=0)
    with database.read() as session:
        assert devices.listing(session) == []


def test_every_bad_row_is_named_in_the_order_of_the_file(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    content = (
        GOOD
        + "TEL-2;téléphone;;;;;3,54E+14;;;;\n"
        + "TEL-3;téléphone;;;;;490154203237518;;;;\n"
        + "LAP-3;portable;;PF1;;;;;;;\n"
        + "LAP-1;grille-pain;;;;;;;;;\n"
        + "TEL-4;téléphone;;;;;;;0612345678;;\n"
    )
    assert refusal(database, by, tmp_path, content) == [
        (8, "3,54E+14 was ruined by a spreadsheet: format the column as text"),
        (9, "imei 490154203237518 is on line 4 too"),
        (10, "a laptop needs its adresse"),
        (10, "a laptop needs its clé d'hôte"),
        (10, "serial PF1 is on line 2 too"),
        (11, "tag LAP-1 is on line 2 too"),
        (11, "“grille-pain” is no kind of device: laptop, phone, sim, router, accessory"),
        (12, "a phone has no numéro"),
        (12, "a phone needs its IMEI"),
    ]


def test_what_the_pool_already_has_cannot_be_given_to_another_tag(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    content = HEADER + f"LAP-9;portable;;PF1;10.0.0.2;{HOST_KEYS[0]};;;;;\n"
    assert refusal(database, by, tmp_path, content) == [
        (2, "address 10.0.0.2 belongs to LAP-2"),
        (2, f"host_key {HOST_KEYS[0]} belongs to LAP-1"),
        (2, "serial PF1 belongs to LAP-1"),
    ]


def test_a_known_tag_with_other_facts_is_refused(database: Database, by: Stamp, tmp_path: Path) -> None:
    give(database, by, tmp_path, GOOD)
    changed = GOOD.replace("Fairphone", "Nokia").replace("rayé", "neuf")
    assert refusal(database, by, tmp_path, changed) == [(4, "TEL-1 is in the pool with another model, note")]


def test_a_device_that_moved_on_is_still_the_same_device(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    with database.write() as session:
        devices.move(session, by, devices.get(session, "LAP-1"), DeviceState.BROKEN, reason="test")
    assert give(database, by, tmp_path, GOOD).unchanged == 6


def test_columns_that_were_not_read_are_told(database: Database, by: Stamp, tmp_path: Path) -> None:
    outcome = give(database, by, tmp_path, "asset_tag,kind,colour\nCHG-1,accessory,black\n")
    assert outcome == PoolImport(added=1, unchanged=0, ignored=("colour",))


bodies = st.from_regex(r"[0-9]{14}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20).map(str.strip)
phones = st.fixed_dictionaries(
    {
        "tag": st.from_regex(r"[A-Z][A-Z-]{1,10}", fullmatch=True),
        "kind": st.just("phone"),
        "imei": bodies.map(lambda body: body + luhn.calc_check_digit(body)),
        "model": words,
        "place": words,
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(phones, min_size=1, max_size=6, unique_by=(lambda row: row["tag"], lambda row: row["imei"])))
def test_what_was_imported_can_be_written_out_and_imported_again(
    database: Database, by: Stamp, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    file = tmp_path / "pool.csv"

    def write(lines: list[dict[str, str]]) -> None:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(
                out, fieldnames=["tag", "kind", "imei", "model", "place"], extrasaction="ignore"
            )
            writer.writeheader()
            writer.writerows(lines)

    with database.write() as session:
        write(rows)
        assert import_pool(session, by, file).added == len(rows)
        write([device.model_dump() for device in devices.listing(session)])
        assert import_pool(session, by, file) == PoolImport(added=0, unchanged=len(rows))
        session.rollback()
