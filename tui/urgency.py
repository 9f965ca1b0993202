"""Owns what needs a human now: the one list that is read first, the most urgent first. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from gettext import gettext as _

from inventory.activity import Status
from inventory.board import Cell
from tui import clock
from tui.picture import CrisisView, Picture
from tui.words import Word, plain, stage_word, status_word

#: More than that, nobody reads; the crisis itself shows all.
_MOST = 100
_LATE = Word("! " + _("late"), "bad")


@dataclass(frozen=True)
class Need:
    """One thing a person must do; `key` names it, `crisis` is what to open about it, if anything.

    `cell` is the seat and the stage there that it is about; None where it is about more.
    """

    key: str
    look: Word
    about: str
    what: str
    hint: str = ""
    crisis: str = ""
    cell: tuple[int | None, str] | None = None


def needs(picture: Picture, now: datetime, zone: tzinfo) -> list[Need]:
    """Clocks that the law set, silent stations, what waits for a person or failed, then what is late."""
    found = [
        *_breaches(picture, now),
        *_silent(picture, now, zone),
        *_cells(picture, Status.NEEDS_HUMAN),
        *_cells(picture, Status.FAILED),
        *(need for crisis in picture.open_crises for need in _of_crisis(crisis, picture, zone)),
        *_overdue(picture),
    ]
    return found[:_MOST]


def _breaches(picture: Picture, now: datetime) -> Iterator[Need]:
    for each in picture.breaches:
        left = (each.deadline - now).total_seconds()
        late = _("the authority should know since {span}")
        what = _("tell the authority: {span} left") if left > 0 else late
        yield Need(
            f"breach:{each.reference}",
            status_word(Status.NEEDS_HUMAN) if left > 0 else _LATE,
            each.reference,
            f"{what.format(span=clock.span(abs(left)))} · {plain(each.description)}",
            _("Note it with `kit breach notified {reference}`.").format(reference=each.reference),
        )


def _silent(picture: Picture, now: datetime, zone: tzinfo) -> Iterator[Need]:
    """Stations that should have been heard of, while a run stands where only an engine brings it on."""
    halted = [crisis.reference for crisis in picture.open_crises if _unfinished(picture, crisis)]
    for station in picture.stations:
        if halted and station.silent(now):
            yield Need(
                f"station:{station.name}",
                status_word(Status.NEEDS_HUMAN),
                plain(station.name),
                _("station silent since {time}; unfinished: {crises}").format(
                    time=clock.time(station.at, zone), crises=", ".join(halted)
                ),
                _("Look at that machine; there, `kit crisis run {reference}` goes on.").format(
                    reference=halted[0]
                ),
                halted[0],
            )


def _unfinished(picture: Picture, crisis: CrisisView) -> bool:
    return any(
        picture.count(crisis.reference, status)
        for status in (Status.RUNNING, Status.WAITING, Status.NEEDS_HUMAN)
    )


def _cells(picture: Picture, status: Status) -> Iterator[Need]:
    for crisis in picture.open_crises:
        for cell in picture.board(crisis.reference).with_status(status):
            yield _cell(crisis, cell)


def _cell(crisis: CrisisView, cell: Cell) -> Need:
    last = cell.last
    about = crisis.reference if last.seat is None else f"{crisis.reference}/{last.seat}"
    return Need(
        f"cell:{about}:{last.stage}",
        status_word(cell.status),
        about,
        _("{name}: {value}").format(name=stage_word(last.stage), value=plain(last.detail)),
        plain(last.hint),
        crisis.reference,
        (last.seat, last.stage),
    )


def _of_crisis(crisis: CrisisView, picture: Picture, zone: tzinfo) -> Iterator[Need]:
    human = status_word(Status.NEEDS_HUMAN)
    if crisis.due_back is not None:
        since = _("the equipment is due back since {moment}").format(
            moment=clock.moment(crisis.due_back, zone)
        )
        hint = _("Call it back with `kit return recall {reference}`.").format(reference=crisis.reference)
        yield Need(f"back:{crisis.reference}", human, crisis.reference, since, hint, crisis.reference)
    if not picture.board(crisis.reference).cells:
        verb = "run" if crisis.planned else "plan"
        what = _("its plan is made and not run yet") if crisis.planned else _("it has no plan yet")
        hint = _("→ Next: `{command}`").format(command=f"kit crisis {verb} {crisis.reference}")
        yield Need(f"begin:{crisis.reference}", human, crisis.reference, what, hint, crisis.reference)


def _overdue(picture: Picture) -> Iterator[Need]:
    for position, each in enumerate(picture.survey.due if picture.survey else ()):
        if each.overdue:
            what = _("{what}, since {day}").format(what=each.what, day=each.until)
            yield Need(
                f"due:{position}",
                _LATE,
                plain(each.commune) or _("the lender"),
                plain(what),
                _("See all of it with `kit convention due`."),
            )
