"""Owns how the tenant's files are written: readable by their owner only, whole or not at all."""

import os
from pathlib import Path


def private_folder(folder: Path) -> Path:
    """Make `folder` and give it mode 0700, whatever it had before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def write_private(file: Path, content: bytes) -> None:
    """Write `content` to `file` with mode 0600; a crash leaves the old file or the new one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        os.fsync(stream.fileno())
    unfinished.replace(file)
