"""The station's keys: made once, private from the first byte."""

import os
import stat
from pathlib import Path

import paramiko
import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kit.app import keys
from kit.errors import BadInput


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_key_is_made_once_and_fits_its_other_half(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ssh = keys.ensure_ssh_key(folder)
    public = ssh.with_name("ssh_ed25519.pub").read_text().split()
    assert paramiko.PKey.from_path(ssh).get_base64() == public[1]
    key, certificate = keys.ensure_certificate(folder, name="crisis-kit")
    private = load_pem_private_key(key.read_bytes(), password=None)
    issued = x509.load_pem_x509_certificate(certificate.read_bytes())
    assert issued.public_key() == private.public_key()
    assert (issued.not_valid_after_utc - issued.not_valid_before_utc).days == keys.CERTIFICATE_DAYS
    identity, recipient = keys.ensure_age_identity(folder)
    reader = pyrage.x25519.Identity.from_str(identity.read_text().strip())
    sealed = pyrage.encrypt(b"secret", [pyrage.x25519.Recipient.from_str(recipient)])
    assert pyrage.decrypt(sealed, [reader]) == b"secret"

    made = {path: path.read_bytes() for path in folder.iterdir()}
    assert {mode(path) for path in made} == {0o600}
    assert mode(folder) == 0o700
    keys.ensure_ssh_key(folder)
    keys.ensure_certificate(folder, name="crisis-kit")
    assert keys.ensure_age_identity(folder) == (identity, recipient)
    assert {path: path.read_bytes() for path in folder.iterdir()} == made


def test_a_private_file_replaces_an_open_one_whole_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "kit.toml"
    path.write_text("old")
    path.chmod(0o644)
    keys.write_private(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("allowed", [0o600, 0o400])
def test_a_private_file_is_read_without_the_end_of_its_line(tmp_path: Path, allowed: int) -> None:
    file = tmp_path / "unlock"
    file.write_text("of the image \n")
    file.chmod(allowed)
    assert keys.read_private(file) == "of the image "


@pytest.mark.parametrize("open_to_others", [0o640, 0o604, 0o620, 0o700])
def test_a_file_that_others_may_use_is_not_read(tmp_path: Path, open_to_others: int) -> None:
    file = tmp_path / "unlock"
    file.write_text("canary")
    file.chmod(open_to_others)
    with pytest.raises(BadInput, match="only this account") as refused:
        keys.read_private(file)
    assert "0600" in refused.value.hint
    assert "canary" not in str(refused.value)


def test_a_file_of_another_account_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "unlock"
    keys.write_private(file, b"canary")
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(BadInput, match="only this account"):
        keys.read_private(file)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_private_file_without_a_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "unlock"
    keys.write_private(file, content)
    with pytest.raises(BadInput):
        keys.read_private(file)


def test_a_private_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(BadInput):
            keys.read_private(path)
