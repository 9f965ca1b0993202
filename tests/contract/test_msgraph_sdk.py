"""Microsoft's own SDK works with the simulated tenant: what it takes for Graph is Graph, as far as it goes.

The SDK is loaded by name: type checkers would otherwise read its thousands of generated classes with it.
"""

import asyncio
import ssl
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from azure.identity import CertificateCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)

from kit.graph.permissions import NEEDED_ROLES
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.graph.support import CLIENT_ID, DOMAIN, TENANT_ID, write_application

# Said by the SDK of names of its own, while it is imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore:This class is deprecated. Please use the generic RequestConfiguration:DeprecationWarning"
    ),
]

USERS = 5
NOBODY = "11111111-1111-4111-8111-111111111111"


def sdk(module: str, name: str) -> Any:
    """A name of the SDK, e.g. ("msgraph.generated.models.user", "User")."""
    return getattr(import_module(module), name)


def model(module: str, name: str) -> Any:
    """One of the SDK's resource types."""
    return sdk(f"msgraph.generated.models.{module}", name)


@dataclass
class Sdk:
    """The SDK's client, and the event loop it lives in."""

    client: Any
    adapter: Any
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    def all(self, *calls: Coroutine[Any, Any, Any]) -> list[Any]:
        async def gathered() -> list[Any]:
            return list(await asyncio.gather(*calls))

        found: list[Any] = self.run(gathered())
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TenantServer, bytes]]:
    """A tenant without delays, and the application's key and certificate in one PEM text."""
    folder = tmp_path_factory.mktemp("sdk")
    key, certificate = write_application(folder / "keys")
    tenant = TenantServer(folder / "tenant", tenant_id=TENANT_ID, domain=DOMAIN, behaviour=INSTANT)
    tenant.register_app(CLIENT_ID, certificate.read_text(), [role.name for role in NEEDED_ROLES])
    with tenant:
        yield tenant, key.read_bytes() + certificate.read_bytes()


@pytest.fixture(scope="module")
def microsoft(server: tuple[TenantServer, bytes]) -> Iterator[Sdk]:
    """`GraphServiceClient` with azure-identity's certificate credential; both trust this tenant alone."""
    tenant, pem = server
    credential = CertificateCredential(
        TENANT_ID,
        CLIENT_ID,
        certificate_data=pem,
        authority=tenant.url,
        # Else the authority would first be looked up at Microsoft's.
        disable_instance_discovery=True,
        connection_verify=str(tenant.ca_file),
        use_env_settings=False,
    )
    trust = ssl.create_default_context(cafile=tenant.ca_file)
    network = httpx.AsyncHTTPTransport(verify=trust, trust_env=False)
    http = httpx.AsyncClient(transport=network, timeout=20)
    sdk("msgraph_core", "GraphClientFactory").create_with_default_middleware(client=http)
    provider = AzureIdentityAuthenticationProvider(credential, scopes=[f"{tenant.url}/.default"])
    adapter = sdk("msgraph", "GraphRequestAdapter")(provider, http)
    adapter.base_url = f"{tenant.url}/v1.0"
    with asyncio.Runner() as runner:
        yield Sdk(sdk("msgraph", "GraphServiceClient")(request_adapter=adapter), adapter, runner.run)
        # The SDK's own transport, which it puts around this one, does not pass the end on.
        runner.run(network.aclose())
    credential.close()


@pytest.fixture(scope="module")
def people(microsoft: Sdk) -> list[Any]:
    """Accounts as the creation answered them."""
    return microsoft.all(*(microsoft.client.users.post(user(number)) for number in range(USERS)))


@pytest.fixture(scope="module")
def group(microsoft: Sdk, people: list[Any]) -> Any:
    """A Microsoft 365 group of two owners, who are members too."""
    users = [f"{microsoft.adapter.base_url}/users/{person.id}" for person in people[:2]]
    body = model("group", "Group")(
        display_name="Cellule de crise",
        mail_nickname="cellule",
        mail_enabled=True,
        security_enabled=False,
        group_types=["Unified"],
        visibility="Private",
        additional_data={"owners@odata.bind": users, "members@odata.bind": users},
    )
    return microsoft.run(microsoft.client.groups.post(body))


