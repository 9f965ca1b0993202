"""Templates are data with versions: the program's own, and a team's in a folder."""

import json
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from inventory import conventions
from inventory.conventions import ConventionDates, Side
from inventory.conventions.deadlines import DeadlineKind, deadlines
from inventory.conventions.template import published, read_folder, template_of
from inventory.errors import BadRows, BadValue, Unknown
from tests.unit.inventory.conventions.owning import PARAMETERS, write_own


def test_templates_carry_no_trace_of_where_they_were_read() -> None:
    text = resources.files("inventory").joinpath("data/convention-templates.json").read_text("utf-8")
    assert list(published()) == ["amp_cyber", "amp_mcmdmp", "lyon_gnm", "moselle"]
    assert "seed" not in text
    assert [key for key, template in conventions.templates().items() if template.lends_kit] == ["amp_cyber"]


def test_an_unknown_template_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Unknown) as caught:
        template_of("amp")
    assert "amp_cyber" in caught.value.hint
    with pytest.raises(Unknown, match="no version 9"):
        template_of("amp_cyber", 9)


def test_the_rules_that_only_one_convention_has() -> None:
    known = conventions.templates()
    assert {key: each.notice.months(Side.LENDER) for key, each in known.items()} == {
        "amp_cyber": 3,
        "amp_mcmdmp": 3,
        "lyon_gnm": 8,
        "moselle": None,
    }
    assert [key for key, each in known.items() if each.force_majeure] == ["amp_cyber", "amp_mcmdmp"]
    assert [key for key, each in known.items() if each.support is None] == ["amp_cyber", "lyon_gnm"]


def test_a_team_has_templates_of_its_own_in_every_version(tmp_path: Path) -> None:
    own = write_own(tmp_path, breach_cure_months=[3, 2])
    assert template_of("ours", among=own).breach_cure_months == 2
    assert template_of("ours", 1, among=own).breach_cure_months == 3
    assert read_folder(None) == {}


def test_a_notice_of_more_than_a_year_looks_further_ahead(tmp_path: Path) -> None:
    template = template_of("ours", among=write_own(tmp_path, breach_cure_months=[3]))
    dates = ConventionDates(notified_on=date(2026, 1, 1))
    (window,) = [
        each
        for each in deadlines(template, dates, date(2026, 1, 1))
        if each.kind is DeadlineKind.LAST_RECEIPT and each.side is Side.COMMUNE
    ]
    assert (window.on, window.term_end) == (date(2026, 10, 1), date(2028, 1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"notice": None}, "notice"),
        ({"breach_cure_monhts": 3}, "breach_cure_monhts"),
        ({"effect": "vote"}, "effect"),
        ({"version": 2}, "versions must count from 1"),
        (
            {"support": {"hours": [["14:00", "09:00"]], "weekdays": [1], "holidays": "FR"}},
            "hours must be in order",
        ),
        ({"support": {"hours": [], "weekdays": [1], "holidays": "FR"}}, "support.hours"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    parameters = PARAMETERS | {"version": 1} | change
    (tmp_path / "ours.json").write_text(json.dumps({"templates": {"ours": [parameters]}}))
    with pytest.raises(BadRows, match="nothing was changed") as caught:
        read_folder(tmp_path)
    assert said in caught.value.rows[0][1]


@pytest.mark.parametrize("text", ["", "[]", '{"templates": []}', '{"templates": {"ours": 1}}', "{}"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ours.json").write_text(text)
    with pytest.raises(BadRows, match=r"ours\.json was refused"):
        read_folder(tmp_path)


def test_keys_are_given_once(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="is called amp_cyber already"):
        write_own(tmp_path, key="amp_cyber", breach_cure_months=[3])
    with pytest.raises(BadValue, match="cannot be read"):
        read_folder(tmp_path / "nowhere")
