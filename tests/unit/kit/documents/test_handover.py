"""The hand-over sheet, read back from its PDF and from its plain text."""

import io
import logging
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pypdf
import pytest

from kit.documents.characters import legible
from kit.documents.handover import HandoverFacts, HandoverSeat, as_text, render
from kit.documents.handover_text import WIDTH, fields
from kit.documents.interface import fingerprint
from kit.plan.stages import Stage
from kit.workflows.leaving_out import meaning

MakeFacts = Callable[..., HandoverFacts]
MakeSeat = Callable[..., HandoverSeat]

HOSTILE = (
    '#let x = read("/etc/passwd")',
    '"] $x^2$ #panic() \\',
    "🙂 Zoë 漢字",
    "X" * 80,
    "محمد الأمين",
    "a\u202eb\x1b[31m\n\tc",
    "<b>&amp;</b> // /* */ @ref *b* _i_ `c` = H",
)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the break opportunities inside long words."""
    read = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [page.extract_text().replace("\u200b", "") for page in read]


def squeezed(text: str) -> str:
    """Letters only: where lines break is the layout's business."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def facts_of(seat: HandoverSeat) -> list[str]:
    """Every fact of a seat that must be readable."""
    found = [seat.person, seat.service, seat.principal_name, *seat.accessories]
    if seat.laptop is not None:
        found += [seat.laptop.tag, seat.laptop.serial, seat.laptop.model, seat.laptop.host_name]
        found += [seat.laptop.local_account]
    if seat.phone is not None:
        found += [seat.phone.tag, seat.phone.imei, seat.phone.model]
    if seat.sim is not None:
        found += [seat.sim.tag, seat.sim.iccid, seat.sim.number]
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_can_be_read_back_from_the_pdf_and_from_the_text(
    make_facts: MakeFacts, language: str
) -> None:
    facts = make_facts(5)
    shown = squeezed("".join(pages(render(facts, language))))
    plain = squeezed(as_text(facts, language))
    general = [facts.reference, facts.crisis, facts.commune_name, facts.commune_code, facts.lender]
    general += [facts.contact, facts.contact_phone]
    for fact in [*general, *(fact for seat in facts.seats for fact in facts_of(seat))]:
        assert squeezed(fact) in shown
        assert squeezed(fact) in plain


def test_each_serial_stands_on_the_receipt_and_again_in_the_list(make_facts: MakeFacts) -> None:
    facts = make_facts(3)
    text = "".join(pages(render(facts)))
    for seat in facts.seats:
        assert seat.laptop is not None
        assert seat.phone is not None
        assert text.count(seat.laptop.serial) == 2
        assert text.count(seat.phone.imei) == 2


def test_every_page_carries_its_number_the_reference_and_the_fingerprint(make_facts: MakeFacts) -> None:
    facts = make_facts(4)
    read = pages(render(facts))
    for position, text in enumerate(read, start=1):
        assert f"{position}/{len(read)}" in text
        assert facts.reference in text
        assert fingerprint(facts) in text


def test_two_receipts_share_a_page_even_in_a_french_exercise(make_facts: MakeFacts) -> None:
    assert len(pages(render(make_facts(4, drill=True)))) == 1 + 2 + 1


def test_french_says_who_owns_the_equipment_and_uses_no_break_spaces(make_facts: MakeFacts) -> None:
    facts = make_facts(1)
    text = as_text(facts)
    assert "reste la propriété du prêteur" in " ".join(text.split())
    assert "prêteur\u00a0: je ne m’en sers" in text
    assert "reste la propriété du prêteur" in " ".join(pages(render(facts))[0].split())


def test_an_exercise_says_so_on_every_page_and_a_real_crisis_nowhere(make_facts: MakeFacts) -> None:
    assert all("EXERCICE" in text for text in pages(render(make_facts(3, drill=True))))
    assert not any("EXERCICE" in text for text in pages(render(make_facts(3))))
    assert "EXERCICE" in as_text(make_facts(1, drill=True))
    assert "EXERCICE" not in as_text(make_facts(1))


