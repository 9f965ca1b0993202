"""Reads a pool file into the book, all of it or nothing. The same file again changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from inventory import devices, journal
from inventory.crate_records import Crate
from inventory.devices import Device, DeviceKind
from inventory.importing import cells
from inventory.importing.changes import Book, Entry, Facts, Outcome, RowDiff, compare
from inventory.importing.refusal import Fault, refused
from inventory.importing.tables import ColumnSpec, Row, read_table
from inventory.journal import Stamp
from inventory.text import fold

_COLUMNS = (
    ColumnSpec("tag", ("étiquette", "asset_tag", "tag", "numéro d'inventaire", "inventaire"), required=True),
    ColumnSpec("kind", ("type", "kind", "genre", "catégorie", "category"), required=True),
    ColumnSpec("model", ("modèle", "model")),
    ColumnSpec("serial", ("série", "numéro de série", "n° de série", "serial", "serial number")),
    ColumnSpec("address", ("adresse", "adresse ip", "address", "ip", "host", "hôte")),
    ColumnSpec("host_key", ("clé d'hôte", "clé ssh", "host_key", "host key", "ssh host key")),
    ColumnSpec("imei", ("IMEI", "imei 1")),
    ColumnSpec("imei2", ("IMEI 2", "imei2")),
    ColumnSpec("iccid", ("ICCID",)),
    ColumnSpec("number", ("numéro", "numéro d'appel", "téléphone", "number", "phone number", "msisdn")),
    ColumnSpec("expires_on", ("échéance", "fin de contrat", "expires_on", "expires on", "end of contract")),
    ColumnSpec("place", ("lieu", "site", "emplacement", "place", "location")),
    ColumnSpec("note", ("note", "notes", "remarque", "commentaire", "comment")),
)
#: Codes of a SIM: refused unless somebody seals them.
_SECRETS = (
    ColumnSpec("pin", ("PIN", "pin 1", "code pin", "pin code")),
    ColumnSpec("puk", ("PUK", "puk 1", "code puk", "puk code")),
)
#: Every column that a pool file can have.
COLUMNS = (*_COLUMNS, *_SECRETS)

_KIND_WORDS = {
    DeviceKind.LAPTOP: (
        *("laptop", "laptops", "notebook", "notebooks", "portable", "portables", "pc portable"),
        *("ordinateur", "ordinateur portable", "ordinateurs portables"),
    ),
    DeviceKind.PHONE: (
        *("phone", "phones", "mobile phone", "mobile phones", "smartphone", "smartphones", "mobile"),
        *("téléphone", "téléphones", "téléphone mobile", "téléphones mobiles"),
    ),
    DeviceKind.SIM: ("sim", "sims", "sim card", "sim cards", "carte sim", "cartes sim"),
    DeviceKind.ROUTER: (
        "router",
        "routers",
        "4g router",
        "routeur",
        "routeurs",
        "routeur 4g",
        "routeur 5g",
        "modem",
    ),
    DeviceKind.ACCESSORY: ("accessory", "accessories", "accessoire", "accessoires"),
}
_KINDS = {fold(word): kind for kind, words in _KIND_WORDS.items() for word in words}

#: Keeps a secret of the device with that tag under that name; says whether it was new.
Sealer = Callable[[str, str, str], bool]


@dataclass(frozen=True)
class How:
    """How a file is read: its columns, and whether facts of `changes.IDENTITY` may be replaced."""

    columns: Sequence[ColumnSpec] = COLUMNS
    update_identity: bool = False


_PLAINLY = How()


@dataclass(frozen=True)
class PoolImport:
    """What an import did, or would do: a `RowDiff` a row, and what speaks against it.

    `ignored` are columns that were not read; `sealed` counts secrets that were new, `kept` those of the file
    that were not taken, for the device has one and nobody here can tell whether it is another.
    """

    rows: tuple[RowDiff, ...]
    faults: tuple[Fault, ...] = ()
    ignored: tuple[str, ...] = ()
    sealed: int = 0
    kept: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many devices that outcome has."""
        return Counter(row.outcome for row in self.rows)[outcome]


def compare_pool(
    session: Session, path: Path, how: How = _PLAINLY, *, with_secrets: bool = False
) -> PoolImport:
    """What importing that file would do; writes nothing, and tells faults beside the rows that are good.

    Raises:
        BadRows: it cannot be read, or has secrets and nobody asked for them to be sealed.
    """
    table = read_table(path, how.columns)
    faults: list[Fault] = []
    entries = [_entry(row, faults) for row in table.rows]
    if not with_secrets:
        _refuse_secrets(path, entries)
    labels = {column.name: column.headers[0] for column in COLUMNS}
    rows, against = compare(_book(session), entries, labels, update_identity=how.update_identity)
    faults += against
    bad = {line for line, _reason in faults}
    return PoolImport(tuple(row for row in rows if row.line not in bad), tuple(sorted(faults)), table.ignored)


