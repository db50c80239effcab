"""The head of a document: kind of report, hotel and days; and what a key figure is."""

from dataclasses import dataclass
from decimal import Decimal

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render.hotels import hotel_name
from minibar_ml.render.tables import Kind, printable
from minibar_ml.render.words import Words


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure, and the text below it."""

    key: str
    title: str
    value: float | Decimal | None
    kind: Kind
    below: str


def whose(report: Report, words: Words) -> str:
    """The hotel that the report is about, or all hotels."""
    if report.hotel_id is not None:
        return hotel_name(report, report.hotel_id, words)
    if len(report.hotels) == 1:
        return hotel_name(report, next(iter(report.hotels)), words)
    return all_hotels(words)


def all_hotels(words: Words) -> str:
    """What all hotels together are called."""
    _ = words.catalog.gettext
    return _("All hotels")


def title(report: Report, words: Words) -> str:
    """What kind of report it is."""
    _ = words.catalog.gettext
    return {
        "weekly": _("Minibar weekly report"),
        "monthly": _("Minibar monthly report"),
        "dashboard": _("Minibar dashboard"),
    }[report.kind]


def days(report: Report, words: Words) -> str:
    """The business days that it covers."""
    return words.days(report.period)


def as_of(report: Report, words: Words) -> str:
    """The instant whose state it shows: `as of 28 Nov 2026 12:36`."""
    _ = words.catalog.gettext
    return _("as of %(when)s") % {"when": words.instant(report.generated_at)}


def document_title(report: Report, words: Words) -> str:
    """What the document is called where its title is listed: 'Minibar weekly report: Seaside Hotel, 2–8 Mar 2026'."""
    return f"{title(report, words)}: {printable(whose(report, words))}, {days(report, words)}"
