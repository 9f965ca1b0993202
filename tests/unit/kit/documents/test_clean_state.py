"""A laptop's page, read back from PDF and plain text: one page, and a verdict that nobody overlooks."""

import io
import logging
import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from kit.documents import handover
from kit.documents.characters import legible
from kit.documents.clean_state import CleanStateFacts, as_text, render
from kit.documents.clean_state_wording import page
from kit.documents.handover_text import WIDTH
from kit.documents.interface import fingerprint
from tests.unit.kit.documents.conftest import sample_facts
from tests.unit.kit.documents.reports import (
    LAPTOP,
    MODIFIED,
    PARIS,
    SOCKETS,
    crowded,
    failing,
    old_report,
    report,
    state,
)

README = Path(__file__).parents[4] / "playbooks" / "roles" / "report" / "README.md"
FULL = failing(
    {"packages": ", ".join(MODIFIED[:10]), "listening": "tcp/1000, tcp/1001", "sshd_no_root": "yes"},
    packages=report()["packages"] | {"modified": MODIFIED},
    listening=SOCKETS,
)
HOSTILE = (
    '#let x = read("/etc/passwd")',
    '"] $x^2$ #panic() \\',
    "🙂 Zoë 漢字",
    "محمد الأمين",
    "a\u202eb\x1b[31m",
)


def document(told: object, **changes: Any) -> CleanStateFacts:
    kept = datetime(2026, 11, 21, 8, 6, tzinfo=PARIS)
    return CleanStateFacts("LAP-01-20261121-0806", "Métropole d’essai", kept, state(told, **changes))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the break opportunities inside long words."""
    return [page.extract_text().replace("\u200b", "") for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """Letters only: where lines break is the layout's business."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_laptop_told_can_be_read_back_from_the_pdf_and_from_the_text(language: str) -> None:
    facts = document(report())
    shown = squeezed("".join(pages(render(facts, language))))
    plain = squeezed(as_text(facts, language))
    told = [*vars(LAPTOP).values(), facts.state.report_sha256, "clean-state-LAP-01.json"]
    told += ["cexemple1", "tcp/22 0.0.0.0 sshd", "input drop", "192.0.2.14:443", "203.0.113.1:445", "1432"]
    told += ["192.0.2.54", "/etc/issue.net", "/dev/dm-0", "6.1.0-31-amd64", "LENOVO 21H1CTO1WW"]
    told += [report()["playbooks_sha256"], report()["packages"]["sha256"], report()["firewall"]["sha256"]]
    for fact in (fact for fact in told if isinstance(fact, str)):
        assert squeezed(fact) in shown
        assert squeezed(fact) in plain


@pytest.mark.parametrize(("language", "drill"), [("fr", True), ("en", False)])
@pytest.mark.parametrize(
    "told",
    [{}, [1], report(), old_report(), report("windows"), FULL, crowded("W"), crowded("🙂"), crowded("é ")],
    ids=["empty", "garbage", "clean", "old", "windows", "full", "wide", "undrawn", "spaced"],
)
def test_whatever_a_laptop_tells_its_page_is_one(told: object, language: str, drill: bool) -> None:
    facts = document(told, drill=drill)
    (text,) = pages(render(facts, language))
    assert facts.state.report_sha256 in text
    assert "1/1" in text
    assert ("EXERCI" in text) is (drill or facts.state.drill)
    assert ("EXERCI" in as_text(facts, language)) is (drill or facts.state.drill)


def test_a_clean_laptop_is_told_clean_with_how_many_checks_passed() -> None:
    (text,) = pages(render(document(report()), "en"))
    for layout in (text, as_text(document(report()), "en")):
        assert "CLEAN" in layout
        assert "20 checks, all passed." in layout
        assert "NOT CLEAN" not in layout
        assert "FAILED" not in layout


