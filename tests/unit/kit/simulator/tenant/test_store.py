"""What is committed survives, what fails leaves no trace, and the index always agrees with the documents."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.simulator.tenant.store import Store

INDEXES = {"users": ("name",)}


def opened(folder: Path) -> Store:
    return Store(folder / "state.db", indexes=INDEXES)


def test_a_reopened_store_holds_what_was_committed_in_creation_order(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.transaction():
        for key in ("b", "a", "c"):
            store.put("users", key, {"id": key, "name": key.upper()})
    with store.transaction():
        store.put("users", "b", {"id": "b", "name": "é"})
        store.remove("users", "a")
    store.close()
    again = opened(tmp_path)
    assert [row.document["id"] for row in again.rows("users")] == ["b", "c"]
    assert [row.document["id"] for row in again.find("users", "name", "É")] == ["b"]
    again.close()


def change_and_fail(store: Store) -> None:
    with store.transaction():
        store.put("users", "kept", {"name": "after"})
        store.put("users", "new", {"name": "new"})
        store.remove("users", "kept")
        raise ZeroDivisionError


def test_a_failed_transaction_takes_back_every_change_in_memory_and_on_disk(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.transaction():
        store.put("users", "kept", {"name": "before"})
    with pytest.raises(ZeroDivisionError):
        change_and_fail(store)
    assert store.get("users", "kept") == {"name": "before"}
    assert store.find("users", "name", "new") == []
    assert store.count("users", "name", "before") == 1
    store.close()
    again = opened(tmp_path)
    assert [row.document for row in again.rows("users")] == [{"name": "before"}]
    again.close()


def test_a_replaced_document_keeps_its_place_and_its_visibility(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.transaction():
        store.put("users", "a", {"name": "a"}, visible_at=(1.0, 2.0))
        store.put("users", "b", {"name": "b"})
        store.put("users", "a", {"name": "changed"})
    assert [row.document["name"] for row in store.rows("users")] == ["changed", "b"]
    first = store.row("users", "a")
    assert first is not None
    assert first.visible_at == (1.0, 2.0)
    store.close()


def test_a_change_outside_a_transaction_is_a_mistake_that_shows(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(RuntimeError, match="outside a transaction"):
        store.put("users", "a", {})
    store.close()


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.transaction():
        store.put("users", "a", {})
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    store.close()


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "fail"]), st.sampled_from("abcd"), st.sampled_from(["x", "Y", "y"])
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(steps)
def test_after_any_sequence_of_changes_memory_index_and_disk_agree(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store, expected = opened(folder), dict[str, str]()
    for change, key, name in changes:
        try:
            with store.transaction():
                if change == "remove":
                    store.remove("users", key)
                    expected.pop(key, None)
                    continue
                store.put("users", key, {"name": name})
                if change == "fail":
                    raise InterruptedError
                expected[key] = name
        except InterruptedError:
            pass
    for state in (store, opened(folder)):
        assert {key: row.document["name"] for key in "abcd" if (row := state.row("users", key))} == expected
        assert state.count("users", "name", "Y") == sum(name in "Yy" for name in expected.values())
        state.close()
