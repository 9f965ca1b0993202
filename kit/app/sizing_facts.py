"""The size of a kit as values: by service, by kind of equipment, with what was decided."""

from dataclasses import dataclass

from inventory.sizings import Sizing


@dataclass(frozen=True)
class ServiceSize:
    """One municipal service.

    Attributes:
        by_rule: seats that the rule gives. proposed: those that the pool reaches for.
        phones: how many of the wanted seats need one; phones_needed: of those needed.
        reason, source: of the rule; empty where there is none.
        there: seats that there are; None before anybody is named. with_phone: how many of them want a phone.
        decided: seats decided instead, or None.
    """

    service: str
    by_rule: int
    proposed: int
    phones: int
    phones_needed: int
    reason: str
    source: str
    there: int | None
    with_phone: int
    decided: int | None

    @property
    def wanted(self) -> int:
        """What was decided, else what is proposed."""
        return self.proposed if self.decided is None else self.decided

    @property
    def needed(self) -> int:
        """What was decided, else what the rule gives, however small the pool is."""
        return self.by_rule if self.decided is None else self.decided

    @property
    def missing(self) -> int:
        """Seats that are wanted and not there."""
        return max(self.wanted - (self.there or 0), 0)

    @property
    def missing_phones(self) -> int:
        """How many of the missing seats need a phone."""
        return min(max(self.phones - self.with_phone, 0), self.missing)


@dataclass(frozen=True)
class Decision:
    """How many seats a service of a crisis that is being opened gets: who decides it, and why."""

    service: str
    wanted: int
    author: str
    reason: str


@dataclass(frozen=True)
class Equipment:
    """One kind of device: what is needed and wanted, what the seats there ask for, and what there is of it.

    Attributes:
        needed: however small the pool is. wanted: of that, as far as the pool reaches.
        held: by this crisis. in_stock: free. deployable: of these, how many could be lent now.
    """

    kind: str
    needed: int
    wanted: int
    there: int
    held: int
    in_stock: int
    deployable: int

    @property
    def lacking(self) -> int:
        """How many of those needed the pool does not have."""
        return max(max(self.needed, self.there) - self.held - self.in_stock, 0)

    @property
    def unready(self) -> int:
        """How many would have to be taken that could not be lent now."""
        return max(min(self._more, self.in_stock) - self.deployable, 0)

    @property
    def _more(self) -> int:
        # The plan equips the seats there, whatever was decided of a service.
        return max(self.wanted, self.there) - self.held


@dataclass(frozen=True)
class Size:
    """A kit, service by service; `crisis` is its reference, empty before one is open."""

    commune: str
    population: int
    crisis: str
    drill: bool
    services: tuple[ServiceSize, ...]
    equipment: tuple[Equipment, ...]
    decisions: tuple[Sizing, ...]

    @property
    def by_rule(self) -> int:
        """Seats that the rules give."""
        return sum(each.by_rule for each in self.services)

    @property
    def needed(self) -> int:
        """Seats that were decided, or else that the rules give."""
        return sum(each.needed for each in self.services)

    @property
    def wanted(self) -> int:
        """Seats that were decided, or else that the pool reaches for."""
        return sum(each.wanted for each in self.services)

    @property
    def proposed(self) -> int:
        """Seats that the pool reaches for."""
        return sum(each.proposed for each in self.services)

    @property
    def differences(self) -> dict[str, int]:
        """By service, seats there are beyond those proposed; negative where they are fewer."""
        return {
            each.service: each.there - each.proposed
            for each in self.services
            if each.there is not None and each.there != each.proposed
        }
