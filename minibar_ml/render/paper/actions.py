"""What is to be done today, on paper: what cannot wait first, each row with its sentences and never cut."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Table as Grid

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render import palette, tasks
from minibar_ml.render.cells import written
from minibar_ml.render.directions import isolate
from minibar_ml.render.first_screen import snoozed
from minibar_ml.render.hotels import hotel_name, names_hotel
from minibar_ml.render.palette import NORMAL, SMALL
from minibar_ml.render.paper.tables import OWN_FONT, Chip
from minibar_ml.render.paper.text import note, paragraph, style
from minibar_ml.render.tables import with_currency
from minibar_ml.render.tasks import Row
from minibar_ml.render.words import Words

FIRST = 40
"""Actions that are printed: who has more needs the page or the sheet, which can be filtered."""
_CHIP, _PRICE, _PADDING = 78.0, 74.0, 5.0


def flowables(report: Report, words: Words, width: float) -> list[Any]:
    """The list, or why there is none."""
    _ = words.catalog.gettext
    found = tasks.rows(report, words)
    shown = found[:FIRST]
    off = [paragraph(snoozed(report, words), note())] if report.snoozed else []
    if not shown:
        unknown = report.live_total is None
        reason = _("Unknown: anomaly detection has not run.") if unknown else _("Nothing waits for a decision.")
        return [*off, paragraph(reason, style(colour=palette.SOFT, spaceAfter=6))]
    order = _("First what is due by tomorrow, then guests who are still in the house, then the highest possible loss.")
    if len(shown) < len(found) or report.actions.is_cut:
        cut = _("The first %(shown)s of %(total)s are shown.")
        whole = max(len(found), report.actions.total)
        order += " " + cut % {"shown": words.number(len(shown)), "total": words.number(whole)}
    middle = width - _CHIP - _PRICE
    head = [
        paragraph(_("By when"), style(SMALL, palette.SOFT)),
        paragraph(_("What happened, and what to do"), style(SMALL, palette.SOFT)),
        paragraph(with_currency(_("Possible loss"), report.currency), style(SMALL, palette.SOFT, right=True)),
    ]
    rows = [_row(row, report, words, middle - 2 * _PADDING) for row in shown]
    grid = Grid(
        [head, *rows],
        colWidths=[_CHIP, middle, _PRICE],
        repeatRows=1,
        style=[*_looks(), *_edges(shown)],
        spaceAfter=6,
    )
    return [*off, paragraph(order, note()), grid]


def _row(row: Row, report: Report, words: Words, width: float) -> list[Any]:
    about, severity = style(SMALL, palette.SOFT), row.task.severity
    chip: list[Any] = [Chip(severity, words.label(severity, "severity"))] if severity else []
    due = [paragraph(row.until, style(SMALL, bold=row.is_due))] if row.until else []
    return [
        [*chip, *due, paragraph(row.age, about)],
        [
            paragraph(row.what, style(NORMAL, bold=True), width),
            paragraph(row.todo, style(NORMAL), width),
            paragraph(_about(row, report, words), about, width),
        ],
        paragraph(written(row.loss(words), "money", words), style(right=True)),
    ]


def _about(row: Row, report: Report, words: Words) -> str:
    _, several = words.catalog.gettext, words.catalog.ngettext
    parts = []
    if row.alert:
        alert = row.alert.alert
        parts = [words.label(alert.type, "type"), words.label(alert.status, "status")]
        if alert.occurrences > 1:
            seen = several("seen %(num)d time", "seen %(num)d times", alert.occurrences)
            parts.append(seen % {"num": alert.occurrences})
        if row.others:
            more = several(
                "%(num)d more alert of the same cause", "%(num)d more alerts of the same cause", len(row.others)
            )
            parts.append(more % {"num": len(row.others)})
    if names_hotel(report, row.task.hotel_id):
        parts = [isolate(hotel_name(report, row.task.hotel_id, words)), *parts]
    return " · ".join([*parts, *([_("no. %(id)s") % {"id": row.alert.alert.id}] if row.alert else [])])


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


def _edges(shown: Sequence[Row]) -> list[tuple[Any, ...]]:
    """A bar in the severity's colour along each row; an order's has that of our own figures."""
    return [
        ("LINEBEFORE", (0, at), (0, at), 3, HexColor(palette.SEVERITIES.get(row.task.severity or "", palette.LINE)))
        for at, row in enumerate(shown, 1)
    ]