def user(number: int) -> Any:
    return model("user", "User")(
        account_enabled=True,
        display_name=f"Zoé Essai {number}",
        mail_nickname=f"zoe.essai{number}",
        user_principal_name=f"zoe.essai{number}@{DOMAIN}",
        usage_location="FR",
        password_profile=model("password_profile", "PasswordProfile")(
            password="Tournesol-1234", force_change_password_next_sign_in=True
        ),
    )


def of_user(there: Any, **options: Any) -> RequestConfiguration[Any]:
    """Query options for one user."""
    return RequestConfiguration(query_parameters=there.UserItemRequestBuilderGetQueryParameters(**options))


def of_users(users: Any, **options: Any) -> RequestConfiguration[Any]:
    """Query options for a list of users."""
    return RequestConfiguration(query_parameters=users.UsersRequestBuilderGetQueryParameters(**options))


def refusal(microsoft: Sdk, call: Coroutine[Any, Any, Any]) -> Any:
    """What the SDK raises for a refused request."""
    with pytest.raises(model("o_data_errors.o_data_error", "ODataError")) as refused:
        microsoft.run(call)
    return refused.value


def test_a_created_user_reads_back_as_written(microsoft: Sdk, people: list[Any]) -> None:
    read = microsoft.run(microsoft.client.users.by_user_id(people[3].id).get())
    assert read.id == people[3].id
    assert (read.display_name, read.user_principal_name) == ("Zoé Essai 3", f"zoe.essai3@{DOMAIN}")
    assert read.password_profile is None


def test_a_changed_user_reads_changed(microsoft: Sdk, people: list[Any]) -> None:
    there = microsoft.client.users.by_user_id(people[4].id)
    microsoft.run(there.patch(model("user", "User")(department="État civil", account_enabled=False)))
    read = microsoft.run(there.get(of_user(there, select=["department", "accountEnabled"])))
    assert (read.department, read.account_enabled, read.display_name) == ("État civil", False, None)


def test_a_name_that_is_taken_is_an_odata_error_that_names_the_property(
    microsoft: Sdk, people: list[Any]
) -> None:
    error = refusal(microsoft, microsoft.client.users.post(user(0)))
    assert (error.response_status_code, error.error.code) == (400, "Request_BadRequest")
    assert [(detail.code, detail.target) for detail in error.error.details] == [
        ("ObjectConflict", "userPrincipalName")
    ]


def test_what_is_not_there_is_an_odata_error_with_code_and_request_id(microsoft: Sdk) -> None:
    error = refusal(microsoft, microsoft.client.users.by_user_id(NOBODY).get())
    assert (error.response_status_code, error.error.code) == (404, "Request_ResourceNotFound")
    told = error.error.inner_error
    assert told.request_id == error.response_headers["request-id"]
    assert told.client_request_id == error.response_headers["client-request-id"]
    assert told.date is not None


def test_top_cuts_pages_and_the_page_iterator_walks_all_of_them(microsoft: Sdk, people: list[Any]) -> None:
    users = microsoft.client.users
    first = microsoft.run(users.get(of_users(users, top=2, select=["id"])))
    assert len(first.value) == 2
    assert first.odata_next_link
    seen: list[str] = []

    def keep(found: Any) -> bool:
        seen.append(found.id)
        return True

    pages = sdk("msgraph_core.tasks.page_iterator", "PageIterator")(first, microsoft.adapter)
    microsoft.run(pages.iterate(keep))
    assert sorted(seen) == sorted(person.id for person in people)


def test_a_filter_finds_one_of_many(microsoft: Sdk, people: list[Any]) -> None:
    query = f"userPrincipalName eq 'zoe.essai2@{DOMAIN}'"
    users = microsoft.client.users
    found = microsoft.run(users.get(of_users(users, filter=query)))
    assert [person.id for person in found.value] == [people[2].id]


