"""Reports in a real browser: figures, filters, sorting, silence, width, and names that try to be code."""

from contextlib import closing
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from conftest import ZONE
from playwright.sync_api import Browser, Page
from sqlalchemy import Connection, text
from support.reports.report_pages import CHROMIUM, column, opened, unfolded
from support.reports.report_rows import AS_OF, HOSTILE, LAST_DAY, AlertRow, insert_alerts

from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.i18n import Lang
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope
from minibar_ml.render.cells import written
from minibar_ml.render.first_screen import sentence, tiles
from minibar_ml.render.page import html
from minibar_ml.render.sections import sections
from minibar_ml.render.tables import NUMBERS, printable
from minibar_ml.render.words import Words

ISOLATES = dict.fromkeys((0x2068, 0x2069))
"""What stands around a right-to-left name, and can't be seen."""
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.scrollWidth > e.clientWidth + 1
                 && getComputedStyle(e).display !== 'inline' && e.clientWidth > 1 && !e.closest('svg'))
    .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 20))"""
PALE = """() => {
    const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number)
    const lightness = colour => {
        const [r, g, b] = colour.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = rgb(getComputedStyle(e).backgroundColor)
            if (colour.length === 3 || colour[3] > 0) return colour.slice(0, 3)
        }
        return [255, 255, 255]
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = []
    let seen = 0
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement, style = getComputedStyle(element)
        const isSvg = element instanceof SVGElement
        // What stands on a colour of the palette is black: tests/unit/test_drawings.py measures that.
        if (element.closest('.on-colour')) continue
        if (!/[\\p{L}\\p{N}]/u.test(walker.currentNode.data) || !element.getClientRects().length) continue
        if (element.closest('option') || isSvg && !['text', 'tspan'].includes(element.tagName)) continue
        seen += 1
        const [a, b] = [rgb(isSvg ? style.fill : style.color).slice(0, 3), behind(element)].map(lightness)
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim()}`)
    }
    return [seen, found]
}"""
"""How many texts can be seen, and those that stand out less than 4.5 to 1 (WCAG 2.1, 1.4.3)."""
pytestmark = [
    pytest.mark.debian("chromium"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_figures_on_the_page_are_the_reports(page: Page, filled: Connection, tmp_path: Path, lang: Lang) -> None:
    made, words = opened(page, filled, tmp_path, lang), Words(lang, ZoneInfo(ZONE))
    unfolded(page)
    for table, counts in (("types", made.by_type), ("severities", made.by_severity)):
        assert column(page, table, 2) == [words.number(count.alerts) for count in counts]
        assert column(page, table, 3) == [words.number(count.previous) for count in counts]
    assert column(page, "trend", 2) == [words.number(day.alerts) for day in made.trend]
    assert column(page, "money", 2) == [words.number(line.impact, 2) for line in made.money]
    assert column(page, "pace", 6) == [words.number(row.minutes, 1) for row in made.pace.rows]
    assert column(page, "rooms", 3) == [str(row.alerts) for row in made.rooms.rows]
    assert column(page, "happened", 2) == [words.number(one.alerts) for one in made.happened]
    assert page.locator("[data-figure=waiting] .big").inner_text() == words.number(made.live_total)
    assert page.locator("[data-alert]").count() == len(made.actions.rows)
    drawn = page.locator("[data-chart=weeks] > text.value").all_text_contents()
    numbers = [(words.number(week.alerts), week.is_partial) for week in made.weeks]
    assert drawn == [f"({number})" if is_partial else number for number, is_partial in numbers]
    spots = page.locator("[data-table=places] tbody td").all_text_contents()
    assert [int(text.split()[0].rstrip("▲◆●○")) for text in spots] == [s.alerts for p in made.places for s in p.spots]


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_page_and_paper_show_the_same_tables_and_key_figures(
    page: Page, filled: Connection, tmp_path: Path, lang: Lang
) -> None:
    made, words = opened(page, filled, tmp_path, lang), Words(lang, ZoneInfo(ZONE))
    unfolded(page)
    for section in sections(made, words):
        for table in section.tables:
            own = page.locator(f"[data-table={table.key}]")
            if table.key == "places":
                continue
            if not table.rows:
                assert own.count() == 0
                continue
            assert own.locator("thead th").all_text_contents() == [one.title for one in table.columns]
            assert own.get_attribute("aria-label") or own.locator("caption").text_content() == table.title
            body = own.locator("tbody tr").all()
            assert len(body) == len(table.rows)
            for number, one in enumerate(table.columns, 1):
                if one.kind in NUMBERS:
                    shown = [written(row[number - 1], one.kind, words) for row in table.rows]
                    assert column(page, table.key, number) == shown
    shown = page.locator(".figures > div").all()
    assert [one.locator("dt").inner_text() for one in shown] == [one.title for one in tiles(made, words)]
    assert page.locator(".sentence").inner_text() == sentence(made, words)
    assert page.locator("svg[data-chart]").evaluate_all("all => all.map(one => one.dataset.chart)") == [
        *("weeks", "types")
    ]


def test_a_period_before_that_is_not_drawn_is_not_in_the_legend(
    page: Page, connection: Connection, tmp_path: Path
) -> None:
    insert_alerts(connection, [AlertRow(LAST_DAY)])
    opened(page, connection, tmp_path)
    legends = " ".join(page.locator("[data-chart=types] > g").all_text_contents())
    assert "This week" in legends
    assert "Previous week" not in legends


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, filled: Connection, tmp_path: Path, width: int) -> None:
    # A type without reviews, and with a long name.
    filled.execute(
        text("UPDATE minibar_ml.ml_alerts SET type = 'shrinkage' WHERE type = 'refill_delay' AND status = 'open'")
    )
    filled.commit()
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, filled, tmp_path, "tr")
    unfolded(page)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_sums_of_many_digits_stay_inside_their_card(page: Page, filled: Connection, tmp_path: Path) -> None:
    filled.execute(text("UPDATE minibar_ml.ml_alerts SET impact = 9123456.78 WHERE impact IS NOT NULL"))
    filled.commit()
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, filled, tmp_path, "tr")
    outside = """() => [...document.querySelectorAll('.card table')].filter(table =>
        table.getBoundingClientRect().right > table.closest('.card').getBoundingClientRect().right - 20)
        .map(table => table.dataset.table)"""
    assert page.evaluate(outside) == []


def test_a_hotels_name_has_room_next_to_its_rows(page: Page, filled: Connection, tmp_path: Path) -> None:
    name = "Zeytin Bahçe Otel & Kongre Merkezi"
    filled.execute(
        text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, :name, true), (2, 'B', true)"), {"name": name}
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, filled, tmp_path, "tr")
    assert page.evaluate(TOO_WIDE) == []
    shown = page.locator("[data-table=rooms] tbody tr").first.locator("td").first
    assert shown.inner_text() == name
    box = shown.bounding_box()
    assert box is not None
    assert box["height"] < 60, "two lines"


def test_what_a_chart_says_stays_inside_it_with_thousands_a_day(
    page: Page, connection: Connection, tmp_path: Path
) -> None:
    rows = [AlertRow(LAST_DAY, entity_id=n, entity_name=str(n)) for n in range(1200)]
    insert_alerts(connection, [*rows, *[AlertRow(LAST_DAY, status="resolved", entity_id=n) for n in range(9000)]])
    opened(page, connection, tmp_path)
    outside = """() => [...document.querySelectorAll('figure svg text')].filter(text => {
        const [own, around] = [text, text.ownerSVGElement].map(e => e.getBoundingClientRect())
        return own.left < around.left || own.right > around.right }).map(text => text.textContent)"""
    assert page.evaluate(outside) == []


def test_paper_has_no_form_and_no_heading_alone(page: Page, filled: Connection, tmp_path: Path) -> None:
    opened(page, filled, tmp_path)
    page.emulate_media(media="print")
    assert not page.locator("[data-finder]").is_visible()
    assert page.locator("h2").first.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"
    assert page.locator(".note").first.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"


def test_hostile_names_are_shown_as_text(page: Page, filled: Connection, tmp_path: Path) -> None:
    opened(page, filled, tmp_path)
    unfolded(page)
    assert page.locator("img, iframe, body svg[onload], body a[href*=':']").count() == 0
    assert page.locator("script").count() == 1, "our own and no other"
    shown = page.locator("[data-alert] .what").all_inner_texts()
    for name in HOSTILE:
        assert f"{printable(name)}: unusual figures." in [one.translate(ISOLATES) for one in shown]


def test_a_right_to_left_name_turns_nothing_around_it(page: Page, connection: Connection, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    insert_alerts(connection, [AlertRow(LAST_DAY, "stock_anomaly", entity_id=9, entity_name="مياه معدنية 250 ml")])
    opened(page, connection, tmp_path, "tr")
    what = page.locator("[data-alert] .what")
    assert what.evaluate("e => getComputedStyle(e).direction") == "ltr"
    # The sentence's own words stand right of the name that it begins with, and its full stop right of them.
    edges = """e => {
        const text = e.firstChild, edge = at => {
            const range = document.createRange()
            range.setStart(text, at)
            range.setEnd(text, at + 1)
            return range.getBoundingClientRect()
        }
        const end = text.data.indexOf(':')
        return [edge(1).left, edge(end).left, edge(text.data.trimEnd().length - 1).left]
    }"""
    name, colon, stop = what.evaluate(edges)
    assert name < colon < stop


def test_without_javascript_all_of_it_can_be_read(browser: Browser, filled: Connection, tmp_path: Path) -> None:
    with (
        closing(browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})) as context,
        closing(context.new_page()) as page,
    ):
        made = opened(page, filled, tmp_path)
        assert not page.locator("[data-finder]").is_visible()
        assert page.locator("[data-alert]:visible").count() == html.FIRST_ACTIONS
        page.locator("#now > details > summary").click()
        assert page.locator("[data-alert]:visible").count() == len(made.actions.rows)
        assert len(column(page, "money", 2)) == len(made.money)


def test_a_link_to_an_alert_opens_its_details(page: Page, filled: Connection, tmp_path: Path) -> None:
    made = opened(page, filled, tmp_path)
    last = made.today[-1].alert_ids[0]
    fold = page.locator(f"#alert-{last}")
    assert not fold.is_visible(), "it is in the part that is folded"
    page.evaluate(f"location.hash = '#alert-{last}'")
    fold.locator(".facts").wait_for()
    assert f"minibar-ml alerts resolve {last}" in fold.inner_text()


def test_scripts_and_styles_other_than_the_pages_own_are_refused(
    browser: Browser, filled: Connection, tmp_path: Path
) -> None:
    result = job.run(filled, ReportScope(AS_OF, ZONE), week_ending(LAST_DAY), tmp_path, "en")
    forged = result.paths[0].read_text(encoding="utf-8")
    forged = forged.replace("</main>", "<script>document.title = 'taken'</script><p style='color: red'>x</p></main>")
    (tmp_path / "forged.html").write_text(forged, encoding="utf-8")
    refused: list[str] = []
    with closing(browser.new_page()) as page:
        page.on("console", lambda message: refused.append(message.text))
        page.goto((tmp_path / "forged.html").as_uri())
        assert page.title() == "Minibar weekly report: All hotels, 23 Feb – 1 Mar 2026"
    assert len(refused) == 2
    assert all("Content Security Policy" in text for text in refused)


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_dashboard_shows_its_windows(
    page: Page, filled: Connection, tmp_path: Path, lang: Lang, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    words = Words(lang, ZoneInfo(ZONE))
    result = job.run_dashboard(filled, ReportScope(AS_OF, ZONE), tmp_path, lang)
    filled.rollback()
    made = job.compute_dashboard(filled, ReportScope(AS_OF, ZONE))
    page.goto(result.paths[0].as_uri())
    unfolded(page)
    assert column(page, "windows", 2) == [words.number(w.total.alerts) for w in made.windows]
    assert column(page, "windows", 9) == [words.number(w.money.impact, 2) for w in made.windows]
    assert page.evaluate(TOO_WIDE) == []


def test_an_empty_store_reads_well(page: Page, connection: Connection, tmp_path: Path) -> None:
    opened(page, connection, tmp_path)
    assert page.get_by_role("heading", name="Nothing to report yet").is_visible()
    assert page.evaluate(TOO_WIDE) == []
    assert page.locator("svg").count() == 0


def test_a_screen_reader_finds_landmarks_headers_and_what_charts_show(
    page: Page, filled: Connection, tmp_path: Path
) -> None:
    opened(page, filled, tmp_path)
    assert page.get_by_role("main").count() == page.get_by_role("navigation").count() == 1
    assert page.locator("th:not([scope])").count() == 0
    assert page.get_by_role("img", name="New alerts by week").count() == 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.hash))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    page: Page, filled: Connection, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page, filled, tmp_path)
    unfolded(page)
    seen, pale = page.evaluate(PALE)
    assert seen > 300
    assert pale == []
