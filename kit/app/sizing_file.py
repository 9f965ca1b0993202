"""Writes a seats file in which only the names are missing, as `inventory.importing.seats` reads it."""

import csv
import io
from gettext import gettext as _
from pathlib import Path

from inventory.exporting.formulas import neutral
from kit.app.sizing_facts import Size
from kit.documents import store
from kit.errors import BadInput

#: Headers as French town halls know them.
HEADER = ("nom", "prénom", "service", "téléphone", "contact")


def write(size: Size, path: Path) -> int:
    """Write a line for each seat that is wanted and not there, phones first; says how many.

    Raises:
        BadInput: there is such a file already, its name does not say CSV, or no seat is missing.
        MissingRequirement: it could not be written.
    """
    if path.exists():
        raise BadInput(
            _("“{file}” is there already and was left as it is.").format(file=path),
            hint=_("Somebody may have filled it in: name another file."),
        )
    if path.suffix.lower() != ".csv":
        raise BadInput(
            _("A seats file is written as CSV, and “{file}” is none; nothing was written.").format(file=path),
            hint=_("End its name with .csv."),
        )
    lines = [
        ("", "", neutral(each.service), "oui" if number < each.missing_phones else "non", "")
        for each in size.services
        for number in range(each.missing)
    ]
    if not lines:
        raise BadInput(_("No seat is missing; nothing was written."))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([HEADER, *lines])
    # Semicolons and a byte order mark: so French office programs open it as it is.
    store.save(out.getvalue().encode("utf-8-sig"), path)
    return len(lines)
