"""The variance report, read back from its PDF."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pypdf
import pytest

from inventory import issued
from inventory.devices import DeviceKind, DeviceState
from inventory.stocktakes.comparison import Condition, Discrepancy
from inventory.stocktakes.decisions import ALLOWED
from kit.documents.characters import legible
from kit.documents.handover_text import WIDTH
from kit.documents.kinds import KINDS
from kit.documents.stocktake import KIND, CountedKind, DecidedVariance, StocktakeFacts, read

PARIS = timezone(timedelta(hours=1))
AT = datetime(2026, 1, 15, 14, 5, tzinfo=PARIS)
DIGEST = "ab" * 32


def variance(number: int = 1, **changes: Any) -> DecidedVariance:
    made = DecidedVariance(
        subject=f"PC-{number:04}",
        kind="laptop",
        model="ThinkPad L14",
        state="in_stock",
        discrepancy="wrong_place",
        expected="Armoire A",
        found="Mairie annexe",
        owner="Sacha Modèle",
        choice="accept",
        reason="prêté pour la journée",
        until=None,
        decided_by="camille@poste",
        decided_at=AT,
    )
    return replace(made, **changes)


def sample(*variances: DecidedVariance, **changes: Any) -> StocktakeFacts:
    made = StocktakeFacts(
        reference="ST-2026-01",
        lender="Métropole d’essai",
        issued_at=AT + timedelta(hours=2),
        scope="Armoire A",
        commune=False,
        state="",
        owner="Camille Exemple",
        opened_at=AT,
        opened_by="camille@poste",
        closed_at=AT + timedelta(hours=2),
        closed_by="sacha@poste",
        expected=40,
        seen=37,
        sightings=44,
        sha256=DIGEST,
        counted=(CountedKind("laptop", "Armoire A", 30, 28, 0), CountedKind("phone", "", 10, 9, 1)),
        variances=variances,
    )
    return replace(made, **changes)


def render(facts: StocktakeFacts, language: str = "fr") -> bytes:
    return KINDS[KIND].render(facts, language)


def pages(document: bytes) -> list[str]:
    read = pypdf.PdfReader(io.BytesIO(document)).pages
    return [re.sub(r"[\s\u200b]+", "", unicodedata.normalize("NFKC", page.extract_text())) for page in read]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_can_be_read_back(language: str) -> None:
    one = variance()
    (page,) = pages(render(sample(one), language))
    told = [one.subject, one.model, one.expected, one.found, one.owner, one.reason, one.decided_by]
    general = ["ST-2026-01", "Métropole d’essai", "Camille Exemple", "camille@poste", "sacha@poste", DIGEST]
    for fact in [*told, *general, "44", "40", "37"]:
        assert squeezed(fact) in page
    assert "ArmoireA302820" in page
    assert "10911" in page


def test_each_kind_of_discrepancy_and_decision_has_its_words() -> None:
    pairs = [(about, choice) for about in Discrepancy for choice in ALLOWED[about]]
    rows = [
        variance(number, discrepancy=about.value, choice=choice.value, found="good")
        for number, (about, choice) in enumerate(pairs)
    ]
    text = "".join(pages(render(sample(*rows), "en")))
    for words in ("Seenatseveralplaces", "Saysitisanother", "UnknownCode", "Foundagain,inquarantine"):
        assert words.lower() in text.lower()


def test_every_kind_state_and_condition_has_its_words() -> None:
    rows = [
        variance(kind=kind.value, state=state.value) for kind, state in product(DeviceKind, DeviceState)
    ] + [variance(discrepancy="wrong_condition", found=one.value) for one in Condition]
    text = "".join(pages(render(sample(*rows, state="broken"), "en")))
    assert "inquarantine" in text
    assert "in_stock" not in text


def test_a_search_says_until_when() -> None:
    row = variance(choice="search", until=date(2026, 2, 3))
    assert "2026-02-03" in pages(render(sample(row), "en"))[0]


def test_every_page_has_its_number_the_reference_and_the_hash_of_the_result() -> None:
    read = pages(render(sample(*(variance(number) for number in range(40)))))
    assert len(read) > 2
    for position, page in enumerate(read, start=1):
        assert f"{position}/{len(read)}" in page
        assert "ST-2026-01" in page
        assert DIGEST in page


def test_nothing_differs_is_said_and_both_still_sign() -> None:
    (page,) = pages(render(sample(), "en"))
    assert "None:everythingthatwasexpected" in page
    assert page.count("Nameandposition") == 2


def test_equal_facts_give_equal_bytes() -> None:
    assert render(sample(variance())) == render(sample(variance()))


def test_hostile_texts_are_printed_as_text() -> None:
    hostile = '#panic() $x$ "\\ 🙂 <b>'
    row = variance(subject="X" * 64, model=hostile, found=hostile, reason=hostile, expected=hostile)
    text = "".join(pages(render(sample(row, scope=hostile, owner=hostile))))
    assert text.count(squeezed(legible(hostile))) == 6
    assert "X" * 64 in text


def result(**changes: Any) -> dict[str, Any]:
    """What the book freezes of the sample."""
    row = {name: getattr(variance(), name) for name in DecidedVariance.__dataclass_fields__}
    same = (
        "reference",
        "lender",
        "state",
        "owner",
        "opened_by",
        "closed_by",
        "expected",
        "seen",
        "sightings",
    )
    kept = {name: getattr(sample(), name) for name in same}
    return {
        **kept,
        "place": "Armoire A",
        "commune": None,
        "commune_name": "",
        "zone": "Europe/Paris",
        "opened_at": "2026-01-15T13:05:00+00:00",
        "closed_at": "2026-01-15T15:05:00+00:00",
        "tallies": [vars(one) for one in sample().counted],
        "discrepancies": [row | {"until": "", "decided_at": "2026-01-15T13:05:00+00:00"}],
    } | changes


def test_facts_are_those_of_the_result_with_its_own_hash() -> None:
    made = read(result())
    assert made == sample(variance(), sha256=issued.fingerprint(result()))
    assert made.fingerprint == made.sha256
    of_commune = read(result(commune="13005", commune_name="Aubagne", place=""))
    assert (of_commune.scope, of_commune.commune) == ("Aubagne", True)


def test_a_result_that_was_frozen_without_the_communes_name_has_its_code() -> None:
    older = result(commune="13005", place="")
    del older["commune_name"]
    assert read(older).scope == "13005"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_plain_text_says_what_the_paper_says(language: str) -> None:
    one = variance(choice="search", until=date(2026, 2, 3))
    text = KINDS[KIND].as_text(sample(one), language)
    for fact in (one.subject, one.model, one.expected, one.found, one.owner, one.reason, one.decided_by):
        assert squeezed(fact) in squeezed(text)
    assert DIGEST in text
    assert max(map(len, text.splitlines())) <= WIDTH
