"""`kit tenant`: rehearse on a simulated one, check the one that is set."""

from gettext import gettext as _
from typing import Annotated

import typer

from kit.cli.exits import leave, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_table

app = typer.Typer(no_args_is_help=True, help=_("The isolated Microsoft 365 tenant."))


@app.command(
    "simulate",
    help=_("Serve a simulated tenant on loopback until Ctrl-C; its state is kept between two calls."),
    epilog=example("kit tenant simulate --port 8443"),
)
def simulate(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("TCP port; 0 takes a free one."))] = 8443,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import simulated_tenant

        program = open_app(context)
        server = simulated_tenant.prepare(program, port)

        def tell() -> None:
            if as_json:
                emit_json(simulated_tenant.facts(server))
            else:
                say(_("The simulated tenant answers at {url}. In kit.toml:").format(url=server.url))
                print(simulated_tenant.settings_for(server), flush=True)

        simulated_tenant.serve(program, server, ready=tell)
    leave(0)


@app.command(
    "check",
    help=_("Say what the tenant lacks before a crisis can use it; changes nothing."),
    epilog=example("kit tenant check"),
)
def check(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app.readiness import check_tenant
        from kit.errors import TenantRefused

        findings = check_tenant(open_app(context))
        emit_table(
            findings,
            [("ok", _("Holds")), ("subject", _("What")), ("sentence", _("Finding")), ("hint", _("Next"))],
            as_json=as_json,
        )
    missing = [finding["subject"] for finding in findings if not finding["ok"]]
    if missing:
        # The findings are the data; the error is told in words only.
        with told(False):
            raise TenantRefused(
                _("The tenant is not ready: {list}.").format(list=", ".join(map(str, missing))),
                hint=_("See the hints above."),
            )
