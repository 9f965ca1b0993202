"""Papers made of blocks, read back from their PDF and their plain text: every kind by the same rules."""

import dataclasses
import io
import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.documents import kinds
from kit.documents.characters import legible
from kit.documents.convention import Amendment, ConventionFacts
from kit.documents.convention_prices import Price
from kit.documents.handover_text import WIDTH
from kit.documents.interface import fingerprint
from kit.documents.paper_facts import PaperFacts
from tests.unit.kit.documents import papers_made
from tests.unit.kit.documents.papers_made import MAKERS, convention, item, receipt, return_sheet, swap

#: What only tells the program which words to use.
CODES = {"kind", "direction", "instruction", "role", "effect", "first_term", "readings", "notice_start"}
CODES |= {"commune_role", "lender_role", "breach_register", "authority_notice", "end_of_service", "decision"}
#: Told in other words, or not on that paper.
CODES |= {"reference", "contact", "contact_phone", "what", "condition", "condition_out", "purpose", "change"}
CODES |= {"stage", "state"}
LONG = "Jean-Baptiste Émile Ñúñez de la Fontaine-Sous-Mourèze-Le-Vieux"


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the break opportunities inside long words."""
    read = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [page.extract_text().replace("\u200b", "") for page in read]


def squeezed(text: str) -> str:
    """Letters only: where lines break is the layout's business."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def texts(value: Any, name: str = "") -> Iterator[str]:
    """Every text that the facts hold for people to read."""
    match value:
        case str() if name not in CODES:
            yield value
        case tuple():
            for each in value:
                yield from texts(each, name)
        case _ if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                yield from texts(getattr(value, field.name), field.name)


@pytest.fixture(params=MAKERS)
def facts(request: pytest.FixtureRequest) -> PaperFacts:
    """Sample facts of each kind."""
    return MAKERS[request.param]()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_can_be_read_back_from_the_pdf_and_from_the_text(facts: PaperFacts, language: str) -> None:
    kind = kinds.kind_of(facts)
    shown = squeezed("".join(pages(kind.render(facts, language))))
    plain = squeezed(kind.as_text(facts, language))
    told = [text for text in texts(facts) if text]
    if kind.name != "situation-report":
        assert len(told) > 3
    for text in [facts.name, *told]:
        assert squeezed(text) in shown
        assert squeezed(text) in plain


def test_every_page_carries_its_number_the_name_and_the_fingerprint(facts: PaperFacts) -> None:
    read = pages(kinds.kind_of(facts).render(facts, "fr"))
    for position, text in enumerate(read, start=1):
        assert f"{position}/{len(read)}" in text
        assert facts.name in text
        assert fingerprint(facts) in text


def test_it_is_an_archivable_pdf_of_the_moment_of_issue_with_fonts_inside(facts: PaperFacts) -> None:
    pdf = kinds.kind_of(facts).render(facts, "fr")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("2", "A")
    assert reader.metadata is not None
    assert reader.metadata.creation_date == facts.issued_at
    assert reader.metadata.author == facts.lender
    assert kinds.kind_of(facts).render(facts, "fr") == pdf


def test_an_exercise_says_so_on_every_page_and_a_real_crisis_nowhere(facts: PaperFacts) -> None:
    kind, drill = kinds.kind_of(facts), replace(facts, drill=True)
    assert all("EXERCICE" in text for text in pages(kind.render(drill, "fr")))
    assert not any("EXERCICE" in text for text in pages(kind.render(facts, "fr")))
    assert "EXERCICE" in kind.as_text(drill, "fr")


def test_a_reissue_says_first_what_has_changed(facts: PaperFacts) -> None:
    again = replace(facts, version=2, change="New: PC-0009.")
    kind = kinds.kind_of(again)
    assert "New: PC-0009." in pages(kind.render(again, "fr"))[0]
    assert "New: PC-0009." in kind.as_text(again, "fr")
    assert again.name in kind.as_text(again, "fr")


def test_the_plain_text_fits_a_narrow_printer_and_steers_no_terminal(facts: PaperFacts) -> None:
    text = kinds.kind_of(facts).as_text(facts, "fr")
    # Commands and paths are typed as they stand.
    lines = [line for line in text.splitlines() if not line.startswith("         kit ")]
    assert max(len(line) for line in lines) <= WIDTH
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in text.replace("\n", ""))


def test_facts_read_back_from_what_was_kept_are_the_same_ones(facts: PaperFacts) -> None:
    kind = kinds.kind_of(facts)
    kept = kinds.frozen(facts)
    assert kind.read(kept) == facts
    assert fingerprint(kind.read(kept)) == fingerprint(facts)


