"""The one registry of actions: what may be bound to a key, how it reads in footer, help and elsewhere.

Letters and F-keys only: on AZERTY, digits need Shift, and many terminals never send Ctrl with Enter.
Screens bind by id, so an action that is not listed here cannot be bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from gettext import gettext as _

from textual.binding import Binding, BindingType

from kit.i18n import N_


class Place(StrEnum):
    """Where an action works: the chapters of the key sheet."""

    EVERYWHERE = N_("Everywhere")
    LISTS = N_("In every list")
    POOL = N_("Pool and device")
    JOURNAL = N_("Journal")
    OPENING = N_("Opening a crisis")
    COUNTER = N_("Counter")
    CRISIS = N_("Crisis")


@dataclass(frozen=True)
class Action:
    """One thing an operator can do.

    Attributes:
        id: stable name, under which keys can be remapped.
        keys: Textual's key names, the one shown first.
        action: Textual's action.
        label: one or two words for the footer, not translated yet; empty keeps it out of there.
        about: one sentence for the help, not translated yet.
        acts: whether it changes something, which a screen on the wall must not.
    """

    id: str
    keys: str
    action: str
    label: str
    about: str
    place: Place = Place.EVERYWHERE
    acts: bool = False

    def binding(self) -> Binding:
        """The binding of this action."""
        return Binding(
            self.keys,
            self.action,
            _(self.label or self.about),
            show=bool(self.label),
            tooltip=_(self.about),
            id=self.id,
        )


_ACTIONS = (
    Action("situation", "s,f2", "app.situation", N_("Situation"), N_("Crises and pool at a glance.")),
    Action("pool", "p,f3", "app.pool", N_("Pool"), N_("Every device, with a filter.")),
    Action("journal", "j,f4", "app.journal", N_("Journal"), N_("Who did what, when: the newest line last.")),
    Action("documents", "d,f6", "app.documents", N_("Documents"), N_("Every document that was issued.")),
    Action(
        "counter",
        "c,f10",
        "app.counter",
        N_("Counter"),
        N_("Hand over, take back, count: with a scanner."),
        acts=True,
    ),
    Action("refresh", "f5", "app.refresh", "", N_("Read again now; it happens by itself as well.")),
    Action("back", "escape", "app.leave", N_("Back"), N_("Go back to the screen before.")),
    Action("cancel", "escape", "cancel", N_("Cancel"), N_("Close what asks; nothing is done.")),
    Action("palette", "colon,f9", "app.palette", N_("Command"), N_("Do something by typing its name.")),
    Action(
        "help", "question_mark,f1", "app.help", N_("Help"), N_("What this screen shows and what its keys do.")
    ),
    Action("theme", "t,f8", "app.next_theme", "", N_("Other colours: dark, light, high contrast.")),
    Action("field.next", "tab", "app.focus_next", "", N_("To the next field or list."), place=Place.LISTS),
    Action(
        "field.before",
        "shift+tab",
        "app.focus_previous",
        "",
        N_("To the field or list before."),
        place=Place.LISTS,
    ),
    Action("quit", "q", "app.quit", N_("Quit"), N_("Leave the screens; a run goes on without them.")),
    Action("open", "enter", "choose", N_("Open"), N_("Open the line under the cursor."), place=Place.LISTS),
    Action(
        "filter",
        "slash",
        "filter",
        N_("Filter"),
        N_("Type words: only lines that match all of them stay."),
        place=Place.LISTS,
    ),
    Action(
        "filter.end",
        "escape",
        "end_filter",
        "",
        N_("Clear the filter; without one, go back."),
        place=Place.LISTS,
    ),
    Action(
        "filter.keep",
        "enter,down",
        "screen.keep_filter",
        "",
        N_("Keep the filter and go to the lines."),
        place=Place.LISTS,
    ),
    Action("line.up", "up", "move(-1)", "", N_("One line up."), place=Place.LISTS),
    Action("line.down", "down", "move(1)", "", N_("One line down."), place=Place.LISTS),
    Action("page.up", "pageup", "page(-1)", "", N_("One page up."), place=Place.LISTS),
    Action("page.down", "pagedown", "page(1)", "", N_("One page down."), place=Place.LISTS),
    Action("first", "home", "first", "", N_("To the first line."), place=Place.LISTS),
    Action("last", "end", "last", "", N_("To the last line."), place=Place.LISTS),
    Action(
        "mark",
        "space",
        "mark",
        N_("Mark"),
        N_("Mark the device under the cursor, or no longer; acts are for all that are marked."),
        place=Place.POOL,
    ),
    Action("unmark", "u", "unmark", "", N_("Mark no device any more."), place=Place.POOL),
    Action(
        "quarantine",
        "x",
        "quarantine",
        N_("Quarantine"),
        N_("Set devices apart: nobody gets them before they are wiped."),
        place=Place.POOL,
        acts=True,
    ),
    Action(
        "labels",
        "l",
        "labels",
        N_("Labels"),
        N_("Write the labels of devices as a PDF, to be printed."),
        place=Place.POOL,
        acts=True,
    ),
    Action(
        "follow",
        "f",
        "follow",
        N_("Follow"),
        N_("Go to the newest line and stay on it as others come."),
        place=Place.JOURNAL,
    ),
    Action(
        "new_crisis",
        "n,f7",
        "app.new_crisis",
        N_("New crisis"),
        N_("Open a crisis, step by step; nothing is written before the last one."),
        place=Place.OPENING,
        acts=True,
    ),
    Action(
        "step.next",
        "f7",
        "next_step",
        N_("Continue"),
        N_("Go on to the next step."),
        place=Place.OPENING,
    ),
    Action(
        "step.back",
        "escape",
        "back_step",
        N_("Back"),
        N_("Go one step back; nothing typed is lost. From the first step, leave."),
        place=Place.OPENING,
    ),
    Action(
        "seats.propose",
        "f12",
        "propose",
        N_("Propose"),
        N_("Add the seats that such a commune needs; their names are typed then."),
        place=Place.OPENING,
    ),
    Action(
        "seat.remove",
        "x",
        "remove_seat",
        N_("Remove"),
        N_("Do without the person under the cursor."),
        place=Place.OPENING,
    ),
    Action(
        "service.due",
        "space",
        "service_due",
        N_("Due"),
        N_("The time of the service under the cursor has come, e.g. elections; or it has not."),
        place=Place.OPENING,
    ),
    Action("toggle", "space", "other", "", N_("Choose the other one of two."), place=Place.OPENING),
    Action("field.keep", "enter", "keep", "", N_("Keep it and go to the next field."), place=Place.OPENING),
    Action(
        "scan.undo",
        "f7",
        "undo_scan",
        N_("Undo"),
        N_("Take the last scan back; the journal keeps both lines."),
        place=Place.COUNTER,
        acts=True,
    ),
    Action(
        "scan.condition",
        "f8",
        "tell_condition",
        N_("Condition"),
        N_("Say what is wrong with the thing that was scanned last."),
        place=Place.COUNTER,
        acts=True,
    ),
    Action(
        "scan.finish",
        "f12",
        "finish_scans",
        N_("Done"),
        N_("Everything is scanned: hand it over, take it back, or see what differs."),
        place=Place.COUNTER,
        acts=True,
    ),
    Action("cell.left", "left", "turn(-1)", "", N_("One stage to the left."), place=Place.CRISIS),
    Action("cell.right", "right", "turn(1)", "", N_("One stage to the right."), place=Place.CRISIS),
    Action(
        "retry",
        "r",
        "retry",
        N_("Retry"),
        N_("Try the cell under the cursor again: what it waited for is done."),
        place=Place.CRISIS,
        acts=True,
    ),
    Action(
        "leave_out",
        "x",
        "leave_out",
        N_("Leave out"),
        N_("Go on without the cell under the cursor; it asks for the reason."),
        place=Place.CRISIS,
        acts=True,
    ),
    Action(
        "replace",
        "e",
        "replace",
        N_("Replace"),
        N_("Replace the seat's laptop or phone by another one of the shelf."),
        place=Place.CRISIS,
        acts=True,
    ),
    Action(
        "pass",
        "a",
        "make_pass",
        N_("Pass"),
        N_("Let the person of the seat sign in, also again: a pass that works once, shown once."),
        place=Place.CRISIS,
        acts=True,
    ),
    Action(
        "run",
        "g",
        "go_on",
        N_("Run"),
        N_("Carry the plan out, or go on with a run that stopped."),
        place=Place.CRISIS,
        acts=True,
    ),
)

#: Every action by its id.
ACTIONS = {action.id: action for action in _ACTIONS}
#: What every screen has, in the order of the footer.
COMMON = (
    *("help", "palette", "quit", "situation", "pool", "journal", "documents"),
    *("counter", "refresh", "theme", "field.next", "field.before"),
)
#: Textual's actions that change something.
ACTING = frozenset(action.action for action in _ACTIONS if action.acts)

#: What the palette offers: all but itself, and what only moves about.
OFFERED = frozenset(
    action.id
    for action in _ACTIONS
    if action.id != "palette" and (action.label or action.place != Place.LISTS)
)


def bindings(*ids: str) -> list[BindingType]:
    """The bindings of these actions, in the order of the footer."""
    return [ACTIONS[action_id].binding() for action_id in ids]


def keys_of(action: Action, remapped: Mapping[str, str]) -> list[str]:
    """The keys of an action on this station, the one shown first."""
    return remapped.get(action.id, action.keys).split(",")
