"""Compares what a pool file says with what the book says, device by device. Pure.

A row is about the device with its tag, or, where it has no tag, about the one with its serial. What a row
leaves empty it does not speak about: an import never erases a fact, and never touches a state.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from gettext import gettext as _
from itertools import product
from typing import Any

from inventory.devices import DeviceKind, DeviceState, serial_key
from inventory.importing.refusal import Fault

Facts = Mapping[str, Any]

#: What tells which device it is: filled in where the book has none, replaced only when that is asked for.
IDENTITY = ("serial", "host_key", "imei", "imei2", "iccid", "number")
#: No two devices share one of these; the IMEIs of two modems are one set of numbers.
UNIQUE = (("tag",), ("serial",), ("address",), ("host_key",), ("imei", "imei2"), ("iccid",))
#: What a device of each kind must have, and which facts belong to which kinds only.
_NEEDED = {
    DeviceKind.LAPTOP: ("address", "host_key"),
    DeviceKind.PHONE: ("imei",),
    DeviceKind.SIM: ("iccid",),
}
_BELONGS = {
    "imei": {DeviceKind.PHONE, DeviceKind.ROUTER},
    "imei2": {DeviceKind.PHONE, DeviceKind.ROUTER},
    "iccid": {DeviceKind.SIM},
    "number": {DeviceKind.SIM},
    "host_key": {DeviceKind.LAPTOP},
    "pin": {DeviceKind.SIM},
    "puk": {DeviceKind.SIM},
}
#: A crisis counts on these devices being the ones that its plan names.
_PROMISED = frozenset(
    {DeviceState.RESERVED, DeviceState.PROVISIONING, DeviceState.READY, DeviceState.ON_LOAN}
)


class Outcome(StrEnum):
    """What an import does with the device of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Change:
    """One fact of a known device; `old` is None or "" where the book had none."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """A row as read: tidy facts without empty ones, names of the cells that were refused, secrets apart."""

    line: int
    facts: Facts
    refused: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RowDiff:
    """What a row does: `changes` for a known device, `facts` for one that is added."""

    line: int
    tag: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    facts: Facts = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Book:
    """The devices of the book of record as facts by tag, who owns which identifier, and tags of crates."""

    def __init__(self, devices: Sequence[Facts], crates: Set[str] = frozenset()) -> None:
        self.devices = {device["tag"]: device for device in devices}
        self.crates = crates
        self.owners: dict[str, dict[Any, str]] = {
            names[0]: {
                identity(name, device[name]): device["tag"]
                for name in names
                for device in devices
                if device[name] is not None
            }
            for names in UNIQUE
        }


def identity(name: str, value: Any) -> Any:
    """The form in which two spellings of one fact are equal: a serial's case tells nothing."""
    return serial_key(value) if name == "serial" and value is not None else value


def same(name: str, first: Any, second: Any) -> bool:
    """Whether two spellings are one fact."""
    return first == second or bool(identity(name, first) == identity(name, second))


def compare(
    book: Book, entries: Sequence[Entry], labels: Mapping[str, str], *, update_identity: bool
) -> tuple[tuple[RowDiff, ...], list[Fault]]:
    """What each row does, and what speaks against it; `labels` are the names of facts for people."""
    faults: list[Fault] = []
    diffs = []
    about: list[tuple[Entry, str]] = []
    for entry in entries:
        serial = identity("serial", entry.facts.get("serial"))
        tag = entry.facts.get("tag") or book.owners["serial"].get(serial)
        if tag is None:
            if "tag" not in entry.refused:
                faults.append((entry.line, _tagless(entry.facts)))
            continue
        about.append((entry, tag))
        diff = _diff(book, entry, tag)
        diffs.append(diff)
        faults += [(entry.line, reason) for reason in _reasons(book, entry, diff, labels, update_identity)]
    return tuple(diffs), faults + list(_twice(book, about, labels))


