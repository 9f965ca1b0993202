"""Owns where the tenant is and who we are there: the values that settings give, nothing secret in them."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from urllib.parse import urlsplit

from kit.errors import BadInput
from kit.settings import Cloud, Signature, SignIn

#: Token service and Graph of each cloud.
_ENDPOINTS = {
    Cloud.GLOBAL: ("https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0"),
    # The authority is the one that MSAL knows (AZURE_GOV_FR); this Graph was never tried from here.
    Cloud.BLEU: ("https://login.sovcloud-identity.fr", "https://graph.svc.sovcloud.fr/v1.0"),
}


@dataclass(frozen=True)
class Connection:
    """One tenant, real or simulated, and the application that acts in it.

    Attributes:
        tenant_id: directory (tenant) id.
        client_id: application (client) id.
        authority: base address of the token service, e.g. "https://login.microsoftonline.com".
        graph: base address of Graph with its version, e.g. "https://graph.microsoft.com/v1.0".
        private_key: PEM file of the application's key; not read where a person signs in.
        certificate: PEM file of the certificate that the application registration knows; likewise.
        ca_file: PEM file of the authorities to trust instead of the public ones; None for these.
        sign_in: whether the application or a person asks for tokens.
        signature: how the certificate signs.

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
    sign_in: SignIn = SignIn.CERTIFICATE
    signature: Signature = Signature.PS256

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


def endpoints(cloud: Cloud) -> tuple[str, str]:
    """Addresses of a cloud's token service and of its Graph."""
    return _ENDPOINTS[cloud]


def origin(address: str) -> str:
    """Scheme, host and port of an address, e.g. "https://graph.microsoft.com"."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
