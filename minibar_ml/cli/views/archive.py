"""Reports that have been written, as `report list` prints them."""

from typing import Any

from minibar_ml.domain.reporting.archive import Archived
from minibar_ml.i18n import Lang, screen

HEADS = ("kind", "last day", "hotel", "files", "as of", "summary")


def row(one: Archived, lang: Lang) -> tuple[str, ...]:
    """A report's cells: kind, last day, hotel, languages of each format, as of when, and its first sentence."""
    head, day = one.head(lang), one.last_day.isoformat() if one.last_day else "-"
    languages: dict[str, list[str]] = {}
    for language, format in sorted(one.files):
        languages.setdefault(format, []).append(language)
    files = "; ".join(f"{format} {','.join(found)}" for format, found in sorted(languages.items()))
    return (
        screen.translated(one.kind),
        day,
        one.hotel,
        files,
        head.as_of if head else "",
        head.sentence if head else "",
    )


def as_json(one: Archived, lang: Lang) -> dict[str, Any]:
    """A report as the row of `report list --json`."""
    head = one.head(lang)
    return {
        "kind": one.kind,
        "last_day": one.last_day,
        "hotel": one.hotel,
        "title": head.title if head else None,
        "as_of": head.as_of if head else None,
        "sentence": head.sentence if head else None,
        "figures": list(head.figures) if head else [],
        "files": sorted(one.files.values()),
    }
