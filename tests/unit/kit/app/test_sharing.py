"""A crisis that is granted less than it asks for, run to its end, and run again once more is granted."""

from kit.app.sharing import waits_in_words
from tests.unit.kit.app.rehearsal import Rehearsal

CAMILLE, DOMINIQUE = "camille.exemple.aubagne@secours.example", "dominique.essai.aubagne@secours.example"


def grant(rehearsal: Rehearsal, count: int, kind: str = "laptop") -> None:
    rehearsal.run(
        *("pool", "grant", rehearsal.reference, str(count), "--kind", kind),
        *("--by", "Camille Exemple", "--reason", "few left"),
    )
    rehearsal.run("crisis", "plan", rehearsal.reference)


def test_who_waits_is_equipped_by_a_later_larger_decision_and_the_others_keep_what_they_hold(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    grant(rehearsal, 1)
    grant(rehearsal, 0, "phone")
    rehearsal.prove_laptops()
    ended = rehearsal.run("crisis", "run", rehearsal.reference, code=11)
    assert "All that was planned works" in ended.stderr
    assert "Seat 2 waits by decision. Seat 1 gets no phone by decision." in ended.stderr
    few = rehearsal.run_crisis(code=11)
    assert [seat["ready_at"] is not None for seat in few["seats"]] == [True, False]
    assert (few["waiting"], few["without_phone"], few["failures"]) == ([2], [1], [])
    assert rehearsal.tenant_objects()["users"] == {CAMILLE: 1}
    assert rehearsal.held() == [("LAP-1", 1)]

    grant(rehearsal, 2)
    grant(rehearsal, 1, "phone")
    rehearsal.prove_laptops()
    everybody = rehearsal.run_crisis(code=0)
    assert everybody["seats"][0]["ready_at"] == few["seats"][0]["ready_at"]
    assert (everybody["waiting"], everybody["without_phone"]) == ([], [])
    assert rehearsal.tenant_objects()["users"] == {CAMILLE: 1, DOMINIQUE: 1}
    assert rehearsal.held() == [("LAP-1", 1), ("LAP-2", 2), ("SIM-1", 1), ("TEL-1", 1)]


def test_what_lacks_is_told_in_a_sentence_each() -> None:
    assert list(waits_in_words((), ())) == []
    assert list(waits_in_words((3, 4), (1,))) == [
        "Seats 3, 4 wait by decision.",
        "Seat 1 gets no phone by decision.",
    ]
