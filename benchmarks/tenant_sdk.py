"""200 people in the tenant by Microsoft's SDK: `python -m benchmarks.tenant_sdk FOLDER URL`.

It is loaded by name: type checkers would otherwise read its thousands of generated classes.
"""

import asyncio
import re
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from benchmarks.tenant import CHANNELS, FOLDERS, LINKS, Measured, connection, peak, people, tell
from kit.graph.connection import Connection
from kit.graph.ensure import READS
from kit.graph.wire import trust


def _of(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def _model(kind: str, **body: Any) -> Any:
    """A resource, e.g. of type "DriveItem" from the module `drive_item`; the body in Graph's own words."""
    module = re.sub(r"(?<=.)([A-Z])", r"_\1", kind).lower()
    return _of(f"msgraph.generated.models.{module}", kind)(additional_data=body)


async def _measure(tenant: Connection) -> Measured:
    """The same objects in the same order, each request answered before the next is sent."""
    client = _client(tenant)
    await client.organization.get()
    started = time.monotonic()
    ids = await _accounts(client)
    await _licences(client, ids)
    group = await _group(client, [f"{tenant.graph}/users/{key}" for key in ids])
    await _team(client, group)
    await _site(client, group)
    return Measured(time.monotonic() - started, 0.0, peak())


def _client(tenant: Connection) -> Any:
    credential = _of("azure.identity", "CertificateCredential")(
        tenant.tenant_id,
        tenant.client_id,
        certificate_data=tenant.private_key.read_bytes() + tenant.certificate.read_bytes(),
        authority=tenant.authority,
        disable_instance_discovery=True,
        connection_verify=str(tenant.ca_file),
        use_env_settings=False,
    )
    http = httpx.AsyncClient(verify=trust(tenant), trust_env=False, timeout=90)
    _of("msgraph_core", "GraphClientFactory").create_with_default_middleware(client=http)
    provider = _of("msgraph_core.authentication", "AzureIdentityAuthenticationProvider")(
        credential, scopes=[tenant.scope], allowed_hosts=[]
    )
    adapter = _of("msgraph", "GraphRequestAdapter")(provider, http)
    adapter.base_url = tenant.graph
    return _of("msgraph", "GraphServiceClient")(request_adapter=adapter)


async def _there(get: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await get()
    except _of("msgraph.generated.models.o_data_errors.o_data_error", "ODataError") as refused:
        if refused.response_status_code != HTTPStatus.NOT_FOUND:
            raise
        return False
    return True


async def _read(get: Callable[[], Awaitable[Any]], reads: int) -> None:
    """Read until that many answers in a row are good."""
    good = 0
    while good < reads:
        good = good + 1 if await _there(get) else 0


async def _accounts(client: Any) -> list[str]:
    wanted = people()
    for person in wanted:
        await _there(client.users.by_user_id(person.principal_name).get)
    ids = []
    for person in wanted:
        body = _model(
            "User",
            accountEnabled=True,
            userPrincipalName=person.principal_name,
            mailNickname=person.nickname,
            displayName=person.display_name,
            usageLocation=person.usage_location,
            passwordProfile={"password": secrets.token_urlsafe() + "aA1!"},
        )
        ids.append((await client.users.post(body)).id)
    for key in ids:
        await _read(client.users.by_user_id(key).get, READS)
    return ids


async def _licences(client: Any, ids: Sequence[str]) -> None:
    requests = "msgraph.generated.users.item.assign_license.assign_license_post_request_body"
    sku = (await client.subscribed_skus.get()).value[0].sku_id
    added = {"addLicenses": [{"skuId": str(sku), "disabledPlans": []}], "removeLicenses": []}
    body = _of(requests, "AssignLicensePostRequestBody")(additional_data=added)
    for user in (client.users.by_user_id(key) for key in ids):
        await user.get()
        await user.assign_license.post(body)
        await user.get()


async def _group(client: Any, everybody: Sequence[str]) -> Any:
    await client.groups.get()
    links = {"owners@odata.bind": everybody[:2], "members@odata.bind": everybody[: LINKS - 2]}
    names = {"displayName": "Crise", "mailNickname": "crise", "visibility": "Private"}
    kind = {"groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}
    made = await client.groups.post(_model("Group", **names, **kind, **links))
    group = client.groups.by_group_id(made.id)
    await _read(group.get, READS)
    for first in range(LINKS - 2, len(everybody), LINKS):
        await group.patch(_model("Group", **{"members@odata.bind": everybody[first : first + LINKS]}))
    await group.owners.get()
    await group.members.get()
    return group


async def _team(client: Any, group: Any) -> None:
    await _there(group.team.get)
    team = await group.team.put(_model("Team", memberSettings={"allowCreateUpdateChannels": True}))
    await group.team.get()
    channels = client.teams.by_team_id(team.id).channels
    await channels.get()
    for name in CHANNELS:
        await channels.post(_model("Channel", displayName=name))
    await channels.get()


async def _site(client: Any, group: Any) -> None:
    await _read(group.sites.by_site_id("root").get, 1)
    drive = client.drives.by_drive_id((await group.drive.get()).id)
    children = drive.items.by_drive_item_id("root").children
    await children.get()
    for name in FOLDERS:
        await children.post(_model("DriveItem", name=name, folder={}))
    await children.get()


def main(folder: Path, url: str) -> None:
    """Measure."""
    tenant = connection(folder, url)
    tell(tenant, asyncio.run(_measure(tenant)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
