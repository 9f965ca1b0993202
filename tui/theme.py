"""Owns the colours: by night, by day, and with the highest contrast; tones contrast with every ground."""

from textual.theme import Theme


def _theme(name: str, *, dark: bool, tones: dict[str, str], grounds: dict[str, str], cursor: str) -> Theme:
    """A theme in which text has exactly the tones that are given: contrast is checked on these."""
    return Theme(
        name=name,
        dark=dark,
        primary=tones["primary"],
        secondary=tones["secondary"],
        accent=tones["accent"],
        success=tones["success"],
        warning=tones["warning"],
        error=tones["error"],
        foreground=tones["foreground"],
        background=grounds["background"],
        surface=grounds["surface"],
        panel=grounds["panel"],
        variables={
            **{f"text-{tone}": colour for tone, colour in tones.items() if tone != "foreground"},
            "footer-background": grounds["panel"],
            "footer-foreground": tones["foreground"],
            "footer-key-foreground": tones["accent"],
            "footer-description-foreground": tones["foreground"],
            "block-cursor-text-style": "bold",
            "cursor": cursor,
        },
    )


NIGHT = _theme(
    "dark",
    dark=True,
    tones={
        "foreground": "#e6e8ee",
        "primary": "#8fb2fb",
        "secondary": "#a9b1c8",
        "accent": "#62d0ee",
        "success": "#86d692",
        "warning": "#f3ba5c",
        "error": "#ff8a8a",
    },
    grounds={"background": "#10131a", "surface": "#171b24", "panel": "#222836"},
    cursor="#2b3a5e",
)
DAY = _theme(
    "light",
    dark=False,
    tones={
        "foreground": "#15181f",
        "primary": "#1a3f9c",
        "secondary": "#474e5e",
        "accent": "#00506b",
        "success": "#0f5323",
        "warning": "#6b4300",
        "error": "#a00d16",
    },
    grounds={"background": "#fbfbf9", "surface": "#f0f1f3", "panel": "#e2e5ea"},
    cursor="#c9d8f7",
)
CONTRAST = _theme(
    "contrast",
    dark=True,
    tones={
        "foreground": "#ffffff",
        "primary": "#9ecbff",
        "secondary": "#e0e0e0",
        "accent": "#66ffff",
        "success": "#7dff7d",
        "warning": "#ffff55",
        "error": "#ffb0b0",
    },
    grounds={"background": "#000000", "surface": "#000000", "panel": "#1a1a1a"},
    cursor="#00206b",
)
#: Every theme by its name, in the order in which a key goes through them.
THEMES = {theme.name: theme for theme in (NIGHT, DAY, CONTRAST)}