def test_a_group_has_its_links_and_members_come_as_users(
    microsoft: Sdk, people: list[Any], group: Any
) -> None:
    there = microsoft.client.groups.by_group_id(group.id)
    reference = model("reference_create", "ReferenceCreate")(
        odata_id=f"{microsoft.adapter.base_url}/directoryObjects/{people[2].id}"
    )
    microsoft.run(there.members.ref.post(reference))
    owners, members = microsoft.all(there.owners.get(), there.members.get())
    assert {person.id for person in owners.value} == {person.id for person in people[:2]}
    assert {person.id for person in members.value} == {person.id for person in people[:3]}
    assert {type(person) for person in members.value} == {model("user", "User")}


def test_a_batch_gives_each_part_its_own_answer(
    microsoft: Sdk, people: list[Any], batch: Callable[[dict[str, Any]], Any]
) -> None:
    users = microsoft.client.users
    parts = {
        "there": users.by_user_id(people[0].id).to_get_request_information(),
        "absent": users.by_user_id(NOBODY).to_get_request_information(),
        "changed": users.by_user_id(people[1].id).to_patch_request_information(
            model("user", "User")(job_title="Maire")
        ),
    }
    answers = microsoft.run(microsoft.client.batch.post(batch(parts)))
    assert answers.get_response_status_codes() == {"there": 200, "absent": 404, "changed": 204}
    # What the parts answered is not looked at: the SDK drops bodies that are objects (kiota-python #737).
    types = {name: answers.get_response_by_id(name).content_type for name in parts}
    assert {name: bool(told) and told.partition(";")[0] for name, told in types.items()} == {
        "there": "application/json",
        "absent": "application/json",
        "changed": False,
    }
    there = users.by_user_id(people[1].id)
    assert microsoft.run(there.get(of_user(there, select=["jobTitle"]))).job_title == "Maire"


@pytest.fixture
def batch(microsoft: Sdk, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], Any]:
    """Makes a batch of requests by id."""
    # The SDK imports this package for one decorator, and declares it nowhere (msgraph-sdk-python-core #1030).
    unmarked = SimpleNamespace(deprecated=lambda _reason: lambda marked: marked)
    monkeypatch.setitem(sys.modules, "deprecated", unmarked)

    def made(parts: dict[str, Any]) -> Any:
        content = sdk("msgraph_core.requests.batch_request_content", "BatchRequestContent")()
        for name, request in parts.items():
            item = sdk("msgraph_core.requests.batch_request_item", "BatchRequestItem")(request, id=name)
            # It writes the whole address, which Graph refuses (msgraph-sdk-python-core #1116).
            item.url = item.url.removeprefix(microsoft.adapter.base_url)
            content.add_request(name, item)
        return content

    return made


def test_the_drive_of_a_group_lists_the_folder_made_in_it(microsoft: Sdk, group: Any) -> None:
    drive = microsoft.run(microsoft.client.groups.by_group_id(group.id).drive.get())
    assert drive.drive_type == "documentLibrary"
    assert str(drive.owner.additional_data["group"]["id"]) == group.id
    children = microsoft.client.drives.by_drive_id(drive.id).items.by_drive_item_id("root").children
    folder = model("drive_item", "DriveItem")(
        name="01 Main courante",
        folder=model("folder", "Folder")(),
        additional_data={"@microsoft.graph.conflictBehavior": "fail"},
    )
    made = microsoft.run(children.post(folder))
    listed = microsoft.run(children.get())
    assert [(item.id, item.name, item.folder.child_count) for item in listed.value] == [
        (made.id, "01 Main courante", 0)
    ]
    error = refusal(microsoft, children.post(folder))
    assert (error.response_status_code, error.error.code) == (409, "nameAlreadyExists")


def test_a_deleted_user_is_gone_and_then_purged(microsoft: Sdk, people: list[Any]) -> None:
    created = microsoft.run(microsoft.client.users.post(user(99)))
    microsoft.run(microsoft.client.users.by_user_id(created.id).delete())
    gone = refusal(microsoft, microsoft.client.users.by_user_id(created.id).get())
    assert gone.response_status_code == 404
    bin_ = microsoft.client.directory.deleted_items
    assert created.id in {found.id for found in microsoft.run(bin_.graph_user.get()).value}
    microsoft.run(bin_.by_directory_object_id(created.id).delete())
    purged = refusal(microsoft, bin_.by_directory_object_id(created.id).get())
    assert purged.response_status_code == 404
