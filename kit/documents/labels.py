"""Owns labels for the pool: a QR code of the asset tag alone, the tag to read, the model, the owner.

The code holds no address: it can be read without a network, by any scanner that types what it sees.
"""

from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Any

import segno

from kit.documents.interface import Content, fingerprint
from kit.documents.typesetting import typeset
from kit.documents.wording import translations
from kit.errors import BadInput


@dataclass(frozen=True)
class LabelSheet:
    """A sheet or roll as its maker cuts it; every length in millimetres.

    Attributes:
        page: width and height; on a roll a page is a label.
        label: width and height of one label.
        first: left and top edge of the first label.
        step: from one label's edge to the next one's, across and down.
        columns, rows: how many labels a page has.
    """

    page: tuple[float, float]
    label: tuple[float, float]
    first: tuple[float, float] = (0.0, 0.0)
    step: tuple[float, float] = (0.0, 0.0)
    columns: int = 1
    rows: int = 1

    @property
    def places(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows


_A4 = (210.0, 297.0)

#: By name: A4 sheets as columns x rows, rolls as width x height of a label.
SHEETS = {
    "a4-3x7": LabelSheet(_A4, (63.5, 38.1), (7.25, 15.15), (66.0, 38.1), 3, 7),
    "a4-3x8": LabelSheet(_A4, (70.0, 37.0), (0.0, 0.5), (70.0, 37.0), 3, 8),
    "a4-4x10": LabelSheet(_A4, (52.5, 29.7), (0.0, 0.0), (52.5, 29.7), 4, 10),
    "a4-5x13": LabelSheet(_A4, (38.1, 21.2), (4.75, 10.7), (40.6, 21.2), 5, 13),
    "roll-62x29": LabelSheet((62.0, 29.0), (62.0, 29.0)),
    "roll-57x32": LabelSheet((57.0, 32.0), (57.0, 32.0)),
    "roll-89x36": LabelSheet((89.0, 36.0), (89.0, 36.0)),
}


@dataclass(frozen=True)
class Label:
    """What one label says."""

    tag: str
    model: str


@dataclass(frozen=True)
class LabelFacts:
    """A print of labels.

    Attributes:
        owner: who owns the equipment, on every label.
        issued_at: aware, in the zone of the team.
        sheet: a name of `SHEETS`.
        used: places of the first sheet that are empty already.
    """

    owner: str
    issued_at: datetime
    sheet: str
    used: int
    labels: tuple[Label, ...]


def code(tag: str) -> segno.QRCode:
    """The QR code of a tag: still read when a quarter of it is scratched (ISO/IEC 18004, level Q)."""
    return segno.make(tag, error="q", boost_error=True, micro=False)


def render(facts: LabelFacts, language: str = "fr") -> bytes:
    """The labels as PDF/A-2a, to be printed at 100 %.

    Raises:
        BadInput: no such sheet or language, no label, or a first sheet that has no place left.
        NotTypeset: the typesetter refused or failed.
    """
    sheet = _sheet(facts)
    title = translations(language).gettext("Labels")
    return typeset(
        Content(
            template="labels.typ",
            language=language,
            title=title,
            reference=facts.sheet,
            author=facts.owner,
            issued_at=facts.issued_at,
            fingerprint=fingerprint(facts),
            data=_data(facts, sheet),
        )
    )


def _sheet(facts: LabelFacts) -> LabelSheet:
    if facts.sheet not in SHEETS:
        raise BadInput(
            _("There is no sheet of labels “{name}”; nothing was written.").format(name=facts.sheet),
            hint=_("Use one of {names}.").format(names=", ".join(SHEETS)),
        )
    sheet = SHEETS[facts.sheet]
    if not 0 <= facts.used < sheet.places:
        raise BadInput(
            _("A sheet {name} has {count} labels, so {used} of them cannot be used already.").format(
                name=facts.sheet, count=sheet.places, used=facts.used
            ),
            hint=_("Count the empty places of the sheet that goes into the printer first."),
        )
    if not facts.labels:
        raise BadInput(
            _("There is no label to print; nothing was written."),
            hint=_("See the devices there are with `kit pool list`."),
        )
    return sheet


def _data(facts: LabelFacts, sheet: LabelSheet) -> dict[str, Any]:
    return {
        "page": sheet.page,
        "label": sheet.label,
        "owner": facts.owner,
        "places": [
            {
                "page": place // sheet.places,
                "left": sheet.first[0] + sheet.step[0] * (place % sheet.columns),
                "top": sheet.first[1] + sheet.step[1] * (place % sheet.places // sheet.columns),
                "tag": label.tag,
                "model": label.model,
                "code": ["".join(map(str, row)) for row in code(label.tag).matrix],
            }
            for place, label in enumerate(facts.labels, start=facts.used)
        ],
    }
