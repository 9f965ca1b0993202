"""Owns the communes that may borrow: the 92 of Aix-Marseille-Provence, and how an operator names one."""

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from gettext import gettext as _
from importlib import resources
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import Unknown
from inventory.journal import Stamp
from inventory.text import fold

_FACTS = ("name", "siren", "department", "postcodes", "population")


class Commune(SQLModel, table=True):
    """A commune; `code` is its INSEE code, `population` the one published with the file's edition."""

    __tablename__ = "commune"

    code: str = Field(primary_key=True)
    name: str
    siren: str
    department: str
    postcodes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    population: int


def load(session: Session, by: Stamp) -> int:
    """Write the communes that come with the program; returns how many were new or had changed."""
    published = _published()
    known = {commune.code: commune for commune in listing(session)}
    written = 0
    for entry in published["communes"]:
        commune = _commune(entry)
        if _facts(commune) != _facts(known.get(commune.code)):
            session.merge(commune)
            written += 1
    if written:
        data = {"count": written, "epci": published["epci"], "source": published["source"]}
        journal.append(session, by, "communes.loaded", f"epci:{published['epci']}", data)
    return written


def listing(session: Session) -> Sequence[Commune]:
    """Every commune, by name."""
    return sorted(session.exec(select(Commune)).all(), key=lambda commune: fold(commune.name))


def find(session: Session, text: str) -> Commune:
    """The commune an operator means: INSEE code, name without regard to case and accents, or its beginning.

    Raises:
        Unknown: none answers to it (similar names are suggested), or several begin so (they are listed).
    """
    by_code = session.exec(select(Commune).where(col(Commune.code) == text.strip())).first()
    if by_code is not None:
        return by_code
    wanted = fold(text)
    by_name = {fold(commune.name): commune for commune in listing(session)}
    if wanted in by_name:
        return by_name[wanted]
    candidates = [commune for name, commune in by_name.items() if wanted and name.startswith(wanted)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise Unknown(
            _("Several communes begin with “{text}”: {names}.").format(text=text, names=_names(candidates)),
            hint=_("Type more of the name, or its INSEE code."),
        )
    close = [by_name[name] for name in get_close_matches(wanted, by_name, n=3)]
    raise Unknown(
        _("No commune is called “{text}”.").format(text=text),
        hint=_("Did you mean {names}?").format(names=_names(close))
        if close
        else _("See them all with `kit commune list`."),
    )


def _names(communes: Iterable[Commune]) -> str:
    return ", ".join(f"{commune.name} ({commune.code})" for commune in communes)


def _facts(commune: Commune | None) -> tuple[Any, ...] | None:
    return None if commune is None else tuple(getattr(commune, name) for name in _FACTS)


def _commune(entry: dict[str, Any]) -> Commune:
    return Commune(
        code=entry["code_insee"],
        name=entry["nom"],
        siren=entry["siren"],
        department=entry["departement"],
        postcodes=entry["codes_postaux"],
        population=entry["population"],
    )


@cache
def _published() -> dict[str, Any]:
    text = resources.files("inventory").joinpath("data/communes-amp.json").read_text("utf-8")
    published: dict[str, Any] = json.loads(text)
    return published
