"""The papers of a crisis for forty people, from facts to files on disk with their record in the book."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import Result
from inventory.database import Database
from inventory.journal import Stamp
from kit.documents import issuing
from kit.documents.kinds import kind_of
from kit.documents.paper_facts import PaperFacts
from kit.documents.slip import SlipFacts, render
from tests.unit.kit.documents.conftest import sample_facts
from tests.unit.kit.documents.papers_made import (
    CRISIS,
    NOW,
    destruction,
    recall,
    receipt,
    register,
    restitution,
    return_sheet,
    runbook,
    situation,
    slip,
    technical,
    three,
)

SEATS = 40
ROUNDS = 3
#: Seconds that are promised for all of them.
PROMISE = 3.0
#: How many times faster than LibreOffice, called for each paper as it is issued.
FASTER = 10.0
#: Every so many papers are converted that way: each call takes about a second.
_SAMPLED = 8
BY = Stamp("bench@station", NOW)

#: As LibreOffice takes options of its PDF export: PDF/A-2, tagged.
_FILTER = "writer_pdf_Export:" + json.dumps(
    {
        "SelectPdfVersion": {"type": "long", "value": "2"},
        "UseTaggedPDF": {"type": "boolean", "value": "true"},
    }
)


def measure() -> Iterator[Result]:
    """Each round issues the whole set for the first time, in a station of its own, then LibreOffice's."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        folder = Path(name)
        office = _Office.ready(folder)
        ours, each, at_once = list[float](), list[float](), list[float]()
        for number in range(ROUNDS):
            ours.append(_issue(folder / f"round-{number}"))
            if office:
                each.append(office.one_by_one())
                at_once.append(office.convert(office.texts))
        seconds = median(ours)
        yield Result(
            f"{_count()} papers of {SEATS} seats, issued, against {PROMISE:.0f} s",
            seconds / PROMISE,
            1.0,
            f"{seconds:.2f} against {PROMISE:.2f}",
        )
        if office:
            yield Result(
                f"the same papers, {FASTER:.0f} times, against a LibreOffice call for each",
                seconds * FASTER / median(each),
                1.0,
                f"{seconds:.2f} against {median(each):.2f}",
            )
            yield Result(
                "the same papers, against one LibreOffice call for all of them",
                seconds / median(at_once),
                1.0,
                f"{seconds:.2f} against {median(at_once):.2f}",
            )


def _issue(folder: Path) -> float:
    """Seconds from facts to recorded files; the data base is made before."""
    folder.mkdir()
    database = Database(f"sqlite:///{folder}/kit.db")
    database.migrate()
    started = time.monotonic()
    for papers in _batches():
        with database.write() as session:
            issuing.issue_together(session, BY, folder / "documents", papers)
    for number, facts in enumerate(_slips(), start=1):
        with database.write() as session:
            made = issuing.seal(session, BY, facts, f"Tr0ub4dor-EXEMPLE-{number}", render)
            assert made.startswith(b"%PDF")
    taken = time.monotonic() - started
    database.dispose()
    return taken


def _batches() -> Iterator[list[PaperFacts]]:
    """The papers as commands issue them: receipts of a service and letters of a recall together."""
    seats = range(1, SEATS + 1)
    yield [sample_facts(SEATS)]
    yield [receipt(reference=f"{CRISIS}-S{seat}-1", seat=seat, items=three(seat)) for seat in seats]
    yield [recall(reference=f"{CRISIS}-RECALL-{seat}", seat=seat, items=three(seat)) for seat in seats]
    for make in (return_sheet, restitution, destruction, register, situation, technical, runbook):
        yield [make()]


def _facts() -> Iterator[PaperFacts]:
    for papers in _batches():
        yield from papers


def _slips() -> Iterator[SlipFacts]:
    for number in range(1, SEATS + 1):
        yield slip(reference=f"{CRISIS}-SLIP-{number}", seat=number)


def _count() -> int:
    return len([*_facts(), *_slips()])


@dataclass(frozen=True)
class _Office:
    """LibreOffice with the plain text of the same papers, the form that it converts fastest.

    It is asked for what we make, PDF/A-2 with tags, with a profile that is there already. A paper is issued
    when its moment comes, so a program would call it for each; all at once is its fastest way.
    """

    command: Sequence[str]
    texts: Sequence[Path]
    made: Path

    @classmethod
    def ready(cls, folder: Path) -> "_Office | None":
        """Write the texts and convert one, which makes the profile; None where it is not installed."""
        soffice = shutil.which("soffice")
        if soffice is None:
            print("  LibreOffice (soffice) is not installed: not compared", file=sys.stderr, flush=True)
            return None
        texts, made = folder / "texts", folder / "office"
        texts.mkdir()
        for number, facts in enumerate([*_facts(), *_slips()]):
            text = kind_of(facts).as_text(facts, issuing.LANGUAGE)
            (texts / f"{number:03}.txt").write_text(text, encoding="utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = (soffice, profile, "--headless", "--convert-to", f"pdf:{_FILTER}", "--outdir", str(made))
        _run([*command, str(texts / "000.txt")])
        return cls(command, sorted(texts.iterdir()), made)

    def one_by_one(self) -> float:
        """Seconds for a call each, by as many as are sampled."""
        sample = self.texts[::_SAMPLED]
        return sum(self.convert([text]) for text in sample) * len(self.texts) / len(sample)

    def convert(self, texts: Sequence[Path]) -> float:
        """Seconds for these by one call."""
        shutil.rmtree(self.made)
        started = time.monotonic()
        _run([*self.command, *map(str, texts)])
        taken = time.monotonic() - started
        assert len(list(self.made.glob("*.pdf"))) == len(texts), "LibreOffice left papers out"
        return taken


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
