"""The table of `alerts list`, without rich's: those take longer to import and draw than the rest of the command."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import typer
from rich.cells import cell_len, chop_cells

from minibar_ml.cli.terminal.console import visible
from minibar_ml.domain.alerting.alerts import Alert, Severity
from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import UNSET, day_cell
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.listings import day_of, hotel, loss, seen
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import part_line, standing

COLUMNS = ("id", "severity", "day", "alert", "impact")
GAP, LEAST_TEXT, LEAST_CELL = "  ", 20, 8
COLOURS: dict[Severity, str] = {"critical": "red", "high": "red", "medium": "yellow"}
"""Colour only repeats the word."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a list is written: language, columns of the screen, whether coloured, and the day on which it is read."""

    lang: Lang
    width: int
    colour: bool
    today: date


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a list's alerts besides themselves.

    `headings`: each alert's group, shown above it; `parts`: by number, the other alerts of its incident; `hotels`:
    names by id, None where one hotel's name stands above the list.
    """

    headings: Sequence[str] | None = None
    parts: Mapping[int, Sequence[Alert]] = field(default_factory=dict)
    hotels: Mapping[int, str] | None = None


def short(alerts: Sequence[Alert], around: Around, style: Style) -> Iterator[str]:
    """The lines: one for each alert, cut to the width."""
    names = ["id", "severity", "day", "where", "alert", *([] if around.hotels is None else ["hotel"]), "loss"]
    head = [label("entity" if name == "hotel" else "field", name, style.lang) for name in names]
    shown = [_short_cells(alert, around, style) for alert in alerts]
    sizes = _fitting([max(map(cell_len, column)) for column in zip(head, *shown, strict=True)], style.width)
    yield from _head(head, sizes)
    for number, (alert, cells) in enumerate(zip(alerts, shown, strict=True)):
        yield from _heading(around.headings, number, style)
        cells[4] = _marked(cells[4], _marks(alert, around, style.lang), sizes[4])
        yield GAP.join(_coloured(_padded([cut(*one) for one in zip(cells, sizes, strict=True)], sizes), alert, style))


def _hotel(alert: Alert, names: Mapping[int, str], lang: Lang) -> str:
    """The alert's hotel; none where it is about the hotel, or about minibar-ml, which has the number of the common
    store: `where` names it."""
    return UNSET if alert.entity_type == "hotel" else visible(hotel(alert.hotel_id, names.get(alert.hotel_id), lang))


def _short_cells(alert: Alert, around: Around, style: Style) -> list[str]:
    lang = style.lang
    place = [] if around.hotels is None else [_hotel(alert, around.hotels, lang)]
    name = f"{label('entity', 'room', lang)} {alert.entity_name}" if alert.entity_type == "room" else alert.entity_name
    return [
        str(alert.id),
        label("severity", alert.severity, lang),
        day_of(alert, lang, style.today),
        visible(name),
        label("type", alert.type, lang) + _marks(alert, around, lang),
        *place,
        loss(alert, lang),
    ]


def _marks(alert: Alert, around: Around, lang: Lang) -> str:
    """State, repeats and the parts of the incident, after the type: ` (read), seen 3×, +2`."""
    states = ", ".join(standing(alert, lang))
    parts = len(around.parts.get(alert.id, ()))
    again = seen(alert.occurrences, lang)
    return (f" ({states})" if states else "") + (f", {again}" if again else "") + (f", +{parts}" if parts else "")


def _marked(text: str, marks: str, size: int) -> str:
    """The text at its column's size; where it is cut, its marks stay, as far as they leave room for a word."""
    if cell_len(text) <= size or cell_len(marks) > size - LEAST_CELL:
        return text
    return cut(text.removesuffix(marks), size - cell_len(marks)) + marks


def _fitting(sizes: list[int], width: int) -> list[int]:
    """The columns' sizes, those of texts reduced until all fit, none to less than LEAST_CELL: the hotel's, then the
    widest."""
    texts, hotels = range(3, len(sizes) - 1), range(5, len(sizes) - 1)
    while sum(sizes) + len(GAP) * (len(sizes) - 1) > width:
        is_wide = any(sizes[place] > LEAST_CELL for place in hotels)
        widest = max(hotels if is_wide else texts, key=lambda place: sizes[place])
        if sizes[widest] <= LEAST_CELL:
            break
        sizes[widest] -= 1
    return sizes


def cut(text: str, size: int) -> str:
    """The text in at most `size` columns, with an ellipsis where something is missing."""
    return text if cell_len(text) <= size else f"{chop_cells(text, size - 1)[0].rstrip()}…"


def long(alerts: Sequence[Alert], around: Around, style: Style) -> Iterator[str]:
    """The lines: a row for each alert and below it its message and parts, folded to the width."""
    lang = style.lang
    head = [label("field", name, lang) for name in COLUMNS]
    shown = [_cells(alert, lang) for alert in alerts]
    sizes = [max(map(cell_len, column)) for column in zip(head, *shown, strict=True)]
    sizes[3] = max(style.width - sum(sizes) + sizes[3] - 4 * len(GAP), LEAST_TEXT)
    indent = " " * (sum(sizes[:3]) + 3 * len(GAP))
    yield from _head(head, sizes)
    for number, (alert, cells) in enumerate(zip(alerts, shown, strict=True)):
        yield from _heading(around.headings, number, style)
        cells[3], *rest = folded(cells[3], sizes[3])
        cells = _coloured(_padded(cells, sizes), alert, style)
        if style.colour:
            cells[3] = typer.style(cells[3], bold=True)
        yield GAP.join(cells)
        below = [sentences(alert, alert.entity_name, lang)[0]]
        below += [part_line(part, lang) for part in around.parts.get(alert.id, ())]
        if around.hotels is not None and alert.entity_type != "hotel":
            below[0] = f"{_hotel(alert, around.hotels, lang)}: {below[0]}"
        for line in (*rest, *(line for text in below for line in folded(visible(text), sizes[3]))):
            yield indent + line


def _head(head: Sequence[str], sizes: Sequence[int]) -> Iterator[str]:
    yield GAP.join(_padded(head, sizes))
    yield "─" * (sum(sizes) + (len(sizes) - 1) * len(GAP))


def _coloured(cells: list[str], alert: Alert, style: Style) -> list[str]:
    if style.colour:
        is_worst = alert.severity == "critical" or None
        cells[1] = typer.style(cells[1], fg=COLOURS.get(alert.severity), bold=is_worst)
    return cells


def _heading(headings: Sequence[str] | None, number: int, style: Style) -> Iterator[str]:
    """The group that begins at an alert, if one does."""
    if headings is None or (number and headings[number] == headings[number - 1]):
        return
    if number:
        yield ""
    for line in folded(visible(headings[number]), style.width):
        yield typer.style(line, bold=True) if style.colour else line


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
    kind = label("type", alert.type, lang) + _marks(alert, Around(), lang)
    severity = label("severity", alert.severity, lang)
    return [str(alert.id), severity, day_cell(alert.occurred_on, lang), kind, loss(alert, lang)]


def _padded(cells: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """The cells at their columns' sizes; the numbers in the first and last one are right-aligned."""
    blanks = [" " * (size - cell_len(cell)) for cell, size in zip(cells, sizes, strict=True)]
    last = len(cells) - 1
    return [
        blank + cell if position in (0, last) else cell + blank
        for position, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]
