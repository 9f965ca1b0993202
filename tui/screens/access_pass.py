"""An access pass that a screen asks the tenant for: shown once, to who asked and is still there."""

from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING

from textual.message import Message

from inventory.errors import OperatorError
from tui.acting import Outcome, in_words
from tui.screens.base import View

if TYPE_CHECKING:
    from kit.app.passes import Credential

#: Minutes for which an access pass can be used, as `kit handover pass` makes it.
_MINUTES = 60
#: Seconds for which a tenant that does not answer is asked again: somebody stands there and waits.
_PATIENCE = 20.0


class Made(Message):
    """Somebody may sign in with that."""

    def __init__(self, credential: "Credential") -> None:
        super().__init__()
        self.credential = credential


class NotMade(Message):
    """The tenant gave none to that seat's person, and why."""

    def __init__(self, seat: int, why: str) -> None:
        super().__init__()
        self.seat, self.why = seat, why


def ask_for(view: View, crisis: str, seat: int) -> None:
    """Have one made; `Made` or `NotMade` comes back to the view, which nothing keeps waiting meanwhile."""
    view.stand.errands.carry_out(partial(_make, view, crisis, seat))


def _make(view: View, crisis: str, seat: int) -> Outcome:
    """Make it. Whoever has left the view serves somebody else, who must not read it: they are told only."""
    from kit.app import passes

    told: Message
    try:
        made = passes.issue(view.stand.program, crisis, seat, minutes=_MINUTES, patience=_PATIENCE)
    except OperatorError as exc:
        refused = in_words(exc)
        told = NotMade(seat, refused)
    else:
        refused = _(
            "The access pass of {person} was made after its screen was left: nobody has seen it. → Make "
            "another one with the person present: `kit handover pass {crisis} {seat}`."
        ).format(person=made.person, crisis=crisis, seat=seat)
        told = Made(made)
    return Outcome() if view.post_message(told) else Outcome(refused=(refused,))
