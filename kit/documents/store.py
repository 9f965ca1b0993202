"""Owns how a document reaches the disk: whole or not at all, readable by its owner only."""

import os
import tempfile
from gettext import gettext as _
from pathlib import Path

from kit.errors import MissingRequirement


def save(document: bytes, path: Path) -> None:
    """Write `document` to `path` (0600) in a folder made 0700 where it is missing; an older file is replaced.

    Raises:
        MissingRequirement: the file could not be written; an older one is untouched.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(document, path)
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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
