"""Owns how requests are cut into batches: as few as their size, their ties and the tenant's limits allow."""

from collections.abc import Sequence

from kit.graph.batching import BATCH_SIZE, Part
from kit.graph.limits import Bound, load


def split(parts: Sequence[Part]) -> list[list[int]]:
    """Positions of `parts` in groups that a batch can carry; a part stays with those it depends on.

    Raises:
        ValueError: more parts hang together than a batch holds, or a part depends on a later one.
    """
    groups: list[list[int]] = []
    carried: dict[Bound, int] = {}
    for family in _families(parts):
        if len(family) > BATCH_SIZE:
            raise ValueError(f"{len(family)} parts depend on each other; a batch holds {BATCH_SIZE}")
        more: dict[Bound, int] = {}
        for number in family:
            for bound, units in load(parts[number]):
                more[bound] = more.get(bound, 0) + units
        if not groups or any(carried.get(bound, 0) + units > bound.most for bound, units in more.items()):
            groups.append([])
            carried = {}
        groups[-1].extend(family)
        carried.update((bound, carried.get(bound, 0) + units) for bound, units in more.items())
    return [sorted(group) for group in groups]


def _families(parts: Sequence[Part]) -> list[list[int]]:
    """Positions of parts that depend on each other, directly or not."""
    family_of: list[list[int]] = []
    for number, part in enumerate(parts):
        if any(other >= number for other in part.depends_on):
            raise ValueError(f"part {number} depends on a later one")
        family = [number]
        for relation in {id(family_of[other]): family_of[other] for other in part.depends_on}.values():
            family = sorted(relation + family)
        family_of.append(family)
        for member in family:
            family_of[member] = family
    return list({id(family): family for family in family_of}.values())
