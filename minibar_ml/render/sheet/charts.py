"""Excel's own charts, to the right of the tables that they show."""

from typing import Any

from openpyxl.chart import BarChart, LineChart, PieChart, Reference
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.series import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from minibar_ml.render import palette
from minibar_ml.render.tables import Table

_WIDTH, _HEIGHT = 22.0, 9.5
"""Centimetres."""


def add(sheet: Any, table: Table) -> None:
    """The table's chart, if it has one and there is something to show."""
    makers = {"trend": _lines, "types": _bars, "severities": _pie, "statuses": _pie}
    if table.key in makers and table.rows:
        chart = makers[table.key](sheet, table)
        chart.title = table.title
        chart.width, chart.height = _WIDTH, _HEIGHT
        sheet.add_chart(chart, f"{get_column_letter(len(table.columns) + 2)}2")


def _lines(sheet: Any, table: Table) -> Any:
    chart = LineChart()
    _add_columns(chart, sheet, table, 2, 4 if any(row[3] is not None for row in table.rows) else None)
    _draw(chart.series[0].graphicalProperties.line, palette.LINE, 28_000)
    for before in chart.series[1:]:
        _draw(before.graphicalProperties.line, palette.BEFORE, 16_000, dashes="dash")
    for series in chart.series:
        series.smooth = False
    chart.dispBlanksAs = "gap"
    chart.x_axis.number_format = "d.m"
    chart.x_axis.tickLblSkip = max(1, len(table.rows) // 10)
    return _with_axes(chart)


def _bars(sheet: Any, table: Table) -> Any:
    chart = BarChart()
    chart.type, chart.gapWidth, chart.overlap = "bar", 60, 0
    _add_columns(chart, sheet, table, 2, 3 if any(row[2] for row in table.rows) else None)
    now, *others = chart.series
    now.graphicalProperties.solidFill = palette.LINE[1:]
    for before in others:
        before.graphicalProperties.noFill = True
        _draw(before.graphicalProperties.line, palette.BEFORE, 12_000, dashes="sysDash")
    now.dLbls = _labels(percent=False)
    chart.x_axis.scaling.orientation = "maxMin"
    return _with_axes(chart)


def _pie(sheet: Any, table: Table) -> Any:
    """A part's word stands on it, so that the colour alone need not say what it is; an empty part has no word."""
    chart = PieChart()
    _add_columns(chart, sheet, table, 2, None)
    (series,) = chart.series
    colours = {**palette.SEVERITIES, **palette.STATUSES}
    series.dPt = [_point(at, colours.get(key, palette.OTHER)) for at, key in enumerate(table.keys)]
    series.dLbls = _labels(percent=True)
    series.dLbls.dLbl = [_no_label(at) for at, row in enumerate(table.rows) if not row[1]]
    return chart


def _add_columns(chart: Any, sheet: Any, table: Table, now: int, before: int | None) -> None:
    """The period's figures, and those of the one before where there are any to draw."""
    last = len(table.rows) + 1
    for column in (now, before) if before else (now,):
        chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))


def _with_axes(chart: Any) -> Any:
    """Axes in sight; a new chart's are marked as deleted."""
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=palette.RULE[1:]))
    chart.legend.position = "b"
    return chart


def _point(at: int, colour: str) -> Any:
    point = DataPoint(idx=at)
    point.graphicalProperties.solidFill = colour[1:]
    return point


def _labels(*, percent: bool) -> Any:
    labels = DataLabelList()
    labels.showVal, labels.showPercent = not percent, percent
    labels.showCatName, labels.separator = percent, " " if percent else None
    labels.showSerName = labels.showLegendKey = False
    return labels


def _no_label(at: int) -> Any:
    label = DataLabel(idx=at)
    label.showVal = label.showPercent = label.showCatName = label.showSerName = label.showLegendKey = False
    return label


def _draw(line: Any, colour: str, width: int, dashes: str | None = None) -> None:
    line.solidFill, line.width = colour[1:], width
    if dashes:
        line.dashStyle = dashes
