"""Pages of A4: their frame and foot, what a document says of itself, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from minibar_ml.render import palette
from minibar_ml.render.palette import FONT, SMALL
from minibar_ml.render.paper.text import paragraph, style
from minibar_ml.render.words import UNKNOWN, Words

_MARGIN, _FOOT = 15 * mm, 17 * mm
WIDTH = A4[0] - 2 * _MARGIN
_HEIGHT = A4[1] - _FOOT - _MARGIN


@dataclass(frozen=True, slots=True)
class About:
    """What a document says of itself, and what stands at the foot of its pages.

    It gets this date, so that equal documents give equal bytes.
    """

    title: str
    subject: str
    foot: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Built:
    """A document, its number of pages, and how full the last one is."""

    content: bytes
    pages: int
    filled: float


def build(about: About, words: Words, story: Sequence[Any], pages: int | None = None) -> Built:
    """The document. How many `pages` there are is known only after it was built once."""
    content = BytesIO()
    document = BaseDocTemplate(
        content,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        title=about.title,
        author="minibar-ml",
        subject=about.subject,
        creator="minibar-ml",
        lang=words.lang,
        displayDocTitle=True,
        initialFontName=FONT,
        invariant=1,
    )
    end = _End()
    frame = Frame(_MARGIN, _FOOT, WIDTH, _HEIGHT, 0, 0, 0, 0, id="body")
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_Foot(about, words, pages)))
    document.build([*story, end])
    return Built(content.getvalue(), int(document.page), 1 - end.left / _HEIGHT)


class _End(Flowable):  # type: ignore[misc]
    """Has no size, and records how much room the last page has left."""

    left = 0.0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """It has no size."""
        self.left = available_height
        return 0, 0

    def draw(self) -> None:
        """Nothing is drawn."""


class _Foot:
    """The foot of every page."""

    def __init__(self, about: About, words: Words, pages: int | None) -> None:
        self._left = about.foot
        _ = words.catalog.gettext
        self._number = _("Page %(page)s of %(pages)s")
        self._pages = pages
        self._made_at = f"D:{about.made_at.astimezone(UTC):%Y%m%d%H%M%S}+00'00'"

    def __call__(self, canvas: Any, document: Any) -> None:
        canvas.setDateFormatter(lambda *_now: self._made_at)
        canvas.saveState()
        canvas.setStrokeColor(HexColor(palette.RULE))
        canvas.line(_MARGIN, _FOOT - 8, A4[0] - _MARGIN, _FOOT - 8)
        canvas.setFont(FONT, SMALL)
        canvas.setFillColor(HexColor(palette.SOFT))
        canvas.drawRightString(
            A4[0] - _MARGIN, _FOOT - 19, self._number % {"page": document.page, "pages": self._pages or UNKNOWN}
        )
        left = paragraph(self._left, style(SMALL, palette.SOFT), WIDTH)
        left.wrap(WIDTH - 90, 20)
        left.drawOn(canvas, _MARGIN, _FOOT - 21)
        canvas.restoreState()
