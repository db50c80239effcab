"""The charts as vectors for paper: columns and bars, drawn from the same geometry rules as the page's.

Each takes the figures, their words and a width in points. reportlab's own SVG of such drawings is not used on the
page: it rounds colours, places text by another font's widths and can't follow a dark theme. Page and paper share
palette, marks and steps of the axis.
"""

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from minibar_ml.domain.reporting.report import Report
from minibar_ml.domain.reporting.rows import Count
from minibar_ml.i18n.labels import SEVERITY_MARKS
from minibar_ml.render import palette
from minibar_ml.render.charts import FOOT, STACKS_HEIGHT, WIDTH, stacks
from minibar_ml.render.palette import FONT, FONT_BOLD, SMALL
from minibar_ml.render.words import Words

_MARKED = 9.0
"""The lowest layer of a column that a mark fits on."""
_ROW, _BAR, _THIN = 27.0, 8.0, 3.0


def weeks(report: Report, words: Words, width: float, height: float = 112.0) -> Drawing:
    """New alerts of each week as a column, stacked by severity, the most severe at the bottom."""
    found = stacks(report.weeks)
    across, up = width / WIDTH, height / STACKS_HEIGHT
    drawing = Drawing(width, height)
    foot = height - (STACKS_HEIGHT - FOOT) * up
    drawing.add(_line(0, foot, width, foot, palette.RULE, 0.6))
    for stack in found:
        middle = stack.middle * across
        for layer in stack.layers:
            low = height - (layer.y + layer.height) * up
            place = (stack.x * across, low, stack.width * across, layer.height * up)
            drawing.add(_layer(place, palette.SEVERITIES[layer.severity], is_partial=stack.week.is_partial))
            if layer.height * up > _MARKED:
                mark = SEVERITY_MARKS[layer.severity]
                drawing.add(_text(middle, low + layer.height * up / 2 - 2.4, mark, 6.5, "#000000", "middle"))
        number = words.number(stack.week.alerts)
        number = f"({number})" if stack.week.is_partial else number
        drawing.add(_text(middle, height - stack.top * up + 3, number, SMALL, palette.TEXT, "middle", FONT_BOLD))
        drawing.add(_text(middle, foot - 10, words.short_day(stack.week.since), anchor="middle"))
    return drawing


def _layer(place: tuple[float, float, float, float], colour: str, *, is_partial: bool) -> Any:
    """A part of a column; pale with a dashed edge where it must not be read as that of a whole week."""
    if not is_partial:
        return Rect(*place, fillColor=HexColor(colour), strokeColor=None)
    made = Rect(*place, fillColor=HexColor(colour), strokeColor=HexColor(colour), strokeWidth=0.8)
    made.fillOpacity, made.strokeDashArray = 0.25, [3, 2]
    return made


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
    after = _add_word(drawing, words.current(report), 21, 4.0)
    if any(count.previous for count in counts):
        drawing.add(_hollow(after, 5.5, 16, _THIN))
        _add_word(drawing, words.before(report), after + 21, 4.0)
    return drawing


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


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> Any:
    return Line(x1, y1, x2, y2, strokeColor=HexColor(colour), strokeWidth=width)


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
