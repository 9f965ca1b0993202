"""`kit convention print`: the convention on paper, with its form on personal data."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import told
from kit.cli.options import Json, example, open_app


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        "print",
        help=_("Issue a commune's convention to sign, with its form on personal data; blanks stay blank."),
        epilog=example("kit convention print aubagne --template amp_cyber"),
    )
    def print_(
        context: typer.Context,
        commune: Annotated[str, typer.Argument(help=_("INSEE code, name, or the beginning of one."))],
        *,
        template: Annotated[
            str, typer.Option(help=_("Template, where the commune has no convention yet, or several."))
        ] = "",
        text: Annotated[
            bool, typer.Option("--text", help=_("Print the paper itself as plain text."))
        ] = False,
        as_json: Json = False,
    ) -> None:
        with told(as_json):
            from kit.app import standing_papers
            from kit.cli.report import show

            made = standing_papers.convention(open_app(context), commune, template)
            show(made, text=text, as_json=as_json)
