"""Owns column mappings: which header of another program's file means which column of ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import InventoryError, Unknown
from inventory.importing.tables import ColumnSpec
from inventory.journal import Stamp
from inventory.text import fold
from inventory.times import UtcDateTime

#: By our name of a column, the headers that mean it.
Headers = Mapping[str, tuple[str, ...]]

#: Headers of the lists that other programs export, in English and French. GLPI: search options of computers
#: and phones (`rawSearchOptions`). Snipe-IT: its list of assets, and the columns its own import documents.
READY_MADE: Mapping[str, Headers] = MappingProxyType(
    {
        "glpi": {
            "tag": ("Inventory number", "Numéro d'inventaire"),
            "kind": ("Type", "Types"),
            "model": ("Model", "Models", "Modèle", "Modèles"),
            "serial": ("Serial number", "Numéro de série"),
            "place": ("Location", "Locations", "Lieu", "Lieux"),
            "note": ("Comments", "Comment", "Commentaires", "Commentaire"),
        },
        "snipe-it": {
            "tag": ("Asset Tag", "Étiquette de l'actif"),
            "kind": ("Category", "Catégorie"),
            "model": ("Model", "Model Name", "Modèle"),
            "serial": ("Serial", "Serial Number", "Numéro de série"),
            "place": ("Location", "Lieu"),
            "note": ("Notes", "Asset Notes"),
        },
    }
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class BadMapping(InventoryError, ValueError):
    """A mapping cannot be used, or cannot be kept, as it is; nothing was changed."""

    kind = "bad-input"


class ImportMapping(SQLModel, table=True):
    """One mapping; `columns` is `Headers` as JSON."""

    __tablename__ = "import_mapping"

    name: str = Field(primary_key=True)
    columns: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)


def parse(pairs: Sequence[str], columns: Sequence[ColumnSpec]) -> Headers:
    """Mappings typed as `place=Bureau`.

    Raises:
        BadMapping: no sign of equality, or no such column.
    """
    names = [column.name for column in columns]
    headers: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, _sign, header = (part.strip() for part in pair.partition("="))
        if name not in names or not header:
            raise BadMapping(
                _("“{pair}” maps no column; nothing was changed.").format(pair=pair),
                hint=_("Write e.g. place=Bureau. The columns are: {names}.").format(names=", ".join(names)),
            )
        headers[name] = (header,)
    return headers


def find(session: Session, name: str) -> Headers:
    """The ready-made or kept mapping of that name, in any case.

    Raises:
        Unknown: there is none.
    """
    key = name.strip().lower()
    if key in READY_MADE:
        return READY_MADE[key]
    kept = session.get(ImportMapping, key)
    if kept is None:
        others = session.exec(select(ImportMapping.name).order_by(col(ImportMapping.name))).all()
        raise Unknown(
            _("There is no mapping “{name}”; nothing was changed.").format(name=name),
            hint=_("Use one of {names}, or keep one with `--save-mapping`.").format(
                names=", ".join([*READY_MADE, *others])
            ),
        )
    return {column: tuple(headers) for column, headers in kept.columns.items()}


def save(session: Session, by: Stamp, name: str, headers: Headers) -> None:
    """Keep a mapping under a name, replacing an earlier one; the same again changes nothing.

    Raises:
        BadMapping: the name is not one, belongs to a ready-made mapping, or nothing is mapped.
    """
    key = name.strip().lower()
    if key in READY_MADE or not _NAME.fullmatch(key) or not headers:
        raise BadMapping(
            _("No mapping can be kept as “{name}”; nothing was changed.").format(name=name),
            hint=_(
                "Map a column, and choose a name of letters, digits, dots and hyphens that is not {names}."
            ).format(names=", ".join(READY_MADE)),
        )
    columns = {column: list(meant) for column, meant in headers.items()}
    kept = session.get(ImportMapping, key) or ImportMapping(name=key, columns={}, at=by.at)
    if kept.columns == columns:
        return
    kept.columns, kept.at = columns, by.at
    session.add(kept)
    journal.append(session, by, "mapping.saved", f"mapping:{key}", columns)


def applied(columns: Sequence[ColumnSpec], mapping: Headers, given: Headers) -> tuple[ColumnSpec, ...]:
    """The columns under the headers of a mapping; those given by hand must be in the file."""
    headers = {**mapping, **given}
    claimed = {fold(header) for meant in headers.values() for header in meant}
    return tuple(
        replace(
            column,
            # A header that was mapped means nothing else any more.
            headers=headers.get(column.name)
            or tuple(header for header in column.headers if fold(header) not in claimed),
            required=column.required or column.name in given,
        )
        for column in columns
    )
