"""Closes a session: what it found is frozen and hashed into the journal; the signed report is tied to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from gettext import gettext as _
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from inventory import journal
from inventory.communes import Commune
from inventory.errors import IllegalMove, JournalBroken
from inventory.journal import JournalLine, Stamp
from inventory.stocktakes import decisions, records, scans, sessions
from inventory.stocktakes.decisions import Case, Standing
from inventory.stocktakes.records import Attachment, Stocktake

#: How many undecided discrepancies a message names.
_NAMED = 5


def close(
    session: Session, by: Stamp, stocktake: Stocktake, *, lender: str, zone: ZoneInfo
) -> Mapping[str, Any]:
    """Close an open session whose discrepancies are all decided; gives the result that is kept.

    `lender`, `zone` and the commune's name are what the report prints, frozen with the rest: it can be issued
    again for ever.

    Raises:
        IllegalMove: some are undecided (they are named).
    """
    standing = decisions.look(session, stocktake, by.at.astimezone(zone).date())
    if left := standing.undecided:
        named = ", ".join(f"{one.subject} ({one.discrepancy})" for one in left[:_NAMED])
        raise IllegalMove(
            _("{count} discrepancies of {reference} are undecided: {named}; it stays open.").format(
                count=len(left), reference=stocktake.reference, named=named + (", …" if left[_NAMED:] else "")
            ),
            hint=_("See them with `kit stocktake report {reference}`, then `kit stocktake decide`.").format(
                reference=stocktake.reference
            ),
        )
    stocktake.closed_at = by.at
    stocktake.result = {
        **told(session, stocktake, standing),
        "closed_at": by.at.isoformat(),
        "closed_by": by.actor,
        "lender": lender,
        "zone": zone.key,
        "commune_name": _commune_name(session, stocktake),
    }
    session.add(stocktake)
    line = {"result_sha256": fingerprint(stocktake.result), "discrepancies": len(standing.cases)}
    journal.append(session, by, "stocktake.closed", records.subject(stocktake.reference), line)
    return stocktake.result


def _commune_name(session: Session, stocktake: Stocktake) -> str:
    return session.get_one(Commune, stocktake.commune_code).name if stocktake.commune_code else ""


def result(session: Session, stocktake: Stocktake) -> tuple[Mapping[str, Any], str]:
    """What a closed session found, and its SHA-256.

    Raises:
        IllegalMove: it is open.
        JournalBroken: it is not what was hashed when it was closed.
    """
    if stocktake.result is None:
        raise IllegalMove(
            _("Stocktake {reference} is open: it has no result yet.").format(reference=stocktake.reference),
            hint=_("Close it: `kit stocktake close {reference}`.").format(reference=stocktake.reference),
        )
    query = select(JournalLine).where(JournalLine.subject == records.subject(stocktake.reference))
    line = session.exec(query.where(JournalLine.kind == "stocktake.closed")).first()
    digest = fingerprint(stocktake.result)
    if line is None or line.data["result_sha256"] != digest:
        raise JournalBroken(
            _("The result of {reference} is not what the journal has.").format(reference=stocktake.reference),
            hint=_("Keep the data base as it is, and compare with the printed report and the last backup."),
        )
    return stocktake.result, digest


def attach(session: Session, by: Stamp, stocktake: Stocktake, name: str, content: bytes) -> Attachment:
    """Tie a file to a closed session by its SHA-256; the same file again changes nothing.

    Raises:
        IllegalMove: it is open: what is signed is its result.
    """
    result(session, stocktake)
    digest = hashlib.sha256(content).hexdigest()
    before = session.get(Attachment, (stocktake.reference, digest))
    if before is not None:
        return before
    made = Attachment(stocktake=stocktake.reference, sha256=digest, name=name, at=by.at, by=by.actor)
    session.add(made)
    line = {"name": name, "sha256": digest}
    journal.append(session, by, "stocktake.attached", records.subject(stocktake.reference), line)
    return made


def told(session: Session, stocktake: Stocktake, standing: Standing) -> dict[str, Any]:
    """Where a session stands, as plain values."""
    comparison = standing.comparison
    return {
        "reference": stocktake.reference,
        "place": stocktake.place,
        "commune": stocktake.commune_code,
        "state": stocktake.state,
        "owner": stocktake.owner,
        "opened_at": stocktake.opened_at.isoformat(),
        "opened_by": stocktake.opened_by,
        "expected": comparison.expected,
        "seen": comparison.seen,
        "sightings": len(standing.sightings),
        "sightings_sha256": scans.fingerprint(stocktake.reference, standing.sightings),
        "expected_sha256": sessions.fingerprint(sessions.expected(session, stocktake.reference).values()),
        "tallies": [asdict(tally) for tally in comparison.tallies],
        "discrepancies": [row(case, stocktake.owner) for case in standing.cases],
    }


def canonical(found: Mapping[str, Any]) -> bytes:
    """A result as it is hashed, which is also the file beside the report."""
    return journal.canonical(dict(found))


def fingerprint(found: Mapping[str, Any]) -> str:
    """SHA-256 of a result, in hexadecimal."""
    return hashlib.sha256(canonical(found)).hexdigest()


def row(case: Case, owner: str) -> dict[str, Any]:
    """One discrepancy and its decision as plain values; `owner` answers for what nobody else does."""
    variance, decision = case.variance, case.decision
    return {
        "subject": variance.subject,
        "kind": variance.record.kind if variance.record else "",
        "model": variance.record.model if variance.record else "",
        "state": variance.record.state if variance.record else "",
        "discrepancy": variance.discrepancy.value,
        "expected": variance.expected,
        "found": variance.found,
        "owner": decision.owner if decision else owner,
        "choice": decision.choice if decision else "",
        "reason": decision.reason if decision else "",
        "until": decision.until.isoformat() if decision and decision.until else "",
        "decided_by": decision.by if decision else "",
        "decided_at": decision.at.isoformat() if decision else "",
    }
