"""Owns what the screens are shown: one frozen picture of the book of record, and what may be asked of it.

The feed makes pictures, screens draw them; nobody changes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory.activity import Status
from inventory.board import Board
from inventory.devices import DeviceKind, DeviceState


@dataclass(frozen=True)
class SeatView:
    """One person to equip; `ready_at` is the first moment at which everything worked."""

    number: int
    person: str
    service: str
    ready_at: datetime | None


@dataclass(frozen=True)
class CrisisView:
    """One crisis with its seats; `planned` says whether a plan is kept."""

    reference: str
    commune: str
    t0: datetime
    closed_at: datetime | None
    drill: bool
    planned: bool
    seats: tuple[SeatView, ...]

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
class Picture:
    """Everything the screens show, as it was at one moment; `page` only where a screen asks for one."""

    crises: tuple[CrisisView, ...] = ()
    counts: Mapping[tuple[DeviceKind, DeviceState], int] = field(default_factory=dict)
    boards: Mapping[str, Board] = field(default_factory=dict)
    page: PoolPage | None = None

    def crisis(self, reference: str) -> CrisisView | None:
        """The crisis with that reference."""
        return next((crisis for crisis in self.crises if crisis.reference == reference), None)

    def board(self, reference: str) -> Board:
        """The crisis's board; an empty one where nothing ran yet."""
        return self.boards.get(reference, Board())

    def count(self, reference: str, status: Status) -> int:
        """How many stages of a crisis stand at `status`."""
        return len(self.board(reference).with_status(status))
