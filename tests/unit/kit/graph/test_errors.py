"""How an answer becomes an error that an operator can act on."""

import pickle

import pytest

from kit.cli.exits import CODES
from kit.errors import TenantRefused, TenantUnreachable
from kit.graph.errors import (
    DirectoryFull,
    GraphConflict,
    GraphError,
    GraphForbidden,
    GraphNotFound,
    GraphRefused,
    GraphThrottled,
    GraphUnavailable,
    NoAnswer,
    Problem,
    StorageFull,
    error_for,
)


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (Problem("POST /users", 400, "Request_BadRequest", details=("ObjectConflict",)), GraphConflict),
        (Problem("POST /users", 400, "Request_BadRequest"), GraphRefused),
        (Problem("POST /users", 409, "nameAlreadyExists"), GraphConflict),
        (Problem("GET /users/x", 404, "Request_ResourceNotFound"), GraphNotFound),
        (Problem("POST /groups", 403, "Directory_QuotaExceeded"), DirectoryFull),
        (Problem("POST /groups", 403, "Authorization_RequestDenied"), GraphForbidden),
        (Problem("PUT /drives/x/items/y/content", 507, "insufficientStorage"), StorageFull),
        (Problem("GET /users/x", 401, "InvalidAuthenticationToken"), GraphRefused),
        (Problem("GET /users/x", 429, "TooManyRequests"), GraphThrottled),
        (Problem("GET /users/x", 503, ""), GraphUnavailable),
        (Problem("POST /users", 0), GraphUnavailable),
    ],
)
def test_the_kind_follows_from_status_and_codes(problem: Problem, kind: type[GraphError]) -> None:
    error = error_for(problem)
    assert type(error) is kind
    assert error.problem == problem
    assert error.hint
    assert problem.attempted in error.message
    assert error.kind in CODES


def test_the_message_decides_nothing() -> None:
    said = "Another object with the same value for property userPrincipalName already exists: ObjectConflict."
    assert type(error_for(Problem("POST /users", 400, "Request_BadRequest", said))) is GraphRefused


def test_a_refusal_and_a_silence_lead_to_different_exits() -> None:
    assert isinstance(error_for(Problem(status=403)), TenantRefused)
    assert isinstance(error_for(Problem(status=429)), TenantUnreachable)


@pytest.mark.parametrize(
    ("attempted", "role"),
    [
        ("POST /users", "User.ReadWrite.All"),
        ("POST /users/1/assignLicense", "User.ReadWrite.All"),
        ("GET /users/1/mailboxSettings", "MailboxSettings.Read"),
        ("POST /groups", "Group.ReadWrite.All"),
        ("PUT /groups/1/team", "Group.ReadWrite.All"),
        ("GET /groups/1/sites/root", "Sites.ReadWrite.All"),
        ("POST /drives/1/root/children", "Sites.ReadWrite.All"),
        ("POST /teams/1/channels", "Channel.Create"),
        ("GET /subscribedSkus", "Organization.Read.All"),
        ("GET /domains", "Domain.Read.All"),
    ],
)
def test_a_missing_permission_is_named(attempted: str, role: str) -> None:
    assert role in error_for(Problem(attempted, 403, "Authorization_RequestDenied")).hint


def test_a_missing_permission_of_an_unknown_request_sends_to_the_check() -> None:
    assert "kit tenant check" in error_for(Problem("GET /elsewhere", 403)).hint


def test_an_error_body_is_read_however_it_is_spelt() -> None:
    body = {
        "error": {
            "code": "Request_BadRequest",
            "message": "No.",
            "details": [{"code": "ObjectConflict", "message": "", "target": "mailNickname"}],
            "innerError": {"request-id": "abc"},
        }
    }
    problem = Problem.read("POST /users", 400, {}, body)
    assert problem == Problem("POST /users", 400, "Request_BadRequest", "No.", ("ObjectConflict",), "abc")
    assert "abc" in problem.told()


@pytest.mark.parametrize(
    "body", [{}, {"error": None}, {"error": "x"}, {"error": {"details": "x", "innerError": 3}}]
)
def test_a_body_that_is_no_graph_error_breaks_nothing(body: dict[str, object]) -> None:
    problem = Problem.read("GET /x", 502, {"request-id": "from-header"}, body)
    assert problem == Problem("GET /x", 502, request_id="from-header")


def test_errors_survive_being_stored_with_a_workflow() -> None:
    error = error_for(Problem("POST /users", 403, "Authorization_RequestDenied", request_id="abc"))
    restored = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    assert (type(restored), restored.message, restored.hint, restored.problem) == (
        type(error),
        error.message,
        error.hint,
        error.problem,
    )
    silence = pickle.loads(pickle.dumps(NoAnswer("x", hint="y", sent=True)))  # noqa: S301  our own bytes
    assert (silence.message, silence.hint, silence.sent) == ("x", "y", True)
