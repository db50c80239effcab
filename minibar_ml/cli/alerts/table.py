"""The table of `alerts list`, without rich's: those take longer to import and draw than the rest of the command."""

from collections.abc import Iterator, Mapping, Sequence

import typer
from rich.cells import cell_len, chop_cells

from minibar_ml.cli.console import visible
from minibar_ml.domain.alerting.alerts import Alert, Severity
from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import day_cell, money
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import part_line, standing

COLUMNS = ("id", "severity", "day", "alert", "impact")
GAP, LEAST_TEXT = "  ", 20
COLOURS: dict[Severity, str] = {"critical": "red", "high": "red", "medium": "yellow"}
"""Colour only repeats the word."""


def listing(
    alerts: Sequence[Alert],
    lang: Lang,
    width: int,
    *,
    colour: bool,
    headings: Sequence[str] | None = None,
    parts: Mapping[int, Sequence[Alert]] | None = None,
) -> Iterator[str]:
    """The lines: a row for each alert and below it its message, folded to the width.

    `headings`: each alert's group, shown above it; `parts`: by number, the other alerts of its incident, shown below.
    """
    head = [label("field", name, lang) for name in COLUMNS]
    shown = [_cells(alert, lang) for alert in alerts]
    sizes = [max(map(cell_len, column)) for column in zip(head, *shown, strict=True)]
    sizes[3] = max(width - sum(sizes) + sizes[3] - 4 * len(GAP), LEAST_TEXT)
    indent = " " * (sum(sizes[:3]) + 3 * len(GAP))
    yield GAP.join(_padded(head, sizes))
    yield "─" * (sum(sizes) + 4 * len(GAP))
    for number, (alert, cells) in enumerate(zip(alerts, shown, strict=True)):
        if headings and (number == 0 or headings[number] != headings[number - 1]):
            yield from _heading(headings[number], width, is_first=number == 0, colour=colour)
        cells[3], *rest = folded(cells[3], sizes[3])
        cells = _padded(cells, sizes)
        if colour:
            cells[1] = typer.style(cells[1], fg=COLOURS.get(alert.severity), bold=alert.severity == "critical" or None)
            cells[3] = typer.style(cells[3], bold=True)
        yield GAP.join(cells)
        for line in [*rest, *folded(visible(sentences(alert, alert.entity_name, lang)[0]), sizes[3])]:
            yield indent + line
        for part in (parts or {}).get(alert.id, ()):
            for line in folded(visible(part_line(part, lang)), sizes[3]):
                yield indent + line


def _heading(heading: str, width: int, *, is_first: bool, colour: bool) -> Iterator[str]:
    if not is_first:
        yield ""
    for line in folded(visible(heading), width):
        yield typer.style(line, bold=True) if colour else line


def folded(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken between words where possible."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".lstrip()
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines += chop_cells(word, width)
    return [line for line in lines if line]


def _cells(alert: Alert, lang: Lang) -> list[str]:
    kind = label("type", alert.type, lang)
    if marks := ", ".join(standing(alert, lang)):
        kind += f" ({marks})"
    if alert.occurrences > 1:
        kind += f", {alert.occurrences}×"
    severity = label("severity", alert.severity, lang)
    return [str(alert.id), severity, day_cell(alert.occurred_on, lang), kind, money(alert.impact, lang)]


def _padded(cells: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """The cells at their columns' sizes; the numbers in the first and last one are right-aligned."""
    blanks = [" " * (size - cell_len(cell)) for cell, size in zip(cells, sizes, strict=True)]
    last = len(cells) - 1
    return [
        blank + cell if position in (0, last) else cell + blank
        for position, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]
