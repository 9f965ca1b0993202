"""The first screen: what needs a human now, every crisis with its clock, the pool, what comes due."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from inventory.activity import Status
from inventory.device_words import kind_word
from inventory.devices import DeviceKind, DeviceState
from inventory.readiness import Verdict, Why
from tui import clock, urgency
from tui.actions import COMMON, bindings
from tui.dialogs.text import TextDialog
from tui.help import Help
from tui.picture import CrisisView, DueView, Picture, StationView, Survey
from tui.screens.base import Stand, View
from tui.urgency import Need
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import STYLES, Tone, Word, plain, state_word, status_word, why_word

#: How long the farewell of a station is shown.
_FAREWELL = timedelta(days=1)


class SituationScreen(View, inherit_bindings=False):
    """What is urgent and crises on one side, pool and what comes due on the other."""

    help = Help(
        _("Situation"),
        _(
            "First what needs a human now: Enter opens it. Then every crisis, the newest first: the time "
            "since T0, how many of its seats work, and what failed, waits for the world or waits for you. "
            "Then how many devices of each kind stand where, how many of those in stock could be lent now, "
            "why not the others; and what comes due in the next 90 days. Tab goes from list to list."
        ),
    )

    BINDINGS = bindings("open", "new_crisis", *COMMON)
    #: Enter opens a crisis at once; what needs a human is one Tab away, and in sight.
    AUTO_FOCUS = "#crises"

    class Opened(Message):
        """The operator wants to see that crisis, or one cell of it."""

        def __init__(self, reference: str, cell: tuple[int | None, str] | None = None) -> None:
            super().__init__()
            self.reference, self.cell = reference, cell

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, _("Situation"))
        self._needs: dict[str, Need] = {}
        self._urgent = Table(
            Column(_("Now"), 11),
            Column(_("About"), 18),
            Column(_("What")),
            widget_id="urgent",
            empty="✓ " + _("Nothing needs you now."),
        )
        self._crises = Table(
            Column(_("Crisis"), 14),
            Column("", 8),
            Column(_("Commune"), 18),
            Column(_("T0"), 19, from_room=100),
            Column(_("Since T0"), 8, right=True),
            Column(_("Seats"), 7, right=True),
            Column(_("Now")),
            widget_id="crises",
            empty=_("No crisis. Open one with `kit crisis open`."),
        )
        self._counts = Table(
            Column(_("State")),
            *(Column(kind_word(kind), 11, right=True) for kind in DeviceKind),
            widget_id="counts",
            empty=_("The pool is empty. Fill it with `kit pool import`."),
            cursor=False,
        )
        self._stations = Static("", id="stations", markup=False)
        self._due = Table(
            Column(_("Until"), 10),
            Column("", 7),
            Column(_("Commune"), 22),
            Column(_("What")),
            widget_id="due",
            empty=_("Nothing comes due in the next 90 days."),
        )

    def body(self) -> Iterable[Widget]:
        """What is urgent, crises, engines, pool, what comes due; side by side on a wall."""
        with Container(id="sides"):
            with Vertical():
                yield Static(_("Needs you now"), classes="section")
                yield self._urgent
                yield Static(_("Crises"), classes="section")
                yield self._crises
                yield self._stations
            with Vertical(id="right-side"):
                yield Static(_("Pool"), classes="section")
                yield self._counts
                yield Static(_("Comes due"), classes="section", id="due-title")
                yield self._due

    def draw(self) -> None:
        """Draw all of it."""
        self.age()
        if self.picture is not None:
            self._counts.show(count_rows(self.picture))
            if self.picture.survey is not None:
                self._due.show(Rows.whole(due_rows(self.picture.survey)))

    def age(self) -> None:
        """Draw what is urgent and the crises: their clocks run."""
        if self.picture is not None:
            rows = [_crisis_row(known, self.picture, self.now, self.zone) for known in self.picture.crises]
            self._crises.show(Rows.whole(rows))
            self._needs = {need.key: need for need in urgency.needs(self.picture, self.now, self.zone)}
            self._urgent.show(Rows.whole([_need_row(need) for need in self._needs.values()]))
            told = stations(self.picture, self.now, self.zone)
            self._stations.display = bool(told.plain)
            self._stations.update(told)

    def action_choose(self) -> None:
        """Open the line under the cursor."""
        if isinstance(self.focused, Table):
            self.focused.action_choose()

    @on(Table.Chosen, "#crises")
    def _open(self, message: Table.Chosen) -> None:
        self.post_message(self.Opened(message.key))

    @on(Table.Chosen, "#urgent")
    def _attend(self, message: Table.Chosen) -> None:
        need = self._needs.get(message.key)
        if need is not None and need.crisis:
            self.post_message(self.Opened(need.crisis, need.cell))
        elif need is not None:
            self.app.push_screen(TextDialog(need.about, f"{need.what}\n\n→ {need.hint}"))


def stations(picture: Picture, now: datetime, zone: tzinfo) -> Content:
    """Which engines live, in one line; one that ended long ago is of no interest."""
    told = [
        _station(each, now, zone) for each in picture.stations if not each.ended or now - each.at < _FAREWELL
    ]
    words = [Content.assemble((word.text, STYLES[word.tone])) for word in told]
    heading = Content.assemble((_("Engines") + "  ", "$secondary"))
    return heading + Content("   ").join(words) if words else Content("")


def _station(station: StationView, now: datetime, zone: tzinfo) -> Word:
    name, at = plain(station.name), clock.time(station.at, zone)
    if station.ended:
        return Word(_("– {station} ended at {time}").format(station=name, time=at), "quiet")
    if station.silent(now):
        return Word(_("✗ {station} silent since {time}").format(station=name, time=at), "bad")
    return Word(_("✓ {station} alive").format(station=name), "good")


def _need_row(need: Need) -> Row:
    what = f"{need.what} → {need.hint}" if need.hint else need.what
    return Row(need.key, (need.look, Word(need.about), Word(what)))


def _crisis_row(crisis: CrisisView, picture: Picture, now: datetime, zone: tzinfo) -> Row:
    closed = crisis.closed_at is not None
    return Row(
        crisis.reference,
        (
            Word(crisis.reference, "quiet" if closed else "plain"),
            Word(_("EXERCISE") if crisis.drill else "", "wait"),
            Word(plain(crisis.commune)),
            Word(clock.moment(crisis.t0, zone), "quiet"),
            Word(clock.minutes_since(crisis.t0, crisis.closed_at or now)),
            Word(f"{len(crisis.ready)}/{len(crisis.seats)}", "good" if crisis.last_ready else "plain"),
            Word(_("closed"), "quiet") if closed else standing(crisis, picture),
        ),
    )


def standing(crisis: CrisisView, picture: Picture) -> Word:
    """What matters most about an open crisis now, the worst first."""
    failed, human, waiting, running = (
        picture.count(crisis.reference, status)
        for status in (Status.FAILED, Status.NEEDS_HUMAN, Status.WAITING, Status.RUNNING)
    )
    parts: list[tuple[int, str, Tone]] = [
        (failed, "✗ " + ngettext("{n} failed", "{n} failed", failed).format(n=failed), "bad"),
        (human, "! " + ngettext("{n} needs you", "{n} need you", human).format(n=human), "human"),
        (waiting, "… " + ngettext("{n} waits", "{n} wait", waiting).format(n=waiting), "wait"),
        (running, "▶ " + ngettext("{n} runs", "{n} run", running).format(n=running), "busy"),
    ]
    told = [(text, tone) for count, text, tone in parts if count]
    if told:
        return Word("  ".join(text for text, _tone in told), told[0][1])
    if crisis.last_ready is not None:
        return Word("✓ " + _("every seat works"), "good")
    return status_word(Status.PENDING)


def count_rows(picture: Picture) -> Rows:
    """The pool as states × kinds, only the states in which something is; what is in stock in more detail."""
    present = [state for state in DeviceState if any(at is state for _kind, at in picture.counts)]
    rows: list[Row] = []
    for state in present:
        counts = [picture.counts.get((kind, state), 0) for kind in DeviceKind]
        rows.append(_count_row(state, state_word(state), counts))
        if state is DeviceState.IN_STOCK:
            rows += stock_rows(picture.survey)
    return Rows.whole(rows)


def stock_rows(survey: Survey | None) -> list[Row]:
    """How many of those in stock could be lent now, and how many not, reason by reason."""
    if survey is None:
        return [Row("survey", (Word("  … " + _("looking"), "quiet"),))]
    free = [survey.verdicts.get((kind, Verdict.DEPLOYABLE), 0) for kind in DeviceKind]
    doubtful = [verdict for verdict in Verdict if verdict is not Verdict.DEPLOYABLE]
    held_back = [sum(survey.verdicts.get((kind, each), 0) for each in doubtful) for kind in DeviceKind]
    rows = [
        _count_row("free", Word("  ✓ " + _("deployable"), "good"), free),
        _count_row("not free", Word("  ✗ " + _("not deployable"), "wait"), held_back),
    ]
    for why in Why:
        counts = [survey.reasons.get((kind, why), 0) for kind in DeviceKind]
        if any(counts):
            rows.append(_count_row(why, Word("    " + why_word(why), "quiet"), counts))
    return rows


def due_rows(survey: Survey) -> list[Row]:
    """What comes due on a day, and in one line how many communes have no convention that lends."""
    dated = [each for each in survey.due if each.until is not None]
    rows = [_due_row(position, each) for position, each in enumerate(dated)]
    others = len(survey.due) - len(dated)
    if others:
        told = ngettext(
            "{n} thing without a date: `kit convention due`",
            "{n} things without a date: `kit convention due`",
            others,
        )
        rows.append(
            Row("others", (Word("–", "quiet"), Word(""), Word(""), Word(told.format(n=others), "quiet")))
        )
    return rows


def _due_row(position: int, each: DueView) -> Row:
    late = Word("! " + _("late"), "bad") if each.overdue else Word("")
    who = plain(each.commune) or _("the lender")
    return Row(str(position), (Word(str(each.until)), late, Word(who), Word(plain(each.what))))


def _count_row(key: str, name: Word, counts: Iterable[int]) -> Row:
    return Row(key, (name, *(Word(str(n)) if n else Word("–", "quiet") for n in counts)))
