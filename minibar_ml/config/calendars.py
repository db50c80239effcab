"""The calendar: a country's public holidays and the hotel's own events."""

from collections.abc import Mapping
from datetime import date

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.hotels.calendar import Calendar, Events, SpecialDay
from minibar_ml.domain.languages import Lang

NAMED_IN: Mapping[Lang, tuple[str, ...]] = {"en": ("en_US", "en_GB"), "tr": ("tr", "en_US", "en_GB")}
"""Languages for the names of holidays, best first; otherwise the country's own."""


def read(country: str, events: Mapping[int | None, Events], lang: Lang, since: date, until: date) -> Calendar:
    """Public holidays of the years from `since` to `until` (none where the country is ""), and events by hotel.

    Raises ConfigurationError for an unknown country.
    """
    hotels: dict[int, dict[int, SpecialDay]] = {}
    everywhere = _holidays(country, lang, range(since.year, until.year + 1)) if country else {}
    for hotel_id, own in events.items():
        days = everywhere if hotel_id is None else hotels.setdefault(hotel_id, {})
        for event in own:
            days |= {day: SpecialDay("event", event.name).after(days.get(day)) for day in event.days}
    return Calendar(everywhere, hotels)


def _holidays(country: str, lang: Lang, years: range) -> dict[int, SpecialDay]:
    import holidays  # only where there is a country: slow to import

    try:
        supported = holidays.country_holidays(country).supported_languages
    except NotImplementedError as error:
        raise ConfigurationError(
            f"country {country!r}: no holidays known for this country; use an ISO 3166-1 code such as TR or CY "
            "(see https://holidays.readthedocs.io), or leave it empty for no holidays."
        ) from error
    language = next((one for one in NAMED_IN[lang] if one in supported), None)
    found = holidays.country_holidays(country, years=years, language=language)
    return {day.toordinal(): SpecialDay("holiday", name) for day, name in found.items()}
