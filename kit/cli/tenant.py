"""`kit tenant`: rehearse on a simulated one, check the one that is set; its end is in `tenant_closing`."""

from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from kit.cli import tenant_closing
from kit.cli.exits import say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

app = typer.Typer(no_args_is_help=True, help=_("The isolated Microsoft 365 tenant."))
tenant_closing.register(app)


@app.command(
    "simulate",
    help=_("Serve a simulated tenant on loopback until Ctrl-C; its state is kept between two calls."),
    epilog=example("kit tenant simulate --latency 80ms --faults storm.toml"),
)
def simulate(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("TCP port; 0 takes a free one."))] = 8443,
    latency: Annotated[str, typer.Option(help=_("Added to each answer, e.g. 80ms or 1s."))] = "0s",
    faults: Annotated[
        Path | None,
        typer.Option(help=_("TOML file of faults to deal from the start; see the documentation.")),
    ] = None,
    seed: Annotated[int, typer.Option(help=_("Repeats chance: delays, replicas, faults."))] = 1,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import simulated_tenant

        program = open_app(context)
        server = simulated_tenant.prepare(program, port, latency=latency, faults=faults, seed=seed)

        def tell() -> None:
            if as_json:
                emit_json(simulated_tenant.facts(server))
            else:
                say(_("The simulated tenant answers at {url}. In kit.toml:").format(url=server.url))
                print(simulated_tenant.settings_for(server), flush=True)

        simulated_tenant.serve(program, server, ready=tell)


@app.command(
    "disturb",
    help=_("Make the running simulated tenant misbehave as a file says, or calm it; for exercises."),
    epilog=example("kit tenant disturb storm.toml"),
)
def disturb(
    context: typer.Context,
    faults: Annotated[Path | None, typer.Argument(help=_("TOML file of faults."))] = None,
    calm: Annotated[bool, typer.Option("--calm", help=_("End every fault."))] = False,
    as_json: Json = False,
) -> None:
    if (faults is None) == (not calm):
        raise typer.BadParameter(_("give a file of faults, or --calm"))
    with told(as_json):
        from kit.app import simulated_tenant

        dealt = simulated_tenant.disturb(open_app(context), faults)
        emit_record(dealt, [("faults", _("Faults")), ("dealt", _("Dealt so far"))], as_json=as_json)


@app.command(
    "enrol",
    help=_("Enrol the pool's phones in the running simulated tenant; real ones are enrolled by hand."),
    epilog=example("kit tenant enrol"),
)
def enrol(context: typer.Context, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import simulated_tenant

        enrolled = simulated_tenant.enrol(open_app(context))
        emit_record({"phones": enrolled}, [("phones", _("Phones enrolled"))], as_json=as_json)


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
