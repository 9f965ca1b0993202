"""Owns the end of what we created: nobody signs in any more, then everything is deleted and read to be gone.

Deleted accounts and groups stay in the directory's deleted items for 30 days; they are purged from there.
An administrative unit goes there too, and Microsoft documents no way to purge it: it holds a name and who
its members were, all of them purged. What is read is the tenant's answer; it says nothing of Microsoft's
own copies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Any

from kit.graph import moments
from kit.graph.batching import Part, segment
from kit.graph.belongings import BINS, DELETED, SETS, Kind, Target, bodies, by_name, find
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, READS, ensure, look_many
from kit.graph.errors import (
    GraphConflict,
    GraphError,
    GraphForbidden,
    GraphNotFound,
    GraphThrottled,
    GraphUnavailable,
    not_yet,
)
from kit.graph.retry import growing

__all__ = ["Absence", "Kind", "Target", "remove", "revoke"]

#: Seconds for ended sessions to show; Microsoft speaks of a few minutes.
DEADLINE = 300.0
#: Seconds between looks at what is still there, growing from the first to the second.
PAUSES = (0.2, 10.0)
#: Failures of a deletion that the next look and the next try settle.
_PASSING = (GraphConflict, GraphNotFound, GraphThrottled, GraphUnavailable)


@dataclass(frozen=True)
class Absence:
    """Proof that something is gone: what was read, and when (UTC); `id` is empty where it never had one."""

    kind: Kind
    id: str
    name: str
    read: str
    at: datetime


def revoke(graph: Graph, user_ids: Sequence[str], *, deadline_s: float = DEADLINE) -> None:
    """Disable the accounts and end all their sessions; one that is gone has neither.

    Raises:
        GraphError: the tenant refused one; the others are disabled, sessions may go on.
        NotYet: it does not show within the deadline.
    """
    there: dict[str, dict[str, Any]] = {}
    for _read in range(READS):
        # One that a single read does not show may be hidden by a copy of the directory that lags behind.
        there |= _accounts(graph, [user for user in user_ids if user not in there])
    ensure(
        graph,
        list(there),
        look=lambda users: {
            user: True for user, found in _accounts(graph, users).items() if not found["accountEnabled"]
        },
        create=lambda user: Part("PATCH", f"/users/{segment(user)}", json={"accountEnabled": False}),
        deadline_s=deadline_s,
        what=_("accounts to be disabled"),
        # Read again with the sessions.
        reads=ONE_READ,
    )
    _end_sessions(graph, list(there), deadline_s)


def remove(graph: Graph, targets: Sequence[Target], *, deadline_s: float) -> tuple[Absence, ...]:
    """Delete and purge all of it, and give proof for each; what is gone already only needs the proof.

    Raises:
        OwnedByOthers: one of them does not bear its mark; nothing was deleted.
        GraphError: the tenant refused to delete one; the others are gone.
        NotYet: something still shows after the deadline.
    """
    things = [_Thing(target) for target in find(graph, targets)]
    end = graph.waits.now() + deadline_s
    pace = growing(*PAUSES)
    while waiting := [thing for thing in things if thing.awaited]:
        shown = _look(graph, waiting)
        if not shown:
            continue
        if graph.waits.now() >= end:
            raise not_yet(_("proof that everything is gone"), deadline_s)
        _delete(graph, shown)
        graph.waits.wait(next(pace), _("what was deleted to be gone"))
    for thing in things:
        if thing.refused:
            raise thing.refused
    return tuple(thing.absence() for thing in things)


class _Thing:
    """One object, or a target that there is nothing of, and how often in a row every read showed nothing."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.refused: GraphError | None = None
        self._good = 0
        self._at = datetime.now(UTC)

    @property
    def awaited(self) -> bool:
        return self._good < READS and self.refused is None

    def reads(self) -> list[Part]:
        """All that must show nothing."""
        kind, key = self.target.kind, self.target.id
        if key is None:
            return [by_name(self.target)]
        itself = f"{SETS[kind]}/{segment(key)}"
        with_it = ("team", "sites/root") if kind == "group" else ()
        paths = [itself, *(f"{itself}/{part}" for part in with_it)]
        deleted = [Part("GET", f"{DELETED}/{segment(key)}")] if kind in BINS else []
        return [*(Part("GET", path, {"$select": "id"}) for path in paths), *deleted]

    def deletions(self, shown: Sequence[str]) -> list[Part]:
        """The requests that remove what the paths in `shown` show."""
        if self.target.id is None:
            return []
        key = segment(self.target.id)
        paths = (f"{SETS[self.target.kind]}/{key}", f"{DELETED}/{key}")
        return [Part("DELETE", path) for path in paths if path in shown]

    def seen(self, shown: Sequence[str]) -> None:
        self._good = 0 if shown else self._good + 1
        self._at = datetime.now(UTC)

    def absence(self) -> Absence:
        target = self.target
        read = "; ".join(_told(part) for part in self.reads())
        return Absence(target.kind, target.id or "", target.name, read, self._at)


