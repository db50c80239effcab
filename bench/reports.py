"""Reports: a month of 10,000 alerts from the store to a page that answers; with --large of 100,000 too."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.hotel import LAST_DAY, Hotel, Server, execute
from bench.rows import Row

NAME = "reports"
ROOMS, ALERTS, MANY = 100, 10_000, 100_000
INTERACTIVE_LIMIT, MEMORY_LIMIT, SIZE_LIMIT = 2.0, 512.0, 6_000.0
CHROMIUM = Path("/usr/bin/chromium")
FILTER = """async () => {
    const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)))
    const list = document.querySelector('#alerts details'), field = list.querySelector('[name=severity]')
    list.open = true
    await drawn()
    field.value = 'low'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await drawn()
    const shown = [...list.querySelectorAll('tbody tr:not([hidden])')].map(row => row.dataset.q.split('|')[0])
    return [...new Set(shown)]
}"""
"""Opens the list of all alerts, filters it, and returns the severities that are left, once they are on the screen."""
FILL = """
INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name, metric, value,
    expected, detector, impact, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,
    raised_at, last_seen)
SELECT 'consumption_anomaly', CAST((ARRAY['low', 'medium', 'high', 'critical'])[1 + n %% 4] AS minibar_ml.severity),
    'open', 1, 'room',
    1000000 + n, 'Room ' || n, 'room_consumption', 9, 5, 'statistics', n %% 900, 'spike', 'Room ' || n, 'Count it.',
    day, day, day, day + time '12:00', day + time '12:00'
FROM generate_series(1, %(alerts)s) n, LATERAL (SELECT CAST(%(last)s AS date) - n %% 28 AS day) d
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """All alerts are live, which is the most that a page can have to list."""
    hotel = server.hotel(ROOMS)
    for alerts in (ALERTS, MANY) if large else (ALERTS,):
        execute(hotel.url, "DELETE FROM minibar_ml.ml_alert_events")
        execute(hotel.url, "DELETE FROM minibar_ml.ml_alerts")
        execute(hotel.url, FILL, {"alerts": alerts, "last": LAST_DAY})
        yield from _report(hotel, alerts)


def _report(hotel: Hotel, alerts: int) -> Iterator[Row]:
    folder = hotel.server.folder / "reports"
    spent = hotel.run("report", "weekly", "--ending", LAST_DAY, "--lang", "en", "--out", str(folder), "--quiet")
    (page,) = folder.glob("minibar-weekly-*.html")
    figures = [
        ("wall", spent.wall, "s", None),
        ("peak memory", spent.peak_mb, "MB", MEMORY_LIMIT),
        ("size of the page", page.stat().st_size / 1000, "kB", SIZE_LIMIT),
    ]
    if CHROMIUM.exists():
        figures.append(("until the page answers, in Chromium", _answers(page), "s", INTERACTIVE_LIMIT))
    for what, value, unit, limit in figures:
        yield Row(benchmark=NAME, measured=f"{alerts:,} alerts: {what}", value=value, unit=unit, limit=limit)


def _answers(page_file: Path) -> float:
    """Seconds from asking for the page until its list is open and a filter has been obeyed."""
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        closing(
            playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        ) as browser,
        closing(browser.new_page()) as page,
    ):
        started = time.perf_counter()
        page.goto(page_file.as_uri())
        if page.evaluate(FILTER) != ["low"]:
            raise AssertionError("The list does not obey its filter.")
        return time.perf_counter() - started
