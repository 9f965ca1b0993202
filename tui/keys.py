"""Owns which keys there may be: what a station makes of them, how they are printed, and their sheet.

Pure: the registry is `tui/actions.py`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from gettext import gettext as _

from textual.keys import format_key

from inventory.errors import BadValue
from kit.i18n import N_
from tui.actions import ACTIONS, Place, keys_of

#: What moves about, and the signs that every keyboard has without AltGr.
_MOVES = (
    frozenset(
        {"enter", "escape", "space", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"}
    )
    | {"tab", "shift+tab"}
    | {"slash", "colon", "question_mark"}
)
_LETTERS = re.compile(r"[a-z]|f([1-9]|1[0-2])")
_NAMES = {
    "enter": N_("Enter"),
    "escape": N_("Esc"),
    "space": N_("Space"),
    "pageup": N_("Page up"),
    "pagedown": N_("Page down"),
    "home": N_("Home"),
    "end": N_("End"),
    "tab": N_("Tab"),
    "shift+tab": N_("Shift Tab"),
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def allowed(key: str) -> bool:
    """Whether every keyboard can type it."""
    return key in _MOVES or _LETTERS.fullmatch(key) is not None


def checked(remapped: Mapping[str, str]) -> dict[str, str]:
    """The keys that a station gives to actions, e.g. {"pool": "o,f3"}, in Textual's form.

    Raises:
        BadValue: no such action, a key that not every keyboard has, or one that has another meaning.
    """
    tidy = {name: ",".join(key.strip() for key in keys.split(",")) for name, keys in remapped.items()}
    for name, keys in tidy.items():
        if name not in ACTIONS:
            raise BadValue(
                _("tui.keys: there is no action “{name}”.").format(name=name),
                hint=_("Use one of {choices}.").format(choices=", ".join(ACTIONS)),
            )
        for key in keys.split(","):
            if not allowed(key):
                raise BadValue(
                    _("tui.keys: “{key}” of {name} is not on every keyboard.").format(key=key, name=name),
                    hint=_("Use letters from a to z, or f1 to f12."),
                )
            if other := _taken(name, key, tidy):
                raise BadValue(
                    _("tui.keys: “{key}” of {name} means {other} already.").format(
                        key=key, name=name, other=other
                    ),
                    hint=_("Give it another key, or {other} too.").format(other=other),
                )
    return tidy


def printed(key: str, tell: Callable[[str], str]) -> str:
    """A key as it stands on the keyboard, in the language of `tell`: F5, Esc, /."""
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return tell(_NAMES[key]) if key in _NAMES else format_key(key)


def sheet(tell: Callable[[str], str], remapped: Mapping[str, str]) -> str:
    """All keys on one page of Markdown, to be printed and pinned up; `tell` translates."""
    return "\n".join(_lines(tell, remapped)) + "\n"


def _lines(tell: Callable[[str], str], remapped: Mapping[str, str]) -> Iterator[str]:
    yield "## " + tell(N_("Keys of the screens"))
    for place in Place:
        yield from ("", "### " + tell(place.value), "")
        key, what = tell(N_("key")), tell(N_("what it does"))
        yield f"| {key} | {what} |"
        yield "| --- | --- |"
        for action in ACTIONS.values():
            if action.place is place:
                keys = " ".join(f"`{printed(each, tell)}`" for each in keys_of(action, remapped))
                yield f"| {keys} | {tell(action.about)} |"


def _taken(name: str, key: str, remapped: Mapping[str, str]) -> str:
    """The action that has the key for something else; those that shared one from the beginning may go on."""
    for other in ACTIONS.values():
        shared = key in ACTIONS[name].keys.split(",") and key in other.keys.split(",")
        if other.id != name and key in keys_of(other, remapped) and not shared:
            return other.id
    return ""
