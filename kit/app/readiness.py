"""Asks the tenant what it lacks (`kit tenant check`)."""

from dataclasses import asdict
from typing import Any

from kit.app import station as building
from kit.app.compose import App
from kit.graph import tenant


def check_tenant(app: App) -> list[dict[str, Any]]:
    """What was found, one record a question.

    Raises:
        TenantUnreachable: it does not answer.
    """
    settings = app.settings.tenant
    with building.tenant(app, patience=0) as graph:
        readiness = tenant.check(
            graph,
            sku=settings.sku,
            domain=settings.domain,
            cloud=settings.cloud,
            managed_phones=settings.managed_phones,
            require_eu=settings.require_eu,
            require_closed_sharing=settings.require_closed_sharing,
        )
    return [asdict(finding) for finding in readiness.findings]
