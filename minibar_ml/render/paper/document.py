"""The report as a PDF: A4, embedded fonts, vector charts, headings in the outline, page x of y."""

from typing import Any

from reportlab.platypus import KeepTogether, PageBreak, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render import palette, place_tables
from minibar_ml.render.directions import isolate
from minibar_ml.render.first_screen import sentence, tiles, today_title
from minibar_ml.render.headings import days, document_title, title, whose
from minibar_ml.render.hotels import has_many_hotels
from minibar_ml.render.paper import actions, cover, drawings, tables
from minibar_ml.render.paper.pages import WIDTH, About, Built, build
from minibar_ml.render.paper.text import caption, heading, note, paragraph, register_fonts, style
from minibar_ml.render.sections import sections
from minibar_ml.render.tables import Section, Table, in_currency
from minibar_ml.render.words import Words

_GAP = 16.0
_SCANT, _LAST_BUT_ONE = 0.3, "models"


def render(report: Report, lang: Lang, words: Words) -> bytes:
    """The document; the same report gives the same bytes.

    It is set twice at least: how many pages there are is known only after the first time. Where the last one would be
    nearly empty, the section before it moves there too.
    """
    register_fonts()
    draft, moved = _set(report, words), ""
    if draft.pages > 1 and draft.filled < _SCANT:
        other = _set(report, words, moved=_LAST_BUT_ONE)
        moved = _LAST_BUT_ONE if (other.pages, other.filled > draft.filled) == (draft.pages, True) else ""
    return _set(report, words, draft.pages, moved).content


def _set(report: Report, words: Words, pages: int | None = None, moved: str = "") -> Built:
    """The document; the section `moved` begins a page."""
    return build(_about(report, words), words, _story(report, words, moved), pages)


def _about(report: Report, words: Words) -> About:
    return About(
        title=document_title(report, words),
        subject=title(report, words) if report.has_nothing_yet else sentence(report, words),
        foot=f"{isolate(whose(report, words)[:50])} · {days(report, words)}",
        made_at=report.generated_at,
    )


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
    story: list[Any] = [cover.band(report, words, WIDTH), Spacer(1, 8)]
    if report.has_nothing_yet:
        reason = _(
            "No data has been collected for this period. Results appear here after data collection and anomaly "
            "detection have run."
        )
        return [*story, _Heading(_("Nothing to report yet"), "nothing"), paragraph(reason, style())]
    story += [
        cover.tiles(tiles(report, words), words, WIDTH),
        Spacer(1, 4),
        *_hotels(report, words),
        _Heading(today_title(report, words), "now"),
    ]
    story += actions.flowables(report, words, WIDTH)
    for section in sections(report, words):
        story += [PageBreak()] if section.key == moved else []
        story += _section(section, report, words)
    return story


def _hotels(report: Report, words: Words) -> list[Any]:
    """Of a chain: hotel by hotel, before anything else."""
    if not has_many_hotels(report):
        return []
    return tables.flowables(in_currency(place_tables.hotels(report, words), report.currency), words, WIDTH)


def _section(section: Section, report: Report, words: Words) -> list[Any]:
    """The heading goes with what stands first below it."""
    head = [_Heading(section.title, section.key)]
    if section.note:
        head.append(paragraph(section.note, note()))
    if section.key == "period":
        return _period(section, report, words, head)
    first, *others = section.tables
    story = tables.flowables(first, words, WIDTH, head, titled=bool(others))
    for table in others:
        story += tables.flowables(table, words, WIDTH)
    return story


def _period(section: Section, report: Report, words: Words, head: list[Any]) -> list[Any]:
    """Each chart with its figures next to or below it."""
    place, weeks, trend, types, severities, happened = section.tables
    if report.total.alerts is None and report.total.previous is None:
        return [KeepTogether([*head, paragraph(types.empty, style(colour=palette.SOFT))])]
    half = (WIDTH - _GAP) / 2
    parts = head if has_many_hotels(report) else tables.flowables(place, words, WIDTH, head)
    parts.append(_pair(weeks, drawings.weeks(report, words, half), words))
    parts.append(paragraph(place_tables.of_columns(report, words), note()))
    if types.rows:
        parts.append(_pair(types, drawings.bars(report, report.by_type, "type", words, half), words))
    for table in (happened, severities, trend):
        parts += tables.flowables(table, words, WIDTH)
    return parts


def _pair(table: Table, chart: Any, words: Words) -> Any:
    """A chart and its table side by side, never separated."""
    half = (WIDTH - _GAP) / 2
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
