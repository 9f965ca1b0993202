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
#: The IMEI of the phone that takes a faulty one's place.
SPARE = "490154203237518"


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Both seats equipped; TEL-9 and SIM-9 on the shelf. The tests go on from one another."""
    rehearsal = Rehearsal.equipped(tmp_path_factory).copy(tmp_path_factory.mktemp("swapping") / "home")
    rehearsal.serve()
    assert rehearsal.tenant is not None
    rehearsal.tenant.enrol_phone(imei=SPARE, serial="SNT9", model="Modèle")
    rehearsal.use_tenant(patience=1)
    stock_up(rehearsal)
    yield rehearsal
    rehearsal.end()


def stock_up(rehearsal: Rehearsal) -> None:
    """A phone and a SIM more."""
    more = rehearsal.home / "more.csv"
    more.write_text(
        "tag;kind;serial;imei;iccid;number\n"
        f"TEL-9;phone;SNT9;{SPARE};;\nSIM-9;sim;;;8933150319000000006;+33600000099\n"
    )
    rehearsal.typed("pool", "import", str(more))


def plan(rehearsal: Rehearsal) -> dict[int, Any]:
    app = App.open(rehearsal.home)
    with app.database.read() as session:
        seats = {seat.number: seat for seat in planning.kept(session, rehearsal.reference).seats}
    app.database.dispose()
    return seats


def state(rehearsal: Rehearsal, tag: str) -> str:
    return str(json.loads(rehearsal.typed("pool", "show", tag, "--json"))["state"])


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
    equipped.typed("swap", equipped.reference, *typed, *WHY, code=code)
    assert (equipped.held(), plan(equipped)) == (held, seats)


def test_a_phone_and_a_sim_are_swapped_and_account_and_the_other_seat_stay(equipped: Rehearsal) -> None:
    before, users = plan(equipped), equipped.tenant_objects()["users"]
    equipped.typed("handover", "seat", equipped.reference, "1", "TEL-1", *BADGE)
    # Nobody has looked at the shelf: what is not known to be deployable is taken only by its name.
    unready = equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, code=6)
    assert "kit pool readiness" in unready.stderr
    equipped.typed("pool", "check", "TEL-9", "--battery", "90")
    swapped = json.loads(equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, "--json").stdout)
    assert (swapped["replacement"], swapped["new"], swapped["sheet"]["fault"]) == ("TEL-9", True, "")
    again = json.loads(equipped.run("swap", equipped.reference, "1", "TEL-1", *WHY, "--json").stdout)
    assert (again["replacement"], again["new"]) == ("TEL-9", False)
    assert [state(equipped, tag) for tag in ("TEL-1", "TEL-9", "SIM-1")] == ["quarantined", "ready", "ready"]
    seen = json.loads(equipped.typed("phone", "status", "TEL-9", "--json"))
    assert seen["people"] == ["camille.exemple.aubagne@secours.example"]

    equipped.run("swap", equipped.reference, "1", "SIM-1", "SIM-9", *WHY)
    after = plan(equipped)
    assert (after[1].phone.tag, after[1].phone.sim_tag) == ("TEL-9", "SIM-9")
    assert (after[1].account, after[1].laptop, after[2]) == (before[1].account, before[1].laptop, before[2])
    assert equipped.tenant_objects()["users"] == users
    handed = equipped.typed("handover", "seat", equipped.reference, "1", "TEL-9", "SIM-9", *BADGE)
    assert f"{equipped.reference}-S1-3" in handed
    # It came back by the swap, which says why.
    status = equipped.typed("return", "status", equipped.reference, "--json")
    assert json.loads(status)["differences"] == []


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


def test_before_there_are_accounts_a_phone_is_swapped_and_that_nobody_is_its_user_is_told(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.prove_laptops()
    rehearsal.use_tenant(patience=0)
    # Nobody answers: phones and SIMs get ready, the tenant's part does not begin.
    rehearsal.run_crisis(code=8)
    stock_up(rehearsal)
    swapped = rehearsal.run("swap", rehearsal.reference, "1", "TEL-1", "TEL-9", *WHY, code=11)
    assert "no account yet: TEL-9" in swapped.stderr
    assert f"kit crisis run {rehearsal.reference}" in swapped.stderr
    assert (state(rehearsal, "TEL-9"), plan(rehearsal)[1].phone.tag) == ("ready", "TEL-9")
