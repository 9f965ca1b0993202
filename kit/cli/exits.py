"""Owns exit codes and everything said on stderr. One table, printed by `kit --help` and checked by a test."""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from typing import Any, NoReturn

from inventory.errors import BadRows, OperatorError

OK = 0
BUG = 1
USAGE = 2
INTERRUPTED = 130

#: Error kind (`inventory.errors.OperatorError.kind`) → exit code.
CODES = {
    "error": BUG,
    "missing-requirement": USAGE,
    "bad-input": 3,
    "unknown": 4,
    "convention-inactive": 5,
    "shortage": 6,
    "host-key-changed": 7,
    "tenant-unreachable": 8,
    "tenant-refused": 9,
    "workstation": 10,
    "workstation-unreachable": 10,
    "incomplete": 11,
    "journal-broken": 12,
    "busy": 13,
    "conflict": 14,
    "not-initialised": 15,
    "bag-broken": 16,
}


def meanings() -> dict[int, str]:
    """What each exit code means, in the reader's language; the help and the documentation print it."""
    return {
        OK: _("all of it holds"),
        BUG: _("a fault of the program: please report it"),
        USAGE: _("wrong use, or this machine lacks something (the message says what)"),
        3: _("a file or setting was refused; nothing was changed"),
        4: _("no such commune, convention, device or crisis"),
        5: _("the commune has no active convention"),
        6: _("the pool does not hold what is needed"),
        7: _("a laptop answered with another host key"),
        8: _("the tenant does not answer"),
        9: _("the tenant refused"),
        10: _("a laptop cannot be reached or prepared"),
        11: _("the run ended and not every seat works"),
        12: _("the journal was tampered with"),
        13: _("another engine runs on this station"),
        14: _("not possible in the present state"),
        15: _("no data base yet, or an old one: run `kit init`"),
        16: _("an exported bag is not what was sealed"),
        INTERRUPTED: _("stopped by the operator; the same command goes on"),
    }


def say(text: str) -> None:
    """Tell the operator something that is not data; where the terminal is gone nobody is there to be told."""
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def told(as_json: bool) -> Iterator[None]:
    """Turn an `OperatorError` into its message and exit code; anything else stays a traceback."""
    try:
        yield
    except OperatorError as exc:
        report(exc, as_json=as_json)
        sys.exit(CODES[exc.kind])


def report(exc: OperatorError, *, as_json: bool) -> None:
    """Say what happened and what to do next: JSON on stdout for machines, sentences on stderr for people."""
    rows = exc.rows if isinstance(exc, BadRows) else ()
    if as_json:
        error: dict[str, Any] = {"kind": exc.kind, "message": exc.message, "hint": exc.hint}
        if rows:
            error |= {"rows": [{"line": line, "reason": reason} for line, reason in rows]}
        print(json.dumps({"error": error}, ensure_ascii=False, indent=2))
        return
    say(_("Error: {message}").format(message=exc.message))
    for line, reason in rows:
        say(_("  line {line}: {reason}").format(line=line, reason=reason))
    if exc.hint:
        say(_("→ {hint}").format(hint=exc.hint))


def end(kinds: Iterable[str]) -> NoReturn:
    """Leave with the code of the one sort of trouble there was, or that of several."""
    from kit.app.laptops import CANCELLED

    codes = {INTERRUPTED if kind == CANCELLED else CODES[kind] for kind in kinds if kind}
    if INTERRUPTED in codes:
        sys.exit(INTERRUPTED)
    sys.exit(OK if not codes else codes.pop() if len(codes) == 1 else CODES["incomplete"])


def end_process(command: Callable[[], object]) -> NoReturn:
    """Run a command and end the process with its exit code, however the command ends.

    Python would wait for threads that never return: those of a stopped engine, or of connections that hang.
    """
    code: str | int | None = BUG
    try:
        command()
        code = OK
    except SystemExit as exc:
        code = exc.code
    except BaseException:
        with suppress(OSError):
            traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else OK if code is None else BUG)
