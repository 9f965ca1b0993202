"""Conventions: who may borrow until when, by pure functions of (template, dates, today); what is kept.

Rules are parameters of a template, never constants here; the lifecycle table of the requirements is their
source.
"""

from inventory.conventions.facts import ConventionDates, Notice, NoticeKind, Reading, Side
from inventory.conventions.recording import active, add
from inventory.conventions.records import Convention, Standing, for_commune, listing, standings
from inventory.conventions.standing import ConventionStatus, last_day, status
from inventory.conventions.template import Template, template_of, templates
from inventory.conventions.terms import effect, final_end

__all__ = [
    "Convention",
    "ConventionDates",
    "ConventionStatus",
    "Notice",
    "NoticeKind",
    "Reading",
    "Side",
    "Standing",
    "Template",
    "active",
    "add",
    "effect",
    "final_end",
    "for_commune",
    "last_day",
    "listing",
    "standings",
    "status",
    "template_of",
    "templates",
]
