"""Owns how a file is refused: whole, with the line and the reason of everything that is wrong with it."""

from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path

from inventory.errors import BadRows

#: A line, counted from 1, and what is wrong with it.
Fault = tuple[int, str]


def refused(path: Path, faults: Sequence[Fault], *, hint: str = "") -> BadRows:
    """The error that refuses a file whole, with every bad line in order."""
    return BadRows(
        _("{file} was refused; nothing was written.").format(file=path.name),
        rows=tuple(sorted(faults)),
        hint=hint or _("Correct these lines and give the file again."),
    )
