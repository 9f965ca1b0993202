"""People who come after the first run: they are equipped like the others, who keep what they have."""

import json
from typing import Any

from tests.unit.kit.app.rehearsal import Rehearsal, seats_file

HELD = [("LAP-1", 1), ("LAP-2", 2), ("SIM-1", 1), ("TEL-1", 1)]
CAMILLE, DOMINIQUE = "camille.exemple.aubagne@secours.example", "dominique.essai.aubagne@secours.example"
#: Another person of the same name, in another service.
NAMESAKE = "camille.exemple.aubagne2@secours.example"


def add(rehearsal: Rehearsal, *, code: int = 0) -> Any:
    file = rehearsal.home / "more.csv"
    file.write_text(seats_file([("Exemple", "Camille", "CCAS", False)]))
    said = ("--seats", str(file), "--validated-by", "Dominique Essai", "--json")
    return json.loads(rehearsal.run("crisis", "add-seats", rehearsal.reference, *said, code=code).stdout)


def test_added_people_are_equipped_by_the_next_plan_and_run_and_the_others_keep_everything(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    first = rehearsal.run_crisis(code=0)
    before = json.loads(rehearsal.run("crisis", "plan", rehearsal.reference, "--json").stdout)

    assert add(rehearsal) == {"crisis": rehearsal.reference, "added": [3]}
    after = json.loads(rehearsal.run("crisis", "plan", rehearsal.reference, "--json").stdout)
    assert after["seats"][:2] == before["seats"]
    assert after["seats"][2]["account"]["principal_name"] == NAMESAKE
    rehearsal.prove_laptops()
    second = rehearsal.run_crisis(code=0)
    assert [seat["ready_at"] for seat in second["seats"][:2]] == [seat["ready_at"] for seat in first["seats"]]
    assert rehearsal.held() == sorted([*HELD, ("LAP-3", 3)])
    objects = rehearsal.tenant_objects()
    assert objects["users"] == {CAMILLE: 1, NAMESAKE: 1, DOMINIQUE: 1}
    assert objects[f"crise-aubagne-{rehearsal.reference}"]["members"] == sorted(
        [CAMILLE, NAMESAKE, DOMINIQUE]
    )
    assert objects["ccas.aubagne"]["members"] == sorted([NAMESAKE, DOMINIQUE])

    rehearsal.run("tenant", "revoke", rehearsal.reference)
    assert add(rehearsal, code=14)["error"]["kind"] == "conflict"


def test_nothing_is_added_to_a_closed_crisis_nor_decided_about_it(rehearsal: Rehearsal) -> None:
    rehearsal.run("crisis", "close", rehearsal.reference)
    assert "was closed" in add(rehearsal, code=14)["error"]["message"]
    decided = ("CCAS", "3", "--by", "Camille Exemple", "--reason", "cold spell")
    rehearsal.run("crisis", "resize", rehearsal.reference, *decided, code=14)
    shown = json.loads(rehearsal.run("crisis", "size", rehearsal.reference, "--json").stdout)
    assert shown["crisis"] == rehearsal.reference
    shown = json.loads(rehearsal.run("crisis", "size", "aubagne", "--json").stdout)
    assert shown["crisis"] is None