def _tagless(facts: Facts) -> str:
    if "serial" not in facts:
        return _("has no asset tag")
    return _("has no asset tag, and no device has the serial {serial}").format(serial=facts["serial"])


def _diff(book: Book, entry: Entry, tag: str) -> RowDiff:
    known = book.devices.get(tag)
    if known is None:
        return RowDiff(entry.line, tag, Outcome.ADDED, facts=entry.facts, secrets=entry.secrets)
    changes = tuple(
        Change(name, known[name], value)
        for name, value in entry.facts.items()
        if not same(name, known[name], value)
    )
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return RowDiff(entry.line, tag, outcome, changes, secrets=entry.secrets)


def _reasons(
    book: Book, entry: Entry, diff: RowDiff, labels: Mapping[str, str], update_identity: bool
) -> Iterator[str]:
    """What speaks against a row taken by itself."""
    if diff.outcome is Outcome.ADDED:
        if diff.tag in book.crates:
            yield _("{tag} is the tag of a crate: a tag is never used again").format(tag=diff.tag)
        kind = entry.facts.get("kind")
        if kind is None and "kind" not in entry.refused:
            yield _("a new device needs its {column}").format(column=labels["kind"])
        for name in _NEEDED.get(kind, ()) if kind is not None else ():
            if name not in entry.facts and name not in entry.refused:
                yield _("a {kind} needs its {column}").format(kind=kind, column=labels[name])
    else:
        known = book.devices[diff.tag]
        kind = known["kind"]
        yield from _forbidden(known, diff, labels, update_identity)
    if "imei2" in entry.facts:
        first = entry.facts.get("imei") or book.devices.get(diff.tag, {}).get("imei")
        if entry.facts["imei2"] == first:
            yield _("{column} {value} is its {other} too").format(
                column=labels["imei2"], value=first, other=labels["imei"]
            )
    for name, kinds in _BELONGS.items():
        if kind is not None and kind not in kinds and (name in entry.facts or name in entry.secrets):
            yield _("a {kind} has no {column}").format(kind=kind, column=labels[name])


def _forbidden(
    known: Facts, diff: RowDiff, labels: Mapping[str, str], update_identity: bool
) -> Iterator[str]:
    """The changes that an import must not make."""
    if diff.changes and known["state"] == DeviceState.RETIRED:
        yield _("{tag} is retired: a tag is never used again").format(tag=diff.tag)
        return
    for change in diff.changes:
        says = {"tag": diff.tag, "column": labels[change.name], "old": change.old, "new": change.new}
        if change.name == "kind":
            yield _("{tag} is a {old} in the pool, not a {new}").format(**says)
        elif change.name == "place" and known["crate"] is not None:
            yield _("{tag} is in crate {crate}, so it is where that is: {old}, not {new}").format(
                crate=known["crate"], **says
            )
        elif change.name in IDENTITY and change.old is not None:
            if not update_identity:
                yield _("{tag} has the {column} {old} in the pool, not {new}").format(**says)
            elif known["state"] in _PROMISED:
                yield _("{tag} is {state}: its {column} cannot be replaced now").format(
                    state=known["state"], **says
                )


def _twice(book: Book, about: Sequence[tuple[Entry, str]], labels: Mapping[str, str]) -> Iterator[Fault]:
    """The rows that repeat what an earlier line or another device of the book already has."""
    for names in UNIQUE:
        owners, lines = book.owners[names[0]], dict[Any, int]()
        for (entry, tag), name in product(about, names):
            value = tag if name == "tag" else entry.facts.get(name)
            if value is None:
                continue
            says = {"column": labels[name], "value": value}
            key = identity(name, value)
            first = lines.setdefault(key, entry.line)
            if first != entry.line:
                yield entry.line, _("{column} {value} is on line {line} too").format(line=first, **says)
            if (owner := owners.get(key, tag)) != tag:
                yield entry.line, _("{column} {value} belongs to {tag}").format(tag=owner, **says)
