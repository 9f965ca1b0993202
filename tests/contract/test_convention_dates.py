"""The worked dates of the requirements, computed: durations, notices, force majeure, working hours."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory import conventions
from inventory.conventions import ConventionDates, Notice, NoticeKind, Reading, Side, clocks
from inventory.conventions.hours import BusinessHours
from inventory.conventions.template import PublicHolidays

FILE = Path(__file__).parents[3] / "shared" / "data" / "date-test-vectors.json"
VECTORS: dict[str, list[Any]] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
PARIS = ZoneInfo("Europe/Paris")

pytestmark = pytest.mark.skipif(not VECTORS, reason=f"the worked dates are not here: {FILE.name}")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("vector", VECTORS.get("max_duration", []), ids=lambda vector: vector["template"])
def test_the_longest_duration_in_both_readings(vector: dict[str, str]) -> None:
    template = conventions.template_of(vector["template"])
    dates = ConventionDates(notified_on=day(vector["notified"]))
    assert {reading: conventions.final_end(template, dates, reading) for reading in Reading} == {
        reading: day(vector[reading.value]) for reading in Reading
    }


@pytest.mark.parametrize("vector", VECTORS.get("last_receipt_for_exit_on_31_dec", []))
@pytest.mark.parametrize("side", Side)
def test_the_last_day_of_receipt(vector: dict[str, Any], side: Side) -> None:
    template = conventions.template_of(vector["template"])
    dates = ConventionDates(notified_on=date(vector["year"], 1, 15))
    term_end, last = date(vector["year"], 12, 31), day(vector["date"])
    assert clocks.last_receipt(template, dates, side, term_end) == last
    assert clocks.exit_end(template, dates, side, last) == term_end
    too_late = clocks.exit_end(template, dates, side, last + timedelta(days=1))
    assert too_late == date(vector["year"] + 1, 12, 31)


@pytest.mark.parametrize("vector", VECTORS.get("moselle_notice", []), ids=lambda vector: vector["received"])
def test_a_notice_from_the_first_of_the_next_month(vector: dict[str, str]) -> None:
    template = conventions.template_of("moselle")
    dates = ConventionDates(signed_on=date(2024, 6, 1))
    received = day(vector["received"])
    assert clocks.exit_start(template, received) == day(vector["starts"])
    assert clocks.exit_end(template, dates, Side.COMMUNE, received) == day(vector["ends"])


@pytest.mark.parametrize("vector", VECTORS.get("force_majeure", []), ids=lambda vector: vector["start"])
def test_force_majeure_from_the_sending_of_the_letter(vector: dict[str, str]) -> None:
    template = conventions.template_of("amp_cyber")
    sent = day(vector["lrar_sent"])
    letter = Notice(NoticeKind.FORCE_MAJEURE_END, Side.LENDER, sent, received_on=sent + timedelta(days=5))
    dates = ConventionDates(notified_on=date(2025, 1, 1), notices=(letter,))
    assert clocks.force_majeure_threshold(template, day(vector["start"])) == day(vector["threshold"])
    assert conventions.last_day(template, dates) == day(vector["terminated"])


@pytest.mark.parametrize("vector", VECTORS.get("gti_8h", []), ids=lambda vector: vector["due"])
def test_hours_to_intervene_count_inside_the_window(vector: dict[str, str]) -> None:
    template = conventions.template_of("moselle")
    assert template.service is not None
    assert template.intervention_hours == 8
    window = template.service.model_copy(update={"holidays": PublicHolidays(vector["calendar"])})
    opened, due = (datetime.fromisoformat(vector[name]).replace(tzinfo=PARIS) for name in ("opened", "due"))
    hours = BusinessHours(window, PARIS)
    assert hours.add(opened, timedelta(hours=8)) == due
    assert hours.between(opened, due) == timedelta(hours=8)
