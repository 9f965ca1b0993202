"""`kit loss` and the register: what is done at once, what is told, what can be done again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.kit.app.rehearsal import Rehearsal

WHY = ("--told-by", "Camille Exemple", "--reason", "left on a train")


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Phone and SIM of the first seat in its person's hands; the tests go on from one another."""
    rehearsal = Rehearsal.prepared(tmp_path_factory).copy(tmp_path_factory.mktemp("losing") / "home")
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=1)
    rehearsal.run_crisis(code=0)
    rehearsal.run("handover", "seat", rehearsal.reference, "1", "TEL-1", "SIM-1", "--identity", "badge")
    rehearsal.run("sim", "insert", "SIM-1", "TEL-1")
    yield rehearsal
    rehearsal.end()


def lose(rehearsal: Rehearsal, *typed: str, code: int = 0) -> dict[str, Any]:
    dealt = rehearsal.run("loss", rehearsal.reference, *typed, *WHY, "--json", code=code)
    return dict(json.loads(dealt.stdout))


def entries(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    return list(json.loads(rehearsal.run("breach", "list", "--json").stdout))


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
    lent.run("loss", lent.reference, *typed, *WHY, code=code)
    assert entries(lent) == []
    assert json.loads(lent.run("pool", "show", "TEL-1", "--json").stdout)["state"] == "on_loan"


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
    # Once more is the same loss, and acts again.
    assert lose(lent, "TEL-1", "--lost", "--wipe")["state"] == "stolen"
    assert len(entries(lent)) == 1
    kinds = [line.kind for line in lent.journal() if line.subject == "device:TEL-1"]
    assert [kind for kind in kinds if kind.startswith(("phone.", "loss."))] == [
        *("phone.locked", "loss.handled", "phone.wipe-asked", "loss.handled")
    ]


def test_what_the_tenant_does_not_do_is_told_and_the_book_has_the_loss(lent: Rehearsal) -> None:
    lent.hang_up()
    lent.run("breach", "close", "V-1", "--reason", "it was found")
    dealt = lose(lent, "TEL-1", "--lost", code=8)
    assert [(part["done"], part["kind"]) for part in dealt["parts"]] == [
        *((False, "tenant-unreachable"), (False, "tenant-unreachable"), (False, ""))
    ]
    first, _closed = entries(lent)
    assert (first["entry"], first["measures"]) == ("V-2", None)
    lent.serve()
    assert [part["done"] for part in lose(lent, "TEL-1", "--lost")["parts"]] == [True, True, False]
