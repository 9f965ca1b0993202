"""Typst is told the facts as data, uses its own fonts only, and fails in words."""

from datetime import UTC, datetime

import pytest
import typst

from kit.documents import typesetting
from kit.documents.interface import Content, NotTypeset


def content(template: str) -> Content:
    """A document with no data, which the real templates cannot set."""
    return Content(template, "fr", "t", "R-1", "a", datetime(2026, 1, 15, tzinfo=UTC), "0" * 64, {})


def test_no_font_comes_from_the_machine() -> None:
    shipped = {font.path for font in typesetting.fonts().fonts() if font.path is not None}
    assert shipped
    assert all(path.startswith(str(typesetting.FONTS)) for path in shipped)


def test_a_template_that_fails_is_told_with_the_documents_reference_and_the_way_out() -> None:
    with pytest.raises(NotTypeset, match="R-1") as refused:
        typesetting.typeset(content("handover.typ"))
    assert refused.value.hint
    assert isinstance(refused.value.__cause__, typst.TypstError)


def test_an_abort_inside_the_typesetter_is_an_error_and_not_the_end_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def abort(*_arguments: object, **_options: object) -> None:
        raise panic("out of bounds")

    monkeypatch.setattr(typst, "compile_with_warnings", abort)
    with pytest.raises(NotTypeset, match="out of bounds"):
        typesetting.typeset(content("handover.typ"))


def test_an_interruption_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(typst, "compile_with_warnings", interrupt)
    with pytest.raises(KeyboardInterrupt):
        typesetting.typeset(content("handover.typ"))
