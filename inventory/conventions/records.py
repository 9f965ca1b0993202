"""Owns the tables of conventions, their letters, and the team's own templates that are in use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from gettext import gettext as _
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from inventory.conventions.facts import ConventionDates, Notice, NoticeKind, Reading, Side
from inventory.conventions.standing import ConventionStatus, status
from inventory.conventions.template import Template, Versions, published, template_of
from inventory.errors import Unknown
from inventory.times import UtcDateTime


class KeptTemplate(SQLModel, table=True):
    """A team's own template as it was when a convention was made under it: its file may change or vanish."""

    __tablename__ = "convention_template"

    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    parameters: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Convention(SQLModel, table=True):
    """A convention with a commune; it keeps the template version it was made under."""

    __tablename__ = "convention"

    id: int | None = Field(default=None, primary_key=True)
    commune_code: str = Field(foreign_key="commune.code", index=True)
    template: str
    template_version: int
    reading: str
    signed_on: date | None = None
    notified_on: date | None = None
    ended_on: date | None = None


class ConventionNotice(SQLModel, table=True):
    """A letter about a convention; `settled_on` with its reason is the day from which it counts no more."""

    __tablename__ = "convention_notice"

    id: int | None = Field(default=None, primary_key=True)
    convention: int = Field(foreign_key="convention.id", index=True)
    kind: str
    side: str
    sent_on: date
    received_on: date | None = None
    since: date | None = None
    settled_on: date | None = None
    reason: str = ""
    recorded_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def value(self) -> Notice:
        """It, as the pure functions take it."""
        return Notice(
            NoticeKind(self.kind),
            Side(self.side),
            self.sent_on,
            self.received_on,
            self.since,
            self.settled_on,
            self.id,
        )


@dataclass(frozen=True)
class Standing:
    """A convention with everything that its dates are computed from."""

    convention: Convention
    template: Template
    dates: ConventionDates

    @property
    def number(self) -> int:
        """Its number in the book; 0, which no line of the book has, before it is recorded."""
        return self.convention.id or 0

    def status(self, today: date) -> ConventionStatus:
        """Whether it is in force on that day."""
        return status(self.template, self.dates, today)


def listing(session: Session) -> Sequence[Convention]:
    """Every convention, in the order in which they were recorded."""
    return session.exec(select(Convention).order_by(col(Convention.id))).all()


def for_commune(session: Session, code: str) -> Sequence[Convention]:
    """The conventions of one commune, in the order in which they were recorded."""
    query = select(Convention).where(Convention.commune_code == code)
    return session.exec(query.order_by(col(Convention.id))).all()


def standings(session: Session, code: str | None = None) -> list[Standing]:
    """The conventions of one commune or of all, with templates and letters, as they were recorded."""
    found = listing(session) if code is None else for_commune(session, code)
    query = select(ConventionNotice).order_by(col(ConventionNotice.id))
    if code is not None:
        query = query.where(col(ConventionNotice.convention).in_([each.id for each in found]))
    letters = defaultdict[int, list[Notice]](list)
    for letter in session.exec(query).all():
        letters[letter.convention].append(letter.value)
    known = catalogue(session)
    return [_standing(each, known, tuple(letters[each.id or 0])) for each in found]


def chosen(session: Session, code: str, key: str, today: date, *, to_sign: bool = False) -> Standing:
    """The convention of a commune that is meant: of that template, or the only one that has not ended.

    Of several under one template one in force counts before a draft, or a draft where one is to be signed;
    then the one recorded last.

    Raises:
        Unknown: there is none, or there are several (their templates are named).
    """
    running = [each for each in standings(session, code) if each.status(today) is not ConventionStatus.ENDED]
    running.sort(key=lambda each: (each.status(today) is ConventionStatus.ACTIVE) is not to_sign)
    by_template = {each.template.key: each for each in running if key in {"", each.template.key}}
    if len(by_template) == 1:
        return next(iter(by_template.values()))
    if by_template:
        raise Unknown(
            _("This commune has several conventions: {keys}.").format(keys=", ".join(by_template)),
            hint=_("Name one with --template."),
        )
    raise Unknown(
        _("This commune has no such convention that has not ended."),
        hint=_("See them all with `kit convention show`."),
    )


def letters(session: Session, convention: int, kind: NoticeKind) -> Sequence[ConventionNotice]:
    """The letters of one kind about a convention, in the order in which they were sent."""
    query = select(ConventionNotice).where(
        ConventionNotice.convention == convention, ConventionNotice.kind == kind.value
    )
    return session.exec(query.order_by(col(ConventionNotice.sent_on), col(ConventionNotice.id))).all()


def catalogue(session: Session) -> Versions:
    """The program's templates, and the team's own under which a convention was made; every known version."""
    kept = defaultdict[str, list[Template]](list)
    for row in session.exec(select(KeptTemplate).order_by(col(KeptTemplate.version))).all():
        kept[row.key].append(Template.model_validate(row.parameters))
    return {**published(), **{key: tuple(versions) for key, versions in kept.items()}}


def dates_of(convention: Convention, notices: tuple[Notice, ...] = ()) -> ConventionDates:
    """Its dates, as the pure functions take them."""
    return ConventionDates(
        convention.signed_on,
        convention.notified_on,
        convention.ended_on,
        Reading(convention.reading),
        notices,
    )


def _standing(convention: Convention, known: Versions, notices: tuple[Notice, ...]) -> Standing:
    template = template_of(convention.template, convention.template_version, among=known)
    return Standing(convention, template, dates_of(convention, notices))
