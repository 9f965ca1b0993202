"""The command line: one file per noun, exit codes in `exits`, stdout in `render`.

Only Typer and the standard library are imported here, so that `kit --help` answers at once; each command
imports what it needs when it runs.
"""

from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kit.cli import (
    audit,
    breach,
    commune,
    contact,
    convention,
    crate,
    crisis,
    demo,
    doctor,
    document,
    exits,
    giving_back,
    handover,
    init,
    journal,
    lab,
    laptop,
    loss,
    phone,
    pool,
    report,
    secret,
    serve,
    sim,
    stock,
    stocktake,
    swap,
    tenant,
    tui,
    usage,
    worker,
)
from kit.i18n import LANGUAGES


def _exit_codes() -> str:
    lines = [_("Exit codes:"), *(f"{code}: {meaning}" for code, meaning in exits.meanings().items())]
    return "\n\n".join(lines)


app = typer.Typer(
    name="kit",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 120},
    help=_("Lend a commune under cyberattack clean laptops, phones, mailboxes and a shared space."),
    epilog=_exit_codes(),
)
for noun, group in {
    "audit": audit,
    "breach": breach,
    "commune": commune,
    "contact": contact,
    "convention": convention,
    "crate": crate,
    "crisis": crisis,
    "document": document,
    "handover": handover,
    "journal": journal,
    "lab": lab,
    "laptop": laptop,
    "phone": phone,
    "pool": pool,
    "report": report,
    "return": giving_back,
    "secret": secret,
    "sim": sim,
    "stock": stock,
    "stocktake": stocktake,
    "tenant": tenant,
}.items():
    app.add_typer(group.app, name=noun)
for command in (demo, doctor, init, loss, serve, swap, tui, worker):
    command.register(app)


@app.callback()
def _everywhere(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            envvar="KIT_HOME", help=_("Folder of this station's files; else the platform's standard ones.")
        ),
    ] = None,
    lang: Annotated[str | None, typer.Option(help=_("Language: en or fr; else the locale's."))] = None,
) -> None:
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(
            _("known languages: {list}").format(list=", ".join(LANGUAGES)), param_hint="--lang"
        )
    context.obj = home


def run() -> NoReturn:
    """Run the command that was typed, and end the process with its exit code."""
    exits.end_process(partial(usage.carry_out, app))
