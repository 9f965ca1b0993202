"""What is told of requests to the tenant while they are made: what was asked, never of whom or with what."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from kit.graph.batching import Part

#: Nouns and verbs of the interface are letters; whatever else a segment holds is somebody's name or number.
_WORD = re.compile(r"\$?[A-Za-z]{1,40}")
_VERSION = re.compile(r"^/(v1\.0|beta)(?=/)")


@dataclass(frozen=True)
class Exchange:
    """An answer that came: the requests that it is for, e.g. "POST /users/…/assignLicense", and its status.

    A batch is one exchange for all its parts, with the status of the whole.
    """

    requests: tuple[str, ...]
    status: int


#: Is told of every answer, in the thread that asked.
Heard = Callable[[Exchange], None]


def exchange(parts: Sequence[Part], status: int) -> Exchange:
    """What is told of an answer to these requests."""
    return Exchange(tuple(shape(part.method, part.path) for part in parts), status)


def shape(method: str, path: str) -> str:
    """A request without what it is about: `GET /users/…/mailFolders` for any person."""
    bare = _VERSION.sub("", urlsplit(path).path)
    kept = (segment if _WORD.fullmatch(segment) else "…" for segment in bare.strip("/").split("/"))
    return f"{method} /{'/'.join(kept)}"
