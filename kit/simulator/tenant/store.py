"""Owns the tenant's state: documents by (collection, id), in memory and written through to SQLite.

A document is replaced, never changed in place; properties whose name begins with `_` are the
simulator's own and are never answered. Each change happens inside `transaction`, which makes it
durable as a whole or takes it back, in memory too.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A document, its place in creation order, and when each replica begins to show it.

    `visible_at` holds one epoch time per replica; empty means everywhere, since ever. It is not
    written to disk: after a restart everything has long been replicated.
    """

    sequence: int
    document: Document
    visible_at: tuple[float, ...] = ()


class Store:
    """Documents of one tenant; one process at a time, any thread."""

    def __init__(self, file: Path, *, indexes: Mapping[str, Sequence[str]]) -> None:
        """Open or make `file`; `indexes` names the properties that `find` looks up, per collection."""
        file.touch(mode=0o600)
        self._lock = threading.RLock()
        self._depth = 0
        self._undo: list[tuple[str, str, Row | None]] = []
        self._rows: dict[str, dict[str, Row]] = {}
        self._indexes: dict[tuple[str, str], dict[str, dict[str, None]]] = {
            (collection, name): {} for collection, names in indexes.items() for name in names
        }
        self._properties = {collection: tuple(names) for collection, names in indexes.items()}
        self._sequence = 0
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._load()

    def _load(self) -> None:
        # WAL with synchronous=NORMAL survives a killed process; a power cut may lose the last moments.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (collection TEXT NOT NULL, id TEXT NOT NULL,"
            " sequence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID"
        )
        select = "SELECT collection, id, sequence, body FROM documents ORDER BY sequence"
        for collection, key, sequence, body in self._connection.execute(select):
            self._set(collection, key, Row(sequence, json.loads(body)))
            self._sequence = sequence

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._connection.close()

    def row(self, collection: str, key: str) -> Row | None:
        """The row with that id, whatever its visibility."""
        return self._rows.get(collection, {}).get(key)

    def get(self, collection: str, key: str) -> Document | None:
        """The document with that id, whatever its visibility."""
        row = self.row(collection, key)
        return None if row is None else row.document

    def rows(self, collection: str) -> list[Row]:
        """All rows of a collection in creation order."""
        return list(self._rows.get(collection, {}).values())

    def find(self, collection: str, name: str, value: str) -> list[Row]:
        """Rows whose indexed property `name` equals `value`, letter case aside, in creation order."""
        rows = self._rows.get(collection, {})
        return [rows[key] for key in self._indexes[collection, name].get(value.casefold(), ())]

    def count(self, collection: str, name: str, value: str) -> int:
        """How many rows `find` would give."""
        return len(self._indexes[collection, name].get(value.casefold(), ()))

    def put(
        self, collection: str, key: str, document: Document, *, visible_at: tuple[float, ...] = ()
    ) -> None:
        """Create or replace a document; a replaced one keeps its place and visibility."""
        before = self.row(collection, key)
        if before is None:
            self._sequence += 1
            row = Row(self._sequence, document, visible_at)
        else:
            row = Row(before.sequence, document, before.visible_at)
        self._change(collection, key, row)

    def remove(self, collection: str, key: str) -> None:
        """Forget a document; one that is not there is no error."""
        if self.row(collection, key) is not None:
            self._change(collection, key, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold other writers off; on leaving, commit, or on an exception take every change back."""
        with self._lock:
            self._depth += 1
            try:
                yield
                if self._depth == 1 and self._undo:
                    self._commit()
            except BaseException:
                if self._depth == 1:
                    self._take_back()
                raise
            finally:
                self._depth -= 1

    def _change(self, collection: str, key: str, row: Row | None) -> None:
        if not self._depth:
            raise RuntimeError("the store was changed outside a transaction")
        self._undo.append((collection, key, self.row(collection, key)))
        self._set(collection, key, row)

    def _commit(self) -> None:
        # The last state of each touched document is what counts, however often it changed.
        touched = dict.fromkeys((collection, key) for collection, key, _ in self._undo)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for collection, key in touched:
                self._write(collection, key, self.row(collection, key))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._undo.clear()

    def _write(self, collection: str, key: str, row: Row | None) -> None:
        if row is None:
            self._connection.execute(
                "DELETE FROM documents WHERE collection = ? AND id = ?", (collection, key)
            )
            return
        self._connection.execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
            (collection, key, row.sequence, json.dumps(row.document, ensure_ascii=False)),
        )

    def _take_back(self) -> None:
        for collection, key, before in reversed(self._undo):
            self._set(collection, key, before)
        self._undo.clear()

    def _set(self, collection: str, key: str, row: Row | None) -> None:
        rows = self._rows.setdefault(collection, {})
        before = rows.get(key)
        for name in self._properties.get(collection, ()):
            index = self._indexes[collection, name]
            if before is not None and isinstance(old := before.document.get(name), str):
                index.get(old.casefold(), {}).pop(key, None)
            if row is not None and isinstance(new := row.document.get(name), str):
                index.setdefault(new.casefold(), {})[key] = None
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
