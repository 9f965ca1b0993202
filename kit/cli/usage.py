"""Says in the reader's language what the command line's library says in English: help, and wrong use."""

import sys
from collections.abc import Sequence
from gettext import gettext as _
from typing import NoReturn

import typer
from typer._click.core import Context
from typer._click.exceptions import (
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter

from kit.cli.exits import INTERRUPTED, OK, say
from kit.i18n import N_

#: What the library looks up by itself, and what its help says of `--help`.
_LOOKED_UP = (
    *(N_("Arguments"), N_("Options"), N_("Commands"), N_("required"), N_("default: {default}")),
    *(N_("env var: {var}"), N_("Missing command."), N_("No such command {name!r}.")),
    N_("Show this message and exit."),
)
#: Between a command that there is not, and those that are called nearly so.
_SUGGESTS = " Did you mean "


class Formatter(HelpFormatter):
    """The library's help, all of it in one language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands with their help."""
        # An empty text is the name of a catalogue's head.
        super().write_dl([(name, _(told) if told else "") for name, told in rows], col_max, col_spacing)


# Where the library looks for it; to name it otherwise, every group and command would need a class of ours.
Context.formatter_class = Formatter


def carry_out(command: typer.Typer) -> NoReturn:
    """Run what was typed; wrong use ends with its code and a sentence."""
    try:
        code = command(standalone_mode=False)
    except UsageError as exc:
        _tell(exc)
        sys.exit(exc.exit_code)
    except typer.Abort:
        say(_("Nothing more was typed; stopped."))
        sys.exit(INTERRUPTED)
    sys.exit(code if isinstance(code, int) else OK)


def _tell(wrong: UsageError) -> None:
    if isinstance(wrong, NoArgsIsHelpError):
        wrong.show()
        return
    if wrong.ctx is not None:
        say(wrong.ctx.get_usage())
        say(_("→ More: `{command} --help`").format(command=wrong.ctx.command_path))
    say(_("Error: {message}").format(message=_in_words(wrong)))


def _in_words(wrong: UsageError) -> str:
    match wrong:
        case NoSuchOption():
            said = _("there is no option {name}.").format(name=wrong.option_name)
            return _suggesting(said, ", ".join(sorted(wrong.possibilities or ())))
        case MissingParameter():
            return _("{name} is missing.").format(name=_named(wrong))
        case BadParameter() if (value := _unread(wrong)) is not None:
            return _("“{value}” is not what {name} takes.").format(value=value, name=_named(wrong))
        case BadParameter():
            return _("{name} cannot be used: {reason}").format(name=_named(wrong), reason=wrong.message)
        case _:
            said, _suggests, near = wrong.message.partition(_SUGGESTS)
            return _suggesting(said, near.rstrip("?"))


def _suggesting(said: str, near: str) -> str:
    return _("{said} Did you mean {near}?").format(said=said, near=near) if near else said


def _named(wrong: BadParameter) -> str:
    hint = wrong.param_hint or (wrong.param.get_error_hint() if wrong.param else "")
    return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _unread(wrong: BadParameter) -> str | None:
    """What was typed and is no number, moment or the like; its reason is in the words of another library."""
    from pydantic import ValidationError

    cause = wrong.__cause__
    return str(cause.errors()[0]["input"]) if isinstance(cause, ValidationError) else None
