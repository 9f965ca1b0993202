"""Owns what the screens are shown: one frozen picture of the book of record, and what may be asked of it.

The feed makes pictures, screens draw them; nobody changes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from inventory.activity import Event, Status
from inventory.board import Board
from inventory.devices import DeviceKind, DeviceState
from inventory.heartbeats import SILENT_SECONDS
from inventory.readiness import Verdict, Why


@dataclass(frozen=True)
class SeatView:
    """One person to equip; `ready_at` is the first moment at which everything worked."""

    number: int
    person: str
    service: str
    ready_at: datetime | None


@dataclass(frozen=True)
class CrisisView:
    """One crisis with its seats.

    Attributes:
        planned: whether a plan is kept.
        due_back: since when its equipment is due back; None until both ends are known, or once it is closed.
        devices: the tag that the plan gives a seat, by seat number and stage ("laptop", "phone").
    """

    reference: str
    commune: str
    t0: datetime
    closed_at: datetime | None
    drill: bool
    planned: bool
    due_back: datetime | None
    seats: tuple[SeatView, ...]
    devices: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def seat(self, number: int | None) -> SeatView | None:
        """The seat with that number."""
        return next((seat for seat in self.seats if seat.number == number), None)

    @property
    def ready(self) -> list[datetime]:
        """When each working seat became one, earliest first."""
        return sorted(seat.ready_at for seat in self.seats if seat.ready_at is not None)

    @property
    def first_ready(self) -> datetime | None:
        """When the first seat worked."""
        return self.ready[0] if self.ready else None

    @property
    def last_ready(self) -> datetime | None:
        """When the last seat worked; None while one is missing."""
        return self.ready[-1] if self.seats and len(self.ready) == len(self.seats) else None


@dataclass(frozen=True)
class BreachView:
    """One open entry of the register of breaches, of which the authority must know until `deadline`."""

    reference: str
    description: str
    deadline: datetime


@dataclass(frozen=True)
class DeviceView:
    """One device with who holds it, as (crisis reference, seat number)."""

    tag: str
    kind: DeviceKind
    state: DeviceState
    state_since: datetime
    model: str
    serial: str
    imei: str
    iccid: str
    number: str
    place: str
    holder: tuple[str, int] | None

    @property
    def identity(self) -> str:
        """The number by which the world knows it: IMEI, ICCID, or the maker's serial."""
        return self.imei or self.iccid or self.serial


@dataclass(frozen=True)
class LineView:
    """One line of the journal."""

    seq: int
    at: datetime
    actor: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class FindingView:
    """What one examination of a device found; `failed` names the checks that did not pass, if it says."""

    examination: str
    at: datetime
    passed: bool
    failed: tuple[str, ...]


@dataclass(frozen=True)
class DocumentView:
    """One version of a document; `signed` once a signed paper or a signature is tied to it."""

    reference: str
    version: int
    kind: str
    subject: str
    issued_at: datetime
    issued_by: str
    change: str
    facts_sha256: str
    signed: bool

    @property
    def key(self) -> str:
        """Reference and version in one."""
        return f"{self.reference}-v{self.version}"


@dataclass(frozen=True)
class PoolQuery:
    """A window on the pool: devices that match every word of `text`, by tag, `count` of them from `first`."""

    text: str = ""
    first: int = 0
    count: int = 100


@dataclass(frozen=True)
class PoolPage:
    """What a window shows; `total` counts all devices that match."""

    query: PoolQuery
    total: int
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True)
class DeviceQuery:
    """Everything about the device with that tag."""

    tag: str


@dataclass(frozen=True)
class DeviceFile:
    """Everything about a device; None where there is none. `more` are facts that lists do not show."""

    query: DeviceQuery
    device: DeviceView | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[FindingView, ...] = ()
    history: tuple[LineView, ...] = ()


@dataclass(frozen=True)
class JournalQuery:
    """A window on the journal: `count` lines after the first `first`, the newest where that is None.

    Where there is `text`, the newest lines that match all its words, whatever the window.
    """

    text: str = ""
    first: int | None = None
    count: int = 100


