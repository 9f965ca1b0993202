"""Owns who is a member or an owner of a group, or in a unit: one document per link, found from either end."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from kit.simulator.tenant.answers import GraphError, bad_request, no_such_object
from kit.simulator.tenant.assignments import licensed, settle
from kit.simulator.tenant.store import Row
from kit.simulator.tenant.tenant import Tenant

#: Links of both sorts together that one request may carry.
MOST_AT_ONCE = 20
SORTS = ("members", "owners")
#: The sort of link that puts a user or group into an administrative unit, which stands where a group would.
IN_UNIT = "unitMembers"


def linked(tenant: Tenant, sort: str, group: str) -> list[Row]:
    """The users and groups linked to a group; deleted ones are left out until they are restored."""
    links = tenant.store.find(sort, "group", group)
    return [row for link in links if (row := _directory_row(tenant, str(link.document["object"])))]


def bound(body: Mapping[str, Any], sort: str) -> list[str]:
    """The object ids in `members@odata.bind` or `owners@odata.bind`."""
    references = body.get(f"{sort}@odata.bind") or []
    if not isinstance(references, list):
        raise bad_request(f"'{sort}@odata.bind' must be an array of addresses.")
    return [referenced(reference) for reference in references]


def referenced(reference: Any) -> str:
    """The object id at the end of `…/v1.0/users/{id}` or `…/v1.0/directoryObjects/{id}`.

    Raises:
        GraphError: 400, this is not the address of a directory object.
    """
    parts = urlsplit(reference).path.strip("/").split("/") if isinstance(reference, str) else []
    if len(parts) != 3 or parts[1] not in ("users", "directoryObjects", "groups"):  # noqa: PLR2004 version/set/id
        raise bad_request(f"Invalid URL format specified in @odata.id or @odata.bind: {reference!r}.")
    return parts[2]


def check_new(tenant: Tenant, group: str, wanted: Mapping[str, Sequence[str]]) -> None:
    """Refuse too many links at once, an object that does not exist, and a link that is already there."""
    if sum(map(len, wanted.values())) > MOST_AT_ONCE:
        raise bad_request(f"More than {MOST_AT_ONCE} references in one request.")
    for sort, objects in wanted.items():
        for key in objects:
            if _directory_row(tenant, key) is None:
                raise no_such_object(key)
            if tenant.store.get(sort, f"{group}/{key}") or objects.count(key) > 1:
                raise bad_request(
                    "One or more added object references already exist for the following modified properties:"
                    f" '{sort}'."
                )


def link(tenant: Tenant, group: str, wanted: Mapping[str, Sequence[str]]) -> None:
    """Record links that `check_new` let through."""
    for sort, objects in wanted.items():
        for key in objects:
            tenant.store.put(sort, f"{group}/{key}", {"group": group, "object": key})
            _pass_on(tenant, sort, group, key)


def unlink(tenant: Tenant, sort: str, group: str, key: str) -> None:
    """Remove one link.

    Raises:
        GraphError: 404, there is none.
    """
    if tenant.store.get(sort, f"{group}/{key}") is None:
        raise no_such_object(key)
    tenant.store.remove(sort, f"{group}/{key}")
    _pass_on(tenant, sort, group, key)


def _pass_on(tenant: Tenant, sort: str, group: str, key: str) -> None:
    if sort == "members" and licensed(tenant, group):
        settle(tenant, key)


def forget(tenant: Tenant, key: str) -> None:
    """Remove every link from or to a purged object."""
    for sort in (*SORTS, IN_UNIT):
        for end in ("group", "object"):
            for row in tenant.store.find(sort, end, key):
                tenant.store.remove(sort, f"{row.document['group']}/{row.document['object']}")


def check_owner_stays(tenant: Tenant, group: str) -> None:
    """Refuse, after a removal, that a group is left without owners."""
    if not linked(tenant, "owners", group):
        raise GraphError(
            400,
            "Request_BadRequest",
            "The group must have at least one owner, hence this owner cannot be removed.",
        )


def _directory_row(tenant: Tenant, key: str) -> Row | None:
    return tenant.store.row("users", key) or tenant.store.row("groups", key)
