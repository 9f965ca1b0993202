"""Owns how states look and read on screen: a glyph, a word and a tone for each, never a colour alone.

Words of the board fit in nine characters, in every language, so that five stages fit in 80 columns. They
are kept once made: the language does not change while the program runs, and gettext looks for its files at
every call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from gettext import gettext as _
from typing import Literal

from inventory.activity import Status, look
from inventory.devices import DeviceKind, DeviceState
from kit.plan.stages import Stage, label

#: What a text means; the style sheet gives each tone its colour.
Tone = Literal["plain", "quiet", "good", "busy", "wait", "bad", "human", "title"]

#: Tone → style, for text outside tables; the style sheet gives tables the same colours.
STYLES: dict[Tone, str] = {
    "plain": "",
    "title": "bold $foreground",
    "quiet": "$secondary",
    "good": "$text-success",
    "busy": "$text-accent",
    "wait": "$text-warning",
    "bad": "bold $text-error",
    "human": "bold $text-primary",
}

_STAGES = {stage.value: stage for stage in Stage}
#: Control characters would reach the terminal as they are: what laptops and tenants say is not trusted.
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


@dataclass(frozen=True)
class Word:
    """A text on screen with its tone."""

    text: str
    tone: Tone = "plain"


def plain(text: str) -> str:
    """The text on one line, without anything a terminal would obey."""
    return " ".join(text.translate(_CONTROLS).split())


@cache
def status_word(status: Status) -> Word:
    """How a stage stands."""
    tones: dict[Status, Tone] = {
        Status.PENDING: "quiet",
        Status.RUNNING: "busy",
        Status.WAITING: "wait",
        Status.DONE: "good",
        Status.SKIPPED: "quiet",
        Status.FAILED: "bad",
        Status.NEEDS_HUMAN: "human",
    }
    return _word(*look(status), tones[status])


@cache
def state_word(state: DeviceState) -> Word:
    """Where a device stands."""
    words: dict[DeviceState, tuple[str, str, Tone]] = {
        DeviceState.IN_STOCK: ("□", _("in stock"), "good"),
        DeviceState.RESERVED: ("◇", _("reserved"), "plain"),
        DeviceState.PROVISIONING: ("▶", _("in preparation"), "busy"),
        DeviceState.READY: ("✓", _("ready"), "good"),
        DeviceState.ON_LOAN: ("→", _("on loan"), "plain"),
        DeviceState.RETURNED: ("←", _("returned"), "wait"),
        DeviceState.QUARANTINED: ("=", _("quarantined"), "wait"),
        DeviceState.WIPED: ("○", _("wiped"), "plain"),
        DeviceState.LOST: ("?", _("lost"), "bad"),
        DeviceState.STOLEN: ("!", _("stolen"), "bad"),
        DeviceState.BROKEN: ("✗", _("broken"), "bad"),
        DeviceState.RETIRED: ("–", _("retired"), "quiet"),
    }
    return _word(*words[state])


@cache
def kind_word(kind: DeviceKind) -> str:
    """What a device is."""
    words = {
        DeviceKind.LAPTOP: _("laptop"),
        DeviceKind.PHONE: _("phone"),
        DeviceKind.SIM: _("SIM card"),
        DeviceKind.ROUTER: _("router"),
        DeviceKind.ACCESSORY: _("accessory"),
    }
    return words[kind]


@cache
def stage_word(name: str) -> str:
    """What people call a stage; a name that only a newer program knows stays as it is."""
    return label(_STAGES[name]) if name in _STAGES else name


def in_order(names: Iterable[str]) -> list[str]:
    """Stage names in the order of the board, unknown ones last."""
    known = list(_STAGES)
    return sorted(names, key=lambda name: known.index(name) if name in _STAGES else len(known))


def _word(glyph: str, word: str, tone: Tone) -> Word:
    return Word(f"{glyph} {word}", tone)
