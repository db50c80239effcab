"""Finding alerts on a report's page: filters, text, order, and tables sorted by their headings."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from playwright.sync_api import Page
from sqlalchemy import Connection, text
from support.report_pages import CHROMIUM, column, listed, opened
from support.report_rows import LAST_DAY, AlertRow, insert_alerts

from minibar_ml.domain.alerting.alerts import Alert
from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.render.words import Words

pytestmark = [
    pytest.mark.debian("chromium"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


def in_order(made: Report) -> list[Alert]:
    """The alerts as the list of today has them."""
    known = {action.alert.id: action.alert for action in made.actions.rows}
    return [known[number] for duty in made.today for number in duty.alert_ids]


def test_filters_show_what_fits_and_say_of_how_many(page: Page, filled: Connection, tmp_path: Path) -> None:
    made = opened(page, filled, tmp_path)
    rows = in_order(made)
    asked = page.locator("[data-finder]")
    asked.locator("[name=severity]").select_option("high")
    assert listed(page) == [alert.id for alert in rows if alert.severity == "high"]
    asked.locator("[name=type]").select_option("refill_delay")
    both = [alert.id for alert in rows if alert.severity == "high" and alert.type == "refill_delay"]
    assert listed(page) == both
    assert page.get_by_role("status").inner_text() == f"{len(both)} of {len(rows)} alerts shown."
    asked.get_by_role("button", name="Clear").click()
    page.wait_for_function(f"document.querySelectorAll('[data-alert]').length === {len(rows)}")
    since = str(LAST_DAY - timedelta(days=3))
    asked.locator("[name=since]").fill(since)
    asked.locator("[name=until]").fill(str(LAST_DAY - timedelta(days=1)))
    assert listed(page) == [a.id for a in rows if since <= str(a.occurred_on) < str(LAST_DAY)] != []


def test_text_is_found_whatever_its_case_in_the_pages_language(
    page: Page, connection: Connection, tmp_path: Path
) -> None:
    names = ("İĞNE ISI", "iğde", "ılık")
    insert_alerts(connection, [AlertRow(LAST_DAY, entity_id=n, entity_name=name) for n, name in enumerate(names)])
    opened(page, connection, tmp_path, "tr")
    page.locator("[name=text]").fill("iğne ısı")
    assert page.locator("[data-alert] .what").all_inner_texts() == ["İĞNE ISI: olağandışı değerler."]
    # A keyboard without Turkish letters.
    page.locator("[name=text]").fill("IGNE isi")
    assert page.locator("[data-alert] .what").all_inner_texts() == ["İĞNE ISI: olağandışı değerler."]


def test_alerts_are_found_by_their_hotel_and_by_days_in_whatever_order(
    page: Page, connection: Connection, tmp_path: Path
) -> None:
    connection.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'Kaya', true), (2, 'Şişli', true)"))
    days = [LAST_DAY - timedelta(days=ago) for ago in range(3)]
    insert_alerts(connection, [AlertRow(day, entity_id=n, hotel_id=1 + n % 2) for n, day in enumerate(days)])
    opened(page, connection, tmp_path)
    hotels = page.locator("[data-alert]").evaluate_all("all => all.map(one => one.dataset.hotel)")
    assert sorted(hotels) == ["1", "1", "2"]
    page.locator("[name=hotel]").select_option("Şişli")
    assert page.locator("[data-alert]").evaluate_all("all => all.map(one => one.dataset.hotel)") == ["2"]
    page.locator("[name=hotel]").select_option("")
    page.locator("[name=since]").fill(str(days[0]))
    page.locator("[name=until]").fill(str(days[1]))
    assert len(listed(page)) == 2


def test_actions_are_put_in_another_order(page: Page, filled: Connection, tmp_path: Path) -> None:
    rows = in_order(opened(page, filled, tmp_path))
    page.locator("[name=order]").select_option("on")
    assert listed(page) == [alert.id for alert in sorted(rows, key=lambda alert: alert.occurred_on, reverse=True)]
    page.locator("[name=order]").select_option("impact")
    by_loss = sorted(rows, key=lambda alert: -1 if alert.impact is None else alert.impact, reverse=True)
    assert listed(page) == [alert.id for alert in by_loss]


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
