"""Proposes how large a kit a commune needs, service by service, from its population. Pure.

No convention gives quantities: the rules are data (`kit/app/sizing.toml`), compared there with real attacks.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from kit.plan import names


@dataclass(frozen=True)
class Rule:
    """What one municipal service gets.

    Attributes:
        service: its name, as seats files spell it. also: other names of it.
        why: what cannot stop there in the first days. source: where the rule comes from.
        minimum: seats where the commune has that service; one more for each full `inhabitants_per_seat`.
        maximum: never more seats than that.
        seats_per_phone: one phone for so many seats, begun groups included.
        from_inhabitants: smaller communes have no such service of their own.
        when_due: counts only while its time has come, e.g. elections.
    """

    service: str
    why: str
    source: str
    minimum: int
    inhabitants_per_seat: int
    maximum: int
    seats_per_phone: int
    from_inhabitants: int = 0
    when_due: bool = False
    also: tuple[str, ...] = ()

    def seats(self, population: int) -> int:
        """How many seats that many inhabitants need there."""
        if population < self.from_inhabitants:
            return 0
        return min(self.maximum, self.minimum + population // self.inhabitants_per_seat)

    def phones(self, seats: int) -> int:
        """How many of so many seats need a phone."""
        return -(-seats // self.seats_per_phone)


@dataclass(frozen=True)
class Proposal:
    """What one service should get, and why.

    Attributes:
        by_rule: seats that the rule gives. seats: those that the pool reaches for.
        phones: of these seats, how many with a phone. reason: in words, for who decides.
    """

    service: str
    by_rule: int
    seats: int
    phones: int
    reason: str


def propose(
    population: int, rules: Sequence[Rule], *, laptops: int, due: Collection[str] = ()
) -> tuple[Proposal, ...]:
    """Seats and phones for each service, in the order of the rules; never more seats than `laptops`.

    Where the pool is too small every service gets its first seat before any gets its second, in the order of
    the rules. `due` names the services whose time has come.
    """
    by_rule = [0 if rule.when_due and rule.service not in due else rule.seats(population) for rule in rules]
    seats = _shared_out(by_rule, laptops)
    return tuple(
        Proposal(
            rule.service,
            wanted,
            given,
            rule.phones(given),
            _reason(rule, wanted, given, laptops=laptops, due=rule.service in due),
        )
        for rule, wanted, given in zip(rules, by_rule, seats, strict=True)
    )


def service_named(text: str, rules: Iterable[Rule], others: Iterable[str] = ()) -> str:
    """The service that a text means, as the rules spell it, else as `others` do, else as it is."""
    spelled = {_key(other): other for other in others}
    spelled |= {_key(name): rule.service for rule in rules for name in (rule.service, *rule.also)}
    return spelled.get(_key(text), text)


def spelled_alike(services: Iterable[str], rules: Sequence[Rule]) -> list[str]:
    """Each service as the rules spell it; one that no rule names, as it was spelled first."""
    spelled: list[str] = []
    for text in services:
        spelled.append(service_named(text, rules, spelled))
    return spelled


def _key(service: str) -> str:
    # A name without one Latin letter folds to nothing, and is still another than the next.
    return names.slug(service) or service


def _shared_out(wanted: Sequence[int], cap: int) -> list[int]:
    turns = sorted((turn, place) for place, count in enumerate(wanted) for turn in range(count))
    given = Counter(place for _turn, place in turns[: max(cap, 0)])
    return [given[place] for place in range(len(wanted))]


def _reason(rule: Rule, wanted: int, given: int, *, laptops: int, due: bool) -> str:
    if rule.when_due and not due:
        return _("counts only when it is due")
    if not wanted:
        return _("only from {count} inhabitants on").format(count=rule.from_inhabitants)
    said = _("{why}; {minimum}, and 1 more per {inhabitants} inhabitants, {maximum} at most").format(
        why=rule.why,
        minimum=rule.minimum,
        inhabitants=rule.inhabitants_per_seat,
        maximum=rule.maximum,
    )
    if given < wanted:
        said += _("; {given} of {wanted}, for the pool has {laptops} laptops").format(
            given=given, wanted=wanted, laptops=laptops
        )
    return said
