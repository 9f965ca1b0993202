"""Owns sending: a message goes to the mailboxes of the tenant it names, and to groups' shared ones."""

from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.mail import written
from kit.simulator.tenant.mailboxes import INBOX, SENT, find_mailbox, folder_id, has_mailbox
from kit.simulator.tenant.messages import Letter
from kit.simulator.tenant.mime import addresses, facts, parse
from kit.simulator.tenant.permissions import MAIL_SEND
from kit.simulator.tenant.routing import Route, Takes, Workload
from kit.simulator.tenant.tenant import Tenant


def send_mail(call: Call, key: str) -> Answer:
    """`POST /users/{id}/sendMail`: accepted; who is not in the tenant gets nothing here."""
    user, tenant = find_mailbox(call, key), call.tenant
    message, keep = _read(call.body)
    mime = written(call, user, message)
    known = facts(mime)
    recipients = addresses(parse(mime))
    if not recipients:
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is needed.")
    letters = [
        Letter(owner, folder_id(owner, INBOX), tenant.stamp(), known, mime)
        for owner in _owners(tenant, recipients)
    ]
    if keep:
        owner = str(user["id"])
        letters.append(Letter(owner, folder_id(owner, SENT), tenant.stamp(), known, mime, is_read=True))
    tenant.mail.add(letters)
    return Answer(202)


def _read(body: Any) -> tuple[Any, bool]:
    """The message, and whether a copy is kept among what was sent."""
    if not isinstance(body, Mapping):
        return body, True
    given = {str(name).lower(): value for name, value in body.items()}
    keep = given.get("savetosentitems", True)
    if "message" not in given or not isinstance(keep, bool | None):
        raise GraphError(400, "ErrorInvalidRequest", "A message is needed; saveToSentItems is true or false.")
    return given["message"], keep is not False


def _owners(tenant: Tenant, recipients: set[str]) -> list[str]:
    """The users with a mailbox and the groups behind these addresses."""
    users = [row.document for row in tenant.store.rows("users") if has_mailbox(tenant, row.document)]
    groups = [row.document for row in tenant.store.rows("groups")]
    found = [user for user in users if recipients & {_low(user, "mail"), _low(user, "userPrincipalName")}]
    found += [group for group in groups if _low(group, "mail") in recipients]
    return [str(each["id"]) for each in found]


def _low(document: Mapping[str, Any], name: str) -> str:
    return str(document.get(name) or "").lower()


ROUTES = (
    Route("POST", "/users/{user-id}/sendMail", send_mail, MAIL_SEND, Workload.OUTLOOK, takes=Takes.MIME),
)
