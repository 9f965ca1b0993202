"""The pool file is valid to the last check digit, and the pool takes it."""

import csv
from pathlib import Path

from stdnum import imei, luhn

from inventory.importing.tables import ColumnSpec, read_table
from kit.simulator.lab.names import Laptop
from kit.simulator.lab.stock import COLUMNS, pool_csv

LAPTOPS = [
    Laptop(f"LT-{n:04d}", f"lt-{n:04d}", f"10.77.0.{10 + n}", f"ssh-ed25519 AAAA{n}", f"CKLAB{n:06d}")
    for n in range(1, 13)
]


def rows(kind: str) -> list[dict[str, str]]:
    return [row for row in csv.DictReader(pool_csv(LAPTOPS).splitlines()) if row["kind"] == kind]


def test_every_laptop_goes_with_a_phone_and_a_sim() -> None:
    assert [row["asset_tag"] for row in rows("laptop")] == [laptop.tag for laptop in LAPTOPS]
    assert [row["asset_tag"] for row in rows("phone")] == [f"TEL-{n:04d}" for n in range(1, 13)]
    assert [row["asset_tag"] for row in rows("sim")] == [f"SIM-{n:04d}" for n in range(1, 13)]


def test_a_laptop_carries_what_pins_it() -> None:
    assert rows("laptop")[0] == {
        **dict.fromkeys(COLUMNS, ""),
        "asset_tag": "LT-0001",
        "kind": "laptop",
        "serial": "CKLAB000001",
        "model": "Lab laptop",
        "address": "10.77.0.11",
        "host_key": "ssh-ed25519 AAAA1",
        "place": "Lab",
    }


def test_phones_have_valid_test_imeis() -> None:
    numbers = [row["imei"] for row in rows("phone")]

    assert all(imei.is_valid(number) and number.startswith("00100100") for number in numbers)
    assert len(set(numbers)) == len(LAPTOPS)


def test_sims_have_valid_iccids_and_numbers_kept_for_fiction() -> None:
    for row in rows("sim"):
        assert luhn.is_valid(row["iccid"])
        assert row["iccid"].startswith("8933")
        assert len(row["iccid"]) == 19
        assert row["number"].startswith("+3363998")
        assert len(row["number"]) == 12


def test_no_laptop_gives_a_header_only() -> None:
    assert pool_csv([]) == ",".join(COLUMNS) + "\n"


def test_the_pool_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pool.csv"
    path.write_text(pool_csv(LAPTOPS))

    table = read_table(path, [ColumnSpec(column, (column,)) for column in COLUMNS])

    assert len(table.rows) == 3 * len(LAPTOPS)
    assert table.ignored == ()
