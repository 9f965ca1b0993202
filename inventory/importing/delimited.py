"""Reads CSV in any usual encoding and separator, as offices write it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from gettext import gettext as _
from pathlib import Path

from charset_normalizer import from_bytes

from inventory.importing.refusal import refused

SEPARATORS = (";", ",", "\t")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: What French office programs write when it is neither UTF-8 nor marked.
_LEGACY = ["cp1252", "mac_roman", "utf_16_le", "utf_16_be"]


def records(
    path: Path, content: bytes, known: Callable[[Sequence[str]], int]
) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; the separator is the one that gives most known headers.

    Raises:
        BadRows: it is no text, or a quotation mark is never closed.
    """
    lines = list(io.StringIO(_decode(path, content), newline=""))
    skipped = 1 if lines and lines[0].strip().lower() in {f"sep={mark}" for mark in ("", *SEPARATORS)} else 0
    lines = lines[skipped:]
    separator = max(SEPARATORS, key=lambda mark: known(_header(lines, mark)))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begins = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise refused(
                path, [(begins, _("has a quotation mark that is never closed, or too long a cell"))]
            ) from exc
        yield begins, cells
        begins = skipped + reader.line_num + 1


def _decode(path: Path, content: bytes) -> str:
    marked = next((encoding for bom, encoding in _BOMS.items() if content.startswith(bom)), None)
    try:
        text = content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        best = None if marked else from_bytes(content, cp_isolation=_LEGACY).best()
        text = "\0" if best is None else str(best)
    if "\0" in text:
        raise refused(
            path, [(1, _("is not a text file"))], hint=_("Save it as CSV (UTF-8) and give that file.")
        )
    return text


def _header(lines: Sequence[str], separator: str) -> list[str]:
    """The column names as this separator would give them; empty where it tears a quoted name."""
    try:
        return next(csv.reader(lines, delimiter=separator, strict=True), [])
    except csv.Error:
        return []
