"""Owns what papers about the end of a crisis say of the commune's instruction (requirement 14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from kit.documents.blocks import Pair
from kit.documents.paper_wording import when
from kit.documents.wording import translations

#: What may become of the commune's data; empty where nobody said so yet.
Instruction = Literal["return", "destroy", "archive", ""]


class Instructed(Protocol):
    """Facts that hold an instruction."""

    @property
    def instruction(self) -> Instruction:
        """What the commune wants."""
        ...

    @property
    def instructed_by(self) -> str:
        """Who said so for it."""
        ...

    @property
    def instructed_at(self) -> datetime | None:
        """When."""
        ...


def instruction_fields(facts: Instructed, language: str) -> list[Pair]:
    """What the commune wants to become of its data, who said so, and when."""
    _ = translations(language).gettext
    return [
        (_("Its data shall be"), outcomes(language)[facts.instruction]),
        (_("Said by"), facts.instructed_by),
        (_("On"), when(facts.instructed_at, language)),
    ]


def outcomes(language: str) -> Mapping[str, str]:
    """The instructions, in words."""
    pgettext = translations(language).pgettext
    return {
        "": "",
        "return": pgettext("data", "returned, then destroyed here"),
        "destroy": pgettext("data", "destroyed"),
        "archive": pgettext("data", "archived"),
    }
