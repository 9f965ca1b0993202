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
    CONDITIONAL_ACCESS = "conditional-access"
    REPORTS = "reports"
    INTUNE = "intune"


class Takes(StrEnum):
    """The body that a request takes: JSON, JSON or MIME in base64 as text/plain, or a file's content."""

    JSON = "json"
    MIME = "mime"
    CONTENT = "content"


#: How each service says that a permission is missing.
DENIED = {
    Workload.DIRECTORY: "Authorization_RequestDenied",
    Workload.OUTLOOK: "ErrorAccessDenied",
    Workload.TEAMS: "Forbidden",
    Workload.SHAREPOINT: "accessDenied",
    Workload.CONDITIONAL_ACCESS: "AccessDenied",
    Workload.REPORTS: "Authorization_RequestDenied",
    Workload.INTUNE: "Forbidden",
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
    takes: Takes = Takes.JSON

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
        # By first segment, so that few patterns are tried. `{` sorts after letters and `$`: fixed names win.
        self._patterns: dict[str, list[tuple[re.Pattern[str], dict[str, Route]]]] = {}
        for template in sorted(methods):
            patterns = self._patterns.setdefault(_first_segment(template), [])
            patterns.append((_pattern(template), methods[template]))

    def match(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route and the path's keys.

        Raises:
            GraphError: 400 for a path that leads nowhere, 405 for a method the path does not have.
        """
        path = _plain(path)
        for pattern, methods in self._patterns.get(_first_segment(path), ()):
            if found := pattern.fullmatch(path):
                if method not in methods:
                    message = "Specified HTTP method is not allowed for the request target."
                    raise GraphError(
                        405, "Request_BadRequest", message, headers={"Allow": ", ".join(methods)}
                    )
                return methods[method], found.groups()
        segment = path.rsplit("/", 1)[-1]
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def _first_segment(path: str) -> str:
    return path.split("/", 2)[1].lower() if path.startswith("/") else ""


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    written = [_key(part) if part.startswith("{") else re.escape(part) for part in parts]
    return re.compile("".join(written), re.IGNORECASE)


def _key(name: str) -> str:
    # A path inside a drive or below a host name has slashes; the colons around it delimit it.
    return "([^:]+)" if name in ("{item-path}", "{server-relative-path}") else "([^/]+)"


def _plain(path: str) -> str:
    """`/teams('x')/microsoft.graph.y` as `/teams/x/graph.y`: the two spellings mean the same."""
    # What follows a colon is a name in a drive, which may look like anything.
    head, colon, rest = path.rstrip("/").partition(":/")
    head = re.sub(r"\('([^']*)'\)", r"/\1", head).replace("/microsoft.graph.", "/graph.")
    if not colon:
        head = re.sub(r"/(?:graph\.)?delta(?:\(\))?$", "/delta()", head).replace("/graph.delta(", "/delta(")
    return head + colon + rest
