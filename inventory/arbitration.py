"""Owns how scarce equipment is shared out: who may take how many, who waits, what to use instead. Pure.

Real crises come before exercises, the earlier T0 first. That is a proposal: what binds is a decision with
its author (requirement 8).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory.devices import DeviceKind
from inventory.readiness import Readiness, Verdict

#: The better verdict first.
_VERDICTS = tuple(Verdict)


@dataclass(frozen=True)
class Demand:
    """What one open crisis asks of one kind of device; `granted` in all, None where nobody decided."""

    crisis: str
    commune: str
    t0: datetime
    drill: bool
    kind: DeviceKind
    asked: int
    held: int
    granted: int | None = None

    @property
    def wanted(self) -> int:
        """How many it asks for and does not hold."""
        return max(0, self.asked - self.held)

    @property
    def promised(self) -> int:
        """How many are granted to it and not taken yet."""
        return max(0, (self.granted or 0) - self.held)


@dataclass(frozen=True)
class Claim:
    """What the decisions in force leave one crisis of one kind.

    Attributes:
        free: devices in stock. held: by this crisis. granted: to it in all, None where nobody decided.
        promised: granted to other crises and not taken yet, by crisis.
    """

    free: int
    held: int
    granted: int | None
    promised: Mapping[str, int]

    @property
    def exhausted(self) -> bool:
        """Whether it holds all that it was granted."""
        return self.granted is not None and self.held >= self.granted

    @property
    def room(self) -> int:
        """How many it may take now."""
        left = max(0, self.free - sum(self.promised.values()))
        return left if self.granted is None else max(0, min(left, self.granted - self.held))

    def less_one(self) -> "Claim":
        """What is left once it has taken one of them."""
        return replace(self, free=self.free - 1, held=self.held + 1)


@dataclass(frozen=True)
class Share:
    """What becomes of one demand.

    Attributes:
        takes: how many it may take now under the decisions in force. waits: how many then still lack.
        proposed: how many it would hold in all, were the free ones shared out by the rule.
    """

    demand: Demand
    takes: int
    waits: int
    proposed: int


@dataclass(frozen=True)
class Sharing:
    """One kind of device, shared out.

    Attributes:
        free: in stock. deployable: of these, could be lent as they are.
        shares: the first in the rule's order first.
        substitutes: not deployable, yet needed for the proposal; the one that needs least first.
    """

    kind: DeviceKind
    free: int
    deployable: int
    shares: tuple[Share, ...]
    substitutes: tuple[Readiness, ...]

    @property
    def scarce(self) -> bool:
        """Whether there are fewer than the crises ask for."""
        return sum(share.demand.wanted for share in self.shares) > self.free


def share(kind: DeviceKind, demands: Sequence[Demand], shelf: Sequence[Readiness]) -> Sharing:
    """Share out the devices of one kind that are in stock; what concerns another kind is left out."""
    stock = in_order([each for each in shelf if each.device.kind is kind])
    asking = sorted((d for d in demands if d.kind is kind), key=lambda d: (d.drill, d.t0, d.crisis))
    given = _by_rule(asking, len(stock))
    allowed = _under_decisions(asking, len(stock))
    deployable = sum(each.verdict is Verdict.DEPLOYABLE for each in stock)
    return Sharing(
        kind,
        len(stock),
        deployable,
        tuple(
            Share(demand, takes, demand.wanted - takes, demand.held + more)
            for demand, takes, more in zip(asking, allowed, given, strict=True)
        ),
        tuple(stock[deployable : sum(given)]),
    )


def in_order(shelf: Sequence[Readiness]) -> list[Readiness]:
    """Devices in the order in which they should be used: deployable, then what needs least, then by tag."""
    return sorted(shelf, key=lambda each: (_VERDICTS.index(each.verdict), len(each.reasons), each.device.tag))


def decisions(sharing: Sharing) -> Iterator[tuple[str, int]]:
    """What to grant to whom so that the proposal holds, in an order in which each can be decided."""
    changed = [
        (each.proposed - (each.demand.held + each.demand.promised), each)
        for each in sharing.shares
        if each.demand.granted != each.proposed
    ]
    # What is taken back first is there for the others.
    for _more, each in sorted(changed, key=lambda pair: pair[0]):
        yield each.demand.crisis, each.proposed


def _by_rule(asking: Sequence[Demand], free: int) -> list[int]:
    given = []
    for demand in asking:
        given.append(min(demand.wanted, free))
        free -= given[-1]
    return given


def _under_decisions(asking: Sequence[Demand], free: int) -> list[int]:
    """Where decisions promise more than there is, nobody takes what is promised to somebody else."""
    promised = sum(demand.promised for demand in asking)
    left = max(0, free - promised)
    takes = []
    for demand in asking:
        if demand.granted is None:
            takes.append(min(demand.wanted, left))
            left -= takes[-1]
        else:
            room = max(0, free - (promised - demand.promised))
            takes.append(min(demand.wanted, demand.promised, room))
    return takes
