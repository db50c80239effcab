"""Sentences in Turkish and English: gettext catalogs, one domain a surface (alerts, mails, report)."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from minibar_ml.domain.languages import Lang as Lang
from minibar_ml.i18n.po_file import PoFile

LOCALE_FOLDER = Path(__file__).parent / "locale"


@cache
def catalog(domain: str, lang: str) -> NullTranslations:
    """The catalog of a domain; English stands in the code itself.

    Raises ConfigurationError where the language's file is missing.
    """
    if lang == "en":
        return NullTranslations()
    return PoFile.read(path(domain, lang))


def path(domain: str, lang: str) -> Path:
    """Where a language's catalog of a domain is."""
    return LOCALE_FOLDER / lang / "LC_MESSAGES" / f"{domain}.po"
