"""The program's own sizing rules beside real attacks; a team's own, refused where they cannot be used."""

import json
import re
from pathlib import Path

import pytest

from inventory.importing.seats import MAX_SEATS
from kit.app import terms
from kit.app.sizing_rules import RULES, rules
from kit.errors import BadInput
from kit.plan import names
from kit.plan.sizing import propose
from kit.settings import Settings, TeamSettings

ANCHORS = Path(__file__).parents[5] / "shared" / "data" / "attack-anchors.json"
OWN = RULES.read_text(encoding="utf-8")


def settings(file: Path | None) -> Settings:
    return Settings(team=TeamSettings(sizing=file))


def seats(population: int) -> int:
    return sum(each.seats for each in propose(population, rules(settings(None)), laptops=MAX_SEATS))


def counted(text: str, pattern: str) -> int:
    """The number before a word, e.g. of “3 000 PCs”."""
    found = re.search(rf"(\d[\d ]*) {pattern}", text)
    assert found is not None, text
    return int(found[1].replace(" ", ""))


@pytest.mark.skipif(
    not ANCHORS.exists(), reason=f"the attacks are not here: {ANCHORS.name} beside the repository"
)
@pytest.mark.parametrize(("who", "workstations"), [("Angers", "workstations"), ("Grand Cognac", "PCs back")])
def test_the_proposal_is_in_the_order_of_what_attacked_communes_had_in_the_first_days(
    who: str, workstations: str
) -> None:
    attacks = json.loads(ANCHORS.read_text(encoding="utf-8"))
    attack = next(each for each in attacks if each["who"].startswith(who))
    # The one commune of which both are told says how many inhabitants a number of PCs stands for.
    houilles = next(each for each in attacks if each["who"].startswith("Houilles"))
    inhabitants = counted(houilles["who"], "inh") / counted(houilles["size"], "PCs")
    population = round(counted(attack["size"], "PCs") * inhabitants)
    had = counted(attack["timeline"], workstations)
    assert had / 2 <= seats(population) <= had * 2


@pytest.mark.parametrize(
    ("population", "least", "most"),
    [(126, 1, 3), (868, 2, 6), (6_600, 8, 16), (47_500, 20, 35), (886_000, 50, 100)],
)
def test_the_proposal_fits_villages_and_cities(population: int, least: int, most: int) -> None:
    assert least <= seats(population) <= most


def test_services_that_share_a_mailbox_are_called_as_the_workspace_calls_them() -> None:
    shared = {names.slug(service) for service in terms.terms(Settings()).shared_mailboxes}
    assert shared <= {names.slug(rule.service) for rule in rules(settings(None))}


def test_every_rule_says_why_and_where_it_comes_from() -> None:
    assert all(rule.why and rule.source for rule in rules(settings(None)))
    assert [rule.service for rule in rules(settings(None)) if rule.when_due] == ["Élections"]


def test_a_teams_own_rules_replace_them(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN.replace('name = "CCAS"', 'name = "Aide sociale"'), "utf-8")
    assert "Aide sociale" in {rule.service for rule in rules(settings(own))}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("minimum = 2", "minimum = -2", "minimum"),
        ("minimum = 2", "minimum = 9", "the maximum is below the minimum"),
        ("minimum = 2", "least = 2", "least"),
        ("inhabitants_per_seat = 20000", "inhabitants_per_seat = 0", "inhabitants_per_seat"),
        ("seats_per_phone = 1", "seats_per_phone = 0", "seats_per_phone"),
        ('name = "CCAS"', 'name = "=CCAS"', "name"),
        ('name = "CCAS"', 'name = "Etat-civil"', "Etat-civil: names État civil too"),
        ('"Action sociale"', '"mairie"', "mairie: names Direction générale too"),
        ("maximum = 8", "maximum = 450", "all maxima together are more than 500 seats"),
        ("[[services]]", "[services", "sizing rules"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_with_what_is_wrong(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    own = tmp_path / "own.toml"
    assert before in OWN
    own.write_text(OWN.replace(before, after, 1), "utf-8")
    with pytest.raises(BadInput, match=r"own\.toml") as refused:
        rules(settings(own))
    assert told in refused.value.message
    assert "team.sizing" in refused.value.hint


def test_rules_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        rules(settings(tmp_path / "none.toml"))
