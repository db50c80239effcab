"""The weekly report as one HTML page: no network, no script, every text of the database escaped."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from minibar_ml.domain.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render import charts
from minibar_ml.render.words import Words, sentences

TEMPLATES = Path(__file__).parent / "templates"
FIRST_ACTIONS = 12
"""Actions that are shown at once; the rest is folded."""
MARKS = {"critical": "▲", "high": "◆", "medium": "●", "low": "○"}
"""A shape for each severity, since colour alone tells some readers nothing."""


def weekly(report: Report, lang: Lang) -> bytes:
    """The page as UTF-8, ready to be written."""
    words = Words(lang, ZoneInfo(report.timezone))
    template = _environment(words).get_template("weekly.html.j2")
    page = template.render(
        report=report,
        lang=lang,
        words=words,
        charts=charts,
        marks=MARKS,
        first_actions=FIRST_ACTIONS,
        sentences=lambda action: sentences(action, lang),
        hotel=lambda hotel_id: report.hotels.get(hotel_id),
        has_many_hotels=report.hotel_id is None and len(report.hotels) > 1,
    )
    return page.encode()


@cache
def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        label=words.label,
        number=words.number,
        percent=words.percent,
        share=words.share,
        day=words.day,
        short_day=words.short_day,
        weekday=words.weekday,
        instant=words.instant,
        age=words.age,
    )
    return environment
