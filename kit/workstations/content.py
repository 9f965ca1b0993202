"""Owns the identity of the playbooks: one hash that changes when any of them does."""

import hashlib
from pathlib import Path

#: What an interpreter or an editor leaves behind is not content.
_LEAVINGS = frozenset({"__pycache__", ".ansible", ".git"})


def playbooks_hash(folder: Path) -> str:
    """SHA-256 over names and contents of all files under `folder`, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.is_file() and not _LEAVINGS.intersection(path.parts):
            content = path.read_bytes()
            # Lengths before contents: no two trees can run together to the same bytes.
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
