"""What a page tells of a laptop, from reports of every shape; only what passed in every respect is clean."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import examinations
from inventory.journal import canonical
from kit.documents import report_shape
from kit.documents.clean_state_wording import page
from kit.documents.cutting import Several
from kit.documents.laptop_state import Probes
from tests.unit.kit.documents.reports import MODIFIED, SOCKETS, failing, old_report, report, state

PLAYBOOKS = Path(__file__).parents[4] / "playbooks"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in texts(inner))
    elif isinstance(value, list | tuple):
        yield from (text for inner in value for text in texts(inner))


def test_todays_report_is_read_whole() -> None:
    found = state(report())
    assert found.clean
    assert len(found.checks) == 20
    assert found.finished_at == datetime.fromisoformat("2026-11-21T07:05:52+00:00")
    assert found.finished_at.utcoffset() == timedelta(hours=1)
    assert found.people.accounts == Several(("root", "provision", "cexemple1", "depannage"))
    assert found.people.passwords == Several(("cexemple1", "depannage"))
    assert found.network.firewall.policies == Several(("input drop", "forward drop", "output drop"))
    assert found.network.firewall.rules == 27
    assert found.network.resolvers == Several(("192.0.2.53", "192.0.2.54"))
    assert found.software.packages == 1432
    assert found.machine.tpm == "2"
    assert found.machine.synchronised is True


def test_a_report_of_an_older_shape_tells_what_it_has() -> None:
    found = state(old_report())
    assert found.clean
    assert found.host_name == "plan-01"
    assert found.network.resolvers == Several(("10.255.255.53",))
    assert found.network.probes is None
    assert found.people.directory is None
    assert found.machine.encryption == ""
    assert found.machine.tpm is None


def test_a_report_of_windows_tells_its_profiles() -> None:
    found = state(report("windows"))
    assert found.clean
    assert found.drill
    assert found.network.firewall.policies == Several(("Domain Block/Block", "Public Block/Block"))
    assert found.network.listening == Several(("tcp/22 0.0.0.0", "tcp/135 ::"))
    assert found.software.packages is None


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        None,
        "clean",
        report(clean=None),
        report(clean=1),
        report(clean="true"),
        report(checks=[]),
        report(checks={"name": "firewall", "passed": True}),
        report(checks=[*report()["checks"], "firewall"]),
        report(checks=[*report()["checks"], {"name": "new", "passed": 1}]),
        report(checks=[*report()["checks"], {"name": "new"}]),
        report(checks=[{"name": str(n), "passed": n < 39} for n in range(40)]),
        report(tag="LAP-02"),
        failing({"firewall": "off"}),
    ],
)
def test_what_is_not_proven_is_not_clean(told: object) -> None:
    assert not state(told).clean


def test_a_laptop_is_the_one_that_its_report_names_in_any_case() -> None:
    assert state(report(tag="lap-01")).clean


def test_of_two_checks_with_one_name_the_failed_one_judges() -> None:
    told = report(checks=[{"name": "firewall", "passed": passed} for passed in (False, True, True)])
    rows = [row for _title, rows in page(state(told), "en")["sections"] for row in rows]
    assert [row["passed"] for row in rows if row["label"] == "Firewall as loaded"] == [False]


@given(JSON)
def test_anything_can_be_read_and_nothing_of_it_is_clean(told: Any) -> None:
    assert not state(told).clean


@given(st.sampled_from(sorted(report_shape.Report.model_fields)), JSON)
def test_a_part_that_is_anything_leaves_the_others_readable_and_the_page_bounded(
    name: str, told: Any
) -> None:
    found = state(report(**{name: told}))
    assert found.laptop.tag == "LAP-01"
    assert max(map(len, texts(asdict(found)))) <= 140
    assert max(map(len, texts(page(found, "fr")))) <= 400


def test_lists_are_cut_with_the_number_of_what_is_left_out() -> None:
    found = state(report(packages={"modified": MODIFIED}, listening=SOCKETS))
    for cut, whole in ((found.software.modified, 60), (found.network.listening, 40)):
        assert cut is not None
        assert len(cut.shown) >= 4
        assert len(cut.shown) + cut.more == whole


def test_sockets_that_can_be_reached_from_outside_come_before_local_ones() -> None:
    local = [{"protocol": "udp", "address": address, "port": 53} for address in ("127.0.0.53", "::1")]
    found = state(report(listening=[*local * 20, *SOCKETS[:1]]))
    assert found.network.listening is not None
    assert found.network.listening.shown[0] == "tcp/1000 192.0.2.7 service-0"


def test_probes_stand_by_what_came_of_them() -> None:
    def told(must: bool | None, result: str, passed: bool) -> dict[str, Any]:
        return {"address": "a", "port": 1, "must_reach": must, "result": result, "passed": passed}

    probes = [
        told(True, "open", True),
        told(None, "open", True),
        told(False, "closed", True),
        told(None, "closed", True),
        told(True, "closed", False),
        told(False, "refused", False),
        "unreadable",
    ]
    assert state(report(probes=probes)).network.probes == Probes(
        reached=Several(("a:1", "a:1")),
        blocked=Several(("a:1", "a:1")),
        wrong=Several(("a:1 closed", "a:1 refused"), 1),
    )


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-11-21T07:05:51", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 7],
)
def test_a_clock_that_makes_no_sense_is_not_told(text: object) -> None:
    assert state(report(finished_at=text)).finished_at is None


def test_the_hash_is_that_of_the_file_and_of_the_journal() -> None:
    told = report()
    assert state(told).report_sha256 == hashlib.sha256(canonical(told)).hexdigest()
    assert state(told).report_sha256 == examinations.fingerprint(told)


def test_every_part_that_is_read_is_one_that_laptops_tell() -> None:
    sources = [*PLAYBOOKS.glob("library/*clean_state.*"), *PLAYBOOKS.glob("module_utils/*.py")]
    sources += PLAYBOOKS.glob("roles/report/tasks/*.yml")
    told = set(re.findall(r"\w+", " ".join(source.read_text(encoding="utf-8") for source in sources)))
    shapes = [shape for shape in vars(report_shape).values() if isinstance(shape, type)]
    read = {name for shape in shapes if issubclass(shape, report_shape.Part) for name in shape.model_fields}
    assert len(read) > 40
    assert read <= told
