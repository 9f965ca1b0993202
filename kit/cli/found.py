"""What was found on a device, as data and in words: what `kit pool show` tells of its examinations."""

from gettext import gettext as _
from typing import TYPE_CHECKING, Any

from kit.cli.render import printable
from kit.cli.times import local

if TYPE_CHECKING:
    from inventory.examinations import Finding


def as_data(finding: "Finding") -> dict[str, Any]:
    """What one examination found; what did not pass, by a report or a person's word, stands apart."""
    failed = [check["name"] for check in finding.data.get("checks", ()) if not check["passed"]]
    if finding.examination == "probe":
        failed = finding.data.get("failed", [])
    names = ("examination", "at", "passed", "data")
    return {name: getattr(finding, name) for name in names} | {"failed": failed}


def in_words(found: dict[str, Any]) -> str:
    """One line; what failed is named where that is known."""
    failed = ", ".join(found["failed"]) or "–"
    said = _("passed") if found["passed"] else _("failed: {checks}").format(checks=failed)
    # How somebody reset it by hand is the whole proof.
    told = f"{said}: {how}" if (how := found["data"].get("how")) else said
    return printable(f"{local(found['at']):%Y-%m-%d %H:%M:%S}  {found['examination']}  {told}")
