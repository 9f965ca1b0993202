"""`kit pool`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pyrage
import pytest
from typer.testing import Result

from inventory import journal, loans
from inventory.database import Database
from inventory.journal import Stamp
from tests.unit.inventory import samples

GOOD = (
    "étiquette;type;modèle;IMEI;lieu;couleur\n"
    "TEL-1;téléphone;Fairphone;490154203237518;Armoire A;bleu\n"
    "CHG-1;accessoire;Chargeur;;Armoire B;noir\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    path.write_text(GOOD, "cp1252")
    return path


def test_import_adds_once_and_tells_what_it_did(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    dry = kit("pool", "import", str(file), "--dry-run")
    assert (dry.exit_code, dry.stdout.splitlines()) == (
        0,
        [
            "line 2: TEL-1 is new",
            "line 3: CHG-1 is new",
            "2 devices would be added, 0 would change, 0 unchanged",
        ],
    )
    assert kit_json("pool", "list") == []
    first = kit("pool", "import", str(file))
    assert (first.stdout, first.stderr) == (
        "2 devices added, 0 changed, 0 unchanged\n",
        "Columns not read: couleur.\n",
    )
    again = kit_json("pool", "import", str(file))
    assert [row["outcome"] for row in again.pop("rows")] == ["unchanged", "unchanged"]
    assert again == {"added": 0, "changed": 0, "unchanged": 2, "sealed": 0, "kept": 0, "dry_run": False}


def test_a_dry_run_tells_old_and_new_and_what_is_refused(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    file.write_text(GOOD.replace("Fairphone", "Nokia").replace("Armoire B", "") + "X 1;accessoire;;;;\n")
    dry = kit("pool", "import", str(file), "--dry-run")
    assert dry.stdout.splitlines() == [
        "line 2: TEL-1 changes: model Fairphone → Nokia",
        "line 3: CHG-1 unchanged",
        "0 devices would be added, 1 would change, 1 unchanged",
    ]
    assert (dry.exit_code, "line 4: “X 1” is no asset tag" in dry.stderr) == (3, True)
    refused = json.loads(kit("pool", "import", str(file), "--dry-run", "--json").stdout)
    assert [row["line"] for row in refused["error"]["rows"]] == [4]
    assert kit_json("pool", "show", "TEL-1")["model"] == "Fairphone"


def test_an_identity_is_replaced_when_that_is_asked_for(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    file.write_text(GOOD.replace("490154203237518", "356944000000009"))
    refused = kit("pool", "import", str(file))
    assert refused.exit_code == 3
    assert "TEL-1 has the IMEI 490154203237518 in the pool, not 356944000000009" in refused.stderr
    assert "--update-identity" in refused.stderr
    told = kit_json("pool", "import", str(file), "--update-identity")
    assert told["rows"][0]["changes"] == [
        {"name": "imei", "old": "490154203237518", "new": "356944000000009"}
    ]


def test_columns_are_mapped_by_hand_and_kept_under_a_name(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    typed = ("--column", "place=couleur", "--save-mapping", "couleurs")
    dry = kit("pool", "import", str(file), *typed, "--dry-run")
    assert dry.exit_code == 0
    assert kit("pool", "import", str(file), "--mapping", "couleurs").exit_code == 4
    kit_json("pool", "import", str(file), *typed)
    assert kit_json("pool", "show", "CHG-1")["place"] == "noir"
    file.write_text(GOOD.replace("noir", "gris"))
    assert kit_json("pool", "import", str(file), "--mapping", "couleurs")["changed"] == 1
    assert kit_json("pool", "show", "CHG-1")["place"] == "gris"
    assert kit("pool", "import", str(file), "--column", "state=couleur").exit_code == 3


def test_pins_are_refused_or_sealed_and_never_shown(
    kit: Callable[..., Result], kit_json: Callable[..., Any], home: Path, file: Path
) -> None:
    file.write_text("tag,kind,iccid,pin\nSIM-1,sim,8933150319031901230,471147\n")
    refused = kit("pool", "import", str(file))
    assert refused.exit_code == 3
    assert "--with-secrets" in refused.stderr
    without = kit("pool", "import", str(file), "--with-secrets")
    assert (without.exit_code, "no age recipient" in without.stderr) == (3, True)
    assert kit_json("pool", "list") == []
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    (home / "kit.toml").write_text(f'[team]\nrecipients = ["{recipient}"]\n')
    first = kit("pool", "import", str(file), "--with-secrets")
    assert first.stdout == "1 device added, 0 changed, 0 unchanged, 1 secret sealed\n"
    again = kit_json("pool", "import", str(file), "--with-secrets")
    assert (again["unchanged"], again["sealed"], again["kept"]) == (1, 0, 1)
    told = kit("pool", "import", str(file), "--with-secrets").stderr
    assert "1 code of the file was not taken" in told
    assert "not taken" not in first.output
    assert [line["kind"] for line in kit_json("pool", "show", "SIM-1")["history"]] == [
        "device.added",
        "secret.sealed",
    ]
    assert "471147" not in refused.output + without.output + first.output


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.json"])
def test_an_export_imported_again_changes_nothing(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path, name: str
) -> None:
    kit("pool", "import", str(file))
    out = file.with_name(name)
    assert kit_json("pool", "export", str(out)) == {"file": str(out), "devices": 2}
    assert out.stat().st_mode & 0o777 == 0o600
    told = kit_json("pool", "import", str(out))
    assert (told["added"], told["changed"], told["unchanged"]) == (0, 0, 2)


def test_an_export_without_a_file_goes_to_stdout(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    assert "CHG-1;accessory" in kit("pool", "export").stdout
    assert [row["tag"] for row in kit_json("pool", "export")] == ["CHG-1", "TEL-1"]
    assert [row["tag"] for row in kit_json("pool", "export", "--search", "kind:phone")] == ["TEL-1"]
    assert kit("pool", "export", "--search", "colour:red").exit_code == 4
    assert kit("pool", "export", "--format", "xlsx").stdout_bytes.startswith(b"PK")
    assert kit("pool", "export", "--format", "ods").exit_code == 4
    assert kit("pool", "export", str(file.with_name("pool.ods"))).exit_code == 4


def test_labels_are_printed_for_some_or_all(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    out = str(file.with_name("labels.pdf"))
    assert kit_json("pool", "labels", "--out", out) == {"file": out, "labels": 2}
    assert kit_json("pool", "labels", "tel-1", "--sheet", "roll-62x29", "--out", out)["labels"] == 1
    assert kit_json("pool", "labels", "--place", "armoire b", "--offset", "23", "--out", out)["labels"] == 1
    with pypdf.PdfReader(out) as reader:
        assert "CHG-1" in reader.pages[0].extract_text()
    assert kit_json("pool", "labels", "--search", "phone -place:b", "--out", out)["labels"] == 1
    assert kit_json("pool", "labels", "tel-1", "chg-1", "--search", "kind:phone", "--out", out)["labels"] == 1
    kit("crate", "make", "CAI-1", "--label", "Kit mairie", "--place", "Armoire B")
    assert kit_json("pool", "labels", "cai-1", "tel-1", "--out", out)["labels"] == 2
    with pypdf.PdfReader(out) as reader:
        text = reader.pages[0].extract_text()
    assert text.index("CAI-1") < text.index("Kit mairie") < text.index("TEL-1")
    assert kit_json("pool", "labels", "cai-1", "tel-1", "--search", "tel", "--out", out)["labels"] == 1
    assert kit("pool", "labels", "NO-1", "--out", out).exit_code == 4
    assert kit("pool", "labels", "--offset", "24", "--out", out).exit_code == 3
    assert kit("pool", "labels", "--place", "nulle part", "--out", out).exit_code == 3


def test_a_bad_file_names_every_bad_line_and_writes_nothing(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    file.write_text(GOOD + "TEL-2;téléphone;;3,54E+14;;\nX 1;grille-pain;;;;\n")
    result = kit("pool", "import", str(file))
    assert result.exit_code == 3
    assert "line 4: 3,54E+14 was ruined by a spreadsheet" in result.stderr
    assert "line 5: “X 1” is no asset tag" in result.stderr
    assert "line 5: “grille-pain” is no kind of device" in result.stderr
    told = json.loads(kit("pool", "import", str(file), "--json").stdout)["error"]
    assert [row["line"] for row in told["rows"]] == [4, 5, 5]
    assert kit_json("pool", "list") == []


def test_a_torn_spreadsheet_is_refused_with_what_to_do(kit: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "pool.xlsx").write_bytes(b"PK\x03\x04rest")
    result = kit("pool", "import", str(tmp_path / "pool.xlsx"))
    assert result.exit_code == 3
    assert "Save it as XLSX without a password, or as CSV" in result.stderr


def test_list_filters_by_kind_and_state(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    assert [row["tag"] for row in kit_json("pool", "list", "--kind", "phone")] == ["TEL-1"]
    assert kit_json("pool", "list", "--state", "lost") == []
    assert "Fairphone" in kit("pool", "list", "--state", "in_stock").stdout
    wrong = kit("pool", "list", "--kind", "toaster")
    assert wrong.exit_code == 4
    assert "laptop, phone, sim, router, accessory" in wrong.stderr


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        (["fairphone"], ["TEL-1"]),
        (["armoire", "kind:accessory"], ["CHG-1"]),
        (['lieu:"armoire b" -kind:phone'], ["CHG-1"]),
        (["--", "-fairphone"], ["CHG-1"]),
        (["armoire", "--kind", "phone", "--state", "in_stock"], ["TEL-1"]),
        (["introuvable"], []),
    ],
)
def test_list_searches(
    kit: Callable[..., Result],
    kit_json: Callable[..., Any],
    file: Path,
    typed: list[str],
    tags: list[str],
) -> None:
    kit("pool", "import", str(file))
    # What comes after -- is no option.
    rows = json.loads(kit("pool", "list", "--json", *typed).stdout)
    assert [row["tag"] for row in rows] == tags


def test_a_search_that_is_none_names_what_there_is(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    wrong = kit("pool", "list", "plac:x")
    assert wrong.exit_code == 4
    assert "A search has no “plac:”" in wrong.stderr
    assert "tag, serial, imei" in wrong.stderr
    assert "in_stock, reserved" in kit("pool", "list", "state:toaster").stderr


def test_list_tells_who_holds_a_device(
    kit: Callable[..., Result], kit_json: Callable[..., Any], home: Path
) -> None:
    database = Database(f"sqlite:///{home / 'kit.db'}")
    reference = samples.fill(database, Stamp("camille@station", samples.NOW), laptops=2)
    with database.write() as session:
        loans.reserve(session, Stamp("camille@station", samples.NOW), reference, 2, "LAP-02")
    database.dispose()
    (row,) = kit_json("pool", "list", "commune:aubagne")
    assert (row["tag"], row["crisis"], row["seat"], row["person"]) == (
        "LAP-02",
        reference,
        2,
        "Camille Exemple 2",
    )
    free, held = kit_json("pool", "list")
    assert (free["tag"], free["person"], held["person"]) == ("LAP-01", None, "Camille Exemple 2")
    assert "Camille Exemple 2" in kit("pool", "list", "state:reserved").stdout


def test_show_tells_the_facts_and_the_history(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    kit("pool", "import", str(file))
    shown = kit_json("pool", "show", "tel-1")
    assert (shown["tag"], shown["imei"], shown["state"]) == ("TEL-1", "490154203237518", "in_stock")
    assert [line["kind"] for line in shown["history"]] == ["device.added"]
    text = kit("pool", "show", "TEL-1").stdout
    assert "490154203237518" in text
    assert "device.added" in text


def test_show_tells_who_holds_it_and_where_its_older_lines_are(
    kit: Callable[..., Result], kit_json: Callable[..., Any], home: Path
) -> None:
    by = Stamp("camille@station", samples.NOW)
    database = Database(f"sqlite:///{home / 'kit.db'}")
    reference = samples.fill(database, by, laptops=1)
    with database.write() as session:
        loans.reserve(session, by, reference, 2, "LAP-01")
    shown = kit_json("pool", "show", "lap-01")
    assert (shown["crisis"], shown["seat"], shown["person"]) == (reference, 2, "Camille Exemple 2")
    short = kit("pool", "show", "LAP-01")
    assert "Camille Exemple 2" in short.stdout
    assert "Older lines" not in short.stderr
    with database.write() as session:
        for _number in range(20):
            journal.append(session, by, "device.noted", "device:LAP-01")
    database.dispose()
    long = kit("pool", "show", "LAP-01")
    assert long.stdout.count("device.noted") == 20
    assert "kit journal tail -n 1000 --subject device:LAP-01" in long.stderr


def test_an_unknown_tag_has_its_exit_code(kit: Callable[..., Result]) -> None:
    result = kit("pool", "show", "NO-1")
    assert result.exit_code == 4
    assert "No device has the tag NO-1" in result.stderr
