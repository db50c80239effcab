"""Reports speak Turkish and English, in words and in figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from support.program import catalogs
from support.reports.report_values import a_report

import minibar_ml.render
from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES
from minibar_ml.domain.alerting.kinds import ALERT_TYPES
from minibar_ml.domain.metrics import METRIC_TYPES
from minibar_ml.domain.reporting.operations import FalsePositives, JobRun
from minibar_ml.domain.reporting.rows import Page
from minibar_ml.i18n import LOCALE_FOLDER, Lang
from minibar_ml.ml.contract import TooLittle
from minibar_ml.ml.evaluation.quality import TRUTH
from minibar_ml.render import alert_tables, minibar_tables, operations_tables
from minibar_ml.render.first_screen import tiles
from minibar_ml.render.sections import sections
from minibar_ml.render.words import LABELS, Words

RENDER = Path(minibar_ml.render.__file__).parent
DOCS = Path(__file__).parents[2] / "docs"
CATALOG = LOCALE_FOLDER / "tr" / "LC_MESSAGES" / "report"
ZONE = ZoneInfo("Europe/Nicosia")


def test_every_text_is_translated_to_turkish_and_nothing_else_is() -> None:
    catalogs.require_whole(CATALOG, RENDER)


@pytest.mark.parametrize(
    ("kind", "terms"), [("type", ALERT_TYPES), ("severity", SEVERITIES), ("status", STATUSES), ("metric", METRIC_TYPES)]
)
def test_every_term_has_a_word(kind: str, terms: tuple[str, ...]) -> None:
    words = Words("tr", ZONE)
    assert not {term for term in terms if words.label(term, kind) == term}


def test_what_models_are_measured_on_has_words_too() -> None:
    assert TRUTH in LABELS["evaluated_on"]


@pytest.mark.parametrize("lang", get_args(Lang))
def test_an_unknown_figure_is_a_dash(lang: Lang) -> None:
    words = Words(lang, ZONE)
    unknown = [words.number(None), words.change(None), words.share(None), words.instant_cell(None)]
    assert unknown == ["–"] * 4


def test_figures_and_dates_follow_the_language() -> None:
    tr, en = Words("tr", ZONE), Words("en", ZONE)
    assert (tr.number(Decimal("1234.5"), 2), en.number(Decimal("1234.5"), 2)) == ("1.234,50", "1,234.50")
    assert (tr.change(-12.4), en.change(12.4)) == ("-%12", "+12%")
    assert en.change(-0.2) == "0%"
    assert (en.change(999), en.change(138649), tr.change(138649)) == ("+999%", "1,387 times", "1.387 katı")
    day, night = date(2025, 11, 30), datetime(2025, 11, 30, 23, 0, tzinfo=UTC)
    assert (tr.day(day), en.day(day)) == ("30 Kas 2025", "30 Nov 2025")
    assert (tr.day_cell(day), en.day_cell(day)) == ("Paz 30.11.2025", "Sun 30 Nov 2025")
    assert (tr.instant(night), tr.instant_cell(night)) == ("1 Ara 2025 01:00", "01.12.2025 01:00")
    assert en.label("something new", "job") == "something new"
    assert (tr.label("low", "severity"), en.label("low", "severity")) == ("Düşük", "Low")


@pytest.mark.parametrize("lang", get_args(Lang))
def test_the_guide_to_the_report_calls_sections_as_the_report_does(lang: Lang) -> None:
    guide = " ".join((DOCS / f"reports.{lang}.md").read_text(encoding="utf-8").split())
    assert [one.title for one in sections(a_report(), Words(lang, ZONE)) if f"**{one.title}**" not in guide] == []


@pytest.mark.parametrize("lang", get_args(Lang))
def test_a_figure_has_one_name_wherever_it_stands(lang: Lang) -> None:
    words = Words(lang, ZONE)
    named = {one.key: one.title for one in tiles(a_report(hotels=2), words)}
    tables = {table.key: table for section in sections(a_report(hotels=2), words) for table in section.tables}
    columns = {column.title for table in tables.values() for column in table.columns}
    assert {named["waiting"], named["new"]} <= columns
    wanted = {"en": ("Waiting", "New"), "tr": ("Bekleyen", "Yeni")}[lang]
    assert (named["waiting"], named["new"]) == wanted


def test_a_change_of_occupancy_is_in_points() -> None:
    (table, *_others) = minibar_tables.tables(a_report(currency="TRY"), Words("en", ZoneInfo("UTC")))
    changes = {row[0]: row[3] for row in table.rows}
    assert changes["Occupancy (%)"] == "+14.4 points", "72 against 57.6"
    assert changes["Value (TRY)"] == pytest.approx(25)


def test_a_model_says_what_it_does() -> None:
    made, words = a_report(), Words("tr", ZONE)
    trained, *_others, untrained = made.models.rows
    forest = replace(trained, model="isolation_forest")
    table = operations_tables.models(replace(made, models=Page((trained, forest, untrained), 3)), words)
    assert [row[1:3] for row in table.rows] == [
        ("İstatistik", "uyarı oluşturur"),
        ("Isolation Forest", "uyarıları derecelendirir"),
        ("İstatistik", "henüz yok"),
    ]
    assert "Ölçüm: test için ayrılan 14 güne eklenen yapay hatalar." in table.note


def test_types_that_nobody_reviewed_are_no_table_of_zeros() -> None:
    made, words = a_report(), Words("en", ZONE)
    assert [row[1] for row in alert_tables.verdicts(made, words).rows] == [40, 0]
    unseen = replace(made, false_positives=(FalsePositives("refill_delay", 0, 0),))
    table = alert_tables.verdicts(replace(unseen, jobs=(JobRun("detect", "done", None, made.generated_at),)), words)
    assert (table.rows, table.empty) == ([], "No alert has been reviewed yet.")


def test_an_age_agrees_with_its_date() -> None:
    tr, en = Words("tr", ZONE), Words("en", ZONE)
    now = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    ages = [en.days_since(date(2026, 11, day), now) for day in (17, 23, 24, 25, 26)]
    assert ages == ["8 days ago", "2 days ago", "yesterday", "today", "today"]
    # Two in the morning of the 26th in Nicosia.
    assert tr.days_since(date(2026, 11, 24), datetime(2026, 11, 26, 0, 0, tzinfo=UTC)) == "2 gün önce"
    spans = [timedelta(seconds=59), timedelta(minutes=1), timedelta(minutes=90), timedelta(days=2, hours=16)]
    assert [tr.age(now - span, now) for span in spans] == ["az önce", "1 dakika önce", "1 saat önce", "3 gün önce"]
    assert en.age(now, now) == "just now"


def test_why_nothing_was_learnt_is_said_in_the_language_of_the_report() -> None:
    logged = str(TooLittle(29, 100, "scored rows"))
    assert Words("en", ZONE).reason(logged) == "too little data: 29 of 100 needed"
    assert Words("tr", ZONE).reason(logged) == "veri yetersiz: gereken 100, eldeki 29"
    assert Words("tr", ZONE).reason("out of memory") == "out of memory"
