"""What happened in one cell of a crisis, as it came: tasks, waits, retries; follows while it runs."""

from collections.abc import Iterable
from datetime import tzinfo
from gettext import gettext as _

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from inventory.activity import Event
from tui import clock
from tui.actions import COMMON, bindings
from tui.help import Help
from tui.picture import CellLog, CellQuery, Picture
from tui.screens import crisis_acts
from tui.screens.base import Stand, View
from tui.screens.crisis_acts import At
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import STYLES, Word, plain, status_word


class CellScreen(View, inherit_bindings=False):
    """The activity of one cell."""

    BINDINGS = bindings("retry", "leave_out", "replace", "back", *COMMON)
    help = Help(
        _("One cell, as it happened"),
        _(
            "Every event of one stage, the newest last: what began, each Ansible task, what the tenant was "
            "asked, each wait for it with its reason and its end, each new try, what was decided by whom. "
            "It follows while the cursor stands on the last line."
        ),
    )

    def __init__(self, stand: Stand, at: At) -> None:
        super().__init__(stand, at.name, CellQuery(at.crisis, at.stage, at.seat))
        self.at = at
        self._last = Static("", id="cell-last", markup=False)
        self._events = Table(
            Column(_("At"), 8),
            Column("", 11),
            Column(_("What")),
            widget_id="events",
            empty=_("Nothing was told of it yet."),
        )

    def body(self) -> Iterable[Widget]:
        """How it stands now, in full; then the events."""
        yield self._last
        yield self._events

    def exercise(self, picture: Picture) -> bool:
        """Whether its crisis is one."""
        crisis = picture.crisis(self.at.crisis)
        return crisis is not None and crisis.drill

    def on_mount(self) -> None:
        """The arrows move among the events at once."""
        self._events.focus()

    def draw(self) -> None:
        """Draw the events."""
        answer = self.picture.answer if self.picture else None
        if not isinstance(answer, CellLog) or answer.query != self._question:
            return
        follows = self._events.at_end
        self._events.show(
            Rows.whole([event_row(number, event, self.zone) for number, event in answer.events])
        )
        if follows:
            self._events.action_last()
        if answer.events:
            self._last.update(now_told(answer.events[-1][1], self.zone))

    def action_retry(self) -> None:
        """Have it tried again."""
        crisis_acts.retry(self, self.at)

    def action_leave_out(self) -> None:
        """Go on without it."""
        crisis_acts.leave_out(self, self.at)

    def action_replace(self) -> None:
        """Replace the seat's device."""
        crisis_acts.replace(self, self.at)


def now_told(event: Event, zone: tzinfo) -> Content:
    """How the cell stands after its last event, with all of cause and next step."""
    word = status_word(event.status)
    parts: list[str | tuple[str, str]] = [(word.text, STYLES[word.tone]), f"  {what(event, zone)}"]
    if event.hint:
        parts.append((f"\n→ {plain(event.hint)}", STYLES["human"]))
    return Content.assemble(*parts)


def event_row(number: int, event: Event, zone: tzinfo) -> Row:
    """One line of the activity."""
    return Row(
        str(number),
        (Word(clock.time(event.at, zone), "quiet"), status_word(event.status), Word(what(event, zone))),
    )


def what(event: Event, zone: tzinfo) -> str:
    """What the event tells: an Ansible task, or a sentence with the end of a wait."""
    if event.data.get("task"):
        return _("Ansible: {task}").format(task=plain(str(event.data["task"])))
    said = plain(event.detail)
    if event.until is None:
        return said
    return _("{what} (until {time})").format(what=said, time=clock.time(event.until, zone))
