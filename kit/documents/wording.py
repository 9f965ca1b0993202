"""Owns the language of documents, chosen per document and not by the operator's locale."""

import gettext
from datetime import date, datetime, timedelta, timezone
from functools import cache

from kit.errors import BadInput
from kit.i18n import CATALOGUES, LANGUAGES

#: Language of the source strings, which need no catalogue.
SOURCE_LANGUAGE = "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of one language.

    Raises:
        BadInput: there is no such language.
    """
    _ = gettext.gettext
    if language not in LANGUAGES:
        raise BadInput(
            _("Documents cannot be written in “{language}”; nothing was written.").format(language=language),
            hint=_("Choose one of: {languages}.").format(languages=", ".join(LANGUAGES)),
        )
    return gettext.translation("kit", CATALOGUES, [language], fallback=language == SOURCE_LANGUAGE)


def moment(value: datetime, language: str) -> str:
    """A moment as people write it, in the zone it was given in, with that zone's distance from UTC."""
    _ = translations(language).gettext
    # A zone's name may not survive storage, its distance from UTC does: the same sheet prints the same twice.
    fixed = value.astimezone(timezone(value.utcoffset() or timedelta()))
    return _("{moment:%Y-%m-%d at %H:%M} ({moment:%Z})").format(moment=fixed)


def day(value: date, language: str) -> str:
    """A day as people write it."""
    return translations(language).gettext("{day:%Y-%m-%d}").format(day=value)
