"""A laptop's disk holds its own names and keys, with the base's owners and modes, and no password."""

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.simulator.lab import disk
from kit.simulator.lab.disk import Identity

IDENTITY = Identity("lt-0001", "ssh-ed25519 AAAA station", "http://10.77.0.1:3177")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The few files of a base system that matter here."""
    root = tmp_path / "base"
    for folder in ("etc/ssh", "etc/apt/apt.conf.d", "home/provision"):
        (root / folder).mkdir(parents=True)
    (root / "home/provision").chmod(0o750)
    (root / "etc/apt/sources.list").write_text("deb https://mirror.example/debian/ bookworm main\n")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a laptop that has its key."""
    made = tmp_path / "LT-0001"
    made.mkdir()
    disk.ensure_host_key(made)
    return made


def test_the_host_key_is_made_once(folder: Path) -> None:
    first = disk.host_key(folder)
    disk.ensure_host_key(folder)

    assert first is not None
    assert first.startswith("ssh-ed25519 ")
    assert disk.host_key(folder) == first
    assert (folder / "host_key").stat().st_mode & 0o777 == 0o600


def test_a_forgotten_host_key_is_replaced_by_another(folder: Path) -> None:
    first = disk.host_key(folder)
    disk.forget_host_key(folder)

    assert disk.host_key(folder) is None
    disk.ensure_host_key(folder)
    assert disk.host_key(folder) != first


def test_a_key_of_which_only_half_was_written_is_made_again(folder: Path) -> None:
    (folder / "host_key.pub").unlink()

    disk.ensure_host_key(folder)

    assert disk.host_key(folder) is not None


def test_the_disk_is_one_laptops_own(folder: Path, base: Path) -> None:
    disk.prepare(folder, base, IDENTITY)
    upper = folder / "upper"

    assert (upper / "etc/hostname").read_text() == "lt-0001\n"
    assert "127.0.1.1 lt-0001\n" in (upper / "etc/hosts").read_text()
    assert len((upper / "etc/machine-id").read_text().strip()) == 32
    assert (upper / "etc/ssh/ssh_host_ed25519_key").read_bytes() == (folder / "host_key").read_bytes()
    assert (upper / "etc/ssh/ssh_host_ed25519_key").stat().st_mode & 0o777 == 0o600
    keys = upper / "home/provision/.ssh/authorized_keys"
    assert keys.read_text() == "ssh-ed25519 AAAA station\n"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.parent.stat().st_mode & 0o777 == 0o700
    assert (upper / "home/provision").stat().st_mode & 0o777 == 0o750


def test_packages_come_through_the_cache_also_from_a_mirror_over_tls(folder: Path, base: Path) -> None:
    disk.prepare(folder, base, IDENTITY)

    assert "http://10.77.0.1:3177" in (folder / "upper/etc/apt/apt.conf.d/00lab").read_text()
    sources = (folder / "upper/etc/apt/sources.list").read_text()
    assert sources == "deb http://HTTPS///mirror.example/debian/ bookworm main\n"


def test_a_used_disk_keeps_the_name_a_role_gave_it(folder: Path, base: Path) -> None:
    disk.prepare(folder, base, IDENTITY)
    identity = (folder / "upper/etc/machine-id").read_text()
    (folder / "upper/etc/hostname").write_text("mairie-01\n")

    disk.prepare(folder, base, IDENTITY)

    assert (folder / "upper/etc/hostname").read_text() == "mairie-01\n"
    assert (folder / "upper/etc/machine-id").read_text() == identity


class Crash(BaseException):
    """The end of the program."""


def prepared_up_to(changes: int, folder: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Prepare a disk in a program that ends after so many changes; whether it came to its own end before."""
    left = [changes]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            done = real(*given, **named)
            left[0] -= 1
            if left[0] == 0:
                raise Crash
            return done

        return call

    with monkeypatch.context() as patched:
        for name in ("mkdir", "chmod", "chown", "open", "unlink", "rename"):
            patched.setattr(os, name, counted(getattr(os, name)))
        try:
            disk.prepare(folder, base, IDENTITY)
        except Crash:
            return False
    return True


def test_a_disk_whose_making_was_cut_short_anywhere_is_completed(
    folder: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    disk.prepare(whole, base, IDENTITY)
    for changes in itertools.count(1):
        if prepared_up_to(changes, folder, base, monkeypatch):
            break
        disk.prepare(folder, base, IDENTITY)
        assert modes(folder / "upper") == modes(whole / "upper"), f"after {changes} changes"
        disk.erase(folder)
    assert changes > len(modes(whole / "upper"))


def modes(root: Path) -> dict[str, tuple[int, int]]:
    """Mode and size of all that is in a folder."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode, path.stat().st_size if path.is_file() else 0)
        for path in root.rglob("*")
    }


def test_erasing_leaves_the_host_key_and_no_disk(folder: Path, base: Path) -> None:
    disk.prepare(folder, base, IDENTITY)

    disk.erase(folder)
    disk.erase(folder)

    assert sorted(path.name for path in folder.iterdir()) == ["host_key", "host_key.pub"]
