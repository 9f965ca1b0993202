"""A pool file is imported whole or not at all, and twice is once."""

from datetime import date
from pathlib import Path

import pytest

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadRows
from inventory.importing.changes import Change, Outcome
from inventory.importing.pool import How, PoolImport, Sealer, compare_pool, import_pool
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


def give(
    database: Database,
    by: Stamp,
    folder: Path,
    content: str,
    *,
    update_identity: bool = False,
    seal: Sealer | None = None,
) -> PoolImport:
    file = folder / "pool.csv"
    file.write_text(content, "utf-8")
    with database.write() as session:
        return import_pool(session, by, file, How(update_identity=update_identity), seal=seal)


def counted(outcome: PoolImport) -> tuple[int, int, int]:
    """How many devices were added, changed and left as they are."""
    added, changed, unchanged = (outcome.count(kind) for kind in Outcome)
    return added, changed, unchanged


def refusal(
    database: Database, by: Stamp, folder: Path, content: str, *, update_identity: bool = False
) -> list[tuple[int, str]]:
    """Why the file was refused, after making sure that nothing was written."""
    with database.read() as session:
        before = journal.head(session), len(devices.listing(session))
    with pytest.raises(BadRows) as caught:
        give(database, by, folder, content, update_identity=update_identity)
    with database.read() as session:
        assert (journal.head(session), len(devices.listing(session))) == before
    return list(caught.value.rows)


