"""Reports that have been written, as `report list` prints them."""

from typing import Any

from minibar_ml.domain.reporting.archive import Archived
from minibar_ml.i18n import Lang


def line(one: Archived, lang: Lang) -> str:
    """A report in one line: kind, last day, hotel, formats and its first sentence."""
    head, day = one.head(lang), one.last_day.isoformat() if one.last_day else "-"
    formats = ",".join(sorted({format for _lang, format in one.files}))
    return f"{one.kind}  {day}  {one.hotel}  {formats}  {head.sentence if head else ''}".rstrip()


def as_json(one: Archived, lang: Lang) -> dict[str, Any]:
    """A report as the row of `report list --json`."""
    head = one.head(lang)
    return {
        "kind": one.kind,
        "last_day": one.last_day,
        "hotel": one.hotel,
        "title": head.title if head else None,
        "sentence": head.sentence if head else None,
        "figures": list(head.figures) if head else [],
        "files": sorted(one.files.values()),
    }
