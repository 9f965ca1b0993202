"""`kit pool`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

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
    assert (dry.exit_code, dry.stdout) == (0, "2 devices would be added, 0 unchanged\n")
    assert kit_json("pool", "list") == []
    first = kit("pool", "import", str(file))
    assert (first.stdout, first.stderr) == ("2 devices added, 0 unchanged\n", "Columns not read: couleur.\n")
    assert kit_json("pool", "import", str(file)) == {"added": 0, "unchanged": 2, "dry_run": False}


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


def test_a_spreadsheet_is_refused_with_what_to_do(kit: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "pool.xlsx").write_bytes(b"PK\x03\x04rest")
    result = kit("pool", "import", str(tmp_path / "pool.xlsx"))
    assert result.exit_code == 3
    assert "Save it as CSV" in result.stderr


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


def test_an_unknown_tag_has_its_exit_code(kit: Callable[..., Result]) -> None:
    result = kit("pool", "show", "NO-1")
    assert result.exit_code == 4
    assert "No device has the tag NO-1" in result.stderr
