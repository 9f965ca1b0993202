"""Colours that can be told from their ground, and screens that need none."""

import pytest
from textual.color import Color

from inventory.database import Database
from inventory.errors import Unknown
from tests.tui import feeding
from tests.tui.piloting import Stage, play
from tui.app import Look
from tui.theme import THEMES

_TONES = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
#: The least contrast of text (WCAG 2.2, 1.4.3 and 1.4.6).
_LEAST = {"dark": 4.5, "light": 4.5, "contrast": 7.0}


def _luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(first: str, second: str) -> float:
    dark, light = sorted(_luminance(Color.parse(each)) for each in (first, second))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tone", _TONES)
@pytest.mark.parametrize("name", THEMES)
def test_every_tone_can_be_read_on_every_ground(name: str, tone: str) -> None:
    theme = THEMES[name]
    grounds = (theme.background, theme.surface, theme.panel, theme.variables["cursor"])
    for ground in grounds:
        assert _contrast(getattr(theme, tone), ground or "") >= _LEAST[name]
    assert theme.variables.get(f"text-{tone}", theme.foreground) == getattr(theme, tone)


def test_a_key_goes_through_the_colours(database: Database) -> None:
    seen: list[str] = []

    async def act(stage: Stage) -> None:
        await stage.sees("in stock")
        for _turn in THEMES:
            seen.append(stage.app.theme)
            await stage.press("t")
        assert stage.app.theme == seen[0]

    play(database, act, look=Look(theme="light"))
    assert sorted(seen) == sorted(THEMES)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(Unknown, match="no theme “pink”"):
        Look(theme="pink")


def test_without_colours_the_cursor_marks_and_states_are_still_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    crisis = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees("! needs you", "✗ failed", f"›{crisis}")
        await stage.press("p")
        await stage.sees("›PC-00001")
        await stage.press("space")
        await stage.sees("+PC-00001", "›PC-00002", "◇ reserved")
        colours = {
            colour.triplet
            for strip in stage.app.screen._compositor.render_strips()
            for segment in strip.apply_filter(stage.app._filters[-1], Color.parse("black"))
            if segment.style and (colour := segment.style.color) and colour.triplet
        }
        assert colours
        assert all(red == green == blue for red, green, blue in colours)

    play(database, act)
