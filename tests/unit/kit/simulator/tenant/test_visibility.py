"""Nobody of one commune reads the other's site."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.store import Store
from kit.simulator.tenant.tenant import INDEXES
from kit.simulator.tenant.visibility import readers

USERS = tuple(f"u{number}" for number in range(6))


def store_with(
    folder: Path, people: dict[str, tuple[set[str], set[str]]], visibility: str = "Private"
) -> Store:
    """Groups with their members and owners, a site each, and the root site of no group."""
    store = Store(folder / "tenant.db", indexes=INDEXES)
    with store.transaction():
        for user in USERS:
            store.put("users", user, {"id": user, "userPrincipalName": user})
        for group, linked in people.items():
            store.put("groups", group, {"id": group, "visibility": visibility})
            store.put("sites", f"site {group}", {"id": f"site {group}", "_group": group})
            for sort, users in zip(("members", "owners"), linked, strict=True):
                for user in users:
                    store.put(sort, f"{group}/{user}", {"group": group, "object": user})
        store.put("sites", "root", {"id": "root", "_group": None})
    return store


_PEOPLE = st.tuples(st.sets(st.sampled_from(USERS)), st.sets(st.sampled_from(USERS)))


@given(st.dictionaries(st.sampled_from(("a", "b", "c")), _PEOPLE))
def test_a_private_site_is_read_by_its_own_and_nobody_else(
    tmp_path_factory: pytest.TempPathFactory, people: dict[str, tuple[set[str], set[str]]]
) -> None:
    store = store_with(tmp_path_factory.mktemp("store"), people)
    assert {group: readers(store, f"site {group}") for group in people} == {
        group: members | owners for group, (members, owners) in people.items()
    }
    assert readers(store, "root") == set(USERS)
    store.close()


def test_a_public_groups_site_is_read_by_all_and_an_unknown_one_is_an_error(tmp_path: Path) -> None:
    store = store_with(tmp_path, {"a": ({"u1"}, set())}, visibility="Public")
    assert readers(store, "site a") == set(USERS)
    with pytest.raises(KeyError):
        readers(store, "none")
    store.close()


def test_a_deleted_user_reads_nothing_any_more(tmp_path: Path) -> None:
    store = store_with(tmp_path, {"a": ({"u1", "u2"}, set())})
    with store.transaction():
        store.remove("users", "u1")
    assert readers(store, "site a") == {"u2"}
    store.close()
