"""`kit commune`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from kit.cli import app


def test_list_names_all_92(kit: Callable[..., Result], kit_json: Callable[..., Any]) -> None:
    rows = kit_json("commune", "list")
    assert len(rows) == 92
    assert {"code": "13005", "name": "Aubagne", "population": 47529}.items() <= rows[3].items()
    assert "Berre-l'Étang" in kit("commune", "list").stdout


def test_show_takes_the_beginning_of_a_name(kit: Callable[..., Result], kit_json: Callable[..., Any]) -> None:
    assert kit_json("commune", "show", "aub")["postcodes"] == ["13400"]
    assert "211300058" in kit("commune", "show", "13005").stdout


def test_an_unknown_commune_is_told_on_stderr_with_its_exit_code(kit: Callable[..., Result]) -> None:
    result = kit("commune", "show", "Marsile")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "No commune is called “Marsile”" in result.stderr
    assert "Marseille (13055)" in result.stderr


def test_an_error_is_data_where_data_was_asked_for(kit: Callable[..., Result]) -> None:
    result = kit("commune", "show", "Marsile", "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["error"]["kind"] == "unknown"


def test_a_station_without_a_data_base_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--home", str(tmp_path), "commune", "list"])
    assert result.exit_code == 15
    assert "kit init" in result.stderr
    assert list(tmp_path.iterdir()) == []
