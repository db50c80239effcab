"""The head of the first page: hotel, period, what happened in a sentence, and key figures."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Table as Grid

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render import palette
from minibar_ml.render.cells import written
from minibar_ml.render.first_screen import health, sentence
from minibar_ml.render.headings import Figure, as_of, days, title, whose
from minibar_ml.render.palette import HUGE, LARGE, NORMAL, SMALL
from minibar_ml.render.paper.tables import OWN_FONT
from minibar_ml.render.paper.text import paragraph, style
from minibar_ml.render.words import Words

_IN_ROW = 4


def band(report: Report, words: Words, width: float) -> Any:
    """Whose report it is and of which days, in white on the band."""
    soft = style(NORMAL, palette.SOFT_ON_BAND)
    inner = width - 32
    lines = [
        paragraph(title(report, words), soft),
        paragraph(whose(report, words), style(HUGE, palette.ON_BAND, bold=True), inner),
        paragraph(f"{days(report, words)} · {as_of(report, words)} ({report.timezone})", soft),
    ]
    if not report.has_nothing_yet:
        is_good, state = health(report, words)
        lines += [
            paragraph(("✓ " if is_good else "! ") + state, soft),
            paragraph(sentence(report, words), style(LARGE, palette.ON_BAND, bold=True, spaceBefore=5), inner),
        ]
    return Grid(
        [[lines]],
        colWidths=[width],
        style=[
            OWN_FONT,
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(palette.BAND)),
            ("LINEBELOW", (0, 0), (-1, -1), 3, HexColor(palette.SEVERITIES["high"])),
            ("LEFTPADDING", (0, 0), (-1, -1), 16),
            ("RIGHTPADDING", (0, 0), (-1, -1), 16),
            ("TOPPADDING", (0, 0), (-1, -1), 12),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 13),
        ],
    )


def tiles(found: Sequence[Figure], words: Words, width: float) -> Any:
    """The key figures, side by side."""
    cells = [
        [
            paragraph(figure.title, style(SMALL, palette.SOFT)),
            paragraph(written(figure.value, figure.kind, words), style(HUGE, bold=True)),
            paragraph(figure.below, style(SMALL, palette.SOFT)),
        ]
        for figure in found
    ]
    return Grid(
        [cells[at : at + _IN_ROW] for at in range(0, len(cells), _IN_ROW)],
        colWidths=[width / _IN_ROW] * _IN_ROW,
        style=[
            OWN_FONT,
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(palette.WASH)),
            ("BOX", (0, 0), (-1, -1), 0.6, HexColor(palette.RULE)),
            ("INNERGRID", (0, 0), (-1, -1), 0.6, HexColor(palette.RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ],
    )
