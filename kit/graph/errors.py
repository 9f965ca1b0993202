"""Owns what can go wrong with the tenant, in the operator's words, and how an answer becomes an error.

Decisions rest on the status, `code` and `details[].code`; `message` is shown and never looked at,
because Microsoft changes and translates it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from http import HTTPStatus
from typing import Any

from kit.errors import KitError, TenantRefused, TenantUnreachable
from kit.graph.permissions import role_for


@dataclass(frozen=True)
class Problem:
    """A refused request: what was attempted ("POST /users") and what the tenant said about it.

    `status` is 0 where no answer came back; `details` are the codes of the error's details and
    `request_id` is what Microsoft's support asks for.
    """

    attempted: str = ""
    status: int = 0
    code: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    request_id: str = ""

    @classmethod
    def read(
        cls, attempted: str, status: int, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> "Problem":
        """Take what is there: some services send no `code`, no details or no error body at all."""
        error = _mapping(body.get("error"))
        inner = _mapping(error.get("innerError"))
        details = error.get("details")
        return cls(
            attempted=attempted,
            status=status,
            code=str(error.get("code") or ""),
            message=str(error.get("message") or ""),
            details=tuple(
                str(_mapping(detail).get("code", ""))
                for detail in (details if isinstance(details, list) else ())
            ),
            request_id=str(inner.get("request-id") or headers.get("request-id") or ""),
        )

    def told(self) -> str:
        """What the tenant said, as one sentence."""
        if not self.status:
            return _("{attempted}: the connection broke before the answer came.").format(
                attempted=self.attempted
            )
        said = " ".join(part for part in (str(self.status), self.code) if part)
        text = _("{attempted}: the tenant answered {said}.").format(attempted=self.attempted, said=said)
        if self.message:
            text += " " + _("It says: {message}").format(message=self.message)
        if self.request_id:
            text += " " + _("(request {request_id})").format(request_id=self.request_id)
        return text


class GraphError(KitError):
    """Root of what Graph answered other than success; `problem` has the details for machines."""

    def __init__(self, message: str, *, hint: str = "", problem: Problem | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problem = problem or Problem()


class GraphRefused(GraphError, TenantRefused):
    """The request was understood and refused."""


class GraphNotFound(GraphRefused):
    """What the request is about is not there, or not visible yet."""


class GraphConflict(GraphRefused):
    """Something with that natural key (principal name, mail nickname, name) is already there."""


class GraphForbidden(GraphRefused):
    """A permission is missing."""


class DirectoryFull(GraphRefused):
    """The tenant has as many objects as it may hold."""


class StorageFull(GraphRefused):
    """The drive has no room left."""


class LicencesExhausted(GraphRefused):
    """The tenant has fewer licences left than needed."""


class OwnedByOthers(GraphRefused):
    """An object with our natural key exists and does not bear our ownership mark."""


class GraphThrottled(GraphError, TenantUnreachable):
    """The tenant kept asking for patience until ours ended."""


class GraphUnavailable(GraphError, TenantUnreachable):
    """The tenant failed while working on the request: it is not known whether it was carried out."""


class NotYet(GraphError, TenantUnreachable):
    """What was created or waited for is not visible within the time given."""


class NoAnswer(TenantUnreachable):
    """No whole answer came; `sent` tells that the request may have been carried out."""

    def __init__(self, message: str, *, hint: str = "", sent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class CertificateRefused(TenantUnreachable):
    """The other side's TLS certificate is not trusted: asking again would not help."""


class Stopped(KitError):
    """The operator stopped the run while it waited for the tenant; nothing was sent after that."""


def not_yet(what: str, seconds: float) -> NotYet:
    """The error for `what` that did not show within `seconds`."""
    return NotYet(
        _("{what}: not there yet after {seconds:.0f} seconds.").format(what=what, seconds=seconds),
        hint=_("Run the same command again later: it goes on where it stopped."),
    )


#: What a status means where no code says more.
_BY_STATUS: dict[int, type[GraphError]] = {
    HTTPStatus.FORBIDDEN: GraphForbidden,
    HTTPStatus.NOT_FOUND: GraphNotFound,
    HTTPStatus.CONFLICT: GraphConflict,
    HTTPStatus.TOO_MANY_REQUESTS: GraphThrottled,
}


def error_for(problem: Problem) -> GraphError:
    """The error that says what `problem` means and what to do about it."""
    kind = _kind(problem)
    return kind(problem.told(), hint=_HINTS[kind](problem), problem=problem)


def _kind(problem: Problem) -> type[GraphError]:
    if "ObjectConflict" in problem.details:
        return GraphConflict
    if problem.code == "Directory_QuotaExceeded":
        return DirectoryFull
    if problem.status == HTTPStatus.INSUFFICIENT_STORAGE:
        return StorageFull
    if problem.status == 0 or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return GraphUnavailable
    return _BY_STATUS.get(problem.status, GraphRefused)


def _permission_hint(problem: Problem) -> str:
    role = role_for(problem.attempted)
    if not role:
        return _("Run `kit tenant check`: it lists the permissions that are missing.")
    return _("The application probably lacks {role}: have an administrator grant and consent it.").format(
        role=role
    )


#: What to do about each kind; a translation looks for its catalogue on the disk, hence only the one needed.
_HINTS: dict[type[GraphError], Callable[[Problem], str]] = {
    GraphThrottled: lambda _p: _("Run the same command again later: it goes on where it stopped."),
    GraphUnavailable: lambda _p: _("Run the same command again: it looks first and creates nothing twice."),
    GraphNotFound: lambda _p: _("If it was just created, run the same command again in a few minutes."),
    GraphConflict: lambda _p: _(
        "Look in the tenant for what already bears that name, also among deleted objects."
    ),
    DirectoryFull: lambda _p: _("Delete what closed crises left in the tenant, deleted objects included."),
    StorageFull: lambda _p: _(
        "Free room in that drive, or raise its quota; then run the same command again."
    ),
    GraphForbidden: _permission_hint,
    GraphRefused: lambda _p: _(
        "Run `kit tenant check`; if it finds nothing, report the request number above."
    ),
}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
