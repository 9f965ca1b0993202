"""The papers of a crisis for forty people, from facts to files on disk with their record in the book."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Result
from inventory.database import Database
from inventory.journal import Stamp
from kit.documents import issuing
from kit.documents.paper_facts import PaperFacts
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
#: How many times faster than the same texts by LibreOffice.
FASTER = 10.0
BY = Stamp("bench@station", NOW)


def measure() -> Iterator[Result]:
    """Each round issues the whole set for the first time, in a station of its own."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        taken = [_issue(Path(name) / f"round-{number}") for number in range(ROUNDS)]
        seconds = median(taken)
        papers = sorted((Path(name) / "round-0").rglob("*.txt"))
        count = len(papers) + SEATS
        yield Result(
            f"{count} papers of {SEATS} seats, issued, against {PROMISE:.0f} s",
            seconds / PROMISE,
            1.0,
            f"{seconds:.2f} against {PROMISE:.2f}",
        )
        if (office := _office(papers, Path(name))) is not None:
            yield Result(
                f"the same papers, {FASTER:.0f} times, against their plain text by LibreOffice, headless",
                seconds * FASTER / office,
                1.0,
                f"{seconds:.2f} against {office:.2f}",
            )


def _issue(folder: Path) -> float:
    """Seconds from facts to recorded files; the data base is made before."""
    folder.mkdir()
    database = Database(f"sqlite:///{folder}/kit.db")
    database.migrate()
    started = time.monotonic()
    for facts in _facts():
        with database.write() as session:
            issuing.issue(session, BY, folder / "documents", facts)
    for number in range(1, SEATS + 1):
        with database.write() as session:
            given = slip(reference=f"{CRISIS}-SLIP-{number}", seat=number)
            assert issuing.seal(session, BY, given, f"Tr0ub4dor-EXEMPLE-{number}").startswith(b"%PDF")
    taken = time.monotonic() - started
    database.dispose()
    return taken


def _facts() -> Iterator[PaperFacts]:
    yield sample_facts(SEATS)
    for number in range(1, SEATS + 1):
        yield receipt(reference=f"{CRISIS}-S{number}-1", seat=number, items=three(number))
        yield recall(reference=f"{CRISIS}-RECALL-{number}", seat=number, items=three(number))
    for make in (return_sheet, restitution, destruction, register, situation, technical, runbook):
        yield make()


def _office(papers: list[Path], folder: Path) -> float | None:
    """Seconds that LibreOffice takes for the same texts, in one process; None where it is not there."""
    soffice = shutil.which("soffice")
    if soffice is None:
        print("  LibreOffice (soffice) is not installed: not compared", file=sys.stderr, flush=True)
        return None
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder / "office")]
    started = time.monotonic()
    subprocess.run([*command, *map(str, papers)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
