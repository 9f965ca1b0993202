"""Counts equipment: opens sessions, takes scans, asks laptops, keeps decisions, issues the report."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import communes, issued
from inventory.crate_records import Crate
from inventory.devices import DeviceState
from inventory.errors import BadValue
from inventory.importing.scans import Reading, read_scans
from inventory.importing.scans import condition as condition_named
from inventory.stocktakes import closing, codes, decisions, records, scans, sessions
from inventory.stocktakes.book import Scope
from inventory.stocktakes.comparison import Discrepancy, Record, Sighting
from inventory.stocktakes.decisions import Ruling
from inventory.stocktakes.records import Stocktake
from inventory.stocktakes.scans import Answer
from inventory.text import named
from inventory.times import utc_now
from kit.app.compose import App
from kit.documents import issuing, store
from kit.documents.kinds import KINDS
from kit.documents.stocktake import KIND
from kit.errors import MissingRequirement


@dataclass(frozen=True)
class Opened:
    """A session that was just opened; `shared` are open sessions that expect some of the same devices."""

    stocktake: Stocktake
    expected: int
    shared: Mapping[str, int]


@dataclass(frozen=True)
class Noted:
    """What the person who scans tells beside the codes; empty where nothing is told."""

    place: str = ""
    condition: str = ""
    holder: str = ""
    sim: str = ""


@dataclass(frozen=True)
class Count:
    """How far a session is: its place, what it expects by tag, which of that was seen, how much differs."""

    place: str
    expected: Mapping[str, Record]
    seen: frozenset[str]
    differences: int


@dataclass(frozen=True)
class Issued:
    """A report as it was written: where, and the SHA-256 of the PDF and of the result it prints."""

    pdf: str
    pdf_sha256: str
    result_sha256: str


def open_stocktake(app: App, *, place: str, commune: str, state: DeviceState | None, owner: str) -> Opened:
    """Open a session and freeze what it expects.

    Raises:
        BadValue: neither a place nor a commune is given, or both.
        Unknown: no such commune, or the book has nothing there.
    """
    with app.database.write() as session:
        by = app.stamp()
        code = communes.find(session, commune).code if commune else None
        opened = sessions.open_stocktake(
            session, by, Scope(place, code, state), owner=owner, year=by.at.astimezone(app.zone).year
        )
        expected = len(sessions.expected(session, opened.reference))
        return Opened(opened, expected, sessions.shared(session, opened.reference))


def listing(app: App) -> Sequence[Stocktake]:
    """Every session, the newest first."""
    with app.database.read() as session:
        return records.listing(session)


def noted(*, place: str, condition: str, holder: str, sim: str) -> Noted:
    """What is told beside the codes, checked.

    Raises:
        BadValue: there is no such condition, or the SIM's code is none.
    """
    try:
        return Noted(
            named(place, empty=True),
            condition_named(condition),
            named(holder, empty=True),
            codes.tidy(sim) if sim else "",
        )
    except ValueError as exc:
        raise BadValue(str(exc)) from exc


def take(app: App, reference: str, text: str, sequence: int, noted: Noted) -> Answer:
    """Keep one code that was scanned now, and say what it is.

    Raises:
        BadValue: it is no code, or a crate's; it was not kept.
        Unknown: no such session. IllegalMove: it is closed.
    """
    try:
        code = codes.tidy(text)
    except ValueError as exc:
        raise BadValue(_("No code: it {reason}; it was not kept.").format(reason=exc)) from exc
    with app.database.write() as session:
        stocktake = records.get_open(session, reference)
        if session.get(Crate, code.upper()) is not None:
            raise BadValue(_("{code} is a crate: scan what is in it; it was not kept.").format(code=code))
        sighting = Sighting(
            at=utc_now(),
            station=app.settings.station,
            sequence=sequence,
            code=code,
            place=noted.place or stocktake.place,
            condition=noted.condition,
            holder=noted.holder,
            sim=noted.sim,
        )
        return scans.take(session, stocktake, sighting)


def remarks(answer: Answer) -> Iterator[str]:
    """What else is to be told about a scan."""
    match = answer.match
    if match is not None and match.meant:
        yield _("typed {code} on another keyboard, read as {meant}").format(
            code=answer.sighting.code, meant=match.meant
        )
    if answer.before:
        yield _("scanned before")
    if answer.elsewhere:
        yield _("also expected in {references}").format(references=", ".join(answer.elsewhere))


def take_back(app: App, reference: str, code: str) -> Sighting:
    """Take back this station's last scan of a code: it stays, and nothing counts it any more.

    Raises:
        Unknown: no such session. IllegalMove: it is closed, or this station has no such scan.
    """
    with app.database.write() as session:
        stocktake = records.get_open(session, reference)
        station = app.settings.station
        return scans.take_back(session, app.stamp(), stocktake, code.strip(), station=station)


def count(app: App, reference: str) -> Count:
    """How far an open session is.

    Raises:
        Unknown: no such session. IllegalMove: it is closed.
    """
    with app.database.read() as session:
        stocktake = records.get_open(session, reference)
        comparison = decisions.look(session, stocktake, _today(app)).comparison
        expected = sessions.expected(session, stocktake.reference)
    missing = {one.subject for one in comparison.variances if one.discrepancy is Discrepancy.MISSING}
    return Count(stocktake.place, expected, frozenset(expected.keys() - missing), len(comparison.variances))


def merge(app: App, reference: str, file: Path, *, place: str) -> tuple[int, int]:
    """Keep what an offline reader saw; says how many sightings the file has, and how many were new.

    `place` is where a row names none; else that of the session.

    Raises:
        BadRows: names every bad line; nothing was kept.
        Unknown: no such session. IllegalMove: it is closed.
    """
    with app.database.read() as session:
        stocktake = records.get_open(session, reference)
    by = app.stamp()
    how = Reading(app.zone, place or stocktake.place, since=stocktake.opened_at, now=by.at)
    seen = read_scans(file, how)
    with app.database.write() as session:
        stocktake = records.get_open(session, reference)
        return len(seen), scans.merge(session, by, stocktake, seen, source=file.name)


def decide(
    app: App, reference: str, ruling: Ruling, *, code: str, discrepancy: Discrepancy
) -> dict[str, Any]:
    """Decide about one discrepancy; gives it with its decision as plain values.

    Raises:
        BadValue: the choice is not for that discrepancy, or lacks its reason or its day.
        Unknown: no such session or discrepancy. IllegalMove: closed, or the facts changed since.
    """
    with app.database.write() as session:
        stocktake = records.get_open(session, reference)
        case = decisions.decide(
            session, app.stamp(), stocktake, ruling, code=code, discrepancy=discrepancy, today=_today(app)
        )
        return closing.row(case, stocktake.owner)


def report(app: App, reference: str) -> Mapping[str, Any]:
    """How a session stands, as plain values: of an open one now, of a closed one as it was closed.

    Raises:
        Unknown: no such session. JournalBroken: the result is not what was hashed.
    """
    with app.database.read() as session:
        stocktake = records.get(session, reference)
        if stocktake.closed_at is None:
            standing = decisions.look(session, stocktake, _today(app))
            return closing.told(session, stocktake, standing) | {"attachments": []}
        found, digest = closing.result(session, stocktake)
        tied = records.attachments(session, stocktake.reference)
        return {
            **found,
            "result_sha256": digest,
            "attachments": [{"name": one.name, "sha256": one.sha256} for one in tied],
        }


def close(app: App, reference: str) -> Issued:
    """Close a session and issue its report; one that is closed gets its report again.

    Raises:
        Unknown: no such session. IllegalMove: discrepancies are undecided.
        MissingRequirement: the report could not be written; the session is closed, ask again.
    """
    with app.database.write() as session:
        stocktake = records.get(session, reference)
        if stocktake.closed_at is None:
            closing.close(session, app.stamp(), stocktake, lender=app.settings.team.name, zone=app.zone)
    return issue(app, reference, None)


def issue(app: App, reference: str, out: Path | None) -> Issued:
    """Write the report of a closed session, the same bytes each time, its text and the result as JSON beside.

    `out` is the PDF to write; None puts it among the station's documents.

    Raises:
        Unknown: no such session. IllegalMove: it is open.
    """
    with app.database.read() as session:
        stocktake = records.get(session, reference)
        found, digest = closing.result(session, stocktake)
    kind = KINDS[KIND]
    facts = kind.read(found)
    pdf = kind.render(facts, issuing.LANGUAGE)
    base = issuing.base(kind, facts, app.home.documents) if out is None else out.with_suffix("")
    path = out or issuing.ending(base, "pdf")
    store.save_together(
        {
            issuing.ending(base, "json"): closing.canonical(found),
            issuing.ending(base, "txt"): kind.as_text(facts, issuing.LANGUAGE).encode(),
            path: pdf,
        }
    )
    printed = hashlib.sha256(pdf).hexdigest()
    _record(app, stocktake, found, printed)
    return Issued(str(path), printed, digest)


def _record(app: App, stocktake: Stocktake, found: Mapping[str, Any], pdf_sha256: str) -> None:
    """Note that the report was issued; its result never changes, so there is one version."""
    with app.database.write() as session:
        if issued.newest(session, stocktake.reference) is None:
            issued.issue(
                session,
                app.stamp(),
                reference=stocktake.reference,
                version=1,
                kind=KIND,
                subject=records.subject(stocktake.reference),
                facts=found,
                pdf_sha256=pdf_sha256,
            )


def attach(app: App, reference: str, file: Path) -> str:
    """Tie a file, e.g. the signed report, to a closed session; gives its SHA-256.

    Raises:
        MissingRequirement: the file cannot be read.
        Unknown: no such session. IllegalMove: it is open.
    """
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise MissingRequirement(
            _("“{file}” cannot be read: {reason}; nothing was changed.").format(
                file=file, reason=exc.strerror or exc
            ),
            hint=_("Check the file's name and who may read it."),
        ) from exc
    with app.database.write() as session:
        stocktake = records.get(session, reference)
        return closing.attach(session, app.stamp(), stocktake, file.name, content).sha256


def _today(app: App) -> date:
    return app.stamp().at.astimezone(app.zone).date()
