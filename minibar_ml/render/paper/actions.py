"""What needs action, on paper: the most severe first, each alert with its sentences in one uncut row."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Table as Grid

from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Action
from minibar_ml.render import palette
from minibar_ml.render.directions import isolate
from minibar_ml.render.hotels import has_many_hotels, hotel_name
from minibar_ml.render.palette import NORMAL, SMALL
from minibar_ml.render.paper.tables import OWN_FONT, Chip
from minibar_ml.render.paper.text import note, paragraph, style
from minibar_ml.render.words import UNKNOWN, Words, isolated_sentences

FIRST = 40
"""Actions that are printed: who has more needs the page or the sheet, which can be filtered."""
_CHIP, _PRICE, _PADDING = 78.0, 74.0, 5.0


def flowables(report: Report, words: Words, width: float) -> list[Any]:
    """The list, or why there is none."""
    _ = words.catalog.gettext
    shown = report.actions.rows[:FIRST]
    if not shown:
        unknown = report.live_total is None
        reason = _("Unknown: anomaly detection has not run.") if unknown else _("No open alerts.")
        return [paragraph(reason, style(colour=palette.SOFT, spaceAfter=6))]
    order = _("Sorted by severity, then by possible loss.")
    if len(shown) < report.actions.total:
        cut = _("The first %(shown)s of %(total)s are shown.")
        order += " " + cut % {"shown": words.number(len(shown)), "total": words.number(report.actions.total)}
    middle = width - _CHIP - _PRICE
    head = [
        paragraph(_("Severity"), style(SMALL, palette.SOFT)),
        paragraph(_("What happened, and what to do"), style(SMALL, palette.SOFT)),
        paragraph(_("Possible loss"), style(SMALL, palette.SOFT, right=True)),
    ]
    rows = [_row(action, report, words, middle - 2 * _PADDING) for action in shown]
    grid = Grid(
        [head, *rows],
        colWidths=[_CHIP, middle, _PRICE],
        repeatRows=1,
        style=[*_looks(), *_edges(shown)],
        spaceAfter=6,
    )
    return [paragraph(order, note()), grid]


def _row(action: Action, report: Report, words: Words, width: float) -> list[Any]:
    alert = action.alert
    message, suggestion = isolated_sentences(action, words.lang)
    about = style(SMALL, palette.SOFT)
    age = paragraph(words.days_since(alert.occurred_on, report.generated_at), about)
    return [
        [Chip(alert.severity, words.label(alert.severity, "severity")), age],
        [
            paragraph(message, style(NORMAL, bold=True), width),
            paragraph(suggestion, style(NORMAL), width),
            paragraph(_about(action, report, words), about, width),
        ],
        paragraph(UNKNOWN if alert.impact is None else words.number(alert.impact, 2), style(right=True)),
    ]


def _about(action: Action, report: Report, words: Words) -> str:
    alert, _, several = action.alert, words.catalog.gettext, words.catalog.ngettext
    parts = [
        words.label(alert.type, "type"),
        words.short_day(alert.occurred_on),
        words.label(alert.status, "status"),
    ]
    if alert.occurrences > 1:
        seen = several("seen %(num)d time", "seen %(num)d times", alert.occurrences)
        parts.append(seen % {"num": alert.occurrences})
    if has_many_hotels(report):
        parts.append(isolate(hotel_name(report, alert.hotel_id, words)))
    return " · ".join([*parts, _("no. %(id)s") % {"id": alert.id}])


def _looks() -> list[tuple[Any, ...]]:
    return [
        OWN_FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(palette.WASH)),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(palette.BEFORE)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(palette.RULE)),
        ("LEFTPADDING", (0, 0), (0, -1), 8),
        ("LEFTPADDING", (1, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]


def _edges(shown: tuple[Action, ...]) -> list[tuple[Any, ...]]:
    """A bar in the severity's colour along each row."""
    return [
        ("LINEBEFORE", (0, at), (0, at), 3, HexColor(palette.SEVERITIES[action.alert.severity]))
        for at, action in enumerate(shown, 1)
    ]
