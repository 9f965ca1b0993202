"""Compares the book, what was scanned and what devices say of themselves. Pure: no clock, no data base.

The order of the sightings plays no part: files of several stations give the same whichever comes first.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from inventory import journal
from inventory.devices import DeviceState
from inventory.text import fold

_same = lru_cache(maxsize=4096)(fold)

#: States in which a device is nowhere that anybody could see it.
GONE = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.RETIRED})


class Condition(StrEnum):
    """How a thing looks to the person who counts."""

    NEW = "new"
    GOOD = "good"
    FAULTY = "faulty"


class Discrepancy(StrEnum):
    """What can differ."""

    #: expected, and nobody saw it
    MISSING = "missing"
    #: seen where the book does not have it: elsewhere, lent, lost, retired
    UNEXPECTED = "unexpected"
    #: seen at another place than the book's
    WRONG_PLACE = "wrong_place"
    #: in other hands than the book's
    WRONG_HOLDER = "wrong_holder"
    #: faulty and not known as broken, or the other way round
    WRONG_CONDITION = "wrong_condition"
    #: a SIM in it that the book does not have there
    WRONG_SIM = "wrong_sim"
    #: seen at several places
    SEEN_TWICE = "seen_twice"
    #: nothing in the pool has that code
    UNKNOWN_CODE = "unknown_code"
    #: what answers says another serial, or has another host key
    OTHER_IDENTITY = "other_identity"


@dataclass(frozen=True)
class Record:
    """What the book says of a device.

    Attributes:
        holder: the person who has it; empty where it is in nobody's hands.
        seat: that person's seat, e.g. "13005-2026-01/3".
        sim: tags of the SIMs in it, separated by spaces; empty where the book has none there.
    """

    tag: str
    kind: str
    model: str
    state: str
    serial: str
    place: str
    holder: str = ""
    seat: str = ""
    sim: str = ""


@dataclass(frozen=True, order=True)
class Sighting:
    """One scan, or one answer of a laptop. Every field is part of what it is: it has no other identity.

    Attributes:
        at: aware.
        station: which reader or station. sequence: its running number there.
        code: as the reader typed it.
        place, condition, holder, sim: what the person who counts told beside; empty where nothing was told.
            `sim` is the code of the SIM that was found in it.
        serial: what the device itself says; empty where it was not asked or said nothing usable.
        host_key: the fingerprint of the key it answered with where that is not the pinned one.
    """

    at: datetime
    station: str
    sequence: int
    code: str
    place: str = ""
    condition: str = ""
    holder: str = ""
    sim: str = ""
    serial: str = ""
    host_key: str = ""


@dataclass(frozen=True)
class Variance:
    """One discrepancy of one device, or of a code that no device has.

    Attributes:
        subject: the asset tag, or the unknown code.
        expected: what the book says beyond the state; found: what was seen. Empty where nothing is to say.
        at_place: where it was seen last; empty where nobody told.
    """

    subject: str
    discrepancy: Discrepancy
    expected: str = ""
    found: str = ""
    at_place: str = ""
    record: Record | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what a decision is about: while it is equal, the decision holds."""
        # Another spelling of the same place is no other fact.
        facts = [self.subject, self.discrepancy.value, _same(self.found), _same(self.at_place)]
        return hashlib.sha256(journal.canonical(facts)).hexdigest()


@dataclass(frozen=True)
class Tally:
    """Devices of one kind at one place of the book: expected, seen of these, seen beyond these."""

    kind: str
    place: str
    expected: int
    seen: int
    unexpected: int


@dataclass(frozen=True)
class Comparison:
    """The whole picture; `seen` counts expected devices that somebody saw or that answered."""

    expected: int
    seen: int
    variances: tuple[Variance, ...]
    tallies: tuple[Tally, ...]


