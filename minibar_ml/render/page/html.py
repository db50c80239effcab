"""A report as one HTML page: no network, every text of the database escaped, readable without its small script."""

import base64
import hashlib
import json
from collections.abc import Set
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from minibar_ml.domain.reporting.report import Dashboard, Report, Window
from minibar_ml.i18n import Lang
from minibar_ml.i18n.labels import SEVERITY_MARKS
from minibar_ml.render import charts, details, listed, tasks
from minibar_ml.render.cells import written
from minibar_ml.render.first_screen import health, sentence, snoozed, tiles, today_title
from minibar_ml.render.headings import days, document_title, title, whose
from minibar_ml.render.hotels import has_many_hotels, hotel_name, names_hotel
from minibar_ml.render.place_tables import of_columns
from minibar_ml.render.sections import sections
from minibar_ml.render.tables import NUMBERS, printable, with_currency
from minibar_ml.render.words import Words

TEMPLATES = Path(__file__).parent / "templates"
FIRST_ACTIONS = 8
"""Rows of the list of today that are shown at once; the rest is folded."""
NEUTRAL = frozenset({"happened", "minibar", "consumed", "room_types", "weekdays"})
"""Tables whose changes are neither better nor worse: more consumption is also more sold."""


def render(report: Report, lang: Lang, words: Words) -> bytes:
    """The page as UTF-8, ready to be written."""
    return _page(report, lang, words, ())


def dashboard(value: Dashboard, lang: Lang) -> bytes:
    """The dashboard's page: its windows, then what a report shows."""
    return _page(value.report, lang, Words(lang, ZoneInfo(value.report.timezone)), value.windows)


def _page(report: Report, lang: Lang, words: Words, windows: tuple[Window, ...]) -> bytes:
    style, script = inlined("style.css"), inlined("script.js")
    shown = _shown(report, words)
    open_ids = frozenset(task.alert_ids[0] for task in report.today if task.alert_ids)
    template = environment(words).get_template("report.html.j2")
    page = template.render(
        **shown,
        windows=windows,
        lang=lang,
        prefix="",
        role="region",
        document_title=document_title(report, words),
        summary=json.dumps([f"{one.title}: {written(one.value, one.kind, words)}" for one in shown["figures"]]),
        listed=listed.table(report, words),
        open_ids=open_ids,
        on_page=listed.ON_PAGE,
        details=lambda row: details.shown(row.alert, row.others, report, words),
        ranks={key: place for place, key in enumerate(SEVERITY_MARKS)},
        chapters=[_chapter(one, words, open_ids) for one in report.chapters],
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {source_of(style)}; script-src {source_of(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )
    return page.encode()


def _chapter(report: Report, words: Words, open_ids: Set[int]) -> Markup:
    """A hotel of a chain; `open_ids`: the alerts whose details are on the page."""
    template = environment(words).get_template("chapter.html.j2")
    # Groups are no landmarks: every hotel has sections of the same names.
    place = {"prefix": f"hotel-{report.hotel_id}-", "role": "group"}
    # A template of ours, whose texts were escaped when it was rendered.
    return Markup(template.render(**_shown(report, words), **place, open_ids=open_ids))


def _shown(report: Report, words: Words) -> dict[str, Any]:
    """What the page and each chapter of it show of their report."""
    is_healthy, state = health(report, words)
    shown = sections(report, words)
    place, week = next(section.tables[:2] for section in shown if section.key == "period")
    return {
        "report": report,
        "words": words,
        "charts": charts,
        "title": title(report, words),
        "whose": whose(report, words),
        "days": days(report, words),
        "figures": tiles(report, words),
        "sentence": sentence(report, words),
        "today_title": today_title(report, words),
        "is_healthy": is_healthy,
        "health": state,
        "tasks": tasks.rows(report, words),
        "sections": shown,
        "place": place,
        "week": week,
        "of_columns": of_columns(report, words),
        "snoozed": snoozed(report, words),
        "number_kinds": NUMBERS,
        "neutral": NEUTRAL,
        "link": listed.link,
        "marks": SEVERITY_MARKS,
        "first_actions": FIRST_ACTIONS,
        "hotel": lambda hotel_id: hotel_name(report, hotel_id, words),
        "has_many_hotels": has_many_hotels(report),
        "names_hotel": lambda hotel_id: names_hotel(report, hotel_id),
    }


@cache
def inlined(name: str) -> Markup:
    """Our own style sheet or script, as it stands in a page."""
    # Ours, and not of the database: it goes into the page as it is.
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def source_of(text: str) -> Markup:
    """What a Content-Security-Policy calls this very text, and no other."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup("'sha256-{}'").format(digest)


def environment_of(translations: NullTranslations) -> Environment:
    """An environment of our templates: escaping, strict, in the language of the translations."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["printable"] = printable
    return environment


@cache
def environment(words: Words) -> Environment:
    """The environment of our templates, with figures and dates in the language."""
    made = environment_of(words.catalog)
    made.filters.update(
        label=words.label,
        written=lambda value, kind: written(value, kind, words),
        number=words.number,
        loss=lambda one: listed.loss(one, words),
        local=lambda value: value.astimezone(words.zone),
        money=lambda amount: words.number(amount, 2),
        in_currency=with_currency,
        change=words.change,
        share=words.share,
        day=words.day,
        short_day=words.short_day,
        weekday=words.weekday,
        instant=words.instant,
        age=words.age,
        days_since=words.days_since,
    )
    return made
