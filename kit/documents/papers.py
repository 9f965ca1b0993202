"""Sets papers made of blocks: as PDF and as plain text, with the same head and foot for every kind."""

from dataclasses import asdict
from typing import Any

from kit.documents import blocks_text, handover_text
from kit.documents.blocks import Block, Paper, Prose, Table
from kit.documents.interface import Content
from kit.documents.paper_facts import PaperFacts
from kit.documents.typesetting import typeset
from kit.documents.wording import translations


def render(facts: PaperFacts, paper: Paper, language: str) -> bytes:
    """The paper as PDF/A-2a, A4.

    Raises:
        NotTypeset: the typesetter refused or failed.
    """
    return typeset(
        Content(
            template="paper.typ",
            language=language,
            title=paper.title,
            reference=facts.name,
            author=facts.lender,
            issued_at=facts.issued_at,
            fingerprint=facts.fingerprint,
            data={
                "drill": facts.drill,
                "lender": facts.lender,
                "labels": labels(language),
                "subtitle": paper.subtitle,
                "blocks": [_plain(block) for block in (*_changed(facts, language), *paper.blocks)],
            },
        )
    )


def as_text(facts: PaperFacts, paper: Paper, language: str) -> str:
    """The same paper for a screen or any printer, ending in a line feed."""
    words = labels(language)
    whole = Paper(paper.title, paper.subtitle, (*_changed(facts, language), *paper.blocks))
    band = handover_text.band(words["exercise"]) if facts.drill else ()
    foot = ("", "", facts.name, words["fingerprint"], facts.fingerprint)
    return "\n".join((*band, *blocks_text.lay_out(whole, facts.name, facts.lender), *foot)) + "\n"


def labels(language: str) -> dict[str, str]:
    """The words that every paper has."""
    _ = translations(language).gettext
    return {
        "exercise": _("EXERCISE – no real incident"),
        "fingerprint": _("SHA-256 of the facts"),
        "signature": _("Signature"),
    }


def signing(language: str) -> tuple[str, str]:
    """What everybody who signs writes besides."""
    _ = translations(language).gettext
    return _("Name and position"), _("Date and time")


def _changed(facts: PaperFacts, language: str) -> tuple[Block, ...]:
    """What a reissue says first."""
    if not facts.change:
        return ()
    said = translations(language).gettext("Version {version} replaces version {before}. {change}")
    text = said.format(version=facts.version, before=facts.version - 1, change=facts.change)
    return (Prose(text, framed=True),)


def _plain(block: Block) -> dict[str, Any]:
    """A block as the template reads it: its fields, and which block it is."""
    plain = {"block": type(block).__name__.lower(), **asdict(block)}
    if isinstance(block, Table):
        # As lists, for a text's own line feeds are no layout.
        plain["rows"] = [[list(filter(None, cell.split("\n"))) for cell in row] for row in block.rows]
    return plain
