"""The one registry of actions: what may be bound to a key, how it reads in the footer and in the help.

Letters and F-keys only: on AZERTY, digits need Shift, and many terminals never send Ctrl with Enter.
Screens bind by id, so an action that is not listed here cannot be bound.
"""

from dataclasses import dataclass
from gettext import gettext as _

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Action:
    """One thing an operator can do.

    Attributes:
        id: stable name, under which keys can be remapped.
        keys: Textual's key names, the one shown first.
        action: Textual's action.
        label: one or two words for the footer; empty keeps it out of there.
        about: one sentence for the help.
    """

    id: str
    keys: str
    action: str
    label: str
    about: str

    def binding(self) -> Binding:
        """The binding of this action."""
        return Binding(
            self.keys,
            self.action,
            self.label or self.about,
            show=bool(self.label),
            tooltip=self.about,
            id=self.id,
        )


_ACTIONS = (
    Action("open", "enter", "choose", _("Open"), _("Open the line under the cursor.")),
    Action(
        "filter", "slash", "filter", _("Filter"), _("Type words: only devices that match all of them stay.")
    ),
    Action("filter.end", "escape", "end_filter", _("Back"), _("Clear the filter; without one, go back.")),
    Action("filter.keep", "enter,down", "screen.keep_filter", "", _("Keep the filter and go to the lines.")),
    Action("back", "escape", "app.leave", _("Back"), _("Go back to the screen before.")),
    Action("situation", "s,f2", "app.situation", _("Situation"), _("Crises and pool at a glance.")),
    Action("pool", "p,f3", "app.pool", _("Pool"), _("Every device, with a filter.")),
    Action("refresh", "f5", "app.refresh", _("Refresh"), _("Read again now; it happens by itself as well.")),
    Action(
        "help", "question_mark,f1", "app.help", _("Help"), _("What this screen shows and what its keys do.")
    ),
    Action("quit", "q", "app.quit", _("Quit"), _("Leave the screens; a run goes on without them.")),
    Action("line.up", "up,k", "move(-1)", "", _("One line up.")),
    Action("line.down", "down,j", "move(1)", "", _("One line down.")),
    Action("page.up", "pageup", "page(-1)", "", _("One page up.")),
    Action("page.down", "pagedown", "page(1)", "", _("One page down.")),
    Action("first", "home", "first", "", _("To the first line.")),
    Action("last", "end", "last", "", _("To the last line.")),
)

#: Every action by its id.
ACTIONS = {action.id: action for action in _ACTIONS}


def bindings(*ids: str) -> list[BindingType]:
    """The bindings of these actions, in the order of the footer."""
    return [ACTIONS[action_id].binding() for action_id in ids]
