"""A document's language is its own, whatever the operator's."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from kit.documents.wording import moment, translations
from kit.errors import BadInput


def test_french_comes_from_the_catalogue_and_english_is_the_source() -> None:
    assert translations("fr").gettext("Hand-over sheet") == "Fiche de remise"
    assert translations("en").gettext("Hand-over sheet") == "Hand-over sheet"


def test_an_unknown_language_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(BadInput, match="tlh") as refused:
        translations("tlh")
    assert "fr" in refused.value.hint


def test_a_moment_is_written_in_its_own_zone_with_the_distance_from_utc() -> None:
    value = datetime(2026, 1, 14, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    assert moment(value, "fr") == "14/01/2026 à 23\u00a0h\u00a012 (UTC+01:00)"
    assert moment(value, "en") == "2026-01-14 at 23:12 (UTC+01:00)"
    assert moment(value.astimezone(UTC), "en") == "2026-01-14 at 22:12 (UTC)"


def test_a_zone_with_a_name_prints_like_the_same_moment_read_back_from_storage() -> None:
    named = datetime(2026, 7, 1, 8, 0, tzinfo=ZoneInfo("Europe/Paris"))
    assert moment(named, "fr") == moment(datetime.fromisoformat(named.isoformat()), "fr")