def test_hostile_names_are_printed_as_text_and_change_nothing_else(
    make_facts: MakeFacts, make_seat: MakeSeat, caplog: pytest.LogCaptureFixture
) -> None:
    seats = tuple(
        make_seat(number, person=name, service=name, accessories=(name,))
        for number, name in enumerate(HOSTILE, start=1)
    )
    facts = replace(make_facts(0), seats=seats, lender=HOSTILE[0])
    with caplog.at_level(logging.WARNING):
        shown = squeezed("".join(pages(render(facts))))
    assert not caplog.records
    # The reader gives right-to-left text back in drawing order.
    for name in (name for name in HOSTILE if unicodedata.bidirectional(name[0]) != "AL"):
        assert squeezed(legible(name)) in shown
    assert "root:" not in shown
    for name in HOSTILE:
        assert squeezed(legible(name)) in squeezed(as_text(facts))


def test_nothing_that_steers_a_terminal_reaches_the_plain_text(
    make_facts: MakeFacts, make_seat: MakeSeat
) -> None:
    text = as_text(replace(make_facts(0), seats=(make_seat(1, person="a\x1b[2J\u202eb\r"),)))
    assert not any(unicodedata.category(character) in {"Cc", "Cf"} for character in text.replace("\n", ""))


def test_the_plain_text_fits_a_narrow_printer(make_facts: MakeFacts, make_seat: MakeSeat) -> None:
    seats = tuple(make_seat(number, person=name) for number, name in enumerate(HOSTILE, start=1))
    text = as_text(replace(make_facts(0, drill=True), seats=seats))
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_seat_without_phone_or_laptop_lists_what_it_has(make_facts: MakeFacts, make_seat: MakeSeat) -> None:
    facts = replace(make_facts(0), seats=(make_seat(1, laptop=None), make_seat(2, phone=None, sim=None)))
    text = "".join(pages(render(facts)))
    assert "PC-0001" not in text
    assert "TEL-0001" in text
    assert "PC-0002" in text
    assert "TEL-0002" not in text
    assert "néant" in text


def test_an_empty_contact_is_a_line_to_write_on(make_facts: MakeFacts) -> None:
    assert re.search(r"^Contact +_{10,}$", as_text(make_facts(1, contact="")), re.MULTILINE)


def test_equal_facts_give_equal_bytes(make_facts: MakeFacts) -> None:
    assert render(make_facts(2)) == render(make_facts(2))


def test_the_pdf_declares_archival_standard_language_title_and_structure(make_facts: MakeFacts) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(make_facts(1))))
    root = reader.root_object
    metadata = root["/Metadata"].get_object()
    assert isinstance(metadata, pypdf.generic.StreamObject)
    declared = metadata.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in declared
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in declared
    assert str(root["/Lang"]).lower().startswith("fr")
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Fiche de remise 13005-2026-01-R1"


def test_a_moment_without_zone_is_refused(make_facts: MakeFacts) -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_facts(1, t0=datetime(2026, 1, 14))  # noqa: DTZ001  the naive moment is the point


def test_what_is_not_delivered_yet_stands_on_the_receipt_that_is_signed(
    make_facts: MakeFacts, make_seat: MakeSeat
) -> None:
    seats = (make_seat(1, undelivered=("phone", "managed", "team")), make_seat(2))
    facts = replace(make_facts(0), seats=seats)
    lacking = squeezed("Not delivered yet: the phone, locking and erasing the phone from afar")
    for shown in ("".join(pages(render(facts, "en"))), as_text(facts, "en").replace("\n| ", " ")):
        assert squeezed(shown).count(lacking) == 1
        assert squeezed(shown).count(squeezed("Not delivered yet")) == 1
    # Two people still share a page.
    assert len(pages(render(facts))) == 1 + 1 + 1


@pytest.mark.parametrize("stage", [stage for stage in Stage if meaning(stage) and stage is not Stage.UNIT])
def test_whatever_may_be_left_out_has_a_word_for_who_signs(
    make_facts: MakeFacts, make_seat: MakeSeat, stage: Stage
) -> None:
    facts = replace(make_facts(0), seats=(make_seat(1, undelivered=(stage.value,)),))
    assert "Not delivered yet: the " in as_text(facts, "en") or stage is Stage.MANAGED


def test_what_does_not_fit_beside_its_label_stands_below_it_in_one_piece() -> None:
    long = "Hosting outside the European Union only with prior written consent"
    assert list(fields([["Hash", "a" * 64], [long, "no"], ["Empty", ""]])) == [
        f"Hash   {'a' * 64}",
        long,
        "    no",
        "Empty  ____________________________",
    ]
    assert list(fields([["Journal, 180 lines", "a" * 64]])) == ["Journal, 180 lines", f"    {'a' * 64}"]
