"""Every state has a glyph and a word, short enough for 80 columns in every language."""

import gettext

import pytest

from inventory.activity import Status
from inventory.device_words import kind_word
from inventory.devices import DeviceKind, DeviceState
from kit.i18n import CATALOGUES
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage, label
from tui.words import in_order, plain, stage_word, state_word, status_word

_LANGUAGES = ("en", "fr")


def _in(language: str, text: str) -> str:
    return gettext.translation("kit", CATALOGUES, [language], fallback=True).gettext(text)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("status", Status)
def test_a_status_fits_in_its_cell(language: str, status: Status) -> None:
    glyph, word = status_word(status).text.split(" ", 1)
    assert len(glyph) == 1
    assert 0 < len(_in(language, word)) <= 9


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("stage", Stage)
def test_a_stage_fits_over_its_column(language: str, stage: Stage) -> None:
    room = 10 if stage in SEAT_STAGES else 14 if stage is not CRISIS_STAGES[-1] else 18
    assert len(_in(language, label(stage))) <= room


@pytest.mark.parametrize("language", _LANGUAGES)
def test_states_and_kinds_fit_in_the_pool(language: str) -> None:
    assert all(len(_in(language, state_word(state).text.split(" ", 1)[1])) <= 14 for state in DeviceState)
    assert all(len(_in(language, kind_word(kind))) <= 10 for kind in DeviceKind)


def test_no_two_states_share_a_glyph() -> None:
    for words in ([status_word(s) for s in Status], [state_word(s) for s in DeviceState]):
        assert len({word.text[0] for word in words}) == len(words)


def test_a_stage_of_a_newer_program_keeps_its_name_and_comes_last() -> None:
    assert stage_word("hologram") == "hologram"
    assert in_order(["hologram", "phone", "laptop"]) == ["laptop", "phone", "hologram"]


def test_text_from_outside_comes_without_control_characters() -> None:
    assert plain("a\x1b[31mb\r\nc\x9bd") == "a [31mb c d"
