"""Builds what the workflows work with (`Station`) and what runs them (`Engine`), from settings."""

import functools
import threading
from gettext import gettext as _
from pathlib import Path
from zoneinfo import ZoneInfo

from kit.app import keys
from kit.app.compose import App
from kit.app.laptops import private_key
from kit.errors import MissingRequirement
from kit.graph.client import Graph
from kit.graph.connection import Connection, endpoints
from kit.settings import Cloud
from kit.workflows import closing, equip
from kit.workflows.activity import ActivityLog
from kit.workflows.engine import Engine
from kit.workflows.station import Lender, Station, TenantRules, tell_exchange, tell_wait
from kit.workstations.runner import RunnerSettings
from kit.workstations.targets import Secret

#: Runs of several communes at once; each waits for its laptops most of the time.
_RUNS_AT_ONCE = 8
#: Mailboxes exported at once: Outlook takes four requests at a time, which one batch already uses up.
_EXPORTS_AT_ONCE = 2
#: Seconds a single step asks an unreachable tenant again, at most.
_STEP_PATIENCE = 20.0
#: The same for a command, before which somebody sits.
COMMAND_PATIENCE = 60.0
#: Seconds for what was created to show, at least; replication takes that long on a good day.
_SETTLING = 60.0


def connection(app: App) -> Connection:
    """How this station reaches its tenant.

    Raises:
        MissingRequirement: no tenant is set. BadInput: an address of it is not https.
    """
    tenant = app.settings.tenant
    if not tenant.is_set:
        raise MissingRequirement(
            _("No tenant is set on this station; nothing was sent."),
            hint=_(
                "Set tenant_id, client_id and domain under [tenant] in kit.toml, then run `kit tenant check`."
            ),
        )
    authority, graph = endpoints(tenant.cloud)
    key, certificate = keys.ensure_certificate(app.home.keys, name="crisis-kit")
    return Connection(
        tenant_id=tenant.tenant_id,
        client_id=tenant.client_id,
        authority=tenant.authority or authority,
        graph=tenant.graph or graph,
        private_key=tenant.private_key or key,
        certificate=tenant.certificate or certificate,
        ca_file=tenant.ca_file,
        sign_in=tenant.sign_in,
        signature=tenant.signature,
    )


def tenant(app: App, *, patience: float = COMMAND_PATIENCE) -> Graph:
    """The tenant, for one command; `patience` in seconds, the settings' at most."""
    return Graph(
        connection(app),
        sink=app.waiting,
        patience=min(patience, app.settings.tenant.patience),
        prompt=app.prompt,
    )


def rules(app: App) -> TenantRules:
    """What this site asks of its tenant, and what the tenant's cloud can do."""
    tenant = app.settings.tenant
    everything = tenant.cloud is Cloud.GLOBAL
    return TenantRules(
        require_eu=tenant.require_eu,
        require_closed_sharing=tenant.require_closed_sharing,
        archives=everything,
        passes=everything,
    )


def workflows_url(app: App) -> str:
    """The data base of the durable workflows: a file beside the book of record."""
    return f"sqlite:///{app.home.state / 'workflows.db'}"


def engine(app: App) -> Engine:
    """This station's engine, not yet launched."""
    return Engine(
        database_url=workflows_url(app),
        lock=app.home.state / "engine.lock",
        station=app.settings.station,
        queues={
            equip.LAPTOPS: app.settings.workstations.forks,
            equip.RUNS: _RUNS_AT_ONCE,
            closing.EXPORTS: _EXPORTS_AT_ONCE,
        },
    )


def station(app: App) -> Station:
    """What the steps of this process work with."""
    stopping = threading.Event()
    workstations = app.settings.workstations
    return Station(
        database=app.database,
        activity=ActivityLog(app.database),
        stamp=app.stamp,
        graph=functools.cache(
            # Longer waits are the workflows': durable, and told with their end.
            lambda: Graph(
                connection(app),
                sink=tell_wait,
                heard=tell_exchange,
                stop=stopping,
                patience=min(_STEP_PATIENCE, app.settings.tenant.patience),
                prompt=app.prompt,
            )
        ),
        runner=RunnerSettings(
            playbooks=workstations.playbooks,
            sequence=workstations.sequence,
            user=workstations.user,
            private_key=private_key(app),
            timeout=workstations.timeout,
        ),
        variables=workstations.variables,
        recipients=app.settings.team.recipients,
        disk_unlock_key=lambda: _disk_unlock_key(workstations.disk_unlock_key),
        lender=Lender(
            app.settings.team.name,
            app.settings.team.contact,
            app.settings.team.phone,
            ZoneInfo(app.settings.team.timezone),
        ),
        documents=app.home.documents,
        rules=rules(app),
        patience=app.settings.tenant.patience,
        settling=max(_SETTLING, app.settings.tenant.patience),
        stopping=stopping,
        cancelled=threading.Event(),
    )


def _disk_unlock_key(file: Path | None) -> Secret | None:
    return None if file is None else Secret(keys.read_private(file))
