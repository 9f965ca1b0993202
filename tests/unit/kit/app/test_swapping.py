"""`kit swap` with its procedure: book, plan and preparation of one seat, and of no other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kit.app.compose import App
from kit.workflows import planning
from tests.unit.kit.app.rehearsal import Rehearsal

WHY = ("--reason", "no picture")
BADGE = ("--identity", "badge")


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Both seats equipped; TEL-9 and SIM-9 on the shelf. The tests go on from one another."""
    rehearsal = Rehearsal.prepared(tmp_path_factory).copy(tmp_path_factory.mktemp("swapping") / "home")
    rehearsal.prove_laptops()
    rehearsal.serve()
    assert rehearsal.tenant is not None
    rehearsal.tenant.enrol_phone(imei="490154203237518", serial="SNT9", model="Modèle")
    rehearsal.use_tenant(patience=1)
    rehearsal.run_crisis(code=0)
    more = rehearsal.home / "more.csv"
    more.write_text(
        "tag;kind;serial;imei;iccid;number\n"
        "TEL-9;phone;SNT9;490154203237518;;\nSIM-9;sim;;;8933150319000000006;+33600000099\n"
    )
    rehearsal.run("pool", "import", str(more))
    yield rehearsal
    rehearsal.end()


def plan(rehearsal: Rehearsal) -> dict[int, Any]:
    app = App.open(rehearsal.home)
    with app.database.read() as session:
        seats = {seat.number: seat for seat in planning.kept(session, rehearsal.reference).seats}
    app.database.dispose()
    return seats


def state(rehearsal: Rehearsal, tag: str) -> str:
    return str(json.loads(rehearsal.run("pool", "show", tag, "--json").stdout)["state"])


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("1", "LAP-2", "LAP-3"), 14),
        (("1", "LAP-3", "LAP-2"), 14),
        (("1", "LAP-1", "TEL-9"), 14),
        (("1", "LAP-1", "LAP-2"), 6),
        (("7", "LAP-1", "LAP-3"), 4),
        (("1", "NOPE"), 4),
    ],
)
def test_what_cannot_be_swapped_leaves_book_and_plan_alone(
    equipped: Rehearsal, typed: tuple[str, ...], code: int
) -> None:
    held, seats = equipped.held(), plan(equipped)
    equipped.run("swap", equipped.reference, *typed, *WHY, code=code)
    assert (equipped.held(), plan(equipped)) == (held, seats)


def test_a_phone_and_a_sim_are_swapped_and_account_and_the_other_seat_stay(equipped: Rehearsal) -> None:
    before, users = plan(equipped), equipped.tenant_objects()["users"]
    equipped.run("handover", "seat", equipped.reference, "1", "TEL-1", *BADGE)
    # Nobody has looked at the shelf: what is not known to be deployable is taken only by its name.
    unready = equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, code=6)
    assert "kit pool readiness" in unready.stderr
    equipped.run("pool", "check", "TEL-9", "--battery", "90")
    swapped = json.loads(equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, "--json").stdout)
    assert (swapped["replacement"], swapped["new"], swapped["sheet"]["fault"]) == ("TEL-9", True, "")
    again = json.loads(equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, "--json").stdout)
    assert (again["replacement"], again["new"]) == ("TEL-9", False)
    assert [state(equipped, tag) for tag in ("TEL-1", "TEL-9", "SIM-1")] == ["quarantined", "ready", "ready"]
    seen = json.loads(equipped.run("phone", "status", "TEL-9", "--json").stdout)
    assert seen["people"] == ["camille.exemple.aubagne@secours.example"]

    equipped.run("swap", equipped.reference, "1", "SIM-1", "SIM-9", *WHY)
    after = plan(equipped)
    assert (after[1].phone.tag, after[1].phone.sim_tag) == ("TEL-9", "SIM-9")
    assert (after[1].account, after[1].laptop, after[2]) == (before[1].account, before[1].laptop, before[2])
    assert equipped.tenant_objects()["users"] == users
    handed = equipped.run(
        "handover", "seat", equipped.reference, "1", "TEL-9", "SIM-9", "--identity", "badge"
    )
    assert f"{equipped.reference}-S1-3" in handed.stdout
    # It came back by the swap, which says why.
    status = equipped.run("return", "status", equipped.reference, "--json")
    assert json.loads(status.stdout)["differences"] == []


def test_a_laptop_that_cannot_be_prepared_is_gone_on_with_and_not_replaced_again(equipped: Rehearsal) -> None:
    swap = ("swap", equipped.reference, "1", "LAP-1")
    failed = equipped.run(*swap, "LAP-3", *WHY, code=10)
    assert "LAP-3" in failed.stderr
    assert plan(equipped)[1].laptop.tag == "LAP-3"
    assert plan(equipped)[1].laptop.host_name == "aubagne-01"
    held = equipped.held()
    assert "LAP-3" in equipped.run(*swap, *WHY, code=10).stderr
    assert equipped.held() == held
    assert ("LAP-3", 1) in held
    assert "replaced by LAP-3 already" in equipped.run(*swap, "LAP-2", *WHY, code=14).stderr
    lines = [line for line in equipped.journal() if line.kind == "device.swapped"]
    assert [line.subject for line in lines].count("device:LAP-1") == 1
