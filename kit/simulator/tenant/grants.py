"""Owns pre-authenticated addresses of content: whoever has one reads the file, for an hour."""

import base64
import binascii
import hashlib
import hmac
import json

from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

#: Where content is given and taken, outside Graph.
TRANSFERS = "/transfers"
#: Seconds for which an address is good.
LIFETIME = 3600


def download_address(tenant: Tenant, base: str, document: Document, *, content: str | None = None) -> str:
    """The address of an item's content, or of an older version's; `base` is that of `/v1.0`."""
    expires = int(tenant.clock()) + LIFETIME
    claims = json.dumps([document["id"], content or document["_content"], expires]).encode()
    token = ".".join(map(_written, (claims, _signature(tenant, claims))))
    return f"{base.rpartition('/')[0]}{TRANSFERS}/content/{token}"


def granted(tenant: Tenant, token: str) -> tuple[Document, str] | None:
    """The item and the key of the content that an address stands for; None if it is not good (any more)."""
    try:
        claims, signature = map(_read, token.split("."))
        if not hmac.compare_digest(signature, _signature(tenant, claims)):
            return None
        identifier, content, expires = json.loads(claims)
    except (ValueError, binascii.Error):
        return None
    document = tenant.store.get("items", identifier)
    return None if document is None or tenant.clock() >= expires else (document, content)


def _signature(tenant: Tenant, claims: bytes) -> bytes:
    return hmac.digest(tenant.grant_key, claims, hashlib.sha256)


def _written(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
