"""What may be done to devices on screen: each act calls what the command line calls."""

from collections.abc import Sequence
from gettext import ngettext

from inventory.errors import OperatorError
from kit.app import labels, shelving
from kit.app.compose import App
from tui.acting import Outcome, in_words

#: The sheet of `kit pool labels`.
_SHEET = "a4-3x8"


def quarantine(program: App, tags: Sequence[str], reason: str) -> Outcome:
    """Set them apart one by one; one that is refused does not stop the others."""
    done, refused = 0, []
    for tag in tags:
        try:
            shelving.quarantine(program, tag, reason)
        except OperatorError as exc:
            refused.append(in_words(exc))
        else:
            done += 1
    told = ngettext("{n} device is in quarantine.", "{n} devices are in quarantine.", done).format(n=done)
    return Outcome(told if done else "", tuple(refused))


def print_labels(program: App, tags: Sequence[str]) -> Outcome:
    """Write their labels into one PDF of the documents' folder."""
    out = program.home.documents / f"labels-{program.stamp().at.astimezone(program.zone):%Y%m%d-%H%M%S}.pdf"
    count = labels.issue(program, tags, place="", sheet=_SHEET, offset=0, out=out)
    told = ngettext("{n} label written to {file}.", "{n} labels written to {file}.", count)
    return Outcome(told.format(n=count, file=out))
