"""Owns the mail of the tenant on disk: messages as MIME with what lists need beside it, and made folders.

Nothing of it is held in memory, so 20,000 messages cost disk only. An owner is a user or a group.
Every change gets the next number, which is what change tracking counts.
"""

import json
import secrets
import sqlite3
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    folder TEXT NOT NULL, conversation TEXT NOT NULL, received TEXT NOT NULL, changed INTEGER NOT NULL,
    is_read INTEGER NOT NULL, has_attachments INTEGER NOT NULL, internet_id TEXT, subject TEXT,
    size INTEGER NOT NULL, facts TEXT NOT NULL, mime BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_owner ON messages (owner, received);
CREATE INDEX IF NOT EXISTS by_folder ON messages (owner, folder, received);
CREATE INDEX IF NOT EXISTS by_change ON messages (owner, folder, changed);
CREATE INDEX IF NOT EXISTS by_conversation ON messages (owner, conversation, received);
CREATE TABLE IF NOT EXISTS folders (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    parent TEXT NOT NULL, name TEXT NOT NULL, hidden INTEGER NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS folders_by_owner ON folders (owner, parent);
CREATE TABLE IF NOT EXISTS gone (
    owner TEXT NOT NULL, place TEXT NOT NULL, id TEXT NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS gone_by_place ON gone (owner, place, changed);
"""
_COLUMNS = "id, owner, folder, conversation, received, changed, is_read, size, facts"
#: The place of a deleted folder among what is gone; a message's place is its folder.
FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to keep: where it goes, what was read from its MIME (`mime.facts`), the MIME itself."""

    owner: str
    folder: str
    received: str
    facts: Mapping[str, Any]
    mime: bytes
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A kept message without its MIME; `received` is UTC as Graph writes it, `size` in octets."""

    id: str
    owner: str
    folder: str
    conversation: str
    received: str
    changed: int
    is_read: bool
    size: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that somebody made."""

    id: str
    owner: str
    parent: str
    name: str
    hidden: bool
    changed: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation of a group's mailbox: its first message's subject, its last one's moment."""

    id: str
    last: str
    has_attachments: bool


class Mail:
    """The mail of one tenant; any thread."""

    def __init__(self, file: Path) -> None:
        """Open or make `file`, readable by its owner only."""
        file.touch(mode=0o600)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        numbers = self._connection.execute(
            "SELECT MAX(changed) FROM messages UNION SELECT MAX(changed) FROM folders"
            " UNION SELECT MAX(changed) FROM gone"
        )
        # The folders a mailbox begins with count as the first change.
        self._last = max((number for (number,) in numbers if number), default=1)

    @property
    def last_change(self) -> int:
        """The number of the newest change."""
        return self._last

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, letters: Iterable[Letter]) -> list[str]:
        """Keep messages, all or none; returns their ids."""
        with self._writing():
            rows = [self._row(letter) for letter in letters]
            self._connection.executemany(
                "INSERT INTO messages (id, owner, folder, conversation, received, changed, is_read,"
                " has_attachments, internet_id, subject, size, facts, mime)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return [row[0] for row in rows]

    def message(self, owner: str, key: str) -> Message | None:
        """The owner's message with that id."""
        return next(self._messages("owner = ? AND id = ?", (owner, key)), None)

    def mime(self, key: str) -> bytes:
        """The MIME of a message that is there."""
        with self._lock:
            found = self._connection.execute("SELECT mime FROM messages WHERE id = ?", (key,)).fetchone()
        return bytes(found[0])

    def listed(
        self,
        owner: str,
        where: str,
        values: Sequence[Any],
        *,
        order: str = "received DESC",
        top: int,
        skip: int = 0,
    ) -> list[Message]:
        """The owner's messages that meet an SQL condition on this module's columns."""
        condition = f"owner = ? AND ({where}) ORDER BY {order}, number LIMIT ? OFFSET ?"
        return list(self._messages(condition, (owner, *values, top, skip)))

    def count(self, owner: str, where: str = "1", values: Sequence[Any] = ()) -> int:
        """How many of the owner's messages meet the condition."""
        with self._lock:
            statement = f"SELECT COUNT(*) FROM messages WHERE owner = ? AND ({where})"  # noqa: S608 own conditions
            (number,) = self._connection.execute(statement, (owner, *values)).fetchone()
        return int(number)

    def move(self, message: Message, folder: str) -> str:
        """Move a message; it gets another id, as it does in the service. Returns that id."""
        key = new_message_id()
        with self._writing():
            self._forget("id = ?", (message.id,))
            self._connection.execute(
                "UPDATE messages SET id = ?, folder = ?, changed = ? WHERE id = ?",
                (key, folder, self._next(), message.id),
            )
        return key

    def remove(self, message: Message) -> None:
        """Delete a message for good."""
        with self._writing():
            self._forget("id = ?", (message.id,))
            self._connection.execute("DELETE FROM messages WHERE id = ?", (message.id,))

    def gone(self, owner: str, place: str | None, after: int, upto: int) -> list[str]:
        """Ids that left `place` (a folder's id, `FOLDERS`, None for any folder) in that span of changes."""
        where, value = ("place = ?", place) if place else ("place <> ?", FOLDERS)
        statement = f"SELECT id FROM gone WHERE owner = ? AND changed > ? AND changed <= ? AND {where}"  # noqa: S608 one of the two
        with self._lock:
            return [key for (key,) in self._connection.execute(statement, (owner, after, upto, value))]

    def add_folder(self, owner: str, parent: str, name: str, *, hidden: bool) -> Folder:
        """Make a folder below `parent`."""
        key = new_message_id()
        with self._writing():
            folder = Folder(key, owner, parent, name, hidden, self._next())
            self._connection.execute(
                "INSERT INTO folders (id, owner, parent, name, hidden, changed) VALUES (?, ?, ?, ?, ?, ?)",
                (key, owner, parent, name, hidden, folder.changed),
            )
        return folder

    def folders(self, owner: str) -> list[Folder]:
        """All folders made in the owner's mailbox, in order of creation."""
        statement = (
            "SELECT id, owner, parent, name, hidden, changed FROM folders WHERE owner = ? ORDER BY number"
        )
        with self._lock:
            rows = self._connection.execute(statement, (owner,)).fetchall()
        return [Folder(key, owner, up, name, bool(hidden), at) for key, _, up, name, hidden, at in rows]

    def remove_folders(self, owner: str, keys: Sequence[str]) -> None:
        """Delete made folders with the messages in them, for good."""
        with self._writing():
            for key in keys:
                self._forget("owner = ? AND folder = ?", (owner, key))
                self._connection.execute("DELETE FROM messages WHERE owner = ? AND folder = ?", (owner, key))
                self._connection.execute("DELETE FROM folders WHERE id = ?", (key,))
                left = (owner, FOLDERS, key, self._next())
                self._connection.execute("INSERT INTO gone VALUES (?, ?, ?, ?)", left)

    def totals(self, owner: str) -> Mapping[str, tuple[int, int]]:
        """Per folder id: how many messages, how many of them unread."""
        statement = (
            "SELECT folder, COUNT(*), COUNT(*) - SUM(is_read) FROM messages WHERE owner = ? GROUP BY folder"
        )
        with self._lock:
            rows = self._connection.execute(statement, (owner,)).fetchall()
        return {folder: (total, unread) for folder, total, unread in rows}

    def threads(self, owner: str) -> list[Thread]:
        """The owner's conversations, the one with the newest message first."""
        statement = (
            "SELECT conversation, MAX(received), MAX(has_attachments) FROM messages WHERE owner = ?"
            " GROUP BY conversation ORDER BY MAX(received) DESC, MAX(number) DESC"
        )
        with self._lock:
            rows = self._connection.execute(statement, (owner,)).fetchall()
        return [Thread(key, last, bool(attached)) for key, last, attached in rows]

    def forget(self, owner: str) -> None:
        """Remove everything of a purged owner, without a trace."""
        with self._writing():
            for table in ("messages", "folders", "gone"):
                self._connection.execute(f"DELETE FROM {table} WHERE owner = ?", (owner,))  # noqa: S608 fixed names

    def _forget(self, where: str, values: Sequence[Any]) -> None:
        """Note that the messages which meet the condition left their folder."""
        self._connection.execute(
            f"INSERT INTO gone SELECT owner, folder, id, ? FROM messages WHERE {where}",  # noqa: S608 own conditions
            (self._next(), *values),
        )

    def _messages(self, condition: str, values: Sequence[Any]) -> Iterator[Message]:
        statement = f"SELECT {_COLUMNS} FROM messages WHERE {condition}"  # noqa: S608 conditions are this package's
        with self._lock:
            rows = self._connection.execute(statement, values).fetchall()
        for key, owner, folder, conversation, received, changed, is_read, size, facts in rows:
            yield Message(
                key, owner, folder, conversation, received, changed, bool(is_read), size, json.loads(facts)
            )

    def _row(self, letter: Letter) -> tuple[Any, ...]:
        facts = letter.facts
        return (
            new_message_id(),
            letter.owner,
            letter.folder,
            facts["conversation"],
            letter.received,
            self._next(),
            letter.is_read,
            facts["hasAttachments"],
            facts["internetMessageId"],
            facts["subject"],
            len(letter.mime),
            json.dumps(facts, ensure_ascii=False),
            letter.mime,
        )

    def _next(self) -> int:
        self._last += 1
        return self._last

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise


def new_message_id() -> str:
    """An id of the form Outlook gives to messages and folders."""
    return "AAMkAG" + urlsafe_b64encode(secrets.token_bytes(54)).decode()
