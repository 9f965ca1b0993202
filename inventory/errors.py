"""Owns the root of every error an operator may read, and the book of record's own errors.

An error carries three things: `message` (what happened and what state things are in), `hint` (one
sentence: what to do next) and `kind`, a stable machine name which the command line turns into an
exit code (`kit/cli/exits.py`) and prints in `--json` mode.
"""


class OperatorError(Exception):
    """Root of the errors that are told to an operator rather than shown as a traceback."""

    kind: str = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InventoryError(OperatorError):
    """Root of what the book of record refuses."""


class NotInitialised(InventoryError):
    """There is no data base yet, or it is of an older version."""

    kind = "not-initialised"


class Unknown(InventoryError, LookupError):
    """No commune, convention, device, crisis or seat answers to that name."""

    kind = "unknown"


class BadRows(InventoryError, ValueError):
    """A file was refused whole; `rows` names each bad row as (line number from 1, reason)."""

    kind = "bad-input"

    def __init__(self, message: str, *, rows: tuple[tuple[int, str], ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.rows = rows


class BadValue(InventoryError, ValueError):
    """A name, tag or quantity that somebody typed cannot be used."""

    kind = "bad-input"


class IllegalMove(InventoryError):
    """The thing is in a state from which this is not possible."""

    kind = "conflict"


class ConventionInactive(InventoryError):
    """The commune has no active convention today (requirement 2)."""

    kind = "convention-inactive"


class Shortage(InventoryError):
    """The pool does not hold what the crisis needs."""

    kind = "shortage"


class JournalBroken(InventoryError):
    """A journal line was changed, removed or reordered."""

    kind = "journal-broken"
