"""Owns the Plan: the value that says who gets what, under which names, before anything is touched.

`kit crisis plan` prints it, `kit crisis run` executes this same object, `--dry-run` is nothing else.
Only frozen values of the standard library: it compares, prints and serialises (`kit/workflows/planning.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HumanAct(StrEnum):
    """What no program can do for the people involved."""

    #: call the commune's correspondent back on the registered number (requirement 7)
    CALL_BACK = "call_back"
    #: give each person their equipment against a signature (requirement 6)
    HAND_OVER = "hand_over"


@dataclass(frozen=True)
class SeatRequest:
    """One person to equip, as the seats file names them; `number` counts from 1.

    `begun`: something was made for them in an earlier run, so that they cannot be left out of a plan.
    """

    number: int
    first_name: str
    last_name: str
    service: str
    wants_phone: bool
    contact: str = ""
    begun: bool = False


@dataclass(frozen=True)
class LaptopStock:
    """A laptop that can be used: enrolled, with an address and a pinned host key.

    `held_for` is the seat of this crisis that already holds it; None where it is free.
    """

    tag: str
    serial: str
    model: str
    address: str
    host_key: str
    held_for: int | None = None


@dataclass(frozen=True)
class PhoneStock:
    """A phone that can be used; `held_for` as for a laptop."""

    tag: str
    model: str
    imei: str
    serial: str = ""
    held_for: int | None = None


@dataclass(frozen=True)
class SimStock:
    """A SIM that can be used; `number` in E.164, `held_for` as for a laptop."""

    tag: str
    iccid: str
    number: str
    held_for: int | None = None


@dataclass(frozen=True)
class Grants:
    """How many of each this crisis may hold by decision; None where nobody decided."""

    laptops: int | None = None
    phones: int | None = None
    sims: int | None = None


@dataclass(frozen=True)
class Pool:
    """What this crisis holds and what it may take, in the order in which it should be used."""

    laptops: tuple[LaptopStock, ...]
    phones: tuple[PhoneStock, ...]
    sims: tuple[SimStock, ...]
    granted: Grants = Grants()


@dataclass(frozen=True)
class CrisisFacts:
    """The crisis as declared; `reference` is its public name, e.g. "13005-2026-01".

    `apart` tells its addresses from those of another crisis of the commune that may be in the tenant too,
    e.g. "2026-02"; empty where there is none.
    """

    reference: str
    commune_code: str
    commune_name: str
    t0: datetime
    drill: bool
    apart: str = ""


@dataclass(frozen=True)
class Terms:
    """What settings and templates fix: the tenant's domain and licence, names and folders.

    Attributes:
        domain: verified domain of the tenant, e.g. "secours.example".
        principal_pattern: with {first}, {last} and {commune}, before the "@".
        sku: part number of the licence, e.g. "SPE_E3".
        usage_location: ISO 3166 country of use, which a licence needs.
        workspace_name: with {commune} and {reference}; `drill_prefix` goes before it in an exercise.
        workspace_description: with the same fields.
        channels: channels of the Team besides its general one.
        folders: folders of the crisis library.
        shared_mailboxes: municipal services that get one where somebody of theirs is equipped.
        managed_phones: phones are enrolled in the tenant's device management, hence can be locked and wiped.
        playbooks: playbooks to run on each laptop, in order.
    """

    domain: str
    principal_pattern: str
    sku: str
    usage_location: str
    workspace_name: str
    workspace_description: str
    drill_prefix: str
    channels: tuple[str, ...]
    folders: tuple[str, ...]
    shared_mailboxes: tuple[str, ...]
    managed_phones: bool
    playbooks: tuple[str, ...]


@dataclass(frozen=True)
class LaptopPlan:
    """A laptop and what it will be: its name on the wire and its person's local account."""

    tag: str
    serial: str
    model: str
    address: str
    host_key: str
    host_name: str
    local_account: str


@dataclass(frozen=True)
class AccountPlan:
    """An account of the tenant; `mark` is the ownership mark written on it."""

    principal_name: str
    nickname: str
    display_name: str
    given_name: str
    surname: str
    department: str
    mark: str


@dataclass(frozen=True)
class PhonePlan:
    """A phone with its SIM, for one person; its IMEI or its serial finds it in device management."""

    tag: str
    model: str
    imei: str
    serial: str
    sim_tag: str
    iccid: str
    number: str


@dataclass(frozen=True)
class SeatPlan:
    """Everything one person gets."""

    number: int
    first_name: str
    last_name: str
    service: str
    laptop: LaptopPlan
    account: AccountPlan
    phone: PhonePlan | None


@dataclass(frozen=True)
class WorkspacePlan:
    """The crisis's group, Team and site; owners and members are principal names."""

    display_name: str
    nickname: str
    description: str
    mark: str
    owners: tuple[str, ...]
    members: tuple[str, ...]
    channels: tuple[str, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True)
class ServiceGroupPlan:
    """The mailbox that a municipal service shares: a group of its people, without Team."""

    service: str
    display_name: str
    nickname: str
    description: str
    mark: str
    owners: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class UnitPlan:
    """The administrative unit that holds everything of this commune and of no other."""

    display_name: str
    description: str
    mark: str


@dataclass(frozen=True)
class Plan:
    """One crisis, ready to run.

    Attributes:
        waiting: numbers of the seats that get nothing now, because a decision grants fewer than are asked.
        without_phone: of the seats that want a phone and get none now, for the same reason.
    """

    crisis: CrisisFacts
    seats: tuple[SeatPlan, ...]
    workspace: WorkspacePlan
    service_groups: tuple[ServiceGroupPlan, ...]
    unit: UnitPlan
    managed_phones: bool
    sku: str
    usage_location: str
    playbooks: tuple[str, ...]
    human_acts: tuple[HumanAct, ...]
    # Plans that earlier versions kept have neither.
    waiting: tuple[int, ...] = ()
    without_phone: tuple[int, ...] = ()

    @property
    def groups(self) -> tuple["WorkspacePlan | ServiceGroupPlan", ...]:
        """Every group that the crisis has: the workspace's, then the services'."""
        return (self.workspace, *self.service_groups)

    def seat(self, number: int) -> SeatPlan:
        """The seat with that number; KeyError where the plan has none."""
        for seat in self.seats:
            if seat.number == number:
                return seat
        raise KeyError(number)
