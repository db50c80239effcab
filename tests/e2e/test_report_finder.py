"""Finding alerts on a report's page: filters, text, order, and tables sorted by their headings."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from playwright.sync_api import Locator, Page
from sqlalchemy import Connection, text
from support.reports.report_pages import CHROMIUM, column, opened, unfolded
from support.reports.report_rows import LAST_DAY, AlertRow, insert_alerts

from minibar_ml.i18n import Lang
from minibar_ml.render.words import Words

pytestmark = [
    pytest.mark.debian("chromium"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
LEFT = "all => all.map(one => one.getBoundingClientRect().left)"


def shown(page: Page) -> list[int]:
    """The alerts that the list shows, in order."""
    # A row out of sight is not rendered, and has no inner text.
    rows = page.locator("[data-table=alerts] tbody tr:not([hidden]) th").all_text_contents()
    return [int(text) for text in rows]


def unfolded_list(page: Page) -> Locator:
    """The list's form, with the list open."""
    page.locator("#alerts summary").click()
    return page.locator("[data-finder]")


def test_the_list_has_every_alert_of_the_period(page: Page, filled: Connection, tmp_path: Path) -> None:
    made = opened(page, filled, tmp_path)
    unfolded_list(page)
    assert shown(page) == [one.id for one in made.alerts.rows]
    assert len(made.alerts.rows) > len(made.actions.rows) > 0
    assert {one.verdict for one in made.alerts.rows} == {None, "confirmed", "ended", "false_positive"}
    page.locator("[data-table=alerts] tbody a").first.click()
    assert page.locator("#now .facts:visible").count() == 1, "an open one leads to its details"


def test_a_link_to_what_has_no_row_shows_none(page: Page, connection: Connection, tmp_path: Path) -> None:
    before = AlertRow(LAST_DAY - timedelta(days=10), "refill_delay", "high", "resolved")
    insert_alerts(connection, [AlertRow(LAST_DAY), before])
    opened(page, connection, tmp_path)
    page.locator("[data-table=types] a", has_text="Slow refills").click()
    assert "type=refill_delay" in page.evaluate("location.hash")
    assert shown(page) == []
    assert page.locator("[name=type] option:checked").inner_text() == "Slow refills"
    for asked in ("type=job_late", "floor=7"):
        page.evaluate(f"location.hash = 'alerts?{asked}'")
        page.evaluate("new Promise(requestAnimationFrame)")
        assert shown(page) == [], asked


def test_filters_show_what_fits_and_say_of_how_many(page: Page, filled: Connection, tmp_path: Path) -> None:
    rows = opened(page, filled, tmp_path).alerts.rows
    asked = unfolded_list(page)
    asked.locator("[name=severity]").select_option("high")
    assert shown(page) == [one.id for one in rows if one.severity == "high"]
    asked.locator("[name=type]").select_option("refill_delay")
    both = [one.id for one in rows if one.severity == "high" and one.type == "refill_delay"]
    assert shown(page) == both
    assert page.get_by_role("status").inner_text() == f"{len(both)} of {len(rows)} alerts shown."
    assert page.evaluate("location.hash") == "#alerts?severity=high&type=refill_delay"
    asked.get_by_role("button", name="Clear").click()
    assert len(shown(page)) == len(rows)
    since, until = (LAST_DAY - timedelta(days=ago) for ago in (3, 1))
    # In whatever order.
    asked.locator("[name=since]").fill(str(until))
    asked.locator("[name=until]").fill(str(since))
    zone = ZoneInfo(ZONE)
    assert shown(page) == [o.id for o in rows if since <= o.raised_at.astimezone(zone).date() <= until] != []


def test_text_is_found_whatever_its_case_in_the_pages_language(
    page: Page, connection: Connection, tmp_path: Path
) -> None:
    names = ("İĞNE ISI", "iğde", "ılık")
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=n, entity_name=name) for n, name in enumerate(names)])
    opened(page, connection, tmp_path, "tr")
    unfolded_list(page)
    found = page.locator("[data-table=alerts] tbody tr:not([hidden]) td.text")
    # The second is typed on a keyboard without Turkish letters.
    for typed in ("iğne ısı", "IGNE isi"):
        page.locator("[name=text]").fill(typed)
        assert [text.split(": ")[1] for text in found.all_inner_texts()] == ["İĞNE ISI"]


def test_alerts_are_found_by_their_hotel(page: Page, connection: Connection, tmp_path: Path) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true), (2, 'Şişli', true)"))
    days = [LAST_DAY - timedelta(days=ago) for ago in range(3)]
    insert_alerts(connection, [AlertRow(day, entity_id=n, hotel_id=1 + n % 2) for n, day in enumerate(days)])
    rows = opened(page, connection, tmp_path).alerts.rows
    unfolded_list(page).locator("[name=hotel]").select_option("Şişli")
    assert shown(page) == [one.id for one in rows if one.hotel_id == 2] != []


def test_figures_lead_to_the_alerts_that_they_count(page: Page, filled: Connection, tmp_path: Path) -> None:
    made = opened(page, filled, tmp_path)
    unfolded(page)
    for number, count in enumerate(made.by_type):
        page.locator("[data-table=types] tbody th a").nth(number).click()
        raised = page.locator("[data-table=alerts] tbody tr:not([hidden])")
        assert raised.count() == count.alerts, count.key
    first = made.rooms.rows[0]
    page.locator("[data-table=rooms] tbody th a").first.click()
    # The list has false ones too.
    own = [one for one in made.alerts.rows if (one.entity_type, one.entity_id) == ("room", first.entity_id)]
    week = {one.id for one in own if one.raised_at.astimezone(ZoneInfo(ZONE)).date() in made.period.days()}
    assert set(shown(page)) == week
    assert len(week) >= first.alerts


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_columns_are_sorted_by_what_they_mean(page: Page, filled: Connection, tmp_path: Path, lang: Lang) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    made, words = opened(page, filled, tmp_path, lang), Words(lang, ZoneInfo(ZONE))
    head = page.locator("[data-table=money] thead th").nth(1)
    head.get_by_role("button").press("Enter")
    falling = sorted((line.impact for line in made.money if line.impact is not None), reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "money", 2) == [words.number(impact, 2) for impact in falling]
    head.get_by_role("button").click()
    assert column(page, "money", 2) == [words.number(impact, 2) for impact in falling[::-1]]


@pytest.mark.parametrize("width", [390, 1280])
def test_rows_out_of_sight_cost_no_layout_until_they_are_reached(
    page: Page, connection: Connection, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    rows = [AlertRow(LAST_DAY, status="resolved", entity_id=n, entity_name=str(n)) for n in range(500)]
    insert_alerts(connection, rows)
    opened(page, connection, tmp_path)
    unfolded_list(page)
    listed = page.locator("[data-table=alerts] tbody tr")
    is_laid_out = "row => row.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
    assert listed.count() == len(rows)
    assert listed.first.evaluate(is_laid_out)
    assert not listed.last.evaluate(is_laid_out)
    listed.last.scroll_into_view_if_needed()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert listed.last.evaluate(is_laid_out)
    heads, cells = (
        page.locator(f"[data-table=alerts] {part} > *").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().left)"
        )
        for part in ("thead tr", "tbody tr:last-child")
    )
    assert width < 760 or heads == cells, "each column stands below its heading"
