"""Owns what is written to a laptop's disk before it starts: names, host key, station's key, package sources.

It is written to the upper layer only; the disk is put together in the laptop's own mount namespace.
"""

import os
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: the account a station provisions with, made by `base-setup.sh`
USER = "provision"


@dataclass(frozen=True)
class Identity:
    """What makes one laptop itself; `package_cache` is the URL its apt goes through."""

    name: str
    authorized_key: str
    package_cache: str


def host_key(folder: Path) -> str | None:
    """The laptop's public host key as "ssh-ed25519 AAAA…"; None where it has none yet."""
    try:
        return (folder / "host_key.pub").read_text().strip()
    except FileNotFoundError:
        return None


def ensure_host_key(folder: Path) -> None:
    """Make the laptop's host key if it has none."""
    private, public = folder / "host_key", folder / "host_key.pub"
    if not public.exists():
        made = Ed25519PrivateKey.generate()
        formats = serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        _write(private, made.private_bytes(serialization.Encoding.PEM, *formats), mode=0o600)
        line = made.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        # The public half last: it says that the pair is complete.
        _write(public, line + b"\n", mode=0o644)


def forget_host_key(folder: Path) -> None:
    """The next start makes another key."""
    for name in ("host_key.pub", "host_key"):
        (folder / name).unlink(missing_ok=True)


def prepare(folder: Path, base: Path, identity: Identity) -> None:
    """Write the laptop's own files to its disk; again on a used disk changes the same files only."""
    disk = _Layer(folder / "upper", base)
    disk.put("etc/ssh/ssh_host_ed25519_key", (folder / "host_key").read_bytes(), mode=0o600)
    disk.put("etc/ssh/ssh_host_ed25519_key.pub", (folder / "host_key.pub").read_bytes())
    disk.put(f"home/{USER}/.ssh/authorized_keys", f"{identity.authorized_key}\n".encode(), mode=0o600)
    disk.put("etc/apt/apt.conf.d/00lab", f'Acquire::http::Proxy "{identity.package_cache}";\n'.encode())
    disk.put("etc/apt/sources.list", _through_cache((base / "etc/apt/sources.list").read_text()).encode())
    if not disk.has("etc/machine-id"):  # a role may have renamed it since
        disk.put("etc/hostname", f"{identity.name}\n".encode())
        disk.put("etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {identity.name}\n".encode())
        # Last: it says that the laptop has all its names.
        disk.put("etc/machine-id", f"{uuid.uuid4().hex}\n".encode(), mode=0o444)


def erase(folder: Path) -> None:
    """Throw the disk away; the laptop must not run."""
    for layer in ("upper", "work"):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / layer)


def _through_cache(sources: str) -> str:
    """Sources as apt-cacher-ng takes them: it speaks TLS to the archive itself (its manual, "HTTPS///")."""
    return sources.replace("https://", "http://HTTPS///")


class _Layer:
    """The upper layer of an overlay; folders get the base's owner and mode, files their folder's owner."""

    def __init__(self, upper: Path, base: Path) -> None:
        self._upper = upper
        self._base = base
        upper.mkdir(mode=0o755, exist_ok=True)

    def has(self, name: str) -> bool:
        return (self._upper / name).exists()

    def put(self, name: str, content: bytes, *, mode: int = 0o644) -> None:
        owner = self._folder(Path(name).parent)
        _write(self._upper / name, content, mode=mode, owner=(owner.st_uid, owner.st_gid))

    def _folder(self, name: Path) -> os.stat_result:
        made = self._upper / name
        if name == Path():
            return made.stat()
        owner = self._folder(name.parent)
        if not made.exists():
            original = self._base / name
            unfinished = _unfinished(made)
            unfinished.mkdir(mode=0o700, exist_ok=True)
            if original.exists():
                owner = original.stat()
                unfinished.chmod(owner.st_mode & 0o7777)
            os.chown(unfinished, owner.st_uid, owner.st_gid)
            unfinished.rename(made)
        return made.stat()


def _write(path: Path, content: bytes, *, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Replace a file; it never has a wider mode than asked for."""
    unfinished = _unfinished(path)
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
    if owner is not None:
        os.chown(unfinished, *owner)
    unfinished.rename(path)


def _unfinished(path: Path) -> Path:
    """Its name until it is complete: what a crash left half-made under its own would be taken for whole."""
    return path.with_name(f"{path.name}.unfinished")
