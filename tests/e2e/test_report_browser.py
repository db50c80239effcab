"""The weekly report in a real browser: figures, silence, width, and names that try to be code."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from playwright.sync_api import Browser, Page, sync_playwright
from report_rows import AS_OF, HOSTILE, LAST_DAY, AlertRow, insert_alerts, insert_points, insert_run, some_alerts
from sqlalchemy import Connection

from minibar_ml.domain.report import Report, week_ending
from minibar_ml.i18n import Lang
from minibar_ml.jobs import report as job
from minibar_ml.render.words import Words

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.scrollWidth > e.clientWidth + 1
                 && getComputedStyle(e).display !== 'inline' && e.clientWidth > 1 && !e.closest('svg'))
    .map(e => e.tagName + '.' + e.className)"""
pytestmark = [
    pytest.mark.debian("chromium"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)) as launched,
    ):
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone-wide page that fails the test where anything is logged, asked of the network, or pops up."""
    complaints: list[str] = []
    with closing(browser.new_page(viewport={"width": 390, "height": 800})) as made:
        made.on("console", lambda message: complaints.append(f"console: {message.text}"))
        made.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        made.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        made.on("request", lambda request: complaints.append(request.url) if "://" in request.url else None)
        yield made
    assert [complaint for complaint in complaints if not complaint.startswith("file://")] == []
    assert len(complaints) == 1, "more than the page itself was read"


@pytest.fixture
def filled(connection: Connection) -> Connection:
    """A store with alerts under hostile names."""
    hostile = [
        AlertRow(LAST_DAY, "stock_anomaly", "critical", entity_id=n, entity_name=s) for n, s in enumerate(HOSTILE, 90)
    ]
    insert_alerts(connection, [*some_alerts(), *hostile])
    insert_points(connection, [("refill_duration", "attendant", n, 5.0 + n, LAST_DAY, 9) for n in range(3)])
    for name in ("collect", "train", "detect"):
        insert_run(connection, name)
    return connection


def opened(page: Page, connection: Connection, folder: Path, lang: Lang = "en") -> Report:
    result = job.run(connection, AS_OF, week_ending(LAST_DAY), ZONE, folder, lang)
    page.goto(result.paths[0].as_uri())
    return result.report


def cells(page: Page, table: str, column: str) -> dict[str, str]:
    """Text of a column of a table of the page, by the row's key."""
    rows = page.locator(f"[data-table={table}] tbody tr")
    return {row.get_attribute("data-key") or "": row.locator(f"[data-{column}]").inner_text() for row in rows.all()}


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_figures_on_the_page_are_the_reports(page: Page, filled: Connection, tmp_path: Path, lang: Lang) -> None:
    made, words = opened(page, filled, tmp_path, lang), Words(lang, ZoneInfo(ZONE))
    for table, counts in (("types", made.by_type), ("severities", made.by_severity), ("statuses", made.by_status)):
        assert cells(page, table, "alerts") == {count.key: words.number(count.alerts) for count in counts}
        assert cells(page, table, "previous") == {count.key: words.number(count.previous) for count in counts}
    assert cells(page, "trend", "alerts") == {str(day.on): words.number(day.alerts) for day in made.trend}
    assert cells(page, "money", "impact") == {line.key: words.number(line.impact, 2) for line in made.money}
    assert cells(page, "pace", "minutes") == {
        str(row.attendant_id): words.number(row.minutes, 1) for row in made.pace.rows
    }
    assert cells(page, "rooms", "alerts") == {f"1/{row.entity_id}": str(row.alerts) for row in made.rooms.rows}
    assert page.locator("[data-figure=live] .big").inner_text() == words.number(made.live_total)
    assert page.locator("[data-alert]").count() == len(made.actions.rows)
    drawn = page.locator("[data-chart=severities] g > text.value").all_text_contents()
    assert drawn == [words.number(count.alerts) for count in made.by_severity]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, filled: Connection, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, filled, tmp_path, "tr")
    page.locator("summary").click()
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_hostile_names_are_shown_as_text(page: Page, filled: Connection, tmp_path: Path) -> None:
    opened(page, filled, tmp_path)
    page.locator("summary").click()
    assert page.locator("script, img, iframe, body svg[onload]").count() == 0
    shown = page.locator("[data-alert] .what").all_inner_texts()
    for name in HOSTILE:
        assert f"{name}: something unusual was found." in shown


def test_an_empty_store_reads_well(page: Page, connection: Connection, tmp_path: Path) -> None:
    opened(page, connection, tmp_path)
    assert page.get_by_role("heading", name="There is nothing to report yet").is_visible()
    assert page.evaluate(TOO_WIDE) == []
    assert page.locator("svg").count() == 0


def test_a_screen_reader_finds_landmarks_headers_and_what_charts_show(
    page: Page, filled: Connection, tmp_path: Path
) -> None:
    opened(page, filled, tmp_path)
    assert page.get_by_role("main").count() == page.get_by_role("navigation").count() == 1
    assert page.locator("th:not([scope])").count() == 0
    assert page.get_by_role("img", name="Alerts by severity").count() == 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.hash))")
