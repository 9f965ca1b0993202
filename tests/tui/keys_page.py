"""Makes `docs/keys.md` from the registry: `python -m tests.tui.keys_page`, if a key or its French changed."""

import gettext
from pathlib import Path

from kit.i18n import CATALOGUES
from tui import keys

FILE = Path(__file__).parents[2] / "docs" / "keys.md"
_HEAD = """# Keys

Made from `tui/actions.py` by `python -m tests.tui.keys_page`; `kit tui --keys` prints them in the reader's
language. Only letters, F-keys, and signs that a French keyboard has without AltGr. `?` shows what works where
one is.
"""


def page() -> str:
    """The page: the sheet in English, then in French."""
    french = gettext.translation("kit", CATALOGUES, ["fr"]).gettext
    return "\n".join((_HEAD, keys.sheet(str, {}), keys.sheet(french, {})))


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