def import_pool(
    session: Session, by: Stamp, path: Path, how: How = _PLAINLY, *, seal: Sealer | None = None
) -> PoolImport:
    """Add and change devices as a file says; a row that says what is known already changes nothing.

    Raises:
        BadRows: names every bad line and why; nothing was written.
    """
    found = compare_pool(session, path, how, with_secrets=seal is not None)
    refuse(path, found)
    record(session, by, found.rows)
    if seal is None:
        return found
    new = [seal(row.tag, name, code) for row in found.rows for name, code in row.secrets.items()]
    return replace(found, sealed=new.count(True), kept=new.count(False))


def record(session: Session, by: Stamp, rows: Sequence[RowDiff]) -> None:
    """Add and change devices as compared, each with its journal line."""
    _add(session, by, [row for row in rows if row.outcome is Outcome.ADDED])
    _change(session, by, [row for row in rows if row.outcome is Outcome.CHANGED])


def refuse(path: Path, found: PoolImport) -> None:
    """Raise `BadRows` if something speaks against that import."""
    if found.faults:
        hint = _(
            "Correct these lines and give the file again; `--update-identity` replaces serials and keys."
        )
        raise refused(path, found.faults, hint=hint)


def _entry(row: Row, faults: list[Fault]) -> Entry:
    """The tidy facts of a row; what is wrong with a cell is added to `faults`."""
    said: dict[str, Any] = {}
    bad: set[str] = set()
    for name, text in row.cells.items():
        if not text:
            continue
        try:
            value = _CHECKS[name](text)
        except ValueError as exc:
            faults.append((row.line, str(exc)))
            bad.add(name)
        else:
            if value is not None:
                said[name] = value
    secrets = {column.name: said.pop(column.name) for column in _SECRETS if column.name in said}
    return Entry(row.line, said, frozenset(bad), secrets)


def _refuse_secrets(path: Path, entries: Sequence[Entry]) -> None:
    names = {column.name for column in _SECRETS}
    reason = _("holds a PIN or PUK: secrets do not belong in a file that is kept and sent around")
    if faults := [(entry.line, reason) for entry in entries if entry.secrets or entry.refused & names]:
        raise refused(
            path,
            faults,
            hint=_("Delete these columns, or give `--with-secrets` once to seal them, then delete the file."),
        )


def _book(session: Session) -> Book:
    names = list(Device.model_fields)
    columns = [getattr(Device, name) for name in names]
    crates = frozenset(session.exec(select(Crate.tag)))
    # Columns instead of devices: a tenth of the time and memory for a pool of 100,000.
    return Book([dict(zip(names, row, strict=True)) for row in session.execute(select(*columns))], crates)


_EMPTY: Facts = {
    name: field.get_default() for name, field in Device.model_fields.items() if not field.is_required()
}


def _add(session: Session, by: Stamp, rows: Sequence[RowDiff]) -> None:
    added = [{**_EMPTY, **row.facts, "tag": row.tag, "state_since": by.at} for row in rows]
    if not added:
        return
    session.execute(insert(SQLModel.metadata.tables["device"]), added)
    journal.append_many(session, by, (_told(facts) for facts in added))


def _told(facts: Facts) -> journal.Entry:
    known = {name: v for name, v in facts.items() if v is not None and name not in {"tag", "state_since"}}
    return "device.added", devices.subject(facts["tag"]), {name: _plain(v) for name, v in known.items()}


def _plain(value: Any) -> Any:
    """The value as the journal keeps it: JSON has no days."""
    return value.isoformat() if isinstance(value, date) else value


def _change(session: Session, by: Stamp, rows: Sequence[RowDiff]) -> None:
    known = {
        device.tag: device
        for tags in _chunks([row.tag for row in rows])
        for device in session.exec(select(Device).where(col(Device.tag).in_(tags)))
    }
    for row in rows:
        for change in row.changes:
            setattr(known[row.tag], change.name, change.new)
    journal.append_many(
        session,
        by,
        (
            (
                "device.changed",
                devices.subject(row.tag),
                {
                    change.name: {"from": _plain(change.old), "to": _plain(change.new)}
                    for change in row.changes
                },
            )
            for row in rows
        ),
    )


def _chunks(tags: Sequence[str], size: int = 1000) -> Iterator[Sequence[str]]:
    """Pieces of a list that the data base takes as parameters of one statement."""
    return (tags[at : at + size] for at in range(0, len(tags), size))


@lru_cache(maxsize=256)
def kind_named(text: str) -> DeviceKind:
    """The kind that people call so, in French or English.

    Raises:
        ValueError: nothing is called so.
    """
    if fold(text) not in _KINDS:
        raise ValueError(
            _("“{value}” is no kind of device: {kinds}").format(value=text, kinds=", ".join(DeviceKind))
        )
    return _KINDS[fold(text)]


_CHECKS: Mapping[str, Callable[[str], Any]] = {
    "tag": cells.tag,
    "kind": kind_named,
    "model": cells.plain,
    "serial": cells.serial,
    "address": cells.address,
    "host_key": cells.host_key,
    "imei": cells.imei,
    "imei2": cells.imei,
    "iccid": cells.iccid,
    "number": cells.number,
    "expires_on": cells.day,
    "place": cells.plain,
    "note": cells.plain,
    "pin": cells.pin,
    "puk": cells.puk,
}
