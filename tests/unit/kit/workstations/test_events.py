"""Reading of ansible-runner's events, on recorded runs."""

import json
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.workstations.events import LINES_KEPT, Summary, TaskEvent, TaskStatus, fold, task_event

RECORDED = Path(__file__).parents[3] / "data" / "ansible_events"


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDED / f"{name}.jsonl").read_text().splitlines()]


def summary_of(name: str) -> Summary:
    return reduce(fold, recorded(name), Summary())


def test_a_run_that_went_well_gives_its_report_and_how_much_changed() -> None:
    summary = summary_of("provisioned")
    assert summary.failure is None
    assert summary.report is not None
    assert summary.report["clean"] is True
    assert len(summary.changed) == 3
    assert summary.over


def test_every_task_is_told_when_it_starts_and_when_it_ends() -> None:
    told = [event for raw in recorded("provisioned") if (event := task_event(raw))]
    started = [event.task for event in told if event.status is TaskStatus.STARTED]
    ended = [event.task for event in told if event.status is not TaskStatus.STARTED]
    assert started == ended
    assert "firewall : Load the rules and look at what is loaded" in ended
    assert {event.host for event in told} == {"ltws01"}


def test_a_failed_task_is_named_with_what_the_module_said() -> None:
    failure = summary_of("task_failed").failure
    assert failure is not None
    assert failure.status is TaskStatus.FAILED
    assert failure.task == "firewall : Write the rules, and let nft check them"
    assert "Prefix length 33 is invalid" in failure.message


def test_a_laptop_out_of_reach_is_told_in_the_words_of_ssh() -> None:
    failure = summary_of("unreachable").failure
    assert failure == TaskEvent(
        task="Look at the laptop",
        status=TaskStatus.UNREACHABLE,
        host="ltws01",
        message="ssh: connect to host 10.79.0.99 port 22: No route to host",
    )


def test_what_ansible_says_before_any_task_is_kept() -> None:
    summary = summary_of("no_playbook")
    assert summary.failure is None
    assert "could not be found" in summary.lines[-1]


def test_a_task_whose_failure_is_ignored_does_not_end_the_run() -> None:
    raw = {
        "event": "runner_on_failed",
        "event_data": {"task": "Try", "host": "a", "res": {"msg": "no"}, "ignore_errors": True},
    }
    assert fold(Summary(), raw).failure is None


@pytest.mark.parametrize("kind", ["playbook_on_start", "runner_item_on_ok", "EOF", ""])
def test_other_events_are_not_task_events(kind: str) -> None:
    assert task_event({"event": kind}) is None


@given(st.lists(st.text(max_size=20), max_size=30))
def test_only_the_last_lines_are_kept(lines: list[str]) -> None:
    events = [{"event": "verbose", "stdout": line} for line in lines]
    kept = reduce(fold, events, Summary()).lines
    assert list(kept) == [line.strip() for line in lines if line.strip()][-LINES_KEPT:]
