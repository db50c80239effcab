"""The charts as vectors for paper: lines, bars and a pie, drawn from the same geometry rules as the page's.

Each takes the figures, their words and a width in points. reportlab's own SVG of such drawings is not used on the
page: it rounds colours, places text by another font's widths and can't follow a dark theme. Page and paper share
palette, marks and steps of the axis.
"""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String, Wedge
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Count
from minibar_ml.render import palette
from minibar_ml.render.charts import ticks
from minibar_ml.render.palette import FONT, FONT_BOLD, SMALL
from minibar_ml.render.words import UNKNOWN, Words

_LEFT, _BOTTOM, _TOP = 30.0, 44.0, 12.0
_LABEL_WIDTH = 21.0
"""Room that a day's label needs; where days stand closer, some go without."""
_ROW, _BAR, _THIN = 27.0, 8.0, 3.0
_SLICE = 0.06
"""The smallest part that a mark fits on."""


def trend(report: Report, words: Words, width: float, height: float = 165.0) -> Drawing:
    """Alerts by day as a line, the period before as a dashed one; lines are cut where a day is unknown."""
    days = report.trend
    known = [value for day in days for value in (day.alerts, day.previous) if value is not None]
    marks = ticks(max(known, default=0))
    step = (width - _LEFT) / max(1, len(days))
    xs = [_LEFT + step * (index + 0.5) for index in range(len(days))]

    def y(value: int) -> float:
        return _BOTTOM + (height - _BOTTOM - _TOP) * value / marks[-1]

    drawing = Drawing(width, height)
    for mark in marks:
        drawing.add(_line(_LEFT, y(mark), width, y(mark), palette.RULE, 0.6))
        drawing.add(_text(_LEFT - 5, y(mark) - 2.6, words.number(mark), anchor="end"))
    every = max(1, -(-int(_LABEL_WIDTH * len(days)) // int(width - _LEFT)))
    for x, day in list(zip(xs, days, strict=True))[::every]:
        drawing.add(_text(x, _BOTTOM - 11, words.weekday(day.on), anchor="middle"))
        drawing.add(_text(x, _BOTTOM - 20.5, str(day.on.day), anchor="middle"))
    for run in _runs(xs, [day.previous for day in days]):
        _add_run(drawing, [(x, y(value)) for x, value in run], palette.BEFORE, dashed=True)
    for run in _runs(xs, [day.alerts for day in days]):
        _add_run(drawing, [(x, y(value)) for x, value in run], palette.LINE, dashed=False)
    drawing.add(_line(_LEFT, 7.5, _LEFT + 16, 7.5, palette.LINE, 2.2))
    after = _add_word(drawing, words.current(report.kind), _LEFT + 21, 5.0)
    if any(day.previous is not None for day in days):
        drawing.add(_line(after, 7.5, after + 16, 7.5, palette.BEFORE, 1.1, [3, 2.4]))
        _add_word(drawing, words.before(report.kind), after + 21, 5.0)
    return drawing


def bars(report: Report, counts: Sequence[Count], kind: str, words: Words, width: float) -> Drawing:
    """A row for each count: its word above, its bar, and below a thin hollow one for the period before."""
    height = _ROW * len(counts) + 18
    highest = max((value for count in counts for value in (count.alerts, count.previous) if value), default=1)
    scale = (width - 44) / highest
    drawing = Drawing(width, height)
    for index, count in enumerate(counts):
        top = height - _ROW * index
        drawing.add(_text(0, top - 8, words.label(count.key, kind), colour=palette.TEXT))
        long = max(0.8, (count.alerts or 0) * scale)
        drawing.add(_solid(0, top - 19, long, _BAR))
        drawing.add(_text(long + 4, top - 17.5, words.number(count.alerts), colour=palette.TEXT, font=FONT_BOLD))
        if count.previous:
            drawing.add(_hollow(0.3, top - 23.5, count.previous * scale, _THIN))
    drawing.add(_solid(0, 4.0, 16, 6))
    after = _add_word(drawing, words.current(report.kind), 21, 4.0)
    if any(count.previous for count in counts):
        drawing.add(_hollow(after, 5.5, 16, _THIN))
        _add_word(drawing, words.before(report.kind), after + 21, 4.0)
    return drawing


def pie(counts: Sequence[Count], kind: str, words: Words, width: float, height: float = 120.0) -> Drawing:
    """Parts of a whole as a ring, with a legend of words, figures and shares to its right."""
    _, whole = words.catalog.gettext, sum(count.alerts or 0 for count in counts)
    radius = min(height / 2 - 4, width * 0.21)
    x, y = radius + 2, height / 2
    drawing, start = Drawing(width, height), 90.0
    for number, count in enumerate(counts, 1):
        if not count.alerts:
            continue
        end = start - 360.0 * count.alerts / whole
        if count.alerts == whole:
            end = start - 359.99
        drawing.add(
            Wedge(
                *(x, y, radius, end, start),
                radius1=radius * 0.58,
                fillColor=HexColor(_part(count.key, kind)),
                strokeColor=HexColor("#ffffff"),
                strokeWidth=0.8,
            )
        )
        if count.alerts / whole >= _SLICE:
            drawing.add(_on_ring(x, y, radius * 0.79, (start + end) / 2, palette.sign(count.key, number)))
        start = end
    drawing.add(_text(x, y - 2, words.number(whole), 13, palette.TEXT, "middle", FONT_BOLD))
    drawing.add(_text(x, y - 11, _("alerts"), anchor="middle"))
    left = 2 * radius + 16
    for number, count in enumerate(counts, 1):
        line = y + (len(counts) / 2 - number) * 16 + 5
        colour = HexColor(_part(count.key, kind))
        drawing.add(Rect(left, line - 2.5, 11, 11, rx=2, ry=2, fillColor=colour, strokeColor=None))
        drawing.add(_text(left + 5.5, line + 0.4, palette.sign(count.key, number), 6.5, "#000000", "middle"))
        drawing.add(_text(left + 16, line, words.label(count.key, kind), colour=palette.TEXT))
        drawing.add(_text(width - 32, line, words.number(count.alerts), SMALL, palette.TEXT, "end", FONT_BOLD))
        share = None if not whole or count.alerts is None else count.alerts / whole
        drawing.add(_text(width, line, words.share(share) if share is not None else UNKNOWN, anchor="end"))
    return drawing


def _part(key: str, kind: str) -> str:
    known = palette.SEVERITIES if kind == "severity" else palette.STATUSES
    return known.get(key, palette.OTHER)


def _on_ring(x: float, y: float, radius: float, degrees: float, sign: str) -> Any:
    angle = radians(degrees)
    return _text(x + radius * cos(angle), y + radius * sin(angle) - 2.4, sign, 7, "#000000", "middle")


def _runs(xs: Sequence[float], values: Sequence[int | None]) -> list[list[tuple[float, int]]]:
    """The stretches of known values."""
    found: list[list[tuple[float, int]]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            found.append([])
        else:
            found[-1].append((x, value))
    return [run for run in found if run]


def _add_run(drawing: Drawing, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool) -> None:
    if len(points) > 1:
        drawing.add(
            PolyLine(
                [part for point in points for part in point],
                strokeColor=HexColor(colour),
                strokeWidth=1.1 if dashed else 1.8,
                strokeDashArray=[3, 2.4] if dashed else None,
                strokeLineJoin=1,
            )
        )
    for x, y in points if not dashed or len(points) == 1 else ():
        drawing.add(Circle(x, y, 2.1, fillColor=HexColor("#ffffff"), strokeColor=HexColor(colour), strokeWidth=1.2))


def _add_word(drawing: Drawing, text: str, x: float, y: float) -> float:
    """A word of a legend; where the next may begin."""
    drawing.add(_text(x, y, text))
    return x + 15 + _width(text)


def _width(text: str) -> float:
    return float(stringWidth(text, FONT, SMALL))


def _text(
    x: float,
    y: float,
    text: str,
    size: float = SMALL,
    colour: str = palette.SOFT,
    anchor: str = "start",
    font: str = FONT,
) -> Any:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=HexColor(colour), textAnchor=anchor)


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dashes: Sequence[float] | None = None
) -> Any:
    return Line(x1, y1, x2, y2, strokeColor=HexColor(colour), strokeWidth=width, strokeDashArray=dashes)


def _solid(x: float, y: float, width: float, height: float) -> Any:
    """A bar of the period itself."""
    return Rect(x, y, width, height, rx=1.5, ry=1.5, fillColor=HexColor(palette.LINE), strokeColor=None)


def _hollow(x: float, y: float, width: float, height: float) -> Any:
    """A bar of the period before."""
    return Rect(
        *(x, y, width, height),
        fillColor=None,
        strokeColor=HexColor(palette.BEFORE),
        strokeWidth=0.6,
        strokeDashArray=[2, 1.6],
    )
