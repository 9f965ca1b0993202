"""Owns the list of files that the roles wrote to a laptop: kept by who writes, compared by who reports."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

#: For root alone to read and write.
LIST = "/var/lib/crisis-kit/files.json"


def described(path: Path) -> str:
    """What stands at `path`: where a link leads, or a file's mode and SHA-256; else "absent"."""
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if not path.is_file():
        return "absent"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{path.stat().st_mode & 0o7777:04o} {digest}"


def kept(listing: Path) -> dict[str, str]:
    """The list, by path; empty where there is none that can be read."""
    try:
        found = json.loads(listing.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(listing: Path, paths: list[Path]) -> None:
    """Add these files to the list as they stand now; written by one rename, and only where it differs."""
    before = kept(listing)
    after = {**before, **{str(path): described(path) for path in paths}}
    if after == before:
        return
    listing.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = listing.with_name(f".{listing.name}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        json.dump(after, target, indent=1, sort_keys=True)
    draft.replace(listing)


def compared(listing: Path) -> dict[str, object]:
    """How many files are listed, the list's SHA-256, and which of them are not as they were written."""
    listed = kept(listing)
    return {
        "count": len(listed),
        "sha256": hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest(),
        "changed": sorted(path for path, was in listed.items() if described(Path(path)) != was),
    }
