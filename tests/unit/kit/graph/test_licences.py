"""Licences in the simulated tenant, which has five."""

from collections.abc import Sequence

import pytest

from kit.graph import licences, users
from kit.graph.errors import LicencesExhausted
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.test_users import spec


def accounts(live: LiveTenant, count: int) -> list[str]:
    specs = [spec(number) for number in range(1, count + 1)]
    return list(users.ensure_users(live.graph, specs, deadline_s=30).values())


def test_each_user_gets_one_licence_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    ids = accounts(live, 4)
    sku = licences.left(live.graph, "SPE_E3")
    assert (sku.enabled, sku.consumed, sku.left) == (5, 0, 5)
    live.recorder.requests.clear()
    licences.assign(live.graph, sku.sku_id, ids)
    # accounts and pool side by side, give, read back
    assert len(live.recorder.requests) == 3
    assert licences.left(live.graph, "SPE_E3").left == 1
    live.recorder.requests.clear()
    licences.assign(live.graph, sku.sku_id, ids)
    assert live.recorder.writes() == []


def test_those_who_have_one_do_not_count_against_what_is_left(live: LiveTenant) -> None:
    ids = accounts(live, 5)
    sku = licences.left(live.graph, "SPE_E3")
    licences.assign(live.graph, sku.sku_id, ids[:4])
    licences.assign(live.graph, sku.sku_id, ids)
    assert licences.left(live.graph, "SPE_E3").left == 0


def test_too_few_are_said_before_any_is_given(live: LiveTenant) -> None:
    ids = accounts(live, 6)
    sku = licences.left(live.graph, "SPE_E3")
    live.recorder.requests.clear()
    with pytest.raises(LicencesExhausted, match="6 licences are needed and the tenant has 5 left"):
        licences.assign(live.graph, sku.sku_id, ids)
    assert live.recorder.writes() == []


def test_licences_taken_meanwhile_are_said_for_what_they_are(
    live: LiveTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = accounts(live, 6)
    sku = licences.left(live.graph, "SPE_E3")
    check, seen = licences._check_left, []

    def late(pool: Sequence[licences.Sku], sku_id: str, needed: int) -> None:
        """The first count is from before somebody else took one."""
        seen.append(needed)
        if len(seen) > 1:
            check(pool, sku_id, needed)

    monkeypatch.setattr(licences, "_check_left", late)
    with pytest.raises(LicencesExhausted, match="1 licence is needed and the tenant has 0 left"):
        licences.assign(live.graph, sku.sku_id, ids)
    assert licences.left(live.graph, "SPE_E3").consumed == 5


def test_a_product_the_tenant_does_not_have_is_said_with_those_it_has(live: LiveTenant) -> None:
    with pytest.raises(LicencesExhausted, match="no SPE_E5 licence; it has: SPE_E3"):
        licences.left(live.graph, "SPE_E5")
