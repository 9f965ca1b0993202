"""Owns the colours: a dark ground that does not dazzle at night, and tones that contrast with it."""

from textual.theme import Theme

NIGHT = Theme(
    name="night",
    primary="#7aa2f7",
    secondary="#a3abc2",
    accent="#56c8e8",
    success="#7fcf8a",
    warning="#f0b54a",
    error="#ff7a7a",
    foreground="#e6e8ee",
    background="#10131a",
    surface="#171b24",
    panel="#222836",
    variables={
        "footer-background": "#222836",
        "footer-key-foreground": "#56c8e8",
        "block-cursor-text-style": "bold",
    },
)
