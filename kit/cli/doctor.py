"""`kit doctor`: says what this station lacks, before a crisis does."""

from gettext import gettext as _

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example
from kit.cli.render import emit_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "doctor",
        help=_("Check this station: tools, settings, keys, data base, journal, room on disk."),
        epilog=example("kit doctor"),
    )(doctor)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from dataclasses import asdict

        from kit.app.doctor import examine
        from kit.errors import MissingRequirement

        findings = examine(context.obj)
        emit_table(
            ({**asdict(finding), "mark": "✓" if finding.ok else "✗"} for finding in findings),
            [("mark", ""), ("subject", _("What")), ("sentence", _("Finding")), ("hint", _("Next"))],
            as_json=as_json,
        )
    missing = [finding.subject for finding in findings if not finding.ok]
    if missing:
        # The findings are the data; the error is told in words only.
        with told(False):
            raise MissingRequirement(
                _("This station lacks: {list}.").format(list=", ".join(missing)),
                hint=_("See the table above."),
            )
