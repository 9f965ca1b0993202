"""A commune is hit again while its first crisis is in the tenant: neither touches the other."""

from tests.unit.kit.app.rehearsal import Rehearsal, seats_file

FIRST = "camille.exemple.aubagne@secours.example"
SECOND = "camille.exemple.aubagne-2026-02@secours.example"


def again(rehearsal: Rehearsal) -> Rehearsal:
    """The same station with another crisis of the same commune, for one of the same people."""
    people = (("Exemple", "Camille", "CCAS", False),)
    (rehearsal.home / "seats.csv").write_text(seats_file(people))
    second = Rehearsal(rehearsal.home, rehearsal.open_crisis(), people)
    second.typed("crisis", "plan", second.reference)
    second.prove_laptops()
    return second


def test_the_same_person_has_an_account_in_each_and_the_end_of_one_leaves_the_other(
    equipped: Rehearsal,
) -> None:
    first = equipped.tenant_objects()
    second = again(equipped)
    second.run_crisis(code=0)

    both = equipped.tenant_objects()
    assert set(both["users"]) == {*first["users"], SECOND}
    assert set(both) == {*first, "ccas.aubagne-2026-02", f"crise-aubagne-{second.reference}"}
    assert {name: both[name] for name in first if name != "users"} == {
        name: first[name] for name in first if name != "users"
    }
    # Both go on as if they were alone.
    equipped.run_crisis(code=0)
    second.run("tenant", "revoke", second.reference)
    enabled = equipped.accounts_enabled()
    assert (enabled[FIRST], enabled[SECOND]) == (True, False)
