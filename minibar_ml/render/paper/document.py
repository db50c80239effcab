"""The report as a PDF: A4, embedded fonts, vector charts, headings in the outline, page x of y."""

from datetime import UTC
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render import palette, place_tables
from minibar_ml.render.directions import isolate
from minibar_ml.render.first_screen import sentence, tiles
from minibar_ml.render.headings import days, document_title, title, whose
from minibar_ml.render.hotels import has_many_hotels
from minibar_ml.render.palette import FONT, SMALL
from minibar_ml.render.paper import actions, cover, drawings, tables
from minibar_ml.render.paper.text import caption, heading, note, paragraph, register_fonts, style
from minibar_ml.render.sections import sections
from minibar_ml.render.tables import Section, Table
from minibar_ml.render.words import UNKNOWN, Words

_MARGIN, _FOOT = 15 * mm, 17 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_HEIGHT = A4[1] - _FOOT - _MARGIN
_GAP = 16.0
_SCANT, _LAST_BUT_ONE = 0.3, "models"


def render(report: Report, lang: Lang, words: Words) -> bytes:
    """The document; the same report gives the same bytes.

    It is set twice at least: how many pages there are is known only after the first time. Where the last one would be
    nearly empty, the section before it moves there too.
    """
    register_fonts()
    _draft, pages, filled = _set(report, lang, words)
    moved = ""
    if pages > 1 and filled < _SCANT:
        _draft, as_many, more = _set(report, lang, words, moved=_LAST_BUT_ONE)
        moved = _LAST_BUT_ONE if (as_many, more > filled) == (pages, True) else ""
    return _set(report, lang, words, pages, moved)[0]


def _set(
    report: Report, lang: Lang, words: Words, pages: int | None = None, moved: str = ""
) -> tuple[bytes, int, float]:
    """The document, its number of pages, and how full the last one is; the section `moved` begins a page."""
    content = BytesIO()
    document = BaseDocTemplate(
        content,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        title=document_title(report, words),
        author="minibar-ml",
        subject=title(report, words) if report.has_nothing_yet else sentence(report, words),
        creator="minibar-ml",
        lang=lang,
        displayDocTitle=True,
        initialFontName=FONT,
        invariant=1,
    )
    end = _End()
    frame = Frame(_MARGIN, _FOOT, _WIDTH, _HEIGHT, 0, 0, 0, 0, id="body")
    foot = _Foot(report, words, pages)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=foot))
    document.build([*_story(report, words, moved), end])
    return content.getvalue(), int(document.page), 1 - end.left / _HEIGHT


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
    """The foot of every page. The document gets the report's date, so that equal reports give equal bytes."""

    def __init__(self, report: Report, words: Words, pages: int | None) -> None:
        _ = words.catalog.gettext
        self._left = f"{isolate(whose(report, words)[:50])} · {days(report, words)}"
        self._number = _("Page %(page)s of %(pages)s")
        self._pages = pages
        self._made_at = f"D:{report.generated_at.astimezone(UTC):%Y%m%d%H%M%S}+00'00'"

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
        left = paragraph(self._left, style(SMALL, palette.SOFT), _WIDTH)
        left.wrap(_WIDTH - 90, 20)
        left.drawOn(canvas, _MARGIN, _FOOT - 21)
        canvas.restoreState()


class _Heading(Paragraph):  # type: ignore[misc]
    """A section's heading, which the outline points to."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(text, heading())
        self._key = key

    def draw(self) -> None:
        """Mark the place, then write."""
        self.canv.bookmarkHorizontal(self._key, 0, self.height + 10)
        self.canv.addOutlineEntry(self.getPlainText(), self._key, 0)
        super().draw()


def _story(report: Report, words: Words, moved: str) -> list[Any]:
    _ = words.catalog.gettext
    story: list[Any] = [cover.band(report, words, _WIDTH), Spacer(1, 8)]
    if report.has_nothing_yet:
        reason = _(
            "No data has been collected for this period. Results appear here after data collection and anomaly "
            "detection have run."
        )
        return [*story, _Heading(_("Nothing to report yet"), "nothing"), paragraph(reason, style())]
    story += [
        cover.tiles(tiles(report, words), words, _WIDTH),
        Spacer(1, 4),
        *_hotels(report, words),
        _Heading(_("Today"), "now"),
    ]
    story += actions.flowables(report, words, _WIDTH)
    for section in sections(report, words):
        story += [PageBreak()] if section.key == moved else []
        story += _section(section, report, words)
    return story


def _hotels(report: Report, words: Words) -> list[Any]:
    """Of a chain: hotel by hotel, before anything else."""
    if not has_many_hotels(report):
        return []
    return tables.flowables(place_tables.hotels(report, words), words, _WIDTH)


def _section(section: Section, report: Report, words: Words) -> list[Any]:
    """The heading goes with what stands first below it."""
    head = [_Heading(section.title, section.key)]
    if section.note:
        head.append(paragraph(section.note, note()))
    if section.key == "period":
        return _period(section, report, words, head)
    first, *others = section.tables
    story = tables.flowables(first, words, _WIDTH, head, titled=bool(others))
    for table in others:
        story += tables.flowables(table, words, _WIDTH)
    return story


def _period(section: Section, report: Report, words: Words, head: list[Any]) -> list[Any]:
    """Each chart with its figures next to or below it."""
    place, weeks, trend, types, severities, happened = section.tables
    if report.total.alerts is None and report.total.previous is None:
        return [KeepTogether([*head, paragraph(types.empty, style(colour=palette.SOFT))])]
    half = (_WIDTH - _GAP) / 2
    parts = head if has_many_hotels(report) else tables.flowables(place, words, _WIDTH, head)
    parts.append(_pair(weeks, drawings.weeks(report, words, half), words))
    if types.rows:
        parts.append(_pair(types, drawings.bars(report, report.by_type, "type", words, half), words))
    for table in (happened, severities, trend):
        parts += tables.flowables(table, words, _WIDTH)
    return parts


def _pair(table: Table, chart: Any, words: Words) -> Any:
    """A chart and its table side by side, never separated."""
    half = (_WIDTH - _GAP) / 2
    pair = Grid(
        [[chart, tables.grid(table, words, half)]],
        colWidths=[half + _GAP, half],
        style=[
            tables.OWN_FONT,
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ],
        spaceAfter=6,
    )
    return KeepTogether([paragraph(table.title, caption()), pair])
