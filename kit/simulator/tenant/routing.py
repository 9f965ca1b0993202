"""Owns which requests exist: method and path template, who may make them, what they cost.

Templates are written exactly as in the published description of Graph, so that a test can look
each of them up there.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from kit.simulator.tenant.answers import Answer, GraphError

Handler = Callable[..., Answer]


class Workload(StrEnum):
    """The service behind Graph that answers; each has its own limits and its own error codes."""

    DIRECTORY = "directory"
    OUTLOOK = "outlook"
    TEAMS = "teams"
    SHAREPOINT = "sharepoint"


#: How each service says that a permission is missing.
DENIED = {
    Workload.DIRECTORY: "Authorization_RequestDenied",
    Workload.OUTLOOK: "ErrorAccessDenied",
    Workload.TEAMS: "Forbidden",
    Workload.SHAREPOINT: "accessDenied",
}


@dataclass(frozen=True)
class Route:
    """One request that the simulator answers.

    `handler` takes the call, then the path's keys in order. Any one of `roles` is enough. `units` is
    what a read costs in the workload's resource units.
    """

    method: str
    template: str
    handler: Handler
    roles: frozenset[str]
    workload: Workload = Workload.DIRECTORY
    units: int = 1

    def check(self, roles: frozenset[str]) -> None:
        """403 unless the caller holds one of the permissions."""
        if not roles & self.roles:
            raise GraphError(403, DENIED[self.workload], "Insufficient privileges to complete the operation.")


class Table:
    """All routes, looked up by path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        methods: dict[str, dict[str, Route]] = {}
        for route in routes:
            if route.method in methods.setdefault(route.template, {}):
                raise ValueError(f"two handlers for {route.method} {route.template}")
            methods[route.template][route.method] = route
        # `{` sorts after letters and `$`: fixed names win over keys.
        self._patterns = [(_pattern(template), methods[template]) for template in sorted(methods)]

    def match(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route and the path's keys.

        Raises:
            GraphError: 400 for a path that leads nowhere, 405 for a method the path does not have.
        """
        path = _plain(path)
        for pattern, methods in self._patterns:
            if found := pattern.fullmatch(path):
                if method not in methods:
                    message = "Specified HTTP method is not allowed for the request target."
                    raise GraphError(
                        405, "Request_BadRequest", message, headers={"Allow": ", ".join(methods)}
                    )
                return methods[method], found.groups()
        segment = path.rsplit("/", 1)[-1]
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    written = [_key(part) if part.startswith("{") else re.escape(part) for part in parts]
    return re.compile("".join(written), re.IGNORECASE)


def _key(name: str) -> str:
    # A path inside a drive or below a host name has slashes; the colons around it delimit it.
    return "([^:]+)" if name in ("{item-path}", "{server-relative-path}") else "([^/]+)"


def _plain(path: str) -> str:
    """`/teams('x')/microsoft.graph.y` as `/teams/x/graph.y`: the two spellings mean the same."""
    return re.sub(r"\('([^']*)'\)", r"/\1", path.rstrip("/")).replace("/microsoft.graph.", "/graph.")
