"""Owns the form of change tracking in mailboxes: links with tokens, what left as `@removed`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.delta import Stale, read_token, write_token

#: The next page and the next round are the same question: what came after.
_TOKEN = "$deltatoken"  # noqa: S105 the name of an option


def changes_since(call: Call, scope: str) -> int:
    """The last change that the client was given; 0 at the beginning, 410 with a token that is not good."""
    token = call.query.option(_TOKEN)
    if token is None:
        return 0
    try:
        return read_token(token, scope, call.tenant.clock())
    except Stale as exc:
        message = "The sync state is not found; begin again without a token."
        headers = {"Location": _address(call)}
        raise GraphError(410, "SyncStateNotFound", message, headers=headers) from exc


def answer_changes(
    call: Call,
    context: str,
    scope: str,
    page: Sequence[tuple[int, Mapping[str, Any]]],
    *,
    more: bool,
    gone: Callable[[int], list[str]],
) -> Answer:
    """One page of (number, object) in order of change; `gone` gives the ids that left up to a number."""
    upto = page[-1][0] if more else call.tenant.mail.last_change
    token = write_token(upto, scope, call.tenant.clock())
    link = f"{_address(call)}?{call.query.with_token(_TOKEN, token)}"
    removed = [{"@removed": {"reason": "deleted"}, "id": key} for key in gone(upto)]
    body = {
        **call.context(context),
        "@odata.nextLink" if more else "@odata.deltaLink": link,
        "value": [*(shown for _, shown in page), *removed],
    }
    return Answer(200, body)


def _address(call: Call) -> str:
    return call.base + quote(call.path, safe="/:!,@$()'=")
