"""Sentences in Turkish and English: gettext catalogs, one domain a surface (alerts, report)."""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from minibar_ml.domain.languages import Lang as Lang

LOCALE_FOLDER = Path(__file__).parent / "locale"


@cache
def catalog(domain: str, lang: str) -> NullTranslations:
    """The catalog of a domain; English stands in the code itself.

    Raises FileNotFoundError where a language has no compiled catalog: `make messages` makes it.
    """
    if lang == "en":
        return NullTranslations()
    return translation(domain, LOCALE_FOLDER, languages=[lang])