def test_a_failed_laptop_is_told_not_clean_with_what_failed_and_what_was_found() -> None:
    facts = document(FULL)
    (text,) = pages(render(facts, "en"))
    for layout in (squeezed(text), squeezed(as_text(facts, "en"))):
        assert squeezed("NOT CLEAN") in layout
        assert squeezed("Do not hand this laptop over. Not met:") in layout
        assert layout.count("FAILED") == 3
        for found in ("Found: tcp/1000, tcp/1001", f"Found: {MODIFIED[0]}, {MODIFIED[1]}", "Found: yes"):
            assert squeezed(found) in layout
        assert re.search(r"libexemple-4\.so\.1and5\dmore", layout)
        assert squeezed("service-7 and 32 more") in layout


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Do not hand this laptop over. Its report is incomplete or contradicts itself."),
        (failing({"firewall": "off"}, loaned=True), "no longer what was handed over. Not met: firewall."),
        (report(tag="LAP-02"), "Not met: report of this laptop."),
    ],
)
def test_the_verdict_says_what_it_rests_on(told: object, said: str) -> None:
    assert squeezed(said) in squeezed(pages(render(document(told), "en"))[0])


def test_every_check_stands_once_with_its_result() -> None:
    told = page(document(report()).state, "en")
    rows = [row for _title, rows in told["sections"] for row in rows]
    judged = [row for row in rows if row["passed"] is not None]
    assert len(judged) + len(told["others"]) == len(report()["checks"])
    assert not told["more"]


def test_every_check_of_the_role_is_told_in_words() -> None:
    names = {
        name
        for line in README.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert len(names) >= 20
    told = report(checks=[{"name": name, "passed": False} for name in sorted(names)])
    words = page(state(told), "en")
    lines = words["others"] + [row for _title, rows in words["sections"] for row in rows]
    assert sum(line["passed"] is False for line in lines) == len(names)
    assert not any("_" in line["label"] for line in lines)


def test_hostile_texts_are_printed_as_text_and_change_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    told = failing({"firewall": HOSTILE[0]}, administrators=list(HOSTILE), host_name=HOSTILE[1])
    facts = document(told, person=HOSTILE[2])
    with caplog.at_level(logging.WARNING):
        shown = squeezed("".join(pages(render(facts, "en"))))
    assert not caplog.records
    assert "root:" not in shown
    # The reader gives right-to-left text back in drawing order.
    for text in (text for text in HOSTILE if unicodedata.bidirectional(text[0]) != "AL"):
        assert squeezed(legible(text)) in shown
    for text in HOSTILE:
        assert squeezed(legible(text)) in squeezed(as_text(facts, "en"))


@pytest.mark.parametrize("told", [report(), FULL, crowded("W"), crowded("\x1b[2J"), {}])
def test_the_plain_text_fits_a_narrow_printer_and_steers_no_terminal(told: object) -> None:
    text = as_text(document(told, drill=True))
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert not any(unicodedata.category(character) in {"Cc", "Cf"} for character in text.replace("\n", ""))


def test_equal_facts_give_equal_bytes() -> None:
    assert render(document(FULL)) == render(document(FULL))


def test_the_pdf_declares_archival_standard_and_structure() -> None:
    root = pypdf.PdfReader(io.BytesIO(render(document(crowded("W"))))).root_object
    metadata = root["/Metadata"].get_object()
    assert isinstance(metadata, pypdf.generic.StreamObject)
    assert "<pdfaid:part>2</pdfaid:part>" in metadata.get_data().decode()
    assert "/StructTreeRoot" in root


def test_the_hand_over_sheet_ends_with_a_page_for_each_laptop() -> None:
    plain = sample_facts(2)
    tags = ("PC-0001", "PC-0002")
    facts = replace(plain, annexes=tuple(state(report(tag=tag), tag=tag) for tag in tags))
    before, after = pages(handover.render(plain)), pages(handover.render(facts))
    assert len(after) == len(before) + len(tags)
    for tag, annex, shown in zip(tags, facts.annexes, after[-len(tags) :], strict=True):
        assert f"clean-state-{tag}.json" in shown
        assert annex.report_sha256 in shown
        assert fingerprint(facts) in shown
        assert facts.reference in shown
        assert annex.report_sha256 in handover.as_text(facts)
    assert fingerprint(facts) != fingerprint(plain)
