"""Owns the printed runbook: whom to call, how this station is set, and the steps with their commands."""

from collections.abc import Iterator
from dataclasses import dataclass

from kit.documents import runbook_steps
from kit.documents.blocks import Block, Fields, Heading, PageBreak, Paper, Prose, Steps, Table
from kit.documents.paper_facts import PaperFacts
from kit.documents.paper_wording import when
from kit.documents.wording import translations

KIND = "runbook"


@dataclass(frozen=True, kw_only=True)
class CalledContact:
    """Whom to call; `commune` is empty for the lender's own."""

    commune: str
    role: str
    deputy: bool
    name: str
    phone: str
    email: str


@dataclass(frozen=True, kw_only=True)
class RunbookFacts(PaperFacts):
    """This team's own data.

    Attributes:
        settings: (name, value) pairs that differ from the defaults or matter at night; never a secret.
        folders: (what, path) pairs of this station.
    """

    station: str
    contacts: tuple[CalledContact, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    folders: tuple[tuple[str, str], ...] = ()

    @property
    def subject(self) -> str:
        """The team, as the journal names it."""
        return "team"

    @property
    def folder(self) -> str:
        """Beside the crises."""
        return "runbook"


def paper(facts: RunbookFacts, language: str) -> Paper:
    """The runbook: whom to call first, the steps, then how the station is set."""
    _ = translations(language).gettext
    return Paper(
        _("Runbook"),
        _("What to do when a commune calls, with this team's own contacts and settings"),
        [
            Fields([(_("Station"), facts.station), (_("Issued"), when(facts.issued_at, language))]),
            Heading(_("Whom to call")),
            *_contacts(facts, language),
            Heading(_("A commune calls")),
            Steps(runbook_steps.opening(language)),
            Heading(_("Prepare and hand over")),
            Steps(runbook_steps.lending(language)),
            Heading(_("Something goes wrong")),
            Steps(runbook_steps.trouble(language)),
            Heading(_("It is over")),
            Steps(runbook_steps.ending(language)),
            PageBreak(),
            Heading(_("Settings of this station")),
            Fields(facts.settings, exact=True),
            Heading(_("Where things are")),
            Fields(facts.folders, exact=True),
        ],
    )


def _contacts(facts: RunbookFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    own, deputy = _("the lender"), _("deputy")
    if not facts.contacts:
        yield Prose(_("No contact is recorded: `kit contact set` records one."), framed=True)
        return
    yield Table(
        head=(_("Whose"), _("Role"), _("Name"), _("Telephone, address")),
        widths=(3, 3, 4, 5),
        rows=[
            (
                one.commune or own,
                "\n".join((_role(one.role, language), deputy if one.deputy else "")),
                one.name,
                f"{one.phone}\n{one.email}",
            )
            for one in facts.contacts
        ],
    )


def _role(role: str, language: str) -> str:
    _ = translations(language).gettext
    named = {
        "correspondent": _("correspondent"),
        "representative": _("representative"),
        "dpo": _("data protection officer"),
        "technical": _("technical contact"),
    }
    return named.get(role, role)
