"""Owns the clean-state report as a document: what a laptop was found to be, and whether it may be given.

The same page is an annex of the hand-over sheet (`handover.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from kit.documents import clean_state_text, handover_text
from kit.documents.clean_state_wording import labels, page
from kit.documents.interface import Content
from kit.documents.laptop_state import LaptopState
from kit.documents.typesetting import typeset
from kit.documents.wording import translations


@dataclass(frozen=True)
class CleanStateFacts:
    """One laptop's page.

    Attributes:
        reference: of the document, e.g. "LAP-01-20260115-0240".
        lender: who owns the laptop.
        issued_at: when the report was kept; aware, in the zone to print.
        state: what the report says.
    """

    reference: str
    lender: str
    issued_at: datetime
    state: LaptopState


def render(facts: CleanStateFacts, language: str = "fr") -> bytes:
    """The report as PDF/A-2a: one A4 page, with the SHA-256 of the report's own file in the footer.

    Raises:
        BadInput: no such language.
        NotTypeset: the typesetter refused or failed.
    """
    _ = translations(language).gettext
    words = labels(language)
    return typeset(
        Content(
            template="clean_state.typ",
            language=language,
            title=words["clean_state"],
            reference=facts.reference,
            author=facts.lender,
            issued_at=facts.issued_at,
            fingerprint=facts.state.report_sha256,
            data={
                "lender": facts.lender,
                "drill": facts.state.drill,
                "labels": words
                | {"exercise": _exercise(language), "fingerprint": _("SHA-256 of the report")},
                "page": page(facts.state, language),
            },
        )
    )


def as_text(facts: CleanStateFacts, language: str = "fr") -> str:
    """The same page for a screen or any printer.

    Raises:
        BadInput: no such language.
    """
    band = handover_text.band(_exercise(language)) if facts.state.drill else ()
    return "\n".join([*band, clean_state_text.lay_out(page(facts.state, language), labels(language))])


def _exercise(language: str) -> str:
    return translations(language).gettext("EXERCISE – no real incident")
