"""Owns where the tenant is and who we are there: the values that settings give, nothing secret in them."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from urllib.parse import urlsplit

from kit.errors import BadInput


@dataclass(frozen=True)
class Connection:
    """One tenant, real or simulated, and the application that acts in it.

    Attributes:
        tenant_id: directory (tenant) id.
        client_id: application (client) id.
        authority: base address of the token service, e.g. "https://login.microsoftonline.com".
        graph: base address of Graph with its version, e.g. "https://graph.microsoft.com/v1.0".
        private_key: PEM file of the application's key.
        certificate: PEM file of the certificate that the application registration knows.
        ca_file: PEM file of the authorities to trust instead of the public ones; None for these.

    Raises:
        BadInput: an address is not https.
    """

    tenant_id: str
    client_id: str
    authority: str
    graph: str
    private_key: Path
    certificate: Path
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        for address in (self.authority, self.graph):
            parts = urlsplit(address)
            if parts.scheme != "https" or not parts.hostname:
                raise BadInput(
                    _("{address} is not an https address; nothing was sent.").format(address=address),
                    hint=_("Correct `authority` and `graph` under [tenant] in kit.toml."),
                )

    @property
    def scope(self) -> str:
        """What the token is asked for: every permission granted to the application on this Graph."""
        return f"{origin(self.graph)}/.default"


def origin(address: str) -> str:
    """Scheme, host and port of an address, e.g. "https://graph.microsoft.com"."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