def compare(
    expected: Mapping[str, Record], sightings: Iterable[Sighting], known: Mapping[str, Record]
) -> Comparison:
    """What differs.

    Args:
        expected: by tag, as the book was when the session was opened.
        sightings: in any order, each any number of times.
        known: by code, the record of the device that has it, for every code that was seen: as it is now where
            it was not expected or is gone since, else as it was.
    """
    groups: dict[str, list[Sighting]] = defaultdict(list)
    unknown: dict[str, Sighting] = {}
    present: dict[str, Record] = {}
    for sighting in sorted({*_with_sims(sightings)}, key=lambda one: tuple(vars(one).values())):
        record = known.get(sighting.code)
        if record is None:
            unknown[sighting.code] = sighting
            continue
        groups[record.tag].append(sighting)
        if not sighting.host_key:
            present[record.tag] = record
    variances = [
        *(_missing(record) for tag, record in expected.items() if tag not in present),
        *(
            variance
            for tag, group in groups.items()
            for variance in _of_one(expected.get(tag), known[group[0].code], group, known)
        ),
        *(
            Variance(code, Discrepancy.UNKNOWN_CODE, found=last.place, at_place=last.place)
            for code, last in unknown.items()
        ),
    ]
    return Comparison(
        expected=len(expected),
        seen=len(expected.keys() & present.keys()),
        variances=tuple(sorted(variances, key=lambda one: (one.subject, one.discrepancy))),
        tallies=tuple(_tallies(expected, present)),
    )


def _with_sims(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Each sighting, and the SIM found in a device as seen there too."""
    for sighting in sightings:
        yield sighting
        if sighting.sim:
            yield Sighting(
                sighting.at, sighting.station, sighting.sequence, sighting.sim, place=sighting.place
            )


def _missing(record: Record) -> Variance:
    where = record.holder or record.place
    return Variance(record.tag, Discrepancy.MISSING, expected=where, record=record)


def _of_one(
    frozen: Record | None, now: Record, group: Sequence[Sighting], known: Mapping[str, Record]
) -> Iterator[Variance]:
    """What differs for one device that was seen, its sightings in their order."""
    record = frozen or now
    present = [sighting for sighting in group if not sighting.host_key]
    places = _places(present)
    last = next(iter(places), "")

    def differs(discrepancy: Discrepancy, expected: str, found: str) -> Variance:
        return Variance(record.tag, discrepancy, expected, found, last, record)

    if present and (frozen is None or now.state in GONE):
        yield replace(differs(Discrepancy.UNEXPECTED, now.holder or now.place, last), record=now)
    if len(places) > 1:
        yield differs(Discrepancy.SEEN_TWICE, record.place, ", ".join(sorted(places)))
    elif frozen is not None and last and frozen.place and _same(last) != _same(frozen.place):
        yield differs(Discrepancy.WRONG_PLACE, frozen.place, last)
    if (holder := _last(sighting.holder for sighting in present)) and not _is_holder(holder, record):
        yield differs(Discrepancy.WRONG_HOLDER, record.holder, holder)
    condition = _last(sighting.condition for sighting in present)
    broken = record.state == DeviceState.BROKEN
    if condition and (condition == Condition.FAULTY) != broken:
        yield differs(Discrepancy.WRONG_CONDITION, "", condition)
    if sim := _last(sighting.sim for sighting in present):
        tag = known[sim].tag if sim in known else sim
        if tag not in record.sim.split():
            yield differs(Discrepancy.WRONG_SIM, record.sim, tag)
    others = {sighting.host_key for sighting in group if sighting.host_key} | {
        sighting.serial
        for sighting in present
        if sighting.serial and record.serial and sighting.serial.upper() != record.serial.upper()
    }
    if others:
        yield differs(Discrepancy.OTHER_IDENTITY, record.serial, ", ".join(sorted(others)))


def _places(present: Sequence[Sighting]) -> list[str]:
    """The places at which it was seen, the last one first, each in its last spelling."""
    places: dict[str, str] = {}
    for sighting in reversed(present):
        if sighting.place:
            places.setdefault(_same(sighting.place), sighting.place)
    return list(places.values())


def _last(told: Iterable[str]) -> str:
    """The last thing told; empty where nothing was."""
    return next((text for text in reversed(list(told)) if text), "")


def _is_holder(told: str, record: Record) -> bool:
    """Whether that is the person of the book, by name in any order, or by seat."""
    words = sorted(fold(told).split())
    return words in (sorted(fold(record.holder).split()), sorted(fold(record.seat).split()))


def _tallies(expected: Mapping[str, Record], present: Mapping[str, Record]) -> Iterator[Tally]:
    def cell(record: Record) -> tuple[str, str]:
        return record.kind, record.place

    all_of = Counter(cell(record) for record in expected.values())
    seen = Counter(cell(record) for tag, record in expected.items() if tag in present)
    beyond = Counter(cell(record) for tag, record in present.items() if tag not in expected)
    for kind, place in sorted(all_of | beyond):
        one = (kind, place)
        yield Tally(kind, place, all_of[one], seen[one], beyond[one])
