"""A chain's report: a page of each hotel behind the list, by anchor."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection, text
from support.reports.report_pages import opened, unfolded
from support.reports.report_rows import LAST_DAY, AlertRow, insert_alerts

from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render.cells import written
from minibar_ml.render.first_screen import sentence, tiles
from minibar_ml.render.words import Words


@pytest.fixture
def chain(filled: Connection) -> Connection:
    """Three hotels: one with five weeks of alerts, one with three, one without any."""
    filled.execute(
        text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'A', true), (2, 'A & B', true), (3, 'C', true)")
    )
    rooms = [AlertRow(LAST_DAY, hotel_id=2, entity_id=200 + n, entity_name=f"20{n}", impact=900.0) for n in range(3)]
    insert_alerts(filled, rooms)
    return filled


def _told(page: Page, chapter: Report, words: Words) -> None:
    shown = page.locator(f"#hotel-{chapter.hotel_id}")
    assert shown.locator(".sentence").inner_text() == sentence(chapter, words)
    for figure in tiles(chapter, words):
        tile = shown.locator(f"[data-figure={figure.key}] .big").inner_text()
        assert tile == written(figure.value, figure.kind, words)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_each_hotel_has_its_own_first_screen_and_list_of_today(
    page: Page, chain: Connection, tmp_path: Path, lang: Lang
) -> None:
    made = opened(page, chain, tmp_path, lang)
    unfolded(page)
    assert [one.hotel_id for one in made.chapters] == [line.hotel_id for line in made.lines]
    words = Words(lang, ZoneInfo(made.timezone))
    for chapter in made.chapters:
        _told(page, chapter, words)
    assert page.locator("#hotel-2 .actions li").count() == 3
    assert "200" in page.locator("#hotel-2 .actions").inner_text()
    assert page.locator("#hotel-3 .actions").count() == 0


def test_sums_of_the_hotels_are_the_sums_of_the_chain(page: Page, chain: Connection, tmp_path: Path) -> None:
    made = opened(page, chain, tmp_path)
    assert sum(one.live_total or 0 for one in made.chapters) == made.live_total
    assert sum(one.waiting_impact or 0 for one in made.chapters) == made.waiting_impact
    assert sum(one.total.alerts or 0 for one in made.chapters) == made.total.alerts


def test_a_hotels_name_leads_to_its_page_and_its_alerts_to_their_details(
    page: Page, chain: Connection, tmp_path: Path
) -> None:
    opened(page, chain, tmp_path)
    assert not page.locator("#hotel-2 .sentence").is_visible()
    page.locator("[data-table=hotels] a", has_text="A & B").click()
    page.locator("#hotel-2 .sentence").wait_for()
    first = page.locator("#hotel-2 .actions a").first
    target = first.get_attribute("href")
    assert re.fullmatch(r"#alert-\d+", target or "")
    first.click()
    page.locator(f"{target} .facts").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_name_stands_twice_and_nothing_is_too_wide(
    page: Page, chain: Connection, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, chain, tmp_path)
    unfolded(page)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_single_hotel_has_no_chapters(page: Page, filled: Connection, tmp_path: Path) -> None:
    assert opened(page, filled, tmp_path).chapters == ()
    assert page.locator(".chapter").count() == 0
