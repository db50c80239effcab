"""Reports that have been written, as `report list` prints them."""

from typing import Any
from zoneinfo import ZoneInfo

from minibar_ml.domain.reporting.archive import Archived
from minibar_ml.i18n import Lang, screen
from minibar_ml.i18n.formats import moment

HEADS = ("kind", "last day", "hotel", "files", "as of", "summary")
ALL = "all"


def row(one: Archived, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    """A report's cells: kind, last day, hotel, languages of each format, as of when, and its first sentence.

    Files of different instants stand with their own.
    """
    head, day = one.head(lang), one.last_day.isoformat() if one.last_day else "-"
    by_instant: dict[str, dict[str, list[str]]] = {}
    for (language, format), file in sorted(one.files.items()):
        instant = moment(file.as_of.astimezone(zone), lang) if file.as_of else "-"
        by_instant.setdefault(instant, {}).setdefault(format, []).append(language)
    files = [
        "; ".join(f"{format} {','.join(found)}" for format, found in sorted(formats.items()))
        for formats in by_instant.values()
    ]
    return (
        screen.translated(one.kind),
        day,
        screen.translated(ALL) if one.hotel == ALL else one.hotel,
        "\n".join(files),
        "\n".join(by_instant),
        head.sentence if head else "",
    )


def as_json(one: Archived, lang: Lang, zone: ZoneInfo) -> dict[str, Any]:
    """A report as the row of `report list --json`; `as_of` is that of the page whose sentence it has."""
    head = one.head(lang)
    page = one.files.get((one.lang_of_head(lang), "html"))
    return {
        "kind": one.kind,
        "last_day": one.last_day,
        "hotel": one.hotel,
        "title": head.title if head else None,
        "as_of": page.as_of if page else None,
        "sentence": head.sentence if head else None,
        "figures": list(head.figures) if head else [],
        "files": [
            {
                "name": file.name,
                "language": language,
                "format": format,
                "since": period.since if (period := one.period(file, zone)) else None,
                "last_day": period.last_day if period else None,
                "as_of": file.as_of,
            }
            for (language, format), file in sorted(one.files.items())
        ],
    }
