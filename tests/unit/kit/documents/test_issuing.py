"""One way to issue: frozen once, the next version says what changed, a slip leaves no secret anywhere."""

import hashlib
import io
import stat
import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest

from inventory import issued, journal
from inventory.database import Database
from inventory.errors import IllegalMove
from inventory.issued import IssuedDocument
from inventory.journal import Stamp
from kit.documents import issuing, kinds, papers, typesetting
from kit.documents.interface import Content, NotTypeset
from kit.documents.issuing import Issued
from kit.documents.paper_facts import PaperFacts
from kit.documents.slip import plain, render
from kit.errors import BadInput, MissingRequirement
from tests.databases import fresh
from tests.unit.kit.documents.papers_made import MAKERS, NOW, item, receipt, slip, swap, three

BY = Stamp("camille@station", NOW)
SECRET = "Tr0ub4dor-EXEMPLE-42"


@pytest.fixture
def book(tmp_path: Path) -> Database:
    """A data base."""
    return fresh(tmp_path / "kit.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The station's documents."""
    return tmp_path / "documents"


def issue(book: Database, folder: Path, facts: PaperFacts) -> Issued:
    with book.write() as session:
        return issuing.issue(session, BY, folder, facts)


def everything(book: Database) -> list[IssuedDocument]:
    with book.read() as session:
        return list(issued.listing(session))


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "credential-slip"])
def test_a_document_is_kept_whole_private_and_with_the_hashes_of_its_files(
    book: Database, folder: Path, name: str
) -> None:
    made = issue(book, folder, MAKERS[name]())
    document = made.document
    assert (document.kind, document.version, made.new) == (name, 1, True)
    assert hashlib.sha256(made.facts.read_bytes()).hexdigest() == document.facts_sha256
    assert hashlib.sha256(made.pdf.read_bytes()).hexdigest() == document.pdf_sha256
    assert {stat.S_IMODE(file.stat().st_mode) for file in (made.pdf, made.text, made.facts)} == {0o600}
    assert stat.S_IMODE(made.pdf.parent.stat().st_mode) == 0o700
    assert document.facts_sha256[:8] in made.text.read_text()


def test_equal_facts_are_not_issued_again_whenever_they_are_asked_for(book: Database, folder: Path) -> None:
    first = issue(book, folder, receipt())
    again = issue(book, folder, receipt(issued_at=NOW + timedelta(hours=5), version=7, change="nothing"))
    assert again == replace(first, document=again.document, new=False)
    assert again.document.version == 1
    assert len(everything(book)) == 1


def test_files_that_were_lost_are_written_again_with_the_same_bytes(book: Database, folder: Path) -> None:
    first = issue(book, folder, receipt())
    before = first.pdf.read_bytes()
    first.pdf.unlink()
    first.facts.unlink()
    again = issue(book, folder, receipt(issued_at=NOW + timedelta(hours=5)))
    assert again.new
    assert again.pdf.read_bytes() == before
    assert hashlib.sha256(again.facts.read_bytes()).hexdigest() == first.document.facts_sha256
    assert len(everything(book)) == 1


def test_other_facts_are_the_next_version_which_says_what_changed(book: Database, folder: Path) -> None:
    first = issue(book, folder, receipt())
    second = issue(book, folder, receipt(items=(*three()[:2], item(9, "sim"))))
    assert second.document.version == 2
    assert first.pdf.exists()
    assert second.pdf != first.pdf
    for said in ("SIM-0009", "SIM-0001"):
        assert said in second.document.change
    assert "TEL-0001" not in second.document.change
    (page,) = pypdf.PdfReader(io.BytesIO(second.pdf.read_bytes())).pages
    assert "SIM-0001" in page.extract_text().replace("\u200b", "")
    assert "SIM-0009" in second.text.read_text()


def test_going_back_to_earlier_facts_is_a_version_too(book: Database, folder: Path) -> None:
    for facts in (receipt(), receipt(agent="Dominique Essai"), receipt()):
        issue(book, folder, facts)
    assert [document.version for document in everything(book)] == [1, 2, 3]


def test_what_was_frozen_can_be_told_again_without_any_file(book: Database, folder: Path) -> None:
    made = issue(book, folder, swap())
    (document,) = everything(book)
    kind = kinds.KINDS[document.kind]
    facts = kind.read(document.facts)
    assert kind.as_text(facts, "fr") == made.text.read_text()
    assert hashlib.sha256(kind.render(facts, "fr")).hexdigest() == document.pdf_sha256


def test_the_name_of_another_kind_is_not_taken(book: Database, folder: Path) -> None:
    issue(book, folder, receipt(reference="A"))
    with pytest.raises(IllegalMove):
        issue(book, folder, swap(reference="A"))
    assert len(everything(book)) == 1


def test_what_cannot_be_written_is_not_recorded(book: Database, folder: Path) -> None:
    folder.write_text("a file where the folder would be")
    with pytest.raises(MissingRequirement):
        issue(book, folder, receipt())
    assert everything(book) == []


