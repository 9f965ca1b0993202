"""The page for mayor and prefect: nothing personal can get in, and it stays one page."""

import dataclasses
import io
import typing
from datetime import datetime

import pypdf
import pytest

from kit.documents import kinds
from kit.documents.situation import KindCount, SituationFacts
from tests.unit.kit.documents.papers_made import situation

#: Who lends, which commune, which crisis: none of them a person.
TEXTS = {"reference", "lender", "change", "crisis", "commune_name", "commune_code", "journal_head"}
#: Left empty; the paper does not show them.
UNUSED = {"contact", "contact_phone"}
COUNTED = {int, bool, datetime, float | None, datetime | None}


def test_its_facts_are_numbers_and_moments_so_no_name_number_or_address_can_get_in() -> None:
    types = typing.get_type_hints(SituationFacts)
    assert types.pop("devices") == tuple[KindCount, ...]
    assert {name for name, kind in types.items() if kind not in COUNTED} == TEXTS | UNUSED
    counts = typing.get_type_hints(KindCount)
    assert {name for name, kind in counts.items() if kind is not int} == {"kind"}


def test_a_kind_is_one_of_the_known_words() -> None:
    made = situation(devices=(KindCount(kind="Camille Exemple", asked=1),))
    with pytest.raises(KeyError):
        kinds.kind_of(made).as_text(made, "fr")


def test_the_contact_of_the_lender_is_not_shown() -> None:
    made = situation(contact="Sacha Modèle", contact_phone="+33491000000")
    told = kinds.kind_of(made).as_text(made, "fr")
    assert "Sacha" not in told
    assert "+33491000000" not in told


@pytest.mark.parametrize("drill", [True, False])
def test_it_is_one_page_whatever_the_numbers(drill: bool) -> None:
    counts = {field.name: 999_999 for field in dataclasses.fields(KindCount) if field.name != "kind"}
    made = situation(
        drill=drill,
        commune_name="Sainte-Marie-de-la-Très-Longue-Vallée-sur-l’Étang-du-Milieu",
        seats=999_999,
        working=999_999,
        devices=tuple(
            KindCount(kind=kind, **counts) for kind in ("laptop", "phone", "sim", "router", "accessory")
        ),
    )
    pdf = kinds.kind_of(made).render(made, "fr")
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1


def test_every_count_says_as_of_when() -> None:
    made = situation()
    assert "15/01/2026" in kinds.kind_of(made).as_text(made, "fr")
