"""Owns the tenant as its nouns see it: state, clock, chance and names; knows no HTTP."""

import random
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.simulator.tenant.behaviour import Behaviour
from kit.simulator.tenant.contents import Contents
from kit.simulator.tenant.messages import Mail
from kit.simulator.tenant.store import Document, Row, Store

#: What `Store.find` looks up.
INDEXES = {
    "users": ("userPrincipalName",),
    "groups": ("mailNickname", "uniqueName"),
    "members": ("group", "object"),
    "owners": ("group", "object"),
    "unitMembers": ("group", "object"),
    "passes": ("_user",),
    "groupSettings": ("_group",),
    "sites": ("name",),
    "drives": ("_site",),
    "items": ("_parent", "_place", "_drive"),
    "recycled": ("_drive",),
    "channels": ("_team",),
}


@dataclass
class Tenant:
    """One Microsoft 365 directory and the services around it."""

    store: Store
    behaviour: Behaviour
    tenant_id: str
    domain: str
    clock: Callable[[], float]
    folder: Path
    mail: Mail = field(init=False)
    contents: Contents = field(init=False)
    #: signs addresses of content; a new one each start, so that old addresses end with the process
    grant_key: bytes = field(init=False, repr=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.mail = Mail(self.folder / "mail.db")
        self.contents = Contents(self.folder / "contents")
        self.grant_key = secrets.token_bytes(32)
        self.chance = random.Random(self.behaviour.seed)  # noqa: S311 repeatability is the point; no secret

    def close(self) -> None:
        """Close the files of its state; what was committed stays."""
        self.mail.close()
        self.store.close()

    @property
    def sharepoint_host(self) -> str:
        """Host name in site addresses; below the tenant's own domain, so that it is nobody else's."""
        return f"sharepoint.{self.domain}"

    def stamp(self, at: float | None = None) -> str:
        """An epoch time, by default now, as Graph writes a time."""
        moment = datetime.fromtimestamp(self.clock() if at is None else at, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def replicate(self) -> tuple[float, ...]:
        """When each replica will show an object created now; the slowest after the whole lag."""
        whole = self.behaviour.replication
        if not whole:
            return ()
        lags = [self.chance.random() for _ in range(self.behaviour.replicas - 1)] + [1.0]
        self.chance.shuffle(lags)
        return tuple(self.clock() + whole * lag for lag in lags)

    def any_replica(self) -> int:
        """The replica a request lands on."""
        return self.chance.randrange(self.behaviour.replicas)

    def shown(self, row: Row, replica: int | None) -> bool:
        """Whether `replica` shows the row; None is the primary, which shows all."""
        return replica is None or not row.visible_at or self.clock() >= row.visible_at[replica]

    def listed(self, collection: str, replica: int | None) -> Iterator[Row]:
        """The rows of a collection that `replica` shows."""
        return (row for row in self.store.rows(collection) if self.shown(row, replica))

    def is_verified(self, domain: str) -> bool:
        """Whether the domain is a verified one of this tenant."""
        found = self.store.get("domains", domain.lower())
        return found is not None and bool(found["isVerified"])


def new_id() -> str:
    """An object id; always fresh, since a seed must not repeat the ids of the previous start."""
    return str(uuid.uuid4())


def public(document: Document) -> dict[str, Any]:
    """The document without the simulator's own properties."""
    return {name: value for name, value in document.items() if not name.startswith("_")}
