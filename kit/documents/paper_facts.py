"""Owns what every paper of a loan states about itself, and the things that change hands."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property

from kit.documents.interface import fingerprint

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, kw_only=True)
class PaperFacts(ABC):
    """The head of a paper; a kind's own facts follow.

    Attributes:
        reference: its public name without the version, e.g. "13005-2026-01-S3-1": letters, digits, "-_."
        lender: who owns the equipment and issues the paper.
        issued_at: aware, in the zone to print.
        drill: an exercise; every page says so.
        version, change: set when it is issued: which version, and what differs from the one before.

    Raises:
        ValueError: a moment has no time zone, or the reference cannot be a file's name.
    """

    reference: str
    lender: str
    issued_at: datetime
    drill: bool = False
    version: int = 1
    change: str = ""

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            raise ValueError(f"no reference of a document: {self.reference!r}")
        moments = (getattr(self, field.name) for field in fields(self))
        if any(isinstance(each, datetime) and each.tzinfo is None for each in moments):
            raise ValueError("a moment on a document needs a time zone")

    @property
    def name(self) -> str:
        """Its name with the version, as every page prints it."""
        return f"{self.reference}-v{self.version}"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the book froze, as every page prints it."""
        return fingerprint(self)

    @property
    @abstractmethod
    def subject(self) -> str:
        """Whom or what it is about, as the journal names it."""

    @property
    @abstractmethod
    def folder(self) -> str:
        """The folder of the station's documents in which it is kept."""


@dataclass(frozen=True, kw_only=True)
class CrisisFacts(PaperFacts):
    """The head of a paper about one crisis.

    Attributes:
        crisis: its public reference, e.g. "13005-2026-01".
        commune_code: INSEE code.
        contact, contact_phone: whom to ask at the lender; empty leaves a line to write on.
    """

    crisis: str
    commune_name: str
    commune_code: str
    contact: str = ""
    contact_phone: str = ""

    @property
    def subject(self) -> str:
        """The crisis, as the journal names it."""
        return f"crisis:{self.crisis}"

    @property
    def folder(self) -> str:
        """The crisis's own."""
        return self.crisis


@dataclass(frozen=True, kw_only=True)
class SeatFacts(CrisisFacts):
    """The head of a paper about one person's seat."""

    seat: int
    person: str
    service: str = ""

    @property
    def subject(self) -> str:
        """The seat, as the journal names it."""
        return f"crisis:{self.crisis}/seat:{self.seat}"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that changes hands.

    Attributes:
        kind: "laptop", "phone", "sim", "router" or "accessory".
        serial, imei, iccid, number: what proves which one it is; empty where it has none.
        condition: "new", "good", "faulty", or what is wrong in words; empty leaves boxes to tick.
        accessories: what goes along, each with its count.
    """

    tag: str
    kind: str
    model: str = ""
    serial: str = ""
    imei: str = ""
    iccid: str = ""
    number: str = ""
    condition: str = ""
    accessories: tuple[tuple[str, int], ...] = ()
