"""What is exported is complete, runs in no spreadsheet, and changes nothing when it is imported again."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from stdnum import luhn

from inventory import journal
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import Unknown
from inventory.exporting.pool import Format, export_pool, format_of
from inventory.importing import cells
from inventory.importing.changes import Outcome
from inventory.importing.pool import How, import_pool
from inventory.journal import Stamp
from tests.unit.inventory.samples import HOST_KEYS, NOW

NASTY = (
    "=1+1",
    "'=1+1",
    "+33",
    "-",
    "@x",
    "'",
    '"',
    "a;b,c\td",
    "«\u00a0é\u00a0»",
    "1E5",
    "00012",
    "1",
    "true",
    "_x0041_",
)


def kept(text: str) -> bool:
    """Whether the book would hold that text as it is."""
    try:
        return cells.plain(text.strip()) == text
    except ValueError:
        return False


def is_serial(text: str) -> bool:
    try:
        return cells.serial(text) == text
    except ValueError:
        return False


def as_kept(text: str) -> str:
    """Made so that the book holds it: drawing again until it does would throw most texts away."""
    return unicodedata.normalize("NFC", text).strip()


printable = st.text(st.characters(exclude_categories=["C"]), max_size=12).map(as_kept)
texts = (printable | st.sampled_from(NASTY)).filter(kept)
serials = st.none() | texts.map(lambda text: text if is_serial(text) else f"7F{text}")
bodies = st.from_regex(r"[0-9]{14}", fullmatch=True)
tags = st.from_regex(r"[A-Z][A-Z0-9._-]{0,8}", fullmatch=True)
phones = st.fixed_dictionaries(
    {
        "tag": tags,
        "serial": serials,
        "imei": bodies.map(lambda body: body + luhn.calc_check_digit(body)),
        "state": st.sampled_from(DeviceState),
        **dict.fromkeys(("model", "place", "note"), texts),
    }
)


def each_once(name: str) -> Callable[[dict[str, Any]], Any]:
    """The value of that name; objects of their own where there is none."""
    return lambda device: object() if device[name] is None else device[name]


@pytest.mark.parametrize("kind", Format)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    pool=st.lists(phones, min_size=1, max_size=5, unique_by=tuple(map(each_once, ("tag", "serial", "imei"))))
)
def test_an_export_imported_again_changes_nothing(
    database: Database, by: Stamp, tmp_path: Path, kind: Format, pool: list[dict[str, Any]]
) -> None:
    with database.write() as session:
        session.add_all(Device(kind=DeviceKind.PHONE, state_since=NOW, **facts) for facts in pool)
        session.flush()
        before = journal.head(session)
        file = tmp_path / f"pool.{kind}"
        content, count = export_pool(session, kind)
        file.write_bytes(content)
        outcome = import_pool(session, by, file, How(update_identity=True))
        assert count == outcome.count(Outcome.UNCHANGED) == len(pool)
        assert outcome.ignored == ("state", "crate", "state_since")
        assert journal.head(session) == before
        session.rollback()


@pytest.fixture
def filled(database: Database) -> Database:
    """A pool of every kind, with a formula in a note."""
    made = [
        Device(
            tag="LAP-01",
            kind=DeviceKind.LAPTOP,
            address="10.0.0.1",
            host_key=HOST_KEYS[0],
            state_since=NOW,
        ),
        Device(
            tag="TEL-1",
            kind=DeviceKind.PHONE,
            imei="490154203237518",
            note='=HYPERLINK("x")',
            state_since=NOW,
        ),
        Device(
            tag="SIM-1",
            kind=DeviceKind.SIM,
            iccid="8933150319031901230",
            number="+33639980001",
            state_since=NOW,
        ),
        Device(tag="RTR-1", kind=DeviceKind.ROUTER, state=DeviceState.LOST, state_since=NOW),
    ]
    with database.write() as session:
        session.add_all(made)
    return database


def exported(database: Database, kind: Format) -> bytes:
    with database.read() as session:
        return export_pool(session, kind)[0]


@pytest.mark.parametrize("kind", Format)
def test_an_export_of_every_kind_of_device_is_known_again(
    filled: Database, by: Stamp, tmp_path: Path, kind: Format
) -> None:
    file = tmp_path / f"pool.{kind}"
    file.write_bytes(exported(filled, kind))
    with filled.write() as session:
        assert import_pool(session, by, file).count(Outcome.UNCHANGED) == 4
        assert journal.head(session) == (0, journal.GENESIS)


def test_csv_opens_in_french_office_programs_and_runs_nothing(filled: Database) -> None:
    content = exported(filled, Format.CSV)
    assert content.startswith("\ufefftag;kind;".encode())
    rows = {
        row["tag"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    }
    assert list(rows) == ["LAP-01", "RTR-1", "SIM-1", "TEL-1"]
    assert rows["TEL-1"]["note"] == '\'=HYPERLINK("x")'
    assert rows["SIM-1"]["number"] == "'+33639980001"
    assert (rows["RTR-1"]["state"], rows["RTR-1"]["serial"]) == ("lost", "")


def test_a_workbook_keeps_digits_as_text_and_holds_no_formula(filled: Database) -> None:
    book = load_workbook(io.BytesIO(exported(filled, Format.XLSX)))
    sheet = book.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    found = {row[0].value: dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    iccid = found["SIM-1"]["iccid"]
    assert (iccid.value, iccid.data_type, iccid.number_format) == ("8933150319031901230", "s", "@")
    assert found["TEL-1"]["note"].data_type == "s"
    assert sheet.freeze_panes == "A2"


def test_json_has_a_device_a_line_and_the_texts_as_they_are(filled: Database) -> None:
    content = exported(filled, Format.JSON).decode()
    records = json.loads(content)
    assert [record["tag"] for record in records] == ["LAP-01", "RTR-1", "SIM-1", "TEL-1"]
    assert records[3]["note"] == '=HYPERLINK("x")'
    assert records[1]["imei"] is None
    assert "TEL-1" in content.splitlines()[4]


@pytest.mark.parametrize("kind", Format)
def test_an_empty_pool_is_a_file_too(database: Database, kind: Format) -> None:
    assert exported(database, kind)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.csv", Format.CSV), ("a.XLSX", Format.XLSX), ("a.b.json", Format.JSON)]
)
def test_the_suffix_says_the_format(name: str, kind: Format) -> None:
    assert format_of(Path(name)) is kind


@pytest.mark.parametrize("name", ["pool", "pool.ods", "csv"])
def test_another_suffix_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(Unknown) as caught:
        format_of(Path(name))
    assert ".csv, .xlsx, .json" in caught.value.hint
