"""Owns who may read a site, by the rules of a group-connected one: its group's members and owners."""

from kit.simulator.tenant.store import Store

_CLOSED = ("Private", "HiddenMembership")


def readers(store: Store, site_id: str) -> set[str]:
    """The ids of the users who may read the site.

    A private group's site is its members' and owners' only; any other is read by every user. Applications
    with a permission for the whole tenant read every site anyway.

    Raises:
        KeyError: there is no such site.
    """
    site = store.get("sites", site_id)
    if site is None:
        raise KeyError(site_id)
    users = {str(row.document["id"]) for row in store.rows("users")}
    group = site["_group"]
    if group is None or (store.get("groups", group) or {}).get("visibility") not in _CLOSED:
        return users
    return users & {
        str(row.document["object"])
        for sort in ("members", "owners")
        for row in store.find(sort, "group", group)
    }
