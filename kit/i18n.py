"""Owns the language of what people read: English source, French complete, chosen by locale or `--lang`.

Every module marks its strings with the standard library's `from gettext import gettext as _`; this
module only points that domain at our catalogues, once, before the command line is imported.
"""

import gettext
import os
from pathlib import Path

LANGUAGES = ("en", "fr")
CATALOGUES = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802  the name by which gettext's tools know it
    """Mark a string for translation where it stands; it is translated where it is shown."""
    return message


def activate(language: str | None = None) -> None:
    """Use `language` ("en" or "fr"), or the locale's where none is given."""
    if language is not None:
        os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("kit", CATALOGUES)
    gettext.textdomain("kit")
