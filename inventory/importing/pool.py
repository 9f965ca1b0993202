"""Reads a pool file and adds its devices, all of them or none. The same file again changes nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from inventory import devices, journal
from inventory.devices import Device, DeviceKind
from inventory.importing import cells
from inventory.importing.tables import ColumnSpec, Row, read_table, refused
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
    ColumnSpec("iccid", ("ICCID",)),
    ColumnSpec("number", ("numéro", "numéro d'appel", "téléphone", "number", "phone number", "msisdn")),
    ColumnSpec("place", ("lieu", "site", "emplacement", "place", "location")),
    ColumnSpec("note", ("note", "notes", "remarque", "commentaire", "comment")),
)

_KIND_WORDS = {
    DeviceKind.LAPTOP: ("laptop", "notebook", "portable", "pc portable", "ordinateur", "ordinateur portable"),
    DeviceKind.PHONE: ("phone", "mobile phone", "smartphone", "téléphone", "téléphone mobile", "mobile"),
    DeviceKind.SIM: ("sim", "sim card", "carte sim"),
    DeviceKind.ROUTER: ("router", "4g router", "routeur", "routeur 4g", "routeur 5g", "modem"),
    DeviceKind.ACCESSORY: ("accessory", "accessoire"),
}
_KINDS = {fold(word): kind for kind, words in _KIND_WORDS.items() for word in words}

#: What a row of each kind must have, and which columns belong to which kinds only.
_NEEDED = {
    DeviceKind.LAPTOP: ("address", "host_key"),
    DeviceKind.PHONE: ("imei",),
    DeviceKind.SIM: ("iccid",),
}
_BELONGS = {
    "imei": {DeviceKind.PHONE, DeviceKind.ROUTER},
    "iccid": {DeviceKind.SIM},
    "number": {DeviceKind.SIM},
    "host_key": {DeviceKind.LAPTOP},
}
#: No two devices share one of these.
_UNIQUE = ("tag", "serial", "address", "host_key", "imei", "iccid")


@dataclass(frozen=True)
class PoolImport:
    """What an import did (or, as a dry run, would do); `ignored` are columns that were not read."""

    added: int
    unchanged: int
    ignored: tuple[str, ...] = ()


Facts = Mapping[str, Any]


def import_pool(session: Session, by: Stamp, path: Path, *, dry_run: bool = False) -> PoolImport:
    """Add the devices of a file; a row that says what is known already changes nothing.

    Raises:
        BadRows: names every bad line and why; nothing was written.
    """
    table = read_table(path, _COLUMNS)
    faults: list[tuple[int, str]] = []
    read = [(row.line, _facts(row, faults)) for row in table.rows]
    known = {device.tag: device for device in session.exec(select(Device)).all()}
    faults += _twice(read, known.values())
    new: list[Device] = []
    for line, facts in read:
        before = known.get(facts.get("tag") or "")
        if before is None:
            new.append(Device(**facts, state_since=by.at))
        elif differing := [name for name, value in facts.items() if getattr(before, name) != value]:
            reason = _("{tag} is in the pool with another {names}").format(
                tag=before.tag, names=", ".join(differing)
            )
            faults.append((line, reason))
    if faults:
        raise refused(path, faults)
    if not dry_run:
        for device in new:
            _add(session, by, device)
    return PoolImport(len(new), len(read) - len(new), table.ignored)


def _add(session: Session, by: Stamp, device: Device) -> None:
    session.add(device)
    facts = device.model_dump(mode="json", exclude={"tag", "state_since"}, exclude_none=True)
    journal.append(session, by, "device.added", devices.subject(device.tag), facts)


def _kind(text: str) -> DeviceKind:
    if fold(text) not in _KINDS:
        raise ValueError(
            _("“{value}” is no kind of device: {kinds}").format(value=text, kinds=", ".join(DeviceKind))
        )
    return _KINDS[fold(text)]


_CHECKS: dict[str, Callable[[str], Any]] = {
    "tag": cells.tag,
    "kind": _kind,
    "model": cells.plain,
    "serial": cells.serial,
    "address": cells.address,
    "host_key": cells.host_key,
    "imei": cells.imei,
    "iccid": cells.iccid,
    "number": cells.number,
    "place": cells.plain,
    "note": cells.plain,
}


def _facts(row: Row, faults: list[tuple[int, str]]) -> Facts:
    """The tidy facts of a row; what is wrong with it is added to `faults`."""
    facts: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        try:
            facts[name] = check(row.cells.get(name, ""))
        except ValueError as exc:
            faults.append((row.line, str(exc)))
    if "kind" in facts:
        faults += [(row.line, reason) for reason in _unfit(facts["kind"], facts)]
    return facts


def _unfit(kind: DeviceKind, facts: Facts) -> Iterator[str]:
    """What a device of that kind lacks, or has and cannot have."""
    labels = {column.name: column.headers[0] for column in _COLUMNS}
    for name in _NEEDED.get(kind, ()):
        if name in facts and facts[name] is None:
            yield _("a {kind} needs its {column}").format(kind=kind, column=labels[name])
    for name, kinds in _BELONGS.items():
        if facts.get(name) is not None and kind not in kinds:
            yield _("a {kind} has no {column}").format(kind=kind, column=labels[name])


def _twice(read: list[tuple[int, Facts]], known: Collection[Device]) -> list[tuple[int, str]]:
    """The rows that repeat what an earlier line or another device of the pool already has."""
    faults = []
    for name in _UNIQUE:
        owners = {getattr(device, name): device.tag for device in known}
        lines: dict[str, int] = {}
        for line, facts in read:
            value = facts.get(name)
            if value is None:
                continue
            if value in lines:
                faults.append(
                    (
                        line,
                        _("{column} {value} is on line {line} too").format(
                            column=name, value=value, line=lines[value]
                        ),
                    )
                )
            lines.setdefault(value, line)
            if owners.get(value, facts.get("tag")) != facts.get("tag"):
                faults.append(
                    (
                        line,
                        _("{column} {value} belongs to {tag}").format(
                            column=name, value=value, tag=owners[value]
                        ),
                    )
                )
    return faults
