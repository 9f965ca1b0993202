"""Owns templates: what a kind of convention fixes, as versioned data.

The program's own come with it (`inventory/data/convention-templates.json`); a team's are files of the same
shape in a folder. A version never changes once it is published: a convention keeps the one it was made under.
"""

import json
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inventory.conventions.facts import Reading, Side
from inventory.errors import BadRows, BadValue, Unknown

Months = Annotated[int, Field(ge=1, le=120)]


class Act(StrEnum):
    """The act from which a convention is in force."""

    NOTIFICATION = "notification"
    SIGNATURE = "signature"


class FirstTerm(StrEnum):
    """How the first term ends; the next ones are a year each, tacitly."""

    #: on 31 December
    CIVIL_YEAR = "civil_year"
    #: on the first anniversary
    YEAR = "year"


class NoticeStart(StrEnum):
    """From when the months of an exit notice run."""

    RECEIPT = "receipt"
    #: from the first day of the month after receipt
    MONTH_AFTER_RECEIPT = "month_after_receipt"


class ExitAt(StrEnum):
    """When an exit takes effect once its months have run."""

    TERM_END = "term_end"
    NOTICE_END = "notice_end"


class PublicHolidays(StrEnum):
    """Which public holidays close the support: those of France, or with the two of Alsace and Moselle."""

    FR = "FR"
    FR_57 = "FR-57"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExitNotice(_Part):
    """How a side leaves; a side without months cannot."""

    commune_months: Months | None
    lender_months: Months | None
    start: NoticeStart
    takes_effect: ExitAt
    #: years that must have passed first
    minimum_years: Annotated[int, Field(ge=0, le=20)] = 0

    def months(self, side: Side) -> int | None:
        """The months of that side's notice."""
        return self.commune_months if side is Side.COMMUNE else self.lender_months


class ForceMajeure(_Part):
    """Months after which either side may end the convention by letter, and how long after sending it ends."""

    threshold_months: Months
    months_after_sending: Months


class Window(_Part):
    """When a service is open: hours from–to on days of the week (Monday is 1), closed on public holidays."""

    hours: Annotated[tuple[tuple[time, time], ...], Field(min_length=1)]
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    holidays: PublicHolidays

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        bounds = [moment for opened in self.hours for moment in opened]
        if bounds != sorted(set(bounds)):
            raise ValueError("hours must be in order and not overlap")
        return self


class Template(_Part):
    """What a kind of convention fixes; None where it says nothing, which is never a default.

    Attributes:
        key: its name, e.g. "amp_cyber". version: grows whenever a parameter changes.
        lends_kit: whether it opens the right to a crisis kit.
        max_years: its longest duration. last_day: a day after which it is over in any case.
        readings: the possible readings of `max_years`, the default first.
        breach_cure_months: how long a breach may be cured, from receipt of the letter.
        support, service: when people answer, when the service itself is promised.
        intervention_hours: hours of the service window within which an intervention begins.
        further: parameters that no rule of this program reads.
    """

    key: str
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1)]
    lends_kit: bool
    effect: Act
    first_term: FirstTerm
    max_years: Annotated[int, Field(ge=1, le=99)] | None
    last_day: date | None
    readings: tuple[Reading, ...]
    notice: ExitNotice
    breach_cure_months: Months | None
    force_majeure: ForceMajeure | None
    support: Window | None
    service: Window | None
    intervention_hours: Annotated[int, Field(ge=1)] | None
    further: dict[str, Any] = Field(default_factory=dict)


#: The versions of templates, ascending, by key.
Versions = Mapping[str, tuple[Template, ...]]


def templates() -> dict[str, Template]:
    """Every template of the program by key, in the newest version."""
    return {key: versions[-1] for key, versions in published().items()}


def template_of(key: str, version: int | None = None, *, among: Versions | None = None) -> Template:
    """The template with that key, in that version or the newest; of the program where no others are given.

    Raises:
        Unknown: there is none; names those that exist.
    """
    known = published() if among is None else among
    found = [each for each in known.get(key, ()) if version in {None, each.version}]
    if found:
        return found[-1]
    if key in known:
        raise Unknown(
            _("There is no version {version} of the convention template “{key}” here.").format(
                version=version, key=key
            ),
            hint=_("Look in the folder of `conventions.templates` in kit.toml."),
        )
    raise Unknown(
        _("No convention template is called “{key}”.").format(key=key),
        hint=_("Use one of {keys}.").format(keys=", ".join(known)),
    )


@cache
def published() -> Versions:
    """The program's own templates, every version that ever was."""
    return _parsed(resources.files("inventory").joinpath("data/convention-templates.json").read_text("utf-8"))


def read_folder(folder: Path | None) -> Versions:
    """The team's own templates: every JSON file of a folder; none where no folder is set.

    Raises:
        BadValue: the folder cannot be read, or a key is the program's or stands in two files.
        BadRows: a file is not what it must be; says where.
    """
    if folder is None:
        return {}
    hint = _("Correct it, or remove `conventions.templates` from kit.toml.")
    found: dict[str, tuple[Template, ...]] = {}
    try:
        texts = {file: file.read_text("utf-8") for file in sorted(folder.iterdir()) if file.suffix == ".json"}
    except (OSError, UnicodeDecodeError) as exc:
        raise BadValue(
            _("The folder of templates {folder} cannot be read: {fault}.").format(folder=folder, fault=exc),
            hint=hint,
        ) from exc
    for file, text in texts.items():
        read = _read(file, text, hint)
        if taken := sorted(read.keys() & (published().keys() | found.keys())):
            raise BadValue(
                _("{file}: a template is called {keys} already; nothing was changed.").format(
                    file=file, keys=", ".join(taken)
                ),
                hint=_("Give it a key of its own."),
            )
        found |= read
    return found


def _read(file: Path, text: str, hint: str) -> Versions:
    try:
        return _parsed(text)
    except ValidationError as exc:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        wrong = str(exc)
    raise BadRows(
        _("The template file {file} was refused; nothing was changed.").format(file=file),
        rows=((1, wrong),),
        hint=hint,
    )


def _parsed(text: str) -> Versions:
    found: dict[str, tuple[Template, ...]] = {}
    for key, versions in json.loads(text)["templates"].items():
        read = tuple(Template.model_validate({"key": key} | parameters) for parameters in versions)
        if [each.version for each in read] != list(range(1, len(read) + 1)) or not read:
            raise ValueError(_("{key}: versions must count from 1 without a gap").format(key=key))
        found[key] = read
    return found
