"""Scenarios: what is read, what is refused and where it says so, which requests a fault selects."""

from pathlib import Path

import pytest

from kit.errors import BadInput
from kit.simulator.tenant.scenario import (
    Fault,
    Kind,
    Scenario,
    parse_duration,
    parse_scenario,
    read_scenario,
)

TOML = """
seed = 7

[[fault]]
kind = "throttle"
share = 0.25
workload = "outlook"
retry_after = 2

[[fault]]
kind = "drop"
carried_out = true
method = "POST"
path = "/users*"
start = 10
lasts = 5.5
count = 3
"""


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "storm.toml"
    file.write_text(TOML)
    scenario = read_scenario(file)
    throttle, drop = scenario.fault
    assert (scenario.seed, throttle.kind, throttle.share, throttle.retry_after) == (7, Kind.THROTTLE, 0.25, 2)
    assert (drop.carried_out, drop.path, drop.start, drop.lasts, drop.count) == (True, "/users*", 10, 5.5, 3)
    assert parse_scenario(scenario.model_dump_json(exclude_unset=True), source="JSON") == scenario


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[fault]]\nkind = "flood"', "fault.0.kind"),
        ('[[fault]]\nkind = "slow"\n[[fault]]\nkind = "throttle"\nshare = 1.5', "fault.1.share"),
        ('[[fault]]\nkind = "throttle"\nretry_after = "2"', "fault.0.retry_after"),
        ('[[fault]]\nkind = "throttle"\ncount = 0', "fault.0.count"),
        ('[[fault]]\nkind = "throttle"\nmethod = "get"', "fault.0.method"),
        ('[[fault]]\nkind = "throttle"\npath = "users"', "fault.0.path"),
        ('[[fault]]\nkind = "throttle"\nstart = 2026-11-21', "fault.0.start"),
        ('[[fault]]\nkind = "outage"\nretry_after = 2', "'retry_after' is for throttle and unavailable only"),
        ('[[fault]]\nkind = "half"\ncarried_out = false', "'carried_out' is for drop only"),
        ('[[fault]]\nkind = "stale"\nworkload = "identity"', "means nothing for token requests"),
        ("[[faults]]\n", "faults: Extra inputs"),
        ("seed = ", "is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "storm.toml"
    file.write_text(text)
    with pytest.raises(BadInput, match=r"storm\.toml") as refused:
        read_scenario(file)
    assert told in refused.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml cannot be read"):
        read_scenario(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "seconds"), [("80ms", 0.08), ("2s", 2.0), ("1.5m", 90.0), (" 0s ", 0.0), ("0.25s", 0.25)]
)
def test_a_duration_is_read_with_its_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "2", "s", "-1s", "2 s", "2h", "1e3s", "٣s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("criteria", "selected"),
    [
        ({}, True),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"workload": "directory"}, True),
        ({"workload": "identity"}, False),
        ({"path": "/users/{user-id}"}, True),
        ({"path": "/USERS/camille*"}, True),
        ({"path": "/users/*"}, True),
        ({"path": "*"}, True),
        ({"path": "/users"}, False),
        ({"path": "/groups/*"}, False),
        ({"path": "/users/*", "method": "PATCH"}, False),
    ],
)
def test_a_fault_selects_by_method_workload_and_path(criteria: dict[str, str], selected: bool) -> None:
    fault = fault_of(kind="throttle", **criteria)
    assert fault.selects("GET", "/users/camille@x.example", "/users/{user-id}", "directory") is selected


@pytest.mark.parametrize(
    ("kind", "path", "selected"),
    [
        ("throttle", None, False),
        ("throttle", "/$batch", True),
        ("expire", None, True),
        ("drop", None, True),
        ("slow", "/$batch", True),
    ],
)
def test_a_refusal_befalls_a_whole_batch_only_where_the_path_names_it(
    kind: str, path: str | None, selected: bool
) -> None:
    fault = fault_of(kind=kind, **({"path": path} if path else {}))
    assert fault.selects("POST", "/$batch", "/$batch", None) is selected


def fault_of(**fields: str) -> Fault:
    """A fault as a file has it."""
    written = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    return parse_scenario(f'{{"fault": [{{{written}}}]}}', source="test").fault[0]


def test_an_empty_scenario_has_no_fault() -> None:
    assert parse_scenario("{}", source="test") == Scenario()