def other(value: Any) -> Any:
    """Another value of the same sort; None where there is none."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case datetime():
            return value.replace(minute=(value.minute + 1) % 60)
        case date():
            return value.replace(year=value.year + 1)
        case tuple():
            return value[1:] or None
        case _:
            return None


def changed(facts: PaperFacts) -> Iterator[PaperFacts]:
    """The same facts with one of them another, for each that can be."""
    for field in dataclasses.fields(facts):
        before = getattr(facts, field.name)
        known = field.name in CODES and field.name not in {"reference", "change", "contact"}
        after = f"{before}x" if isinstance(before, str) and not known else other(before)
        if after is not None:
            values: dict[str, Any] = {field.name: after}
            yield replace(facts, **values)


def test_any_change_of_any_fact_changes_the_fingerprint(facts: PaperFacts) -> None:
    others = [fingerprint(each) for each in changed(facts)]
    assert len(others) >= 8
    assert len({fingerprint(facts), *others}) == 1 + len(others)


printed = st.text(min_size=1, max_size=40)


@given(person=printed, reason=printed, tag=printed)
def test_the_fingerprint_is_stable_whatever_people_are_called(person: str, reason: str, tag: str) -> None:
    made = swap(person=person, reason=reason, faulty=item(tag=tag))
    kept = kinds.frozen(made)
    assert fingerprint(kinds.kind_of(made).read(kept)) == fingerprint(made)
    other = swap(person=person + "x", reason=reason, faulty=item(tag=tag))
    assert fingerprint(other) != fingerprint(made)


@pytest.mark.parametrize(
    "name",
    [
        LONG,
        "X" * 60,
        '#let x = read("/etc/passwd")',
        "محمد الأمين",
        "🙂 Zoë 漢字",
        "a\u202eb\x1b[31m\n\tc",
        "<b>&amp; $x^2$ \\",
    ],
)
def test_hostile_and_long_names_are_printed_as_text(name: str, caplog: pytest.LogCaptureFixture) -> None:
    things = tuple(item(n, model=name, condition=name) for n in range(1, 4))
    made = receipt(person=name, service=name, identity=name, agent=name, items=things, lender=name)
    kind = kinds.kind_of(made)
    with caplog.at_level(logging.WARNING):
        shown = squeezed("".join(pages(kind.render(made, "fr"))))
    assert not caplog.records
    # The reader gives right-to-left text back in drawing order.
    if unicodedata.bidirectional(name[0]) != "AL":
        assert squeezed(legible(name)) in shown
    assert "root:" not in shown
    assert squeezed(legible(name)) in squeezed(kind.as_text(made, "fr"))


def test_forty_things_go_over_pages_with_the_head_of_the_table_on_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = receipt(items=tuple(item(n, model=LONG) for n in range(1, 41)))
    with caplog.at_level(logging.WARNING):
        read = pages(kinds.kind_of(made).render(made, "fr"))
    assert not caplog.records
    assert len(read) > 2
    assert all("Identification" in text for text in read if re.search(r"PC-00\d\d", text))
    assert all(squeezed(f"PF4X{n:04}QZ") in squeezed("".join(read)) for n in range(1, 41))


def told(facts: ConventionFacts) -> str:
    return squeezed(kinds.kind_of(facts).as_text(facts, "en"))


def test_prices_are_told_in_words_and_blanks_are_lines() -> None:
    priced = convention(
        free=None,
        prices=(
            Price(what="per_inhabitant"),
            Price(what="discount_3y", value=0.15),
            Price(what="quote_above_inhabitants", value=100_000),
            Price(what="prorata", value=False),
            Price(what="first_year", value="prorata_temporis"),
            Price(what="of_our_own", value=("un", "deux")),
        ),
    )
    text = told(priced)
    for said in ("foreachinhabitant____", "3years15%", "100000inhabitants", "timeno", "ofourownun,deux"):
        assert said in text
    assert "prorata_temporis" not in text
    assert "freeofcharge" in told(convention())


def test_brackets_and_offers_are_a_table_to_fill_in() -> None:
    offers = Price(what="offers", value=("globale", "restreinte"))
    priced = convention(prices=(Price(what="brackets", value=6), offers, Price(what="amounts")))
    kind = kinds.kind_of(priced)
    text = squeezed("".join(pages(kind.render(priced, "en"))))
    assert "Bracketglobalerestreinte123456" in text
    assert "Amounts" not in text


def test_a_convention_says_which_amendments_were_asked_for_and_what_became_of_them() -> None:
    asked = Amendment(side="commune", sent_on=date(2026, 5, 4), received_on=date(2026, 5, 6))
    settled = replace(asked, settled_on=date(2026, 6, 1), outcome="phones too, from July")
    assert "Askedby" not in told(convention())
    assert "2026-05-06" in told(convention(amendments=(asked,)))
    assert "phonestoo,fromJuly" in told(convention(amendments=(asked, settled)))


def test_a_receipt_is_one_page_with_both_signatures() -> None:
    (page,) = pages(kinds.kind_of(receipt()).render(receipt(), "fr"))
    assert page.count("Signature") == 2


def test_what_nobody_judged_has_boxes_to_tick() -> None:
    made = receipt(items=(item(1, condition=""), item(2)))
    text = kinds.kind_of(made).as_text(made, "fr")
    assert text.count("[ ] neuf") == 1
    assert "PC-0001  [ ] neuf  [ ] bon" in text


def test_a_return_without_discrepancies_says_that_all_is_accounted_for() -> None:
    made = return_sheet(discrepancies=(), outstanding=())
    text = kinds.kind_of(made).as_text(made, "en")
    assert "Nothing: every device of this crisis is accounted for." in text
    assert "undecided" in kinds.kind_of(made).as_text(return_sheet(), "en")


@pytest.mark.parametrize("reference", ["", "../etc/passwd", "a/b", ".hidden", "a b", "é"])
def test_a_reference_that_could_leave_its_folder_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        receipt(reference=reference)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        receipt(at=datetime(2026, 1, 15, 2, 40))  # noqa: DTZ001  that is the point
    assert papers_made.NOW.tzinfo is not None
