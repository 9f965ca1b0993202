"""Owns the credential slip: a secret for one person, on paper that is folded so that nobody else reads it.

The facts hold no secret. It is given when the slip is set, stands in the bytes that the caller gets, and is
written nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from kit.documents import papers
from kit.documents.blocks import Fields, Pair, Paper, Prose
from kit.documents.characters import legible
from kit.documents.interface import Content
from kit.documents.paper_facts import SeatFacts
from kit.documents.paper_wording import seat_fields, when
from kit.documents.typesetting import typeset
from kit.documents.wording import translations
from kit.errors import BadInput

KIND = "credential-slip"


@dataclass(frozen=True, kw_only=True)
class SlipFacts(SeatFacts):
    """What a slip says besides the secret.

    Attributes:
        account: what the secret opens, e.g. a principal name or a laptop's tag.
        purpose: what the secret is, in words, e.g. "Access pass".
        address: where it is typed, e.g. "https://aka.ms/mysecurityinfo"; empty on the device itself.
        valid_until: until when it can be used; aware, in the zone to print; None has no end.
    """

    account: str
    purpose: str
    address: str = ""
    valid_until: datetime | None = None


def paper(facts: SlipFacts, language: str) -> Paper:
    """The slip without its secret, as it is told from what was kept."""
    _ = translations(language).gettext
    return Paper(
        _("Credential slip"),
        _("For {person}, to be opened by nobody else").format(person=facts.person),
        [Fields([*seat_fields(facts, language), *_opened(facts, language)]), *_rules(language)],
    )


def plain(facts: SlipFacts, secret: str, language: str) -> bytes:
    """The slip with its secret as plain text in UTF-8: for a screen, from which it is copied by hand.

    Raises:
        BadInput: as `render`.
    """
    _must_be_legible(secret)
    told = papers.as_text(facts, paper(facts, language), language)
    # Never broken: it is typed as it stands.
    return f"{told}\n{legible(facts.purpose)}\n\n    {secret}\n".encode()


def render(facts: SlipFacts, secret: str, language: str) -> bytes:
    """The slip with its secret as PDF/A-2a: one A4 page, to be folded twice and stapled.

    The bytes hold the secret: print them and forget them.

    Raises:
        BadInput: the secret has signs that paper cannot show, or spaces that would be lost.
        NotTypeset: the typesetter refused or failed.
    """
    _must_be_legible(secret)
    words = translations(language)
    return typeset(
        Content(
            template="slip.typ",
            language=language,
            title=words.gettext("Credential slip"),
            reference=facts.name,
            author=facts.lender,
            issued_at=facts.issued_at,
            fingerprint=facts.fingerprint,
            data={
                "drill": facts.drill,
                "lender": facts.lender,
                "labels": papers.labels(language)
                | {
                    "fold": words.gettext(
                        "Fold this part up over the secret, then both behind the address, and staple."
                    ),
                    "personal": words.gettext("Personal and sealed – hand over unopened"),
                    "secret": facts.purpose,
                },
                "outside": seat_fields(facts, language),
                "inside": _opened(facts, language),
                "rules": [block.text for block in _rules(language)],
                "secret": secret,
            },
        )
    )


def _must_be_legible(secret: str) -> None:
    if not secret or legible(secret) != secret:
        raise BadInput(
            _("This secret cannot be printed so that it can be typed again; nothing was made."),
            hint=_("Hand it over in another way, such as `kit secret give`."),
        )


def _opened(facts: SlipFacts, language: str) -> list[Pair]:
    _ = translations(language).gettext
    pairs = [
        (_("What it opens"), facts.account),
        (_("What is inside"), facts.purpose),
        (_("Where to type it"), facts.address),
        (_("Until"), when(facts.valid_until, language)),
    ]
    return [pair for pair in pairs if pair[1]]


def _rules(language: str) -> list[Prose]:
    _ = translations(language).gettext
    return [
        Prose(_("If the staple is open, do not use it: ask for another one.")),
        Prose(_("Tell it to nobody, not even to the lender. Destroy this paper once you are signed in.")),
    ]
