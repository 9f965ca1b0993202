"""Two communes at once: nobody of the one can read what the other writes."""

from datetime import timedelta

from inventory.times import utc_now
from tests.unit.kit.app.rehearsal import Rehearsal, seats_file


def test_people_of_one_commune_cannot_read_the_others_site(rehearsal: Rehearsal) -> None:
    (rehearsal.home / "seats.csv").write_text(seats_file([("Modèle", "Claude", "CCAS", False)]))
    notified = str((utc_now() - timedelta(days=30)).date())
    rehearsal.run("convention", "add", "13041", "--template", "amp_cyber", "--notified", notified)
    other = rehearsal.open_crisis("13041")
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    for reference in (rehearsal.reference, other):
        rehearsal.run("crisis", "run", reference, code=10)
    assert rehearsal.tenant is not None
    seen = rehearsal.tenant.readers()
    first = {"camille.exemple.aubagne@secours.example", "dominique.essai.aubagne@secours.example"}
    second = {"claude.modele.gardanne@secours.example"}
    assert len(seen) == 4
    assert all(people in (first, {max(first)}) for name, people in seen.items() if "aubagne" in name), seen
    assert all(people == second for name, people in seen.items() if "gardanne" in name), seen
