"""Text on paper: fonts, paragraph styles, and data made safe to set.

reportlab's paragraphs parse markup, open the files that an image tag names, and know neither right-to-left text nor a
letter that the font lacks. So no text of the database reaches one but through `paragraph`.
"""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from minibar_ml.render import palette
from minibar_ml.render.directions import ISOLATE, POP_ISOLATE, has_right_to_left
from minibar_ml.render.palette import FONT, FONT_BOLD, LARGE, NORMAL, SMALL
from minibar_ml.render.paper.visual_order import visual
from minibar_ml.render.tables import printable

FONTS = Path(__file__).parent / "fonts"
LONGEST = 600
"""Letters of one text that are set; a row higher than a page could not be set at all."""


@cache
def register_fonts() -> None:
    """Make the fonts known to reportlab by name, once a process."""
    for name in (FONT, FONT_BOLD):
        registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    registerFontFamily(FONT, FONT, FONT_BOLD, FONT, FONT_BOLD)
    # Each drawing begins with this font, though all its texts name theirs; what is not embedded must not be asked for.
    STATE_DEFAULTS["fontName"] = FONT


@cache
def style(
    size: float = NORMAL, colour: str = palette.TEXT, *, bold: bool = False, right: bool = False, **more: Any
) -> Any:
    """A paragraph style; each is made once."""
    return ParagraphStyle(
        f"{size}/{colour}/{bold}/{right}/{sorted(more.items())}",
        fontName=FONT_BOLD if bold else FONT,
        fontSize=size,
        leading=round(size * 1.34, 1),
        textColor=HexColor(colour),
        alignment=TA_RIGHT if right else TA_LEFT,
        splitLongWords=1,
        **more,
    )


def note() -> Any:
    """The style of a note below a heading."""
    return style(SMALL, palette.SOFT, spaceAfter=5)


def caption() -> Any:
    """The style of a table's or chart's own heading."""
    return style(NORMAL + 1, bold=True, spaceBefore=6, spaceAfter=3)


def heading() -> Any:
    """The style of a section's heading."""
    return style(LARGE, palette.BAND, bold=True, spaceBefore=12, spaceAfter=4)


def paragraph(text: str, kind: Any, width: float | None = None) -> Any:
    """A text as it is, whatever stands in it. Right-to-left text wants the `width` that it is broken to."""
    plain = clean(text)
    lines = _broken(plain, kind, width) if width and has_right_to_left(plain) else [plain]
    return Paragraph("<br/>".join(escape(visual(line), quote=False) for line in lines), kind)


def clean(text: str) -> str:
    """What can be printed of it, isolates included, and not longer than a row may be."""
    drawn = printable(text, keep=ISOLATE + POP_ISOLATE)
    return drawn if len(drawn) <= LONGEST else drawn[: LONGEST - 1] + "…"


def _broken(text: str, kind: Any, width: float) -> list[str]:
    """Lines that fit, broken at blanks, each to be ordered by itself: an isolate that is cut goes on in the next."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and stringWidth(visual(longer), kind.fontName, kind.fontSize) > width:
            is_cut = lines[-1].count(ISOLATE) > lines[-1].count(POP_ISOLATE)
            lines[-1] += POP_ISOLATE * is_cut
            lines.append(ISOLATE * is_cut + word)
        else:
            lines[-1] = longer
    return lines
