"""Owns the two forms of a message: MIME, which is kept, and Graph's JSON, which is derived from it."""

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid, parsedate_to_datetime
from typing import Any

from kit.simulator.tenant.answers import GraphError

_PREVIEW = 255
_HEADERS = {"toRecipients": "To", "ccRecipients": "Cc", "bccRecipients": "Bcc", "replyTo": "Reply-To"}
#: What a client may write of a message; the rest is refused as the service refuses a misspelt property.
WRITABLE = {
    "subject", "body", "from", "sender", "importance", "attachments", "isRead", "categories", "isDraft",
    "internetMessageHeaders", "isReadReceiptRequested", "isDeliveryReceiptRequested", "flag", "@odata.type",
    *_HEADERS,
}  # fmt: skip
_FILE = "#microsoft.graph.fileAttachment"
_REPLY = re.compile(r"^\s*(?:(?:re|fw|fwd|tr|aw)\s*:\s*)+", re.IGNORECASE)
_PARSER = BytesParser(policy=policy.default)


def parse(mime: bytes) -> EmailMessage:
    """The message in MIME."""
    parsed = _PARSER.parsebytes(mime)
    if not isinstance(parsed, EmailMessage):
        raise TypeError("the parser's policy makes another kind of message")
    return parsed


def compose(body: Mapping[str, Any], *, sender: tuple[str, str], now: float, domain: str) -> bytes:
    """MIME of the message that a client wrote as JSON; `sender` is (name, address).

    Raises:
        GraphError: 400, a property, a recipient or an attachment is wrong.
    """
    for name in body:
        if name not in WRITABLE:
            raise _refused("RequestBodyRead", f"The property '{name}' does not exist on type 'message'.")
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = Address(sender[0], addr_spec=sender[1])
        for name, header in _HEADERS.items():
            if addresses := _addresses(body.get(name), name):
                message[header] = addresses
        message["Subject"] = _text(body.get("subject"), "subject")
        message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
        message["Message-ID"] = make_msgid(domain=domain)
        _write_headers(message, body)
        _write_body(message, body.get("body"))
        for attachment in _list(body.get("attachments"), "attachments"):
            _attach(message, attachment)
        return message.as_bytes()
    except (ValueError, IndexError) as exc:
        raise _refused("ErrorInvalidRequest", f"The message cannot be written: {exc}.") from exc


def decode(text: str) -> bytes:
    """MIME from a body of type text/plain, where it travels as base64; 400 if it is not."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _refused("ErrorMimeContentInvalidBase64String", "The MIME content is no base64.") from exc


def facts(mime: bytes) -> dict[str, Any]:
    """What lists show and filters compare, read from MIME once, when a message comes."""
    message = parse(mime)
    subject = str(message.get("Subject", ""))
    senders = _people(message, "From")
    return {
        "subject": subject,
        "from": senders[0] if senders else None,
        **{name: _people(message, header) for name, header in _HEADERS.items()},
        "internetMessageId": message.get("Message-ID"),
        "sentDateTime": _sent(message),
        "importance": str(message.get("Importance", "normal")).lower(),
        "hasAttachments": any(True for _ in _parts(message)),
        "bodyPreview": _plain(content(message)),
        "conversation": conversation(subject),
    }


def conversation(subject: str) -> str:
    """The mark that messages of one exchange share: their subject without what answering adds."""
    return hashlib.sha256(_REPLY.sub("", subject).strip().casefold().encode()).hexdigest()[:32]


def content(message: EmailMessage) -> dict[str, str]:
    """The body as Graph gives it: HTML if there is some, else text."""
    part = message.get_body(("html", "plain"))
    if part is None:
        return {"contentType": "text", "content": ""}
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return {"contentType": kind, "content": str(part.get_content())}


def attachments(message: EmailMessage, key: str, stamp: str) -> list[dict[str, Any]]:
    """The attachments as Graph gives them, content included; `key` is the message's id."""
    return [_attachment(part, f"{key}:{number}", stamp) for number, part in enumerate(_parts(message))]


def addresses(message: EmailMessage) -> set[str]:
    """Everybody it goes to, in lower case."""
    headers = ("To", "Cc", "Bcc")
    return {one.addr_spec.lower() for name in headers for one in _header_addresses(message, name)}


