"""Owns licences: how many are left of a product, and giving one to each user who has none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from http import HTTPStatus
from typing import Any

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many
from kit.graph.errors import GraphRefused, LicencesExhausted

#: Seconds for licences given to new accounts to show on them.
DEADLINE = 300.0

_POOL = Part("GET", "/subscribedSkus", {"$select": "skuId,skuPartNumber,prepaidUnits,consumedUnits"})
#: Stands for the pool beside users' ids.
_POOL_KEY = ""


@dataclass(frozen=True)
class Sku:
    """A product of the tenant: its id, its part number, and how many licences it counts."""

    sku_id: str
    part_number: str
    enabled: int
    consumed: int

    @property
    def left(self) -> int:
        """Licences that can still be given; none where the tenant consumes more than it has."""
        return max(0, self.enabled - self.consumed)


def left(graph: Graph, sku_part_number: str) -> Sku:
    """What the tenant has of a product, e.g. "SPE_E3".

    Raises:
        LicencesExhausted: the tenant has none of it.
    """
    skus = _in_pool(graph)
    for sku in skus:
        if sku.part_number == sku_part_number:
            return sku
    raise LicencesExhausted(
        _("The tenant has no {sku} licence; it has: {others}.").format(
            sku=sku_part_number, others=", ".join(sku.part_number for sku in skus) or _("none")
        ),
        hint=_("Correct `sku` under [tenant] in kit.toml, or order licences."),
    )


def assign(graph: Graph, sku_id: str, user_ids: Sequence[str], *, deadline_s: float = DEADLINE) -> None:
    """See to it that each user holds a licence of the product; those who do are left alone.

    Raises:
        LicencesExhausted: fewer are left than needed; none was given.
        GraphError: a licence was refused; the others are given.
    """
    counted = False

    def look(users: Sequence[str]) -> dict[str, bool]:
        nonlocal counted
        pool = {} if counted else {_POOL_KEY: _POOL}
        found = look_many(graph, {**pool, **{user: _read(user) for user in users}})
        holding = {user: True for user in users if _holds(found.get(user, {}), sku_id)}
        if pool:
            _check_left(_skus(found[_POOL_KEY]["value"]), sku_id, len(users) - len(holding))
        counted = True
        return holding

    try:
        ensure(
            graph,
            user_ids,
            look=look,
            create=lambda user: _give(user, sku_id),
            deadline_s=deadline_s,
            what=_("licences to show on the accounts"),
            reads=ONE_READ,
        )
    except GraphRefused as exc:
        if exc.problem.status == HTTPStatus.BAD_REQUEST:
            # Somebody else may have taken the last ones; only the count tells, not the refusal's code.
            _check_left(_in_pool(graph), sku_id, 1)
        raise


def _in_pool(graph: Graph) -> list[Sku]:
    return _skus(graph.pages(_POOL.path, params=_POOL.params))


def _skus(found: Iterable[Mapping[str, Any]]) -> list[Sku]:
    return [
        Sku(
            sku_id=str(sku["skuId"]),
            part_number=str(sku["skuPartNumber"]),
            # "warning" is the grace period after the end of a subscription: Microsoft still gives these.
            enabled=sum(
                int((sku.get("prepaidUnits") or {}).get(kind) or 0) for kind in ("enabled", "warning")
            ),
            consumed=int(sku.get("consumedUnits") or 0),
        )
        for sku in found
    ]


def _check_left(pool: Sequence[Sku], sku_id: str, needed: int) -> None:
    available = sum(sku.left for sku in pool if sku.sku_id == sku_id)
    if available < needed:
        raise LicencesExhausted(
            ngettext(
                "{needed} licence is needed and the tenant has {available} left.",
                "{needed} licences are needed and the tenant has {available} left.",
                needed,
            ).format(needed=needed, available=available),
            hint=_("Order licences or free those of closed crises; then run the same command again."),
        )


def _read(user_id: str) -> Part:
    return Part("GET", f"/users/{segment(user_id)}", {"$select": "id,assignedLicenses"})


def _holds(user: Mapping[str, Any], sku_id: str) -> bool:
    return any(licence.get("skuId") == sku_id for licence in user.get("assignedLicenses") or [])


def _give(user_id: str, sku_id: str) -> Part:
    return Part(
        "POST",
        f"/users/{segment(user_id)}/assignLicense",
        json={"addLicenses": [{"skuId": sku_id, "disabledPlans": []}], "removeLicenses": []},
        # The same licence given twice is one licence.
        repeatable=True,
    )
