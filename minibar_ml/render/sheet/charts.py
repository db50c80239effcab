"""Excel's own charts, to the right of the tables that they show."""

from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from minibar_ml.render import palette
from minibar_ml.render.tables import Table

_WIDTH, _HEIGHT = 22.0, 9.5
"""Centimetres."""


def add(sheet: Any, table: Table) -> None:
    """The table's chart, if it has one and there is something to show."""
    makers = {"weeks": _weeks, "types": _bars}
    if table.key in makers and table.rows:
        chart = makers[table.key](sheet, table)
        chart.title = table.title
        chart.width, chart.height = _WIDTH, _HEIGHT
        sheet.add_chart(chart, f"{get_column_letter(len(table.columns) + 2)}2")


def _weeks(sheet: Any, table: Table) -> Any:
    """A column a week, stacked by severity."""
    chart = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap = "col", "stacked", 50, 100
    for column, severity in enumerate(("critical", "high", "medium", "low"), 3):
        last = len(table.rows) + 1
        chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
        chart.series[-1].graphicalProperties.solidFill = palette.SEVERITIES[severity][1:]
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(table.rows) + 1))
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
    now.dLbls = _labels()
    chart.x_axis.scaling.orientation = "maxMin"
    return _with_axes(chart)


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


def _labels() -> Any:
    labels = DataLabelList()
    labels.showVal = True
    labels.showPercent = labels.showCatName = labels.showSerName = labels.showLegendKey = False
    return labels


def _draw(line: Any, colour: str, width: int, dashes: str | None = None) -> None:
    line.solidFill, line.width = colour[1:], width
    if dashes:
        line.dashStyle = dashes
