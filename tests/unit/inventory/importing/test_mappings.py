"""Other programs' exports are read by mappings: ready-made, kept under a name, or given by hand."""

from pathlib import Path

import pytest

from inventory import devices, journal
from inventory.database import Database
from inventory.errors import BadRows, Unknown
from inventory.importing import mappings
from inventory.importing.mappings import READY_MADE, BadMapping, Headers
from inventory.importing.pool import COLUMNS, How, import_pool
from inventory.journal import Stamp

GLPI = (
    '"Nom";"Entité";"Statut";"Fabricant";"Numéro de série";"Type";"Modèle";"Numéro d\'inventaire";"Lieu"\n'
    '"essai-1";"Racine";"En stock";"Fairphone";"FP1";"Smartphone";"Fairphone 5";"TEL-1";"Siège > Armoire"\n'
)
SNIPE_IT = (
    "Name,Asset Tag,Category,Manufacturer,Location,Model,Model Notes,Model Number,Serial,Asset Notes\n"
    "chargeur,CHG-1,Accessories,Essai,Armoire,Chargeur 65 W,,X1,S1,neuf\n"
)


def read(database: Database, by: Stamp, folder: Path, content: str, mapping: Headers, **given: str) -> None:
    file = folder / "export.csv"
    file.write_text(content)
    columns = mappings.applied(COLUMNS, mapping, {name: (header,) for name, header in given.items()})
    with database.write() as session:
        import_pool(session, by, file, How(columns))


def test_an_export_of_glpi_is_read(database: Database, by: Stamp, tmp_path: Path) -> None:
    content = GLPI.replace("Lieu", 'Lieu";"IMEI').replace("Armoire", 'Armoire";"490154203237518')
    read(database, by, tmp_path, content, READY_MADE["glpi"])
    with database.read() as session:
        phone = devices.get(session, "TEL-1")
        assert (phone.model, phone.serial, phone.place) == ("Fairphone 5", "FP1", "Siège > Armoire")


def test_an_export_of_snipe_it_is_read(database: Database, by: Stamp, tmp_path: Path) -> None:
    read(database, by, tmp_path, SNIPE_IT, READY_MADE["snipe-it"])
    with database.read() as session:
        charger = devices.get(session, "CHG-1")
        assert (charger.kind, charger.model, charger.serial) == ("accessory", "Chargeur 65 W", "S1")
        assert (charger.place, charger.note) == ("Armoire", "neuf")


@pytest.mark.parametrize("name", READY_MADE)
def test_a_ready_made_mapping_maps_columns_that_there_are_to_headers_of_their_own(name: str) -> None:
    headers = READY_MADE[name]
    assert set(headers) <= {column.name for column in COLUMNS}
    meant = [header for several in headers.values() for header in several]
    assert len(meant) == len(set(meant))


@pytest.mark.parametrize(("place", "name"), [*enumerate(READY_MADE, start=1)])
def test_the_documentation_names_the_headers(place: int, name: str) -> None:
    page = (Path(__file__).parents[4] / "docs" / "pool-files.md").read_text(encoding="utf-8")
    table = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in table]
    documented = {row[0]: tuple(row[place].split(", ")) for row in rows if row[0] in READY_MADE[name]}
    assert documented == READY_MADE[name]


def test_a_header_given_by_hand_goes_before_and_must_be_there(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    content = "tag,kind,place,bureau\nCHG-1,accessory,Armoire,12\n"
    read(database, by, tmp_path, content, {}, note="place", place="Bureau")
    with database.read() as session:
        charger = devices.get(session, "CHG-1")
        assert (charger.place, charger.note) == ("12", "Armoire")
    with pytest.raises(BadRows) as caught:
        read(database, by, tmp_path, content, {}, place="Étage")
    assert caught.value.rows == ((1, "the column “Étage” is missing"),)


def test_a_mapping_is_kept_found_in_any_case_and_replaced(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        mappings.save(session, by, "Site-Nord", {"place": ("Bureau", "Étage")})
        mappings.save(session, by, "site-nord", {"place": ("Bureau", "Étage")})
    with either_database.write() as session:
        assert mappings.find(session, " SITE-nord ") == {"place": ("Bureau", "Étage")}
        mappings.save(session, by, "site-nord", {"note": ("Divers",)})
        assert mappings.find(session, "site-nord") == {"note": ("Divers",)}
    with either_database.read() as session:
        assert [(line.kind, line.subject, line.data) for line in journal.tail(session)] == [
            ("mapping.saved", "mapping:site-nord", {"place": ["Bureau", "Étage"]}),
            ("mapping.saved", "mapping:site-nord", {"note": ["Divers"]}),
        ]


def test_an_unknown_mapping_is_told_with_those_there_are(database: Database, by: Stamp) -> None:
    with database.write() as session:
        mappings.save(session, by, "nord", {"place": ("Bureau",)})
        with pytest.raises(Unknown) as caught:
            mappings.find(session, "sud")
    assert "glpi, snipe-it, nord" in caught.value.hint


@pytest.mark.parametrize("name", ["glpi", "GLPI", "", "a b", "é", "a" * 41])
def test_a_name_that_is_taken_or_none_is_refused(database: Database, by: Stamp, name: str) -> None:
    with database.write() as session, pytest.raises(BadMapping):
        mappings.save(session, by, name, {"place": ("Bureau",)})


def test_a_mapping_of_nothing_is_not_kept(database: Database, by: Stamp) -> None:
    with database.write() as session, pytest.raises(BadMapping):
        mappings.save(session, by, "nord", {})


def test_mappings_are_typed_with_a_sign_of_equality() -> None:
    assert mappings.parse([" place = Bureau = 2 ", "note=Divers"], COLUMNS) == {
        "place": ("Bureau = 2",),
        "note": ("Divers",),
    }


@pytest.mark.parametrize("pair", ["place", "place=", "state=État", "=Bureau"])
def test_what_maps_no_column_is_refused_with_the_columns(pair: str) -> None:
    with pytest.raises(BadMapping) as caught:
        mappings.parse([pair], COLUMNS)
    assert "tag, kind, model" in caught.value.hint
