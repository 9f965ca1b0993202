"""Tells one seat of a crisis in plain words: what failed and what to do, what waits, what runs. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from gettext import gettext as _

from inventory.activity import Status
from inventory.board import Board, Cell
from tui import clock
from tui.picture import CrisisView, SeatView
from tui.words import Word, in_order, plain, stage_word, status_word

#: What an operator must read first.
_URGENCY = (
    Status.FAILED,
    Status.NEEDS_HUMAN,
    Status.WAITING,
    Status.RUNNING,
    Status.LEFT_OUT,
    Status.PENDING,
    Status.DONE,
    Status.SKIPPED,
)
#: Words of the board are at most that long (`tui/words.py`).
_WORD = 9
_QUIET = frozenset({Status.PENDING, Status.DONE, Status.SKIPPED})

#: One line of a story: words that stand side by side.
Line = tuple[Word, ...]


def tell(
    crisis: CrisisView, board: Board, number: int | None, now: datetime, zone: tzinfo, *, stage: str
) -> list[Line]:
    """Everything about the seat, then the crisis's own stages that are not quiet; the more urgent first.

    What is said of `stage` stands first; without a seat, it is one of the crisis's own.
    """
    seat = crisis.seat(number)
    own = board.stages(seat.number) if seat else {}
    whole = {
        name: cell
        for name, cell in board.stages(None).items()
        if cell.status not in _QUIET or (seat is None and name == stage)
    }
    title = (Word(_("The whole crisis"), "title"),)
    of_crisis: list[Line] = [title, *_stages(whole, stage, now, zone)] if whole else []
    of_seat: list[Line] = [_title(crisis, seat), *_stages(own, stage, now, zone)] if seat else []
    return [*_beginning(crisis, board), *of_seat, *of_crisis]


def _beginning(crisis: CrisisView, board: Board) -> Iterator[Line]:
    """What starts a crisis on which nothing has run yet."""
    if board.cells or crisis.closed_at is not None:
        return
    verb = "run" if crisis.planned else "plan"
    said = _("The plan is made, nothing has run yet.") if crisis.planned else _("There is no plan yet.")
    yield (
        Word(said),
        Word(_("→ Next: `{command}`").format(command=f"kit crisis {verb} {crisis.reference}"), "human"),
    )


def _title(crisis: CrisisView, seat: SeatView) -> Line:
    who = Word(
        _("Seat {number} · {person} · {service}").format(
            number=seat.number, person=plain(seat.person), service=plain(seat.service)
        ),
        "title",
    )
    if seat.ready_at is None:
        return (who,)
    return (who, Word(_("✓ works since {time}").format(time=clock.since(crisis.t0, seat.ready_at)), "good"))


def _stages(cells: Mapping[str, Cell], chosen: str, now: datetime, zone: tzinfo) -> Iterator[Line]:
    ordered = sorted(in_order(cells), key=lambda name: (name != chosen, _URGENCY.index(cells[name].status)))
    width = max((len(stage_word(name)) for name in ordered), default=0)
    for name in ordered:
        yield from _stage(stage_word(name).ljust(width), cells[name], now, zone)


def _stage(name: str, cell: Cell, now: datetime, zone: tzinfo) -> Iterator[Line]:
    looks = status_word(cell.status)
    glyph, _space, word = looks.text.partition(" ")
    yield (
        Word(f"{glyph} {name}", looks.tone),
        Word(word.ljust(_WORD), looks.tone),
        Word(_when(cell, now, zone), "quiet"),
        Word(plain(_what(cell))),
    )
    if cell.last.hint:
        yield (Word(f"  → {plain(cell.last.hint)}", "human"),)


def _what(cell: Cell) -> str:
    return (cell.last.detail or cell.task) if cell.status is Status.RUNNING else cell.last.detail


def _when(cell: Cell, now: datetime, zone: tzinfo) -> str:
    last = cell.last
    if cell.status is Status.RUNNING:
        return _("for {span}").format(span=clock.span((now - cell.first.at).total_seconds()))
    if cell.status in {Status.WAITING, Status.NEEDS_HUMAN} and last.until is not None:
        return _until(last.until, now, zone)
    if cell.status is Status.WAITING:
        return _("since {time}").format(time=clock.time(last.at, zone))
    if cell.status is Status.DONE and cell.seconds >= 1:
        return _("in {span}").format(span=clock.span(cell.seconds))
    return _("at {time}").format(time=clock.time(last.at, zone)) if cell.status is not Status.PENDING else ""


def _until(until: datetime, now: datetime, zone: tzinfo) -> str:
    time = clock.time(until, zone)
    if until <= now:
        return _("until {time}, any moment now").format(time=time)
    return _("until {time}, {span} left").format(time=time, span=clock.span((until - now).total_seconds()))
