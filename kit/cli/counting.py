"""What `kit stocktake scan` and `report` say: answers to codes, laptops that were asked, the picture."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.cli.exits import INTERRUPTED, say
from kit.cli.render import emit_json, emit_record, emit_table

if TYPE_CHECKING:
    from inventory.stocktakes.scans import Answer
    from kit.app.compose import App
    from kit.app.stocktake import Issued, Noted
    from kit.workstations.probe import Finding

#: What a terminal makes a sound of: eyes are on the shelf.
BELL = "\a"


def scan(program: "App", session: str, given: Iterable[str], noted: "Noted", *, as_json: bool) -> None:
    """Take codes and answer each at once; one that is no code is told and the next is taken."""
    from inventory.errors import BadValue
    from kit.app import stocktake

    answers = []
    for sequence, text in enumerate(_typed(given), start=1):
        try:
            answer = stocktake.take(program, session, text, sequence, noted)
        except BadValue as exc:
            say(f"{_bell()}{exc.message}")
            continue
        answers.append(answer)
        if not as_json:
            print(_in_words(answer), flush=True)
    if as_json:
        emit_json([_as_data(answer) for answer in answers])


def merge(program: "App", session: str, file: Path, *, place: str, as_json: bool) -> None:
    """Take an offline reader's file."""
    from kit.app import stocktake

    read, new = stocktake.merge(program, session, file, place=place)
    emit_record(
        {"read": read, "new": new},
        [("read", _("Sightings in the file")), ("new", _("Of them new"))],
        as_json=as_json,
    )


def probe(program: "App", session: str, *, timeout: float, as_json: bool) -> None:
    """Ask the expected laptops, side by side; what is known at Ctrl-C is kept."""
    from kit.app import probing, stocktake_answers

    asked = stocktake_answers.expected_laptops(program, session)
    private = probing.private(program, asked)
    findings: list[Finding] = []
    try:
        for finding in probing.look(program, asked, private, timeout=timeout):
            findings.append(finding)
            if not as_json:
                print(f"{finding.spot.tag}: {_said(finding)}", flush=True)
    except KeyboardInterrupt:
        say(_("Stopped; what was seen so far is kept."))
    seen = stocktake_answers.keep_answers(program, session, asked, findings)
    not_asked = probing.not_asked(private, findings)
    for hint in not_asked.values():
        say(f"→ {hint}")
    emit_record(
        {"asked": len(asked) - len(not_asked), "seen": seen, "not_asked": not_asked},
        [("asked", _("Laptops asked")), ("seen", _("Of them seen"))],
        as_json=as_json,
    )
    if len(findings) < len(asked):
        sys.exit(INTERRUPTED)


def emit_issued(issued: "Issued", *, as_json: bool) -> None:
    """Where the report was written, and what proves it."""
    emit_record(
        asdict(issued),
        [
            ("pdf", _("PDF")),
            ("pdf_sha256", _("SHA-256 of the PDF")),
            ("result_sha256", _("SHA-256 of the result")),
        ],
        as_json=as_json,
    )


def describe(found: Mapping[str, Any]) -> None:
    """A session as tables: counts by kind and place, discrepancies with what was decided."""
    emit_table(
        found["tallies"],
        [
            ("kind", _("kind")),
            ("place", _("place")),
            ("expected", _("expected")),
            ("seen", _("seen")),
            ("unexpected", _("unexpected")),
        ],
        as_json=False,
        title=_("{reference}: {seen} of {expected} seen").format(**found),
    )
    rows = found["discrepancies"]
    if not rows:
        print(_("Nothing differs."))
        return
    emit_table(
        ({name: value or None for name, value in row.items()} | {"choice": _choice(row)} for row in rows),
        [
            ("subject", _("device or code")),
            ("discrepancy", _("discrepancy")),
            ("state", _("state")),
            ("expected", _("book")),
            ("found", _("found")),
            ("owner", _("in charge")),
            ("choice", _("decision")),
        ],
        as_json=False,
    )
    left = sum(not row["choice"] for row in rows)
    if left:
        print(
            ngettext("{count} waits for a decision.", "{count} wait for a decision.", left).format(count=left)
        )


def _choice(row: Mapping[str, Any]) -> str | None:
    return " ".join(filter(None, (row["choice"], row["until"], row["reason"]))) or None


def _typed(given: Iterable[str]) -> Iterator[str]:
    """The codes of the command line, and in place of "-" those that come line by line."""
    for text in given:
        if text != "-":
            yield text
            continue
        if sys.stdin.isatty():
            say(_("Scan. Ctrl-D ends."))
        yield from (line for line in sys.stdin if line.strip())


def _in_words(answer: "Answer") -> str:
    from kit.app import stocktake

    code, match = answer.sighting.code, answer.match
    if match is None:
        return _("{bell}UNKNOWN  {code}: nothing in the pool has this code; it is kept").format(
            bell=_bell(), code=code
        )
    record = match.record
    told = " ".join(filter(None, (record.tag, record.kind, record.model)))
    if answer.expected:
        line = _("ok  {device}").format(device=told)
    else:
        line = _("{bell}UNEXPECTED  {device}: {state}, {where}").format(
            bell=_bell(), device=told, state=record.state, where=record.holder or record.place or "–"
        )
    return "; ".join([line, *stocktake.remarks(answer)])


def _as_data(answer: "Answer") -> dict[str, Any]:
    match = answer.match
    return {
        **asdict(answer.sighting),
        "device": asdict(match.record) if match else None,
        "identity": match.identity if match else None,
        "meant": match.meant if match else "",
        "expected": answer.expected,
        "before": answer.before,
        "elsewhere": answer.elsewhere,
    }


def _said(finding: "Finding") -> str:
    from kit.workstations.condition import Condition
    from kit.workstations.probe import KeyChanged, KeyMatches, NoAnswer, NotLetIn

    match finding.seen:
        case KeyMatches():
            return _("is there, not asked: no consent")
        case Condition(serial=serial):
            return _("is there, serial {serial}").format(serial=serial or "–")
        case NotLetIn(why):
            return _("is there, and does not let the station in: {reason}").format(reason=why)
        case KeyChanged(fingerprint):
            return _("ANOTHER MACHINE answers, with the key {fingerprint}").format(fingerprint=fingerprint)
        case NoAnswer(why):
            return _("no answer: {reason}").format(reason=why)


def _bell() -> str:
    return BELL if sys.stdout.isatty() else ""
