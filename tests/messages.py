"""Owns the message catalogues of `kit/locale`: collects strings, compiles them, says what is wrong with them.

Run as `python -m tests.messages update|compile|check`. The compiled `.mo` files are committed: the program
needs only the standard library to read them, and a test fails where they are stale.
"""

import argparse
import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po

ROOT = Path(__file__).parent.parent
PACKAGES = ("inventory", "kit", "tui")
LOCALE = ROOT / "kit" / "locale"
TEMPLATE = LOCALE / "kit.pot"
FRENCH = LOCALE / "fr" / "LC_MESSAGES" / "kit.po"
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
#: Headers with a meaning for gettext; dates, people and versions would only make every diff noisy.
HEADERS = (
    "Language",
    "Plural-Forms",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
#: French wants a no-break space before these signs, and a curved apostrophe.
BAD_TYPOGRAPHY = re.compile(r" [:;?!»]|« |«[^\s]|[^\s]»|\w[;?!]|\w:(?=\s|$)|\w'\w")


class QuietCatalog(Catalog):
    """A catalogue whose headers say only what gettext needs."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The headers, in Babel's order; the last one ends its line too."""
        kept = [(name, value) for name, value in super().mime_headers if name in HEADERS]
        return [*kept[:-1], (kept[-1][0], kept[-1][1] + "\n")]

    @mime_headers.setter
    def mime_headers(self, headers: list[tuple[str, str]]) -> None:
        self._set_mime_headers(headers)


def empty(locale: str | None = None) -> QuietCatalog:
    """A catalogue without messages."""
    return QuietCatalog(
        locale=locale,
        domain="kit",
        project="crisis-kit",
        header_comment="# Messages of the crisis kit; `make messages` collects them.",
        fuzzy=False,
    )


def extract(root: Path = ROOT) -> QuietCatalog:
    """The strings that the code marks for translation, with the files that use them."""
    template = empty()
    for package in PACKAGES:
        for file, _line, message, comments, context in extract_from_dir(
            root / package, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            # Line 0 is left out when written.
            template.add(
                message, locations=[(f"{package}/{file}", 0)], auto_comments=comments, context=context
            )
    return template


def read(file: Path, locale: str | None = None) -> QuietCatalog:
    """A catalogue from disk; empty where the file is not there yet."""
    catalog = empty(locale)
    if file.exists():
        with file.open("rb") as lines:
            PoFileParser(catalog, abort_invalid=True).parse(lines)
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """The catalogue's text form, messages in order, so that a diff shows what changed and no more."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False)
    return out.getvalue().rstrip() + b"\n"


def as_mo(catalog: Catalog) -> bytes:
    """The catalogue's compiled form."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update() -> None:
    """Collect the strings, bring the French catalogue up to them, compile it; nothing is ever guessed."""
    template = extract()
    FRENCH.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(as_po(template))
    french = read(FRENCH, "fr")
    french.update(template, no_fuzzy_matching=True)
    FRENCH.write_bytes(as_po(french))
    compile_catalogues()


def compile_catalogues() -> None:
    """Write the `.mo` beside the `.po`."""
    FRENCH.with_suffix(".mo").write_bytes(as_mo(read(FRENCH, "fr")))


def problems() -> list[str]:
    """Everything that is wrong with the catalogues on disk, one sentence each; empty when all is well."""
    template, french = extract(), read(FRENCH, "fr")
    found = list(catalogue_problems(template, french))
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != as_po(template):
        found.append("kit.pot is not what the code says: run `make messages`")
    compiled = FRENCH.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != as_mo(french):
        found.append("kit.mo is not what kit.po says: run `python -m tests.messages compile`")
    return found


def catalogue_problems(template: Catalog, french: Catalog) -> Iterator[str]:
    """Strings that are missing, fuzzy, obsolete, or whose translation does not fit."""
    for message in _messages(template):
        translated = french.get(message.id, message.context)
        if translated is None or not all(_forms(translated.string)):
            yield f"missing: {message.id!r}"
    for message in _messages(french):
        if message.fuzzy:
            yield f"fuzzy: {message.id!r}"
        if template.get(message.id, message.context) is None:
            yield f"obsolete: {message.id!r}"
        for translation in filter(None, _forms(message.string)):
            yield from translation_problems(_forms(message.id), translation)
    yield from (f"obsolete: {message.id!r}" for message in french.obsolete.values())


def translation_problems(sources: tuple[str, ...], translation: str) -> Iterator[str]:
    """What is wrong with one translated form; `sources` are the English singular and, if any, plural."""
    if fields(translation) not in [fields(source) for source in sources]:
        yield f"fields differ: {sources[0]!r} → {translation!r}"
    if BAD_TYPOGRAPHY.search(re.sub(r"\{[^}]*\}|`[^`]*`", "x", translation)):
        yield f"typography: {translation!r}"


def fields(text: str) -> frozenset[str] | None:
    """Names between braces; None where the braces do not match, which `str.format` would refuse."""
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return None


def _messages(catalog: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalog if message.id)


def _forms(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if value is None or isinstance(value, str) else tuple(value)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; 1 when `check` finds something."""
    parser = argparse.ArgumentParser(prog="python -m tests.messages", description=__doc__)
    parser.add_argument("action", choices=("update", "compile", "check"))
    action = parser.parse_args(arguments).action
    if action == "update":
        update()
    elif action == "compile":
        compile_catalogues()
    found = problems()
    print("\n".join(found) or "the catalogues are complete", file=sys.stderr if found else sys.stdout)
    return 1 if found and action == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
