"""Owns the technical report of a crisis: stages and their times, what does not hold, devices, tenant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kit.documents import technical_wording as words
from kit.documents.blocks import Block, Fields, Heading, Paper, Prose, Table
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import crisis_fields, when
from kit.documents.wording import translations

KIND = "technical-report"


@dataclass(frozen=True, kw_only=True)
class StageCount:
    """One stage: in how many seats it is done, failed, or neither; seconds from its first move to its end."""

    stage: str
    done: int
    failed: int
    other: int
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One stage that does not hold; seat None is the crisis as a whole."""

    seat: int | None
    stage: str
    message: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldDevice:
    """A device of a seat: what it is and where it stands, as the book has it, e.g. "laptop", "on_loan"."""

    tag: str
    kind: str
    state: str


@dataclass(frozen=True, kw_only=True)
class SeatLine:
    """One seat without its person: its devices, and when it worked."""

    seat: int
    devices: tuple[HeldDevice, ...]
    ready_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a stage of the whole crisis left behind, such as a site's address or a sheet's hash."""

    stage: str
    what: str
    value: str


@dataclass(frozen=True, kw_only=True)
class TechnicalFacts(CrisisFacts):
    """Where a crisis stands for those who mend it; the moments aware, in the zone to print.

    `called_back_by` verified the caller, on the number `called_back_on` (requirement 7).
    """

    t0: datetime
    as_of: datetime
    station: str
    called_back_by: str = ""
    called_back_on: str = ""
    stages: tuple[StageCount, ...]
    troubles: tuple[Trouble, ...] = ()
    lines: tuple[SeatLine, ...] = ()
    proofs: tuple[Proof, ...] = ()
    journal_lines: int
    journal_head: str


def paper(facts: TechnicalFacts, language: str) -> Paper:
    """The report."""
    _ = translations(language).gettext
    return Paper(
        _("Technical report"),
        _("Stages and their times, what does not hold, devices, tenant"),
        [
            Fields(
                [
                    *crisis_fields(facts, language)[:2],
                    (_("Declared (T0)"), when(facts.t0, language)),
                    (_("As of"), when(facts.as_of, language)),
                    (_("Station"), facts.station),
                    (_("Call-back of the correspondent"), _called_back(facts, language)),
                ]
            ),
            Heading(_("What does not hold")),
            *_troubles(facts, language),
            Heading(_("Stages")),
            Table(
                head=(_("Stage"), _("Done"), _("Failed"), _("Neither"), _("Seconds")),
                widths=(5, 2, 2, 2, 3),
                rows=[
                    (
                        words.stage(one.stage, language),
                        *(map(str, (one.done, one.failed, one.other))),
                        "–" if one.seconds is None else f"{one.seconds:.0f}",
                    )
                    for one in facts.stages
                ],
                right=(1, 2, 3, 4),
            ),
            Heading(_("Seats")),
            Table(
                head=(_("Seat"), _("Devices"), _("Worked first")),
                widths=(1, 7, 4),
                rows=[
                    (
                        str(line.seat),
                        "\n".join(words.device(held, language) for held in line.devices),
                        when(line.ready_at, language) or "–",
                    )
                    for line in facts.lines
                ],
            ),
            *_proofs(facts, language),
            Heading(_("Journal")),
            Fields(
                [(_("Lines"), str(facts.journal_lines)), (_("Hash of the last one"), facts.journal_head)],
                exact=True,
            ),
        ],
    )


def _called_back(facts: TechnicalFacts, language: str) -> str:
    _ = translations(language).gettext
    return ", ".join(filter(None, (facts.called_back_by, facts.called_back_on))) or _("not recorded")


def _troubles(facts: TechnicalFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    if not facts.troubles:
        yield Prose(_("Nothing: every stage that was begun holds."))
        return
    whole = _("all")
    yield Table(
        head=(_("Seat"), _("Stage"), _("What happened, what to do")),
        widths=(1, 2, 9),
        rows=[
            (
                whole if one.seat is None else str(one.seat),
                words.stage(one.stage, language),
                f"{one.message}\n{one.hint}",
            )
            for one in facts.troubles
        ],
    )


def _proofs(facts: TechnicalFacts, language: str) -> Iterator[Block]:
    if facts.proofs:
        yield Heading(translations(language).gettext("Proofs"))
        yield Fields([(words.proof(one, language), one.value) for one in facts.proofs], exact=True)
