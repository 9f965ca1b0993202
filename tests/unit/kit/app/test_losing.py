"""`kit loss` and the register: what is done at once, what is told, what can be done again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from inventory import evidence
from kit.app.compose import App
from kit.app.losing import LOSS
from tests.unit.kit.app.rehearsal import Rehearsal

WHY = ("--told-by", "Camille Exemple", "--reason", "left on a train")


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Phone and SIM of the first seat in its person's hands; the tests go on from one another."""
    rehearsal = Rehearsal.equipped(tmp_path_factory).copy(tmp_path_factory.mktemp("losing") / "home")
    rehearsal.serve()
    rehearsal.use_tenant(patience=1)
    rehearsal.typed("handover", "seat", rehearsal.reference, "1", "TEL-1", "SIM-1", "--identity", "badge")
    rehearsal.typed("sim", "insert", "SIM-1", "TEL-1")
    yield rehearsal
    rehearsal.end()


def lose(rehearsal: Rehearsal, *typed: str, code: int = 0) -> dict[str, Any]:
    return dict(json.loads(rehearsal.typed("loss", rehearsal.reference, *typed, *WHY, "--json", code=code)))


def kept(rehearsal: Rehearsal) -> dict[str, Any]:
    """What was read back of the phone of the first seat."""
    app = App.open(rehearsal.home)
    with app.database.read() as session:
        proof = evidence.find(session, rehearsal.reference, LOSS, seat=1)
    app.database.dispose()
    return dict(proof.data["TEL-1"]) if proof else {}


def wipes(rehearsal: Rehearsal) -> int:
    """How often the tenant was asked to wipe a phone."""
    assert rehearsal.tenant is not None
    asked = rehearsal.tenant.requests().items()
    return sum(count for (_method, template, _status), count in asked if template.endswith("/wipe"))


def entries(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    return list(json.loads(rehearsal.typed("breach", "list", "--json")))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("LAP-3", "--lost"), 14),
        (("TEL-1",), 2),
        (("TEL-1", "--lost", "--stolen"), 2),
        (("TEL-1", "--lost", "--aware-at", "2036-01-01T00:00:00"), 14),
        (("TEL-1", "--lost", "--aware-at", "2016-01-01T00:00:00"), 14),
    ],
)
def test_what_is_no_loss_of_this_crisis_is_refused(
    lent: Rehearsal, typed: tuple[str, ...], code: int
) -> None:
    lent.typed("loss", lent.reference, *typed, *WHY, code=code)
    assert entries(lent) == []
    assert json.loads(lent.typed("pool", "show", "TEL-1", "--json"))["state"] == "on_loan"


def test_a_stolen_phone_is_locked_its_person_signed_out_and_the_clock_runs(lent: Rehearsal) -> None:
    dealt = lose(lent, "TEL-1", "--stolen")
    assert (dealt["state"], dealt["breach"], dealt["notifier"]) == ("stolen", "V-1", "commune")
    assert [(part["what"], part["done"]) for part in dealt["parts"]] == [
        ("sessions ended", True),
        ("phone locked from afar", True),
        ("SIM barred", False),
    ]
    (entry,) = entries(lent)
    assert 71.9 < entry["hours_left"] <= 72
    assert entry["measures"] == "sessions ended; phone locked from afar"
    read = kept(lent)
    assert (read["breach"], read["order"], read["order_state"]) == ("V-1", "remoteLock", "done")
    assert read["sessions_valid_from"] == dealt["parts"][0]["read"]["sessions_valid_from"]
    # Once more is the same loss, and does what is left.
    lent.hang_up()
    lent.serve(phone_delay=3600)
    told = [lose(lent, "TEL-1", "--lost", "--wipe", code=11) for _once_more in range(2)]
    assert {each["state"] for each in told} == {"stolen"}
    assert {(each["parts"][1]["done"], each["parts"][1]["kind"]) for each in told} == {(False, "incomplete")}
    assert (kept(lent)["order"], kept(lent)["order_state"], wipes(lent)) == ("factoryReset", "pending", 1)
    assert len(entries(lent)) == 1
    kinds = [line.kind for line in lent.journal() if line.subject == "device:TEL-1"]
    assert [kind for kind in kinds if kind.startswith(("phone.", "loss."))] == [
        *("phone.locked", "loss.handled", "phone.wipe-asked", "loss.handled", "loss.handled")
    ]


def test_what_the_tenant_does_not_do_is_told_and_the_book_has_the_loss(lent: Rehearsal) -> None:
    lent.hang_up()
    lent.typed("breach", "close", "V-1", "--reason", "it was found")
    dealt = lose(lent, "TEL-1", "--lost", code=8)
    assert [(part["done"], part["kind"]) for part in dealt["parts"]] == [
        *((False, "tenant-unreachable"), (False, "tenant-unreachable"), (False, ""))
    ]
    first, _closed = entries(lent)
    assert (first["entry"], first["measures"]) == ("V-2", None)
    lent.serve()
    assert [part["done"] for part in lose(lent, "TEL-1", "--lost")["parts"]] == [True, True, False]
