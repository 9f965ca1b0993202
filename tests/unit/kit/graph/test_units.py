"""Administrative units in the simulated tenant: one a crisis, ours, its members hidden from others."""

from dataclasses import replace

import pytest

from kit.graph import groups, units
from kit.graph.errors import OwnedByOthers
from kit.graph.units import UnitSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.test_groups import people
from tests.unit.kit.graph.test_groups import spec as group

SPEC = UnitSpec("L’Estaque d'en haut (13005-2026-01)", "13005-2026-01", "kit:13005-2026-01")


def members(live: LiveTenant, unit: str) -> set[str]:
    return {found["id"] for found in live.graph.pages(f"{units.UNITS}/{unit}/members")}


def test_a_unit_is_made_once_with_its_members_hidden(live: LiveTenant) -> None:
    unit = units.ensure_unit(live.graph, SPEC, deadline_s=30)
    found = live.graph.get(f"{units.UNITS}/{unit}")
    assert (found["displayName"], found["visibility"]) == (SPEC.display_name, "HiddenMembership")
    assert found["description"] == "13005-2026-01 [kit:13005-2026-01]"
    live.recorder.requests.clear()
    assert units.ensure_unit(live.graph, SPEC, deadline_s=30) == unit
    assert live.recorder.writes() == []


def test_accounts_and_groups_are_put_in_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    users = people(live, 23)
    ids = [*users, groups.ensure_group(live.graph, group(users))]
    unit = units.ensure_unit(live.graph, SPEC, deadline_s=30)
    units.ensure_unit_members(live.graph, unit, ids[:2], deadline_s=30)
    units.ensure_unit_members(live.graph, unit, ids, deadline_s=30)
    assert members(live, unit) == set(ids)
    live.recorder.requests.clear()
    units.ensure_unit_members(live.graph, unit, ids, deadline_s=30)
    assert live.recorder.writes() == []


def test_a_unit_of_somebody_else_is_left_alone(live: LiveTenant) -> None:
    units.ensure_unit(live.graph, replace(SPEC, mark="kit:13001-2026-07"), deadline_s=30)
    live.recorder.requests.clear()
    with pytest.raises(OwnedByOthers, match="Estaque"):
        units.ensure_unit(live.graph, SPEC, deadline_s=30)
    assert live.recorder.writes() == []
