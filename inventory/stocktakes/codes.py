"""Owns the codes that readers type: what can be one, and what a badly set reader meant. Pure."""

import re
from gettext import gettext as _

from inventory.importing import cells

#: The longest codes of the pool are tags of 32; makers' serials stay far below this.
MAX_LENGTH = 64
_CODE = re.compile(r"[A-Za-z0-9._/-]+")

#: A reader set to an American keyboard presses keys by their place; a French keyboard (AZERTY) types these.
_TYPED = """&é"'(-è_çà)°:!aqzwAQZW,?"""
_MEANT = "1234567890-_./qawzQAWZmM"
_KEYS = str.maketrans(_TYPED, _MEANT)
#: Signs that no code of the pool has: they alone show that the keyboards differ.
_TELLING = frozenset("""&é"'(èçà)°:!,?""")


def tidy(text: str) -> str:
    """A code without the white space around it.

    Raises:
        ValueError: it is empty, too long, holds control characters, or was ruined by a spreadsheet.
    """
    code = cells.digits_kept(cells.plain(text.strip()))
    if not code:
        raise ValueError(_("is empty"))
    if len(code) > MAX_LENGTH:
        raise ValueError(_("is longer than {limit} characters").format(limit=MAX_LENGTH))
    return code


def meant(code: str) -> str:
    """What a reader meant that is set to another keyboard than the computer; empty where nothing shows that.

    The caller takes it only where a device has that code and none has the code as it was typed.
    """
    if not _TELLING & set(code):
        return ""
    read = code.translate(_KEYS)
    return read if _CODE.fullmatch(read) else ""
