"""Owns the station's keys: SSH key for provisioning, the application's certificate, the age identity.

Each `ensure_…` makes its file once (0600 in a 0700 folder) and afterwards only names it.
"""

import datetime as dt
import os
import stat
from gettext import gettext as _
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID

from kit.errors import BadInput

#: Entra ID accepts longer; a certificate that ends within a convention's year gets noticed.
CERTIFICATE_DAYS = 365


def ensure_ssh_key(folder: Path) -> Path:
    """The private key that opens the laptops' provisioning account; the public one is beside it (`.pub`)."""
    path = folder / "ssh_ed25519"
    if not path.exists():
        key = ed25519.Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        write_private(path.with_name(path.name + ".pub"), public + b" kit\n")
        write_private(path, private)
    return path


def ensure_certificate(folder: Path, *, name: str) -> tuple[Path, Path]:
    """The application's private key and self-signed certificate (PEM), as (key, certificate).

    The certificate is what an administrator uploads to the tenant's application registration.
    """
    key_path, certificate_path = folder / "app.key", folder / "app.crt"
    if not (key_path.exists() and certificate_path.exists()):
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        write_private(
            key_path,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        write_private(certificate_path, _self_signed(key, name).public_bytes(serialization.Encoding.PEM))
    return key_path, certificate_path


def ensure_age_identity(folder: Path) -> tuple[Path, str]:
    """The identity that reads device secrets, and its public key; belongs off this station after setup."""
    import pyrage  # noqa: PLC0415  only `kit init` and the demo need it

    path = folder / "age-identity.txt"
    if not path.exists():
        write_private(path, f"{pyrage.x25519.Identity.generate()}\n".encode())
    identity = pyrage.x25519.Identity.from_str(path.read_text().strip())
    return path, str(identity.to_public())


def write_private(path: Path, content: bytes) -> None:
    """Write whole or not at all, readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)


def read_private(path: Path) -> str:
    """The secret in a file that only its owner, who is this account, can read; without its line's end.

    Raises:
        BadInput: the file is not there, is empty or no text, or others may read or replace it.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o177 or found.st_uid != os.geteuid():
                raise BadInput(
                    _("{path} is not a file that only this account can read; it was not used.").format(
                        path=path
                    ),
                    hint=_("Give it to this account, with mode 0600."),
                )
            text = file.read().decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadInput(
            _("{path} cannot be read: {reason}.").format(path=path, reason=exc),
            hint=_("Put it there, or change the setting that names it."),
        ) from exc
    if not text:
        raise BadInput(
            _("{path} is empty.").format(path=path), hint=_("Put the secret into it, on one line.")
        )
    return text


def _self_signed(key: rsa.RSAPrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=CERTIFICATE_DAYS))
        .sign(key, hashes.SHA256())
    )
