"""Owns the only use of Typst: `Content` in, PDF/A-2a bytes out, with embedded fonts only and no network."""

import json
import logging
from datetime import datetime, timedelta, timezone
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Any

import typst

from kit.documents.characters import legible_all
from kit.documents.interface import Content, NotTypeset

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
FONTS = _HERE / "fonts"


@cache
def fonts() -> typst.Fonts:
    """The project's fonts and the typesetter's own, never the machine's: every station prints alike."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def typeset(content: Content) -> bytes:
    """Set one document.

    User data travels as JSON beside the source and is shown as text; the template can read no file
    outside `templates/`.

    Raises:
        NotTypeset: the typesetter refused or failed.
    """
    try:
        pdf, complaints = typst.compile_with_warnings(
            TEMPLATES / content.template,
            root=TEMPLATES,
            font_paths=fonts(),
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(_inputs(content))},
            pdf_standards=["a-2a"],
            timestamp=_with_offset(content.issued_at),
        )
    except BaseException as exc:
        # An abort inside the typesetter arrives as pyo3's PanicException, which is no `Exception`.
        if not (isinstance(exc, typst.TypstError) or type(exc).__module__ == "pyo3_runtime"):
            raise
        raise NotTypeset(
            _("“{reference}” could not be set as PDF: {reason}").format(
                reference=content.reference, reason=exc
            ),
            hint=_("Use the plain-text version, which needs no typesetting, and report this fault."),
        ) from exc
    for complaint in complaints:
        _log.warning("typst: %s", complaint.diagnostic, extra={"action": "typeset_warning"})
    return pdf


def _with_offset(moment: datetime) -> datetime:
    """The same moment on a fixed offset, to the second: Typst refuses zones with rules, and fractions."""
    return moment.astimezone(timezone(moment.utcoffset() or timedelta())).replace(microsecond=0)


def _inputs(content: Content) -> dict[str, Any]:
    inputs: dict[str, Any] = legible_all(
        {
            "language": content.language,
            "title": content.title,
            "reference": content.reference,
            "author": content.author,
            "fingerprint": content.fingerprint,
            **content.data,
        }
    )
    return inputs
