"""Runs of a crisis through the command line, against a real tenant; the laptops cannot be reached.

The engine runs in processes of its own, because one that was stopped keeps threads.
"""

import json
import signal
import subprocess
import time

import pytest

from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal

TENANT_STAGES = ("account", "licence", "mailbox")
HELD = [("LAP-1", 1), ("LAP-2", 2), ("SIM-1", 1), ("TEL-1", 1)]
CAMILLE, DOMINIQUE = "camille.exemple.aubagne@secours.example", "dominique.essai.aubagne@secours.example"


def test_laptops_that_cannot_be_reached_stop_nothing_else_and_a_second_run_writes_nothing(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.serve()
    rehearsal.use_tenant(patience=2)
    first = rehearsal.run_crisis(code=10)
    for seat, phone in zip(first["seats"], ("done", "skipped"), strict=True):
        done = dict.fromkeys(TENANT_STAGES, "done")
        assert seat["stages"] == {"laptop": "failed", "phone": phone, "managed": phone} | done
        assert seat["ready_at"] is None
    assert set(first["stages"].values()) == {"done"}
    assert [failure["kind"] for failure in first["failures"]] == ["workstation-unreachable"] * 2
    assert "LAP-1 at fe80::1 cannot be reached" in first["failures"][0]["message"]

    objects = rehearsal.tenant_objects()
    assert objects["users"] == {CAMILLE: 1, DOMINIQUE: 1}
    space = objects[f"crise-aubagne-{rehearsal.reference}"]
    assert space["members"] == [CAMILLE, DOMINIQUE]
    assert len(space["channels"]) > 1
    assert len(space["folders"]) > 1
    assert rehearsal.held() == HELD

    documents, lines = rehearsal.tenant_documents(), rehearsal.journal()
    second = rehearsal.run_crisis(code=10)
    assert second["proofs"] == first["proofs"]
    assert rehearsal.tenant_documents() == documents
    assert rehearsal.held() == HELD
    assert [line.kind for line in rehearsal.journal()[len(lines) :]] == ["run.started"]


def test_a_tenant_that_is_down_is_waited_for_and_the_next_run_goes_on(rehearsal: Rehearsal) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.hang_up()
    rehearsal.use_tenant(patience=1)
    ended = rehearsal.run("crisis", "run", rehearsal.reference, "--json", code=8)
    down = json.loads(ended.stdout)
    assert [(failure["stage"], failure["kind"]) for failure in down["failures"]] == [
        ("tenant", "tenant-unreachable")
    ]
    # What needs no tenant was done all the same.
    assert [seat["stages"]["laptop"] for seat in down["seats"]] == ["skipped", "skipped"]
    assert down["seats"][0]["stages"]["phone"] == "done"
    assert down["stages"]["sheet"] == "done"
    assert "→" in ended.stderr

    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    up = rehearsal.run_crisis(code=0)
    assert all(seat["ready_at"] for seat in up["seats"])
    assert up["failures"] == []
    assert up["last_seat_s"] >= up["first_seat_s"] > 0
    assert rehearsal.held() == HELD


def test_ctrl_c_ends_the_run_within_seconds_and_the_same_command_goes_on(rehearsal: Rehearsal) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve(latency=1.0)
    rehearsal.use_tenant(patience=60)
    process = rehearsal.start("crisis", "run", rehearsal.reference)
    wait_for_line(process, "Account: running")
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    # The request under way may end; nothing is sent after it.
    assert time.monotonic() - asked < 10
    assert f"go on with: kit crisis run {rehearsal.reference}" in err
    refused = rehearsal.run("crisis", "plan", rehearsal.reference, code=13)
    assert "unfinished" in refused.stderr

    rehearsal.hang_up()
    rehearsal.serve()
    assert rehearsal.run_crisis(code=0)["failures"] == []
    assert rehearsal.tenant_objects()["users"] == {CAMILLE: 1, DOMINIQUE: 1}
    # It was one run, interrupted.
    assert [line.kind for line in rehearsal.journal()].count("run.started") == 1


@pytest.mark.parametrize("gone", [("stdout",), ("stdout", "stderr")])
def test_a_run_whose_terminal_is_gone_ends_and_the_same_command_goes_on(
    rehearsal: Rehearsal, gone: tuple[str, ...]
) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve(latency=1.0)
    rehearsal.use_tenant(patience=60)
    process = rehearsal.start("crisis", "run", rehearsal.reference)
    wait_for_line(process, "Account: running")
    for stream in gone:
        getattr(process, stream).close()
    process.send_signal(signal.SIGTERM)
    process.wait(LIMIT)

    rehearsal.hang_up()
    rehearsal.serve()
    assert rehearsal.run_crisis(code=0)["failures"] == []


def test_a_worker_runs_what_is_submitted_and_the_station_has_one_engine(rehearsal: Rehearsal) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    worker = rehearsal.start("worker")
    wait_for_line(worker, "Ctrl-C stops it")
    assert "Another engine already runs" in rehearsal.run("worker", code=13).stderr
    assert rehearsal.run_crisis(code=0)["failures"] == []
    worker.send_signal(signal.SIGTERM)
    _out, err = worker.communicate(timeout=LIMIT)
    assert worker.returncode == 0
    assert "Stopped." in err


def test_a_run_that_fails_ends_though_another_crisis_is_unfinished(rehearsal: Rehearsal) -> None:
    rehearsal.serve()
    rehearsal.hang_up()
    rehearsal.use_tenant(patience=600)
    process = rehearsal.start("crisis", "run", rehearsal.reference)
    wait_for_line(process, "Tenant: waiting")
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 130

    # The engine goes on with the first while it runs the second, which has no patience.
    rehearsal.use_tenant(patience=0)
    (rehearsal.home / "seats.csv").write_text("nom,prénom,service,téléphone\nModèle,Zoé,CCAS,non\n")
    other = rehearsal.open_crisis()
    ended = rehearsal.run("crisis", "run", other, "--json", code=11)
    assert "0 of 1 seats work" in ended.stderr
    assert "unfinished" in rehearsal.run("crisis", "plan", rehearsal.reference, code=13).stderr


def wait_for_line(process: "subprocess.Popen[str]", words: str) -> None:
    """Until the process says something with these words."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            return
    raise AssertionError("".join(said))
