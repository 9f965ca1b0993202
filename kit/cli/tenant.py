"""`kit tenant`: rehearse on a simulated one, check the one that is set, end a crisis there."""

from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kit.cli.exits import CODES, leave, report, say, told
from kit.cli.options import Json, example, open_app
from kit.cli.render import emit_json, emit_record, emit_table

if TYPE_CHECKING:
    from kit.app.compose import App
    from kit.app.run import Procedure

app = typer.Typer(no_args_is_help=True, help=_("The isolated Microsoft 365 tenant."))


Crisis = Annotated[
    str, typer.Argument(metavar="CRISIS", help=_("Reference, or a commune that has one open crisis."))
]


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
    leave(0)


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


@app.command(
    "revoke",
    help=_(
        "End every sign-in of a crisis: accounts disabled, sessions ended. First step of the return of data."
    ),
    epilog=example("kit tenant revoke 13005-2026-01"),
)
def revoke(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        _carry_out(program, run.REVOKE, closing.still_there(program, crisis), as_json=as_json)


@app.command(
    "export",
    help=_(
        "End sign-in, then put mail, files and conversations into a verified BagIt folder for the commune."
    ),
    epilog=example("kit tenant export 13005-2026-01 --to /media/usb/aubagne"),
)
def export(
    context: typer.Context,
    crisis: Crisis,
    to: Annotated[Path | None, typer.Option(help=_("Folder of the bag; else one of this station."))] = None,
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        reference = closing.still_there(program, crisis)
        folder = closing.export_folder(program, reference, to)
        _carry_out(program, run.EXPORT, reference, str(folder), as_json=as_json)


@app.command(
    "acknowledge",
    help=_("Record that the commune has its data: the SHA-256 that it names must be the bag's."),
    epilog=example("kit tenant acknowledge 13005-2026-01 --sha256 9f86d0… --by 'Camille Exemple'"),
)
def acknowledge(
    context: typer.Context,
    crisis: Crisis,
    sha256: Annotated[str, typer.Option(help=_("SHA-256 of the bag's manifest, as the commune gave it."))],
    by: Annotated[str, typer.Option(help=_("Who acknowledged it for the commune."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import closing

        program = open_app(context)
        reference = closing.look(program, crisis).reference
        closing.acknowledge(program, reference, sha256, by)
        _emit_standing(program, reference, as_json=as_json)


@app.command(
    "remove",
    help=_("Delete and purge everything of a crisis in the tenant, once its export was acknowledged."),
    epilog=example("kit tenant remove 13005-2026-01 --confirm Aubagne"),
)
def remove(
    context: typer.Context,
    crisis: Crisis,
    confirm: Annotated[str, typer.Option(help=_("The commune's name, typed out: nothing brings this back."))],
    as_json: Json = False,
) -> None:
    with told(as_json):
        from kit.app import closing, run

        program = open_app(context)
        reference = closing.may_remove(program, crisis, confirm)
        _carry_out(program, run.REMOVE, reference, as_json=as_json)


@app.command(
    "closing",
    help=_("Say how far the end of a crisis in the tenant has come."),
    epilog=example("kit tenant closing 13005-2026-01"),
)
def closing_(context: typer.Context, crisis: Crisis, as_json: Json = False) -> None:
    with told(as_json):
        _emit_standing(open_app(context), crisis, as_json=as_json)


def _carry_out(
    program: "App", procedure: "Procedure", reference: str, *arguments: str, as_json: bool
) -> NoReturn:
    from kit.app import closing, run
    from kit.cli.following import follow, stopped
    from kit.cli.live import CLOSING

    ended = follow(program, procedure, reference, *arguments, as_json=as_json, shown=CLOSING)
    _emit_standing(program, reference, as_json=as_json)
    if isinstance(ended, run.Stopped):
        confirm = " --confirm …" if procedure is run.REMOVE else ""
        stopped(ended, reference, f"kit tenant {procedure.name} {reference}{confirm}")
    failure = closing.verdict(ended.troubles)
    if failure is None:
        leave(0)
    report(failure, as_json=False)
    leave(CODES[failure.kind])


def _emit_standing(program: "App", crisis: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from kit.app import closing

    standing = closing.look(program, crisis)
    if as_json:
        emit_json(asdict(standing))
        return
    sealed, removed = standing.bag or {}, standing.removal or {}
    emit_record(
        {
            "reference": standing.reference,
            "commune": standing.commune,
            "revoked_at": standing.revoked_at,
            "folder": sealed.get("folder"),
            "files": sealed.get("files"),
            "octets": sealed.get("octets"),
            "manifest_sha256": sealed.get("manifest_sha256"),
            "acknowledged_at": standing.acknowledged_at,
            "gone": len(removed["absences"]) if removed else None,
        },
        [
            ("reference", _("Crisis")),
            ("commune", _("Commune")),
            ("revoked_at", _("Sign-in ended")),
            ("folder", _("Bag")),
            ("files", _("Files")),
            ("octets", _("Bytes")),
            ("manifest_sha256", _("SHA-256 of its manifest")),
            ("acknowledged_at", _("Acknowledged")),
            ("gone", _("Objects read as gone")),
        ],
        as_json=False,
    )