def test_a_good_file_adds_every_device_with_its_journal_line(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    assert counted(give(either_database, by, tmp_path, GOOD)) == (6, 0, 0)
    with either_database.read() as session:
        laptop, phone, sim = (devices.get(session, tag) for tag in ("LAP-1", "TEL-1", "SIM-1"))
        assert (laptop.kind, laptop.state) == (DeviceKind.LAPTOP, DeviceState.IN_STOCK)
        assert (laptop.serial, laptop.address, laptop.host_key) == ("PF1", "10.0.0.1", HOST_KEYS[0])
        assert (phone.serial, phone.imei, phone.note) == (None, "490154203237518", "rayé")
        assert (sim.iccid, sim.number) == ("8933150319031901230", "+33612345678")
        lines = journal.tail(session)
        assert [line.kind for line in lines] == ["device.added"] * 6
        assert lines[0].data == {
            "kind": "laptop",
            "state": "in_stock",
            "model": "Latitude",
            "serial": "PF1",
            "address": "10.0.0.1",
            "host_key": HOST_KEYS[0],
            "place": "Armoire A",
            "note": "",
        }
        assert journal.verify(session) == 6


def test_the_same_file_again_changes_nothing(database: Database, by: Stamp, tmp_path: Path) -> None:
    give(database, by, tmp_path, GOOD)
    with database.read() as session:
        before = journal.head(session)
    assert counted(give(database, by, tmp_path, GOOD)) == (0, 0, 6)
    with database.read() as session:
        assert journal.head(session) == before


def test_a_serial_in_another_case_is_the_same_serial(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(either_database, by, tmp_path, GOOD)
    with either_database.read() as session:
        before = journal.head(session)
    assert counted(give(either_database, by, tmp_path, GOOD.replace("PF1", "pf1"))) == (0, 0, 6)
    untagged = HEADER + ";portable;Latitude;pf1;;;;;;;\n"
    assert counted(give(either_database, by, tmp_path, untagged)) == (0, 0, 1)
    file = tmp_path / "pool.csv"
    with either_database.read() as session:
        assert counted(compare_pool(session, file, How(update_identity=True))) == (0, 0, 1)
        assert (journal.head(session), devices.get(session, "LAP-1").serial) == (before, "PF1")


def test_two_devices_never_have_one_serial_in_two_spellings(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    twice = HEADER + "CHG-1;accessoire;;pf7;;;;;;;\nCHG-2;accessoire;;PF7;;;;;;;\n"
    assert refusal(database, by, tmp_path, twice) == [(3, "série PF7 is on line 2 too")]
    give(database, by, tmp_path, GOOD)
    again = HEADER + "CHG-2;accessoire;;pf1;;;;;;;\n"
    assert refusal(database, by, tmp_path, again, update_identity=True) == [(2, "série pf1 belongs to LAP-1")]
    with database.read() as session:
        assert compare_pool(session, tmp_path / "pool.csv").faults == ((2, "série pf1 belongs to LAP-1"),)


def test_a_comparison_tells_good_and_bad_rows_and_writes_nothing(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    file = tmp_path / "pool.csv"
    file.write_text(
        GOOD.replace("Fairphone", "Nokia") + "CHG-2;accessoire;;;;;;;;;\nCHG 3;accessoire;;;;;;;;;\n"
    )
    # A session that only reads refuses to write.
    with database.read() as session:
        found = compare_pool(session, file)
    assert counted(found) == (1, 1, 5)
    assert [row.changes for row in found.rows if row.outcome is Outcome.CHANGED] == [
        (Change("model", "Fairphone", "Nokia"),)
    ]
    assert found.faults == ((9, "“CHG 3” is no asset tag: up to 32 letters, digits, dots, hyphens"),)


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
        + ";accessoire;Chargeur;;;;;;;;\n"
        + ";accessoire;Chargeur;PF9;;;;;;;\n"
        + "CHG-2;;Chargeur;;;;;;;;\n"
    )
    assert refusal(database, by, tmp_path, content) == [
        (8, "3,54E+14 was ruined by a spreadsheet: format the column as text"),
        (9, "IMEI 490154203237518 is on line 4 too"),
        (10, "a laptop needs its adresse"),
        (10, "a laptop needs its clé d'hôte"),
        (10, "série PF1 is on line 2 too"),
        (11, "étiquette LAP-1 is on line 2 too"),
        (11, "“grille-pain” is no kind of device: laptop, phone, sim, router, accessory"),
        (12, "a phone has no numéro"),
        (12, "a phone needs its IMEI"),
        (13, "has no asset tag"),
        (14, "has no asset tag, and no device has the serial PF9"),
        (15, "a new device needs its type"),
    ]


def test_what_the_pool_already_has_cannot_be_given_to_another_tag(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    content = HEADER + f"LAP-9;portable;;PF1;10.0.0.2;{HOST_KEYS[0]};;;;;\n"
    assert refusal(database, by, tmp_path, content) == [
        (2, "adresse 10.0.0.2 belongs to LAP-2"),
        (2, f"clé d'hôte {HOST_KEYS[0]} belongs to LAP-1"),
        (2, "série PF1 belongs to LAP-1"),
    ]


def test_a_known_device_gets_other_descriptive_facts_with_a_line_of_old_and_new(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(either_database, by, tmp_path, GOOD)
    changed = GOOD.replace("Fairphone", "Nokia").replace("rayé", "neuf").replace("10.0.0.1;", "10.0.9.1;")
    assert counted(give(either_database, by, tmp_path, changed)) == (0, 2, 4)
    with either_database.read() as session:
        assert devices.get(session, "LAP-1").address == "10.0.9.1"
        phone, line = devices.get(session, "TEL-1"), journal.tail(session, limit=1)[0]
        assert (phone.model, phone.note, phone.state_since) == ("Nokia", "neuf", by.at)
        assert (line.kind, line.subject) == ("device.changed", "device:TEL-1")
        assert line.data == {
            "model": {"from": "Fairphone", "to": "Nokia"},
            "note": {"from": "rayé", "to": "neuf"},
        }
        assert journal.verify(session) == 8
    assert counted(give(either_database, by, tmp_path, changed)) == (0, 0, 6)


def test_an_empty_cell_or_a_column_that_is_missing_erases_nothing(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    assert counted(give(database, by, tmp_path, GOOD.replace("rayé", "").replace("PF1", "N/A"))) == (0, 0, 6)
    assert counted(give(database, by, tmp_path, "tag,kind,place\nTEL-1,,\nLAP-1,,Armoire C\n")) == (0, 1, 1)
    with database.read() as session:
        assert devices.get(session, "TEL-1").note == "rayé"
        assert (devices.get(session, "LAP-1").serial, devices.get(session, "LAP-1").place) == (
            "PF1",
            "Armoire C",
        )


def test_a_row_without_tag_is_about_the_device_with_its_serial(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    assert counted(give(database, by, tmp_path, "tag,kind,serial,place\n,,PF1,Armoire Z\n")) == (0, 1, 0)
    with database.read() as session:
        assert devices.get(session, "LAP-1").place == "Armoire Z"
    both = "tag,kind,serial,place\n,,PF1,Armoire Y\nLAP-1,,,Armoire X\n"
    assert refusal(database, by, tmp_path, both) == [(3, "étiquette LAP-1 is on line 2 too")]


def test_a_tag_and_a_serial_of_two_devices_clash(database: Database, by: Stamp, tmp_path: Path) -> None:
    give(database, by, tmp_path, GOOD)
    assert refusal(database, by, tmp_path, "tag,kind,serial\nLAP-2,,PF1\n", update_identity=True) == [
        (2, "série PF1 belongs to LAP-1")
    ]


def test_identity_is_filled_in_where_it_was_missing_and_replaced_only_when_asked(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    assert counted(give(database, by, tmp_path, "tag,kind,serial\nLAP-2,,PF2\n")) == (0, 1, 0)
    replaced = "tag,kind,serial\nLAP-2,,PF3\n"
    assert refusal(database, by, tmp_path, replaced) == [(2, "LAP-2 has the série PF2 in the pool, not PF3")]
    assert counted(give(database, by, tmp_path, replaced, update_identity=True)) == (0, 1, 0)
    with database.write() as session:
        assert devices.get(session, "LAP-2").serial == "PF3"
        devices.move(session, by, devices.get(session, "LAP-2"), DeviceState.RESERVED, reason="test")
    assert refusal(database, by, tmp_path, replaced.replace("PF3", "PF4"), update_identity=True) == [
        (2, "LAP-2 is reserved: its série cannot be replaced now")
    ]


def test_a_kind_never_changes_and_a_retired_tag_is_never_used_again(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    with database.write() as session:
        devices.move(session, by, devices.get(session, "CHG-1"), DeviceState.RETIRED, reason="test")
    content = "tag,kind,model\nRTR-1,phone,\nCHG-1,accessory,Souris\n"
    assert refusal(database, by, tmp_path, content, update_identity=True) == [
        (2, "RTR-1 is a router in the pool, not a phone"),
        (3, "CHG-1 is retired: a tag is never used again"),
    ]


def test_secrets_are_refused_and_never_repeated_unless_somebody_seals_them(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    content = "tag,kind,iccid,PIN,code PUK\nSIM-1,sim,8933150319031901230,4711,12345679\nCHG-1,accessory,,,\n"
    ((line, reason),) = refusal(database, by, tmp_path, content)
    assert (line, "secrets do not belong in a file" in reason, "4711" in reason) == (2, True, False)
    kept: dict[tuple[str, str], str] = {}

    def seal(tag: str, name: str, code: str) -> bool:
        return kept.setdefault((tag, name), code) is code

    outcome = give(database, by, tmp_path, content, seal=seal)
    assert kept == {("SIM-1", "pin"): "4711", ("SIM-1", "puk"): "12345679"}
    assert (counted(outcome), outcome.sealed) == ((2, 0, 0), 2)
    assert "4711" not in repr(outcome)
    with database.read() as session:
        assert "4711" not in str([line.data for line in journal.tail(session)])
    wrong = content.replace("4711", "47").replace("CHG-1,accessory,,,", "CHG-1,accessory,,0000,")
    with pytest.raises(BadRows) as caught:
        give(database, by, tmp_path, wrong, seal=seal)
    assert caught.value.rows == ((2, "the PIN is not 4 to 8 digits"), (3, "a accessory has no PIN"))


def test_a_device_that_moved_on_is_still_the_same_device(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(database, by, tmp_path, GOOD)
    with database.write() as session:
        devices.move(session, by, devices.get(session, "LAP-1"), DeviceState.BROKEN, reason="test")
    assert counted(give(database, by, tmp_path, GOOD)) == (0, 0, 6)


def test_columns_that_were_not_read_are_told(database: Database, by: Stamp, tmp_path: Path) -> None:
    outcome = give(database, by, tmp_path, "asset_tag,kind,colour\nCHG-1,accessory,black\n")
    assert (counted(outcome), outcome.ignored) == ((1, 0, 0), ("colour",))


TWO = "tag;kind;IMEI;IMEI 2;échéance\n"
ONE, OTHER, THIRD = "490154203237518", "356938035643809", "352099001761481"


def test_a_second_imei_and_an_end_of_contract_are_kept_filled_in_and_told(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    give(either_database, by, tmp_path, f"{TWO}TEL-1;phone;{ONE};;\n")
    file = f"{TWO}TEL-1;phone;{ONE};{OTHER};31/03/2027\n"
    assert counted(give(either_database, by, tmp_path, file)) == (0, 1, 0)
    assert counted(give(either_database, by, tmp_path, file)) == (0, 0, 1)
    with either_database.read() as session:
        phone = devices.get(session, "TEL-1")
        assert (phone.imei2, phone.expires_on) == (OTHER, date(2027, 3, 31))
        line = journal.tail(session)[-1]
        assert line.data == {
            "imei2": {"from": None, "to": OTHER},
            "expires_on": {"from": None, "to": "2027-03-31"},
        }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"TEL-3;phone;{OTHER};;", f"IMEI {OTHER} belongs to TEL-1"),
        (f"TEL-3;phone;{THIRD};{ONE};", f"IMEI 2 {ONE} belongs to TEL-1"),
        (f"TEL-3;phone;{THIRD};{THIRD};", f"IMEI 2 {THIRD} is its IMEI too"),
        (f"TEL-2;phone;;{THIRD};", f"IMEI 2 {THIRD} is its IMEI too"),
        (f"TEL-1;phone;;{OTHER[:-1]}0;", f"{OTHER[:-1]}0 is no IMEI: 15 digits with a check digit"),
        (f"CHG-1;accessory;;{THIRD};", "a accessory has no IMEI 2"),
        ("TEL-1;phone;;;2027", "2027 is no day: write it 2027-03-31 or 31/03/2027"),
    ],
)
def test_an_imei_is_one_devices_alone_whether_first_or_second(
    database: Database, by: Stamp, tmp_path: Path, row: str, said: str
) -> None:
    give(database, by, tmp_path, f"{TWO}TEL-1;phone;{ONE};{OTHER};\nTEL-2;phone;{THIRD};;\n")
    assert said in [reason for _line, reason in refusal(database, by, tmp_path, f"{TWO}{row}\n")]
