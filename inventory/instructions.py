"""Owns what a commune instructs, in writing, about its data at the end: return, destroy or archive.

Source: GDPR art. 28(3)(a) and (g), requirements 10 and 14. Each is a milestone of its crisis; the latest
counts. An instruction that the lender holds to be unlawful is kept as such, for it must be reported and must
not be followed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _

from sqlmodel import Session

from inventory import milestones
from inventory.crisis_records import Crisis
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.milestones import CrisisMilestone, Milestone
from inventory.text import named


class Wish(StrEnum):
    """What is to become of the data; all of them are returned and acknowledged first."""

    #: the commune has them back, and no copy stays at the lender
    RETURN = "return"
    #: the same, said from its other end
    DESTROY = "destroy"
    #: they stay where they are until another instruction
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Instruction:
    """One written instruction.

    Attributes:
        wish: what it asks for. said_by: who signed it for the commune.
        received_at: when the lender received it, aware.
        document: name of the file that it came as; sha256: of its content, in hexadecimal.
        unlawful: why the lender holds it to be unlawful, empty where it does not.
    """

    wish: Wish
    said_by: str
    received_at: datetime
    document: str
    sha256: str
    unlawful: str = ""


def give(session: Session, by: Stamp, crisis: Crisis, instruction: Instruction) -> None:
    """Keep an instruction; the same as the one in force changes nothing.

    Raises:
        BadValue: nobody signed it. IllegalMove: it was received before T0 or in the future, or it is one that
            a later one has replaced.
    """
    said = replace(
        instruction,
        said_by=named(instruction.said_by),
        unlawful=named(instruction.unlawful, empty=True),
    )
    before = [_instruction(row) for row in milestones.of(session, crisis.reference, Milestone.INSTRUCTED)]
    if said in before[:-1] and said != before[-1]:
        raise IllegalMove(
            _("A later instruction replaced this one; nothing was changed."),
            hint=_("To come back to it, record the commune's new document."),
        )
    milestones.note(
        session,
        by,
        crisis,
        Milestone.INSTRUCTED,
        said_by=said.said_by,
        happened_at=said.received_at,
        detail={
            "wish": said.wish.value,
            "document": said.document,
            "sha256": said.sha256,
            "unlawful": said.unlawful,
        },
    )


def current(session: Session, reference: str) -> Instruction | None:
    """The instruction in force: the last one kept."""
    told = milestones.of(session, reference, Milestone.INSTRUCTED)
    return _instruction(told[-1]) if told else None


def _instruction(row: CrisisMilestone) -> Instruction:
    said = {name: row.detail[name] for name in ("document", "sha256", "unlawful")}
    return Instruction(Wish(row.detail["wish"]), row.said_by, row.happened_at, **said)
