"""The first screen: every crisis with its clock, and what the pool holds."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from gettext import gettext as _
from gettext import ngettext

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from inventory.activity import Status
from inventory.devices import DeviceKind, DeviceState
from tui import clock
from tui.actions import bindings
from tui.feed import Feed
from tui.help import Help
from tui.picture import CrisisView, Picture
from tui.screens.base import View
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import Tone, Word, kind_word, plain, state_word, status_word


class SituationScreen(View):
    """Crises above, pool below."""

    help = Help(
        _("Situation"),
        _(
            "Every crisis, the newest first: the time since T0, how many of its seats work, and what failed, "
            "waits for the world or waits for you. Below, how many devices of each kind stand where."
        ),
    )

    BINDINGS = bindings("open")

    class Opened(Message):
        """The operator wants to see that crisis."""

        def __init__(self, reference: str) -> None:
            super().__init__()
            self.reference = reference

    def __init__(self, feed: Feed, zone: tzinfo, picture: Picture | None, now: datetime) -> None:
        super().__init__(feed, zone, picture, now, _("Situation"))
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
            Column(_("State"), 16),
            *(Column(kind_word(kind), 11, right=True) for kind in DeviceKind),
            widget_id="counts",
            empty=_("The pool is empty. Fill it with `kit pool import`."),
            cursor=False,
        )

    def body(self) -> Iterable[Widget]:
        """Crises and pool."""
        yield Static(_("Crises"), classes="section")
        yield self._crises
        yield Static(_("Pool"), classes="section")
        yield self._counts

    def draw(self) -> None:
        """Draw crises and pool."""
        self.age()
        if self.picture is not None:
            self._counts.show(count_rows(self.picture))

    def age(self) -> None:
        """Draw the crises: their clocks run."""
        if self.picture is not None:
            rows = [_crisis_row(known, self.picture, self.now, self.zone) for known in self.picture.crises]
            self._crises.show(Rows.whole(rows))

    def action_choose(self) -> None:
        """Open the crisis under the cursor."""
        self._crises.action_choose()

    @on(Table.Chosen, "#crises")
    def _open(self, message: Table.Chosen) -> None:
        self.post_message(self.Opened(message.key))


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
    """The pool as states × kinds; only the states in which something is."""
    present = [state for state in DeviceState if any(at is state for _kind, at in picture.counts)]
    return Rows.whole([_count_row(picture, state) for state in present])


def _count_row(picture: Picture, state: DeviceState) -> Row:
    counts = (picture.counts.get((kind, state), 0) for kind in DeviceKind)
    return Row(state, (state_word(state), *(Word(str(n)) if n else Word("–", "quiet") for n in counts)))
