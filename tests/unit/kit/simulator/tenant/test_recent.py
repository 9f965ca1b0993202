"""The recent past of the store: shown as it was, and left behind without a trace."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.simulator.tenant.recent import RecentStore
from tests.unit.kit.simulator.tenant.running import Clock

KEYS = ["a", "b", "c"]
#: Seconds that pass, then what is written together: a key and its new value, None to remove it.
WRITES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.lists(st.tuples(st.sampled_from(KEYS), st.none() | st.integers(0, 9)), min_size=1, max_size=3),
    ),
    max_size=12,
)


def shown(store: RecentStore) -> tuple[Mapping[str, Any], dict[str, list[Any]]]:
    """Everything the store says, looked up both ways."""
    documents = {row.document["id"]: row.document["name"] for row in store.rows("users")}
    found = {
        str(n): sorted(row.document["id"] for row in store.find("users", "name", str(n))) for n in range(10)
    }
    return documents, found


@settings(max_examples=40)
@given(WRITES, st.integers(0, 40))
def test_a_moment_shows_what_was_there_then_and_leaves_no_trace(
    writes: list[tuple[int, list[tuple[str, int | None]]]], back: int
) -> None:
    clock = Clock()
    start = clock.now
    with TemporaryDirectory() as folder:
        store = RecentStore(Path(folder) / "tenant.db", indexes={"users": ("name",)}, clock=clock)
        history = [(clock.now, shown(store))]
        for seconds, changes in writes:
            clock.pass_seconds(seconds)
            with store.transaction():
                for key, value in changes:
                    if value is None:
                        store.remove("users", key)
                    else:
                        store.put("users", key, {"id": key, "name": str(value)})
            history.append((clock.now, shown(store)))
        moment = start + back
        expected = [picture for at, picture in history if at <= moment][-1]
        with store.as_of(moment):
            assert shown(store) == expected
            store.put("users", "new", {"id": "new", "name": "1"})
        assert shown(store) == history[-1][1]
        store.close()


def test_an_error_while_looking_back_leaves_no_trace_either(tmp_path: Path) -> None:
    clock = Clock()
    store = RecentStore(tmp_path / "tenant.db", indexes={}, clock=clock)
    with store.transaction():
        store.put("users", "a", {"id": "a"})

    def look_back() -> None:
        with store.as_of(clock.now - 1):
            assert store.get("users", "a") is None
            raise KeyError

    with pytest.raises(KeyError):
        look_back()
    assert store.get("users", "a") == {"id": "a"}
    store.close()


def test_what_is_written_while_looking_back_does_not_reach_the_disk(tmp_path: Path) -> None:
    clock = Clock()
    store = RecentStore(tmp_path / "tenant.db", indexes={}, clock=clock)
    with store.transaction():
        store.put("users", "kept", {"id": "kept"})
    with store.as_of(clock.now - 1):
        store.put("users", "lost", {"id": "lost"})
    store.close()
    again = RecentStore(tmp_path / "tenant.db", indexes={}, clock=clock)
    assert [row.document["id"] for row in again.rows("users")] == ["kept"]
    again.close()
