"""Owns how a document reaches the disk: whole or not at all, readable by its owner only."""

import os
import tempfile
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

from kit.errors import MissingRequirement


def save(document: bytes, path: Path) -> None:
    """Write `document` to `path` (0600) in a folder made 0700 where it is missing; an older file is replaced.

    Raises:
        MissingRequirement: the file could not be written; an older one is untouched.
    """
    save_together({path: document})


def save_together(documents: Mapping[Path, bytes]) -> None:
    """The same for several files of one folder, each whole or not at all.

    Raises:
        MissingRequirement: a file could not be written; it and those after it are as they were.
    """
    path = next(iter(documents))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, document in documents.items():
            _write(document, path)
        _settle(path.parent)
    except OSError as exc:
        raise MissingRequirement(
            _("“{path}” could not be written: {reason}. What was there before is untouched.").format(
                path=path, reason=exc.strerror or exc
            ),
            hint=_("Make room or give access to the folder, then ask for the document again."),
        ) from exc


def _write(document: bytes, path: Path) -> None:
    # `mkstemp` opens with 0600, whatever the umask.
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """Have the folder's new names on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
