"""What the pool and a device's file let an operator do, with the questions that come before."""

from collections.abc import Callable, Sequence
from functools import partial
from gettext import gettext as _
from gettext import ngettext

from tui import pool_acts
from tui.dialogs.consent import ConsentDialog
from tui.screens.base import View

#: How many tags a question names.
_NAMED = 12


def quarantine(view: View, tags: Sequence[str], then: Callable[[], None]) -> None:
    """Ask for the reason and whether it is meant; `then` is called once it is being done."""
    if not tags:
        return
    count = len(tags)
    named = ", ".join(tags[:_NAMED]) + (" …" if count > _NAMED else "")
    question = ngettext(
        "Set {n} device apart: {tags}? A seat that holds it needs another.",
        "Set {n} devices apart: {tags}? Seats that hold them need others.",
        count,
    ).format(n=count, tags=named)

    def asked(reason: str | None) -> None:
        if reason is not None:
            view.stand.hands.carry_out(partial(pool_acts.quarantine, view.stand.program, tags, reason))
            then()

    name = tags[0] if count == 1 else str(count)
    view.app.push_screen(ConsentDialog(question, name, verb=_("Quarantine"), reason=True), asked)


def print_labels(view: View, tags: Sequence[str]) -> None:
    """Write the labels of these devices."""
    if tags:
        view.stand.hands.carry_out(partial(pool_acts.print_labels, view.stand.program, tags))