def several() -> list[PaperFacts]:
    return [receipt(reference=f"R-{seat}", seat=seat, items=three(seat)) for seat in range(1, 7)]


def together(book: Database, folder: Path, given: list[PaperFacts]) -> list[Issued]:
    with book.write() as session:
        return issuing.issue_together(session, BY, folder, given)


def test_papers_that_are_issued_together_are_those_that_are_issued_alone(
    book: Database, folder: Path, tmp_path: Path
) -> None:
    alone = [issue(fresh(tmp_path / "other.db"), tmp_path / "alone", facts) for facts in several()[:1]]
    issue(book, folder, several()[2])
    made = together(book, folder, several())
    assert [each.document.reference for each in made] == [f"R-{seat}" for seat in range(1, 7)]
    assert [each.new for each in made] == [True, True, False, True, True, True]
    assert made[0].pdf.read_bytes() == alone[0].pdf.read_bytes()
    for each in made:
        assert hashlib.sha256(each.pdf.read_bytes()).hexdigest() == each.document.pdf_sha256
        assert hashlib.sha256(each.facts.read_bytes()).hexdigest() == each.document.facts_sha256
    assert together(book, folder, []) == []


def test_of_papers_that_are_issued_together_all_are_recorded_or_none(
    book: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(content: Content) -> bytes:
        if "R-4" in content.reference:
            raise NotTypeset("no")
        return typesetting.typeset(content)

    monkeypatch.setattr(papers, "typeset", refuses)
    with pytest.raises(NotTypeset):
        together(book, folder, several())
    assert everything(book) == []
    # What helps without a PDF is there.
    assert list(folder.rglob("receipt-R-4-v1.txt"))
    with pytest.raises(IllegalMove):
        together(book, folder, [receipt(reference="A"), receipt(reference="A", agent="Dominique Essai")])
    assert everything(book) == []


def test_a_reference_with_dots_keeps_its_name(book: Database, folder: Path) -> None:
    made = issue(book, folder, swap(reference="13005-2026-01-ECH-PC.1"))
    assert made.pdf.name == "swap-sheet-13005-2026-01-ECH-PC.1-v1.pdf"


def seal(book: Database, secret: str = SECRET) -> bytes:
    with book.write() as session:
        return issuing.seal(session, BY, slip(), secret, render)


def test_a_slip_holds_its_secret_once_and_nothing_else_ever_does(
    book: Database, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (page,) = pypdf.PdfReader(io.BytesIO(seal(book))).pages
    assert page.extract_text().count(SECRET) == 1
    assert not folder.exists()
    book.dispose()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(SECRET.encode() in file.read_bytes() for file in files)
    assert SECRET not in caplog.text


def test_a_slip_for_a_screen_has_its_secret_whole_on_a_line_and_what_was_kept_has_none(
    book: Database,
) -> None:
    long = "-".join(["EXEMPLE4"] * 20)
    with book.write() as session:
        told = issuing.seal(session, BY, slip(), long, plain).decode()
    assert f"    {long}" in told.splitlines()
    assert not any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in told.replace("\n", ""))
    (document,) = everything(book)
    kind = kinds.KINDS[document.kind]
    kept = kind.as_text(kind.read(document.facts), "fr")
    assert long not in kept
    assert told.startswith(kept)


def test_a_slip_leaves_no_hash_by_which_secrets_could_be_tried(book: Database) -> None:
    pdf = seal(book)
    (document,) = everything(book)
    assert document.pdf_sha256 == ""
    with book.read() as session:
        (line,) = journal.tail(session)
    assert hashlib.sha256(pdf).hexdigest() not in str(line)
    assert hashlib.sha256(SECRET.encode()).hexdigest() not in str(line)


def test_each_printing_of_a_slip_is_a_version(book: Database) -> None:
    seal(book)
    seal(book)
    assert [document.version for document in everything(book)] == [1, 2]


@pytest.mark.parametrize("secret", ["", "two  spaces", " edge", "smile 🙂", "tab\there", "a\u202eb"])
def test_a_secret_that_could_not_be_typed_as_printed_is_refused(book: Database, secret: str) -> None:
    with pytest.raises(BadInput) as refused:
        seal(book, secret)
    assert everything(book) == []
    assert not secret or secret not in str(refused.value)


def test_the_secret_lies_between_two_folds(book: Database) -> None:
    heights: list[float] = []
    (page,) = pypdf.PdfReader(io.BytesIO(seal(book))).pages

    def look(text: str, page_matrix: list[float], matrix: list[float], _font: object, _size: object) -> None:
        if SECRET[:8] in text:
            heights.append(matrix[4] * page_matrix[1] + matrix[5] * page_matrix[3] + page_matrix[5])

    page.extract_text(visitor_text=look)
    third = float(page.mediabox.height) / 3
    assert heights
    assert all(third < height < 2 * third for height in heights)
