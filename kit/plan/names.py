"""Owns the names a crisis gives: accounts, groups, hosts. Accents, homonyms and length limits. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: Longest local part of a principal name that Entra ID takes (Microsoft Learn, user resource type).
PRINCIPAL_LENGTH = 64
#: NetBIOS limits a Windows host name to this; Debian laptops follow so that one rule holds.
HOST_LENGTH = 15
#: useradd's limit.
LOGIN_LENGTH = 32

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


def slug(text: str, *, separator: str = "-") -> str:
    """Lower-case ASCII letters and digits, everything else one separator: "Plan-d'Aups" → "plan-d-aups"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", separator, plain).strip(separator)


def principal_names(
    people: Iterable[tuple[str, str]], *, commune: str, pattern: str, domain: str, apart: str = ""
) -> Iterator[str]:
    """One principal name per (first, last), in order; homonyms get 2, 3, …, and all of them `apart`."""
    taken: set[str] = set()
    for first, last in people:
        wanted = _local_part(first, last, commune, pattern)
        name, count = told_apart(wanted, apart), 1
        while name in taken:
            count += 1
            name = told_apart(wanted, apart, number=str(count))
        taken.add(name)
        yield f"{name}@{domain}"


def told_apart(name: str, apart: str, *, number: str = "") -> str:
    """A local part with what tells it from others, "ccas.aubagne-2026-02", as long as may be."""
    tail = f"{number}-{apart}" if apart else number
    return name[: PRINCIPAL_LENGTH - len(tail)].rstrip("-.") + tail


def host_name(commune: str, number: int) -> str:
    """The laptop's name on the wire: "plan-d-aups-03"; unique within a crisis."""
    suffix = f"-{number:02d}"
    return (slug(commune) or "poste")[: HOST_LENGTH - len(suffix)].rstrip("-") + suffix


def login(first: str, last: str) -> str:
    """The local account of a laptop's person: first letter and last name, as `useradd` takes it."""
    name = slug(first, separator="")[:1] + slug(last, separator="")
    # Names without one Latin letter fold to nothing; a login must still start with a letter.
    return (name if name[:1].isalpha() else f"u{name}")[:LOGIN_LENGTH]


def _local_part(first: str, last: str, commune: str, pattern: str) -> str:
    local = pattern.format(first=slug(first) or "x", last=slug(last) or "x", commune=slug(commune))
    return local[:PRINCIPAL_LENGTH].strip(".-")
