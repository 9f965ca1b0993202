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

from inventory import device_words
from inventory.activity import Status, look
from inventory.devices import DeviceState
from inventory.examinations import Examination
from inventory.readiness import Why
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
        Status.LEFT_OUT: "wait",
        Status.FAILED: "bad",
        Status.NEEDS_HUMAN: "human",
    }
    return _word(*look(status), tones[status])


@cache
def state_word(state: DeviceState) -> Word:
    """Where a device stands."""
    looks: dict[DeviceState, tuple[str, Tone]] = {
        DeviceState.IN_STOCK: ("□", "good"),
        DeviceState.RESERVED: ("◇", "plain"),
        DeviceState.PROVISIONING: ("▶", "busy"),
        DeviceState.READY: ("✓", "good"),
        DeviceState.ON_LOAN: ("→", "plain"),
        DeviceState.RETURNED: ("←", "wait"),
        DeviceState.QUARANTINED: ("=", "wait"),
        DeviceState.WIPED: ("○", "plain"),
        DeviceState.LOST: ("?", "bad"),
        DeviceState.STOLEN: ("!", "bad"),
        DeviceState.BROKEN: ("✗", "bad"),
        DeviceState.RETIRED: ("–", "quiet"),
    }
    glyph, tone = looks[state]
    return _word(glyph, device_words.state_word(state), tone)


@cache
def why_word(why: Why) -> str:
    """Why a device on the shelf cannot be lent, in at most 16 characters."""
    words = {
        Why.NEVER_CHECKED: _("never checked"),
        Why.CHECK_OLD: _("check too old"),
        Why.CHECK_FAILED: _("check failed"),
        Why.BATTERY_WORN: _("battery worn"),
        Why.SECURITY_UPDATES: _("updates wait"),
        Why.IMAGE_OLD: _("image too old"),
        Why.EXPIRES: _("expires"),
        Why.BATTERY_LOW: _("battery low"),
        Why.CHARGE_OLD: _("charge unknown"),
    }
    return words[why]


@cache
def examination_word(name: str) -> str:
    """What was looked for on a device; a name that only a newer program knows stays as it is."""
    words = {
        Examination.ENROLMENT: _("enrolment"),
        Examination.CLEAN_STATE: _("clean state"),
        Examination.RECHECK: _("recheck"),
        Examination.WIPE: _("wipe"),
        Examination.PROBE: _("probe"),
        Examination.AGENT: _("agent's inventory"),
    }
    return words[Examination(name)] if name in set(Examination) else name


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