def _look(graph: Graph, things: Sequence[_Thing]) -> dict[_Thing, list[str]]:
    """The things that still show, each with the paths where it does."""
    reads = {(thing, part.path): part for thing in things for part in thing.reads()}
    shown: dict[_Thing, list[str]] = {}
    for (thing, path), answer in look_many(graph, reads).items():
        if bodies(answer):
            shown.setdefault(thing, []).append(path)
    for thing in things:
        thing.seen(shown.get(thing, ()))
    return shown


def _delete(graph: Graph, shown: Mapping[_Thing, Sequence[str]]) -> None:
    deletions = [(thing, part) for thing, paths in shown.items() for part in thing.deletions(paths)]
    answers = graph.batch([part for _thing, part in deletions])
    for (thing, part), answer in zip(deletions, answers, strict=True):
        if not answer.ok and not isinstance(answer.error, _PASSING):
            thing.refused = _explained(thing, part, answer.error)


def _explained(thing: _Thing, part: Part, error: GraphError) -> GraphError:
    purge = thing.target.kind == "group" and part.path.startswith(DELETED)
    if not (purge and isinstance(error, GraphForbidden)):
        return error
    # Microsoft's table of permissions gives this request to signed-in people only.
    hint = _(
        'Sign in as a groups administrator (`sign_in` = "device-code" under [tenant] in kit.toml), or purge '
        "the deleted group by hand in the Entra admin centre; then run the same command again."
    )
    return GraphForbidden(error.message, hint=hint, problem=error.problem)


def _told(part: Part) -> str:
    """A read that showed nothing, and what the tenant answered."""
    if "$filter" in part.params:
        return f"{part.attempted}?$filter={part.params['$filter']} → []"
    return f"{part.attempted} → 404"


def _end_sessions(graph: Graph, users: Sequence[str], deadline_s: float) -> None:
    asked = moments.not_before(graph)
    # Whatever was ended before: what began in between must end too, and ending twice does no harm. The body
    # is for the batch, which refuses a POST without one.
    parts = [
        Part("POST", f"/users/{segment(user)}/revokeSignInSessions", json={}, repeatable=True)
        for user in users
    ]
    for answer in graph.batch(parts):
        answer.checked()

    def ended() -> bool | None:
        """True when nobody of them can sign in or go on with what they had open."""
        return all(_is_out(found, asked) for found in _accounts(graph, users).values()) or None

    graph.until_stable(ended, deadline_s=deadline_s, what=_("sessions to end"), pauses=PAUSES)


def _is_out(account: Mapping[str, Any], asked: datetime) -> bool:
    since = moments.noted(account["signInSessionsValidFromDateTime"])
    return not account["accountEnabled"] and since is not None and since >= asked


def _accounts(graph: Graph, user_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Those of the accounts that are there."""
    select = {"$select": "id,accountEnabled,signInSessionsValidFromDateTime"}
    return look_many(graph, {user: Part("GET", f"/users/{segment(user)}", select) for user in user_ids})