@dataclass(frozen=True)
class JournalPage:
    """What a window shows, oldest first: from position `first` on, of `total`."""

    query: JournalQuery
    first: int
    total: int
    lines: tuple[LineView, ...]


@dataclass(frozen=True)
class DocumentsQuery:
    """Every document."""


@dataclass(frozen=True)
class DocumentList:
    """Every version of every document, the newest first."""

    query: DocumentsQuery
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True)
class DocumentQuery:
    """What one version of a document says."""

    reference: str
    version: int


@dataclass(frozen=True)
class DocumentText:
    """A document as plain text."""

    query: DocumentQuery
    text: str


@dataclass(frozen=True)
class CommunesQuery:
    """Every commune that may borrow, as it stands on that day."""

    today: date


@dataclass(frozen=True)
class ContactView:
    """Whom to call, for what, and on which day somebody made sure of it last."""

    role: str
    name: str
    phone: str
    confirmed_on: date


@dataclass(frozen=True)
class CommuneView:
    """A commune; `lends` says whether a convention opens the right to a kit, `convention` how it stands."""

    code: str
    name: str
    population: int
    lends: bool
    convention: str
    contacts: tuple[ContactView, ...]


@dataclass(frozen=True)
class CommuneList:
    """Every commune, by name."""

    query: CommunesQuery
    communes: tuple[CommuneView, ...]


@dataclass(frozen=True)
class CellQuery:
    """What happened in one stage of one seat, or of the crisis as a whole."""

    crisis: str
    stage: str
    seat: int | None


@dataclass(frozen=True)
class CellLog:
    """The last events of a cell, oldest first, each with the number of its row."""

    query: CellQuery
    events: tuple[tuple[int, Event], ...]


@dataclass(frozen=True)
class StationView:
    """The last sign of life of a station's engine; `ended` says that it took its leave."""

    name: str
    began_at: datetime
    at: datetime
    ended: bool

    def silent(self, now: datetime) -> bool:
        """Whether it should have been heard of."""
        return not self.ended and now - self.at > timedelta(seconds=SILENT_SECONDS)


#: What the screen on top may ask, and what comes back.
Question = PoolQuery | DeviceQuery | JournalQuery | DocumentsQuery | DocumentQuery | CommunesQuery | CellQuery
Answer = PoolPage | DeviceFile | JournalPage | DocumentList | DocumentText | CommuneList | CellLog


@dataclass(frozen=True)
class DueView:
    """One thing to do about a commune's convention or contacts, until a day where there is one."""

    until: date | None
    overdue: bool
    commune: str
    what: str


@dataclass(frozen=True)
class Survey:
    """What takes seconds to find out in a large pool: what could be lent, why not the rest, what comes due.

    A device that cannot be lent has one or more `reasons`.
    """

    at: datetime
    verdicts: Mapping[tuple[DeviceKind, Verdict], int] = field(default_factory=dict)
    reasons: Mapping[tuple[DeviceKind, Why], int] = field(default_factory=dict)
    due: tuple[DueView, ...] = ()


@dataclass(frozen=True)
class Picture:
    """Everything the screens show, as it was at one moment.

    `answer` is there only where a screen asks something, `survey` once it was made.
    """

    crises: tuple[CrisisView, ...] = ()
    counts: Mapping[tuple[DeviceKind, DeviceState], int] = field(default_factory=dict)
    boards: Mapping[str, Board] = field(default_factory=dict)
    breaches: tuple[BreachView, ...] = ()
    stations: tuple[StationView, ...] = ()
    answer: Answer | None = None
    survey: Survey | None = None

    def crisis(self, reference: str) -> CrisisView | None:
        """The crisis with that reference."""
        return next((crisis for crisis in self.crises if crisis.reference == reference), None)

    @property
    def open_crises(self) -> list[CrisisView]:
        """Those that are not closed, the newest first."""
        return [crisis for crisis in self.crises if crisis.closed_at is None]

    def board(self, reference: str) -> Board:
        """The crisis's board; an empty one where nothing ran yet."""
        return self.boards.get(reference, Board())

    def count(self, reference: str, status: Status) -> int:
        """How many stages of a crisis stand at `status`."""
        return len(self.board(reference).with_status(status))