def _parts(message: EmailMessage) -> Iterator[Any]:
    if message.is_multipart():
        yield from (part for part in message.iter_attachments() if not part.is_multipart())


def _attachment(part: Any, key: str, stamp: str) -> dict[str, Any]:
    data = part.get_payload(decode=True)
    octets = data if isinstance(data, bytes) else b""
    return {
        "@odata.type": _FILE,
        "@odata.mediaContentType": part.get_content_type(),
        "id": base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()).decode(),
        "lastModifiedDateTime": stamp,
        "name": part.get_filename() or "attachment",
        "contentType": part.get_content_type(),
        "size": len(octets),
        "isInline": part.get_content_disposition() == "inline",
        "contentId": part.get("Content-ID"),
        "contentLocation": None,
        "contentBytes": base64.b64encode(octets).decode(),
    }


def _people(message: EmailMessage, header: str) -> list[dict[str, Any]]:
    return [
        {"emailAddress": {"name": one.display_name or one.addr_spec, "address": one.addr_spec}}
        for one in _header_addresses(message, header)
    ]


def _header_addresses(message: EmailMessage, header: str) -> Sequence[Address]:
    found = message.get(header)
    return getattr(found, "addresses", ())


def _sent(message: EmailMessage) -> str | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(body: Mapping[str, str]) -> str:
    text = body["content"]
    if body["contentType"] == "html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return " ".join(text[: _PREVIEW * 20].split())[:_PREVIEW]


def _addresses(value: Any, name: str) -> list[Address]:
    found = []
    for recipient in _list(value, name):
        person = recipient.get("emailAddress") if isinstance(recipient, dict) else None
        address = person.get("address") if isinstance(person, dict) else None
        if not isinstance(person, dict) or not isinstance(address, str) or not address.isascii():
            raise _refused("ErrorInvalidRecipients", "At least one recipient is not valid.")
        try:
            found.append(Address(_text(person.get("name"), name), addr_spec=address))
        except (ValueError, IndexError) as exc:
            raise _refused("ErrorInvalidRecipients", "At least one recipient is not valid.") from exc
    return found


def _write_headers(message: EmailMessage, body: Mapping[str, Any]) -> None:
    if importance := _text(body.get("importance"), "importance"):
        message["Importance"] = importance
    for header in _list(body.get("internetMessageHeaders"), "internetMessageHeaders"):
        name = header.get("name") if isinstance(header, dict) else None
        if not isinstance(name, str) or not re.fullmatch(r"[Xx]-[!-9;-~]+", name):
            raise _refused("InvalidInternetMessageHeader", "The name of a header has to begin with 'x-'.")
        message[name] = _text(header.get("value"), "value")


def _write_body(message: EmailMessage, body: Any) -> None:
    if body is not None and not isinstance(body, dict):
        raise _refused("RequestBodyRead", "A body has a contentType and content.")
    text = _text((body or {}).get("content"), "content")
    kind = _text((body or {}).get("contentType"), "contentType").lower()
    message.set_content(text, subtype="html" if kind == "html" else "plain")


def _attach(message: EmailMessage, attachment: Any) -> None:
    if not isinstance(attachment, dict) or attachment.get("@odata.type", _FILE) != _FILE:
        raise _refused("ErrorInvalidRequest", "Only attachments of type fileAttachment are taken.")
    try:
        octets = base64.b64decode(_text(attachment.get("contentBytes"), "contentBytes"), validate=True)
    except binascii.Error as exc:
        raise _refused("RequestBodyRead", "Cannot convert contentBytes from base64.") from exc
    if not (name := _text(attachment.get("name"), "name")):
        raise _refused("ErrorInvalidRequest", "An attachment needs a name.")
    kind = _text(attachment.get("contentType"), "contentType") or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(octets, maintype=main, subtype=sub or "octet-stream", filename=name)


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refused("RequestBodyRead", f"Cannot convert the value of '{name}' to a string.")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _refused("RequestBodyRead", f"'{name}' has to be an array.")
    return value


def _refused(code: str, message: str) -> GraphError:
    return GraphError(400, code, message)
