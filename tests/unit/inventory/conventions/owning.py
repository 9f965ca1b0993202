"""A team's own template, as a file in a folder."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inventory.conventions.template import Versions, read_folder

PARAMETERS: dict[str, Any] = {
    "title": "Ours",
    "lends_kit": True,
    "effect": "notification",
    "first_term": "year",
    "max_years": None,
    "last_day": None,
    "readings": [],
    "notice": {
        "commune_months": 15,
        "lender_months": None,
        "start": "receipt",
        "takes_effect": "term_end",
        "minimum_years": 2,
    },
    "breach_cure_months": 3,
    "force_majeure": None,
    "support": None,
    "service": None,
    "intervention_hours": None,
}


def write_own(folder: Path, *, key: str = "ours", breach_cure_months: Sequence[int]) -> Versions:
    """The folder's templates, with one that has a version for each of these times to cure a breach."""
    versions = [
        PARAMETERS | {"version": number, "breach_cure_months": months}
        for number, months in enumerate(breach_cure_months, start=1)
    ]
    (folder / "ours.json").write_text(json.dumps({"templates": {key: versions}}))
    return read_folder(folder)
