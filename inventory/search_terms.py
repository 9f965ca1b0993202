"""Owns what can be typed into the search of the pool, and what it means. Pure; `search` looks it up.

Words must all be found, `key:value` looks in one fact, `-` before either excludes; values in double quotes
hold spaces. Nothing is wrong with what somebody has not typed to its end.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from itertools import groupby

from inventory.device_words import kind_word, state_word
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadValue, Unknown
from inventory.text import control_characters, fold, unaccented

#: More signs than that are no search but something pasted by mistake.
LONGEST = 200


class Key(StrEnum):
    """The facts that a search can name."""

    TAG = "tag"
    SERIAL = "serial"
    #: of both modems
    IMEI = "imei"
    ICCID = "iccid"
    NUMBER = "number"
    MODEL = "model"
    PLACE = "place"
    CRATE = "crate"
    #: of the crisis that holds it, as are commune and person
    CRISIS = "crisis"
    #: name or INSEE code
    COMMUNE = "commune"
    #: first and last name, in either order
    PERSON = "person"
    STATE = "state"
    KIND = "kind"


#: French names, accepted whatever the language, for both are typed on the same station.
_ALIASES = {
    Key.TAG: ("étiquette",),
    Key.SERIAL: ("série",),
    Key.NUMBER: ("numéro", "téléphone"),
    Key.MODEL: ("modèle",),
    Key.PLACE: ("lieu",),
    Key.CRATE: ("caisse",),
    Key.CRISIS: ("crise",),
    Key.PERSON: ("personne",),
    Key.STATE: ("état",),
    Key.KIND: ("type", "genre"),
}
#: Every name of a key, folded.
KEYS = {fold(name): key for key in Key for name in (key, *_ALIASES.get(key, ()))}

#: What stands between spaces; within quotes, which may lack their end, spaces are like any other sign.
_PART = re.compile(r'(?:[^\s"]|"[^"]*(?:"|\Z))+')
_TERM = re.compile(r"^(-?)(?:([^\W\d_]+):)?(.*)$")
_BETWEEN_DIGITS = re.compile(r"\(0\)|[\s./()-]")
#: What a number begins with where it is typed in groups: 06, +33, 0033.
_PREFIX = re.compile(r"(\+|00)[1-9][0-9]{0,2}|0[1-9]")
_SAINTS = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True)
class Term:
    """One condition.

    Attributes:
        key: the fact in which it looks; None for all of them.
        values: what is looked for. Of a state or kind, the values of those meant: any of them. Without a key
            one word, or several words of digits that may be one number: "06 12 34".
        excluded: the devices are wanted for which it does not hold.
    """

    key: Key | None
    values: tuple[str, ...]
    excluded: bool = False


Query = tuple[Term, ...]


def parse(text: str) -> Query:
    """What was typed, as conditions that must all hold.

    Raises:
        Unknown: there is no such key, state or kind; the hint names those there are.
        BadValue: it is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise BadValue(_("A search has at most {n} signs.").format(n=LONGEST))
    if control_characters(text):
        text = "".join(" " if control_characters(sign) else sign for sign in text)
    return tuple(_joined(_terms(text)))


def spellings(value: str) -> tuple[str, ...]:
    """The forms in which a text is found: as typed, and with Saint for St; none where nothing was typed."""
    plain = unaccented(value).strip()
    full = " ".join(_SAINTS.get(word, word) for word in plain.split(" "))
    return tuple(dict.fromkeys(filter(None, (plain, full))))


def digits(words: Iterable[str]) -> str:
    """The digits of a number as they are kept, without the signs between them; empty for anything else."""
    number = _BETWEEN_DIGITS.sub("", "".join(words))
    if not re.fullmatch(r"\+?[0-9]+", number):
        return ""
    return f"+{number[2:]}" if number.startswith("00") else number


def prefixed(words: Sequence[str]) -> bool:
    """Whether words of digits are for certain the groups of one number."""
    return len(words) > 1 and _PREFIX.fullmatch(words[0]) is not None


def states_meant(value: str) -> tuple[str, ...]:
    """The states that a word or its beginning may mean: their value, or the word that people see."""
    return _meant(value, _state_names())


def kinds_meant(value: str) -> tuple[str, ...]:
    """The kinds that a word or its beginning may mean, likewise."""
    return _meant(value, _kind_names())


def _terms(text: str) -> Iterator[tuple[Term, bool]]:
    """Each condition, and whether it may be part of a number that is typed in groups."""
    for part in _PART.findall(text):
        minus, name, typed = _TERM.findall(part)[0]
        value = typed.replace('"', "")
        key = _key(name) if name else None
        if not spellings(value):
            continue
        grouped = not (minus or name or '"' in part) and digits([value]) != ""
        yield Term(key, _values(key, value), bool(minus)), grouped


def _joined(terms: Iterable[tuple[Term, bool]]) -> Iterator[Term]:
    for grouped, neighbours in groupby(terms, key=lambda each: each[1]):
        found = [term for term, _grouped in neighbours]
        if grouped:
            yield Term(None, tuple(value for term in found for value in term.values))
        else:
            yield from found


def _key(name: str) -> Key:
    try:
        return KEYS[fold(name)]
    except KeyError:
        raise Unknown(
            _("A search has no “{name}:”.").format(name=name),
            hint=_("Use one of {choices}.").format(choices=", ".join(Key)),
        ) from None


def _values(key: Key | None, value: str) -> tuple[str, ...]:
    match key:
        case Key.STATE:
            found, all_of_them = states_meant(value), ", ".join(DeviceState)
        case Key.KIND:
            found, all_of_them = kinds_meant(value), ", ".join(DeviceKind)
        case _:
            return (value,)
    if not found:
        raise Unknown(
            _("There is no “{text}”.").format(text=value),
            hint=_("Use one of {choices}.").format(choices=all_of_them),
        )
    return found


def _meant(value: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    wanted = _spaced(value)
    exact = tuple(member for member, known in names.items() if wanted in known)
    begun = (m for m, known in names.items() if wanted and any(f" {wanted}" in f" {name}" for name in known))
    return exact or tuple(begun)


@cache
def _state_names() -> dict[str, tuple[str, ...]]:
    return {state.value: (_spaced(state), _spaced(state_word(state))) for state in DeviceState}


@cache
def _kind_names() -> dict[str, tuple[str, ...]]:
    return {kind.value: (_spaced(kind), _spaced(kind_word(kind))) for kind in DeviceKind}


def _spaced(name: str) -> str:
    return unaccented(name.replace("_", " ")).strip()
