"""Owns the server's certificate and the authority that vouches for it."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from kit.simulator.tenant.files import write_private

#: Names and addresses under which the server can be reached.
NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class ServerCertificate:
    """PEM files: `authority` is for clients to trust, `chain` and `key` are the server's."""

    authority: Path
    chain: Path
    key: Path


def certificate_in(folder: Path) -> ServerCertificate:
    """The certificate in `folder`, made at the first start.

    The authority's key is not kept: a client that trusts it trusts this one server and nobody else.
    """
    found = ServerCertificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if not all(file.exists() for file in (found.authority, found.chain, found.key)):
        authority = trustme.CA(organization_name="Crisis kit", organization_unit_name="Tenant simulator")
        issued = authority.issue_cert(*NAMES)
        write_private(found.chain, b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        write_private(found.key, issued.private_key_pem.bytes())
        write_private(found.authority, authority.cert_pem.bytes())
    return found
