"""Reports in a browser: a plugin for the tests that open pages, and what they read there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.report import Report
from minibar_ml.i18n import Lang
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope
from support.hotels.simulated import ZONE
from support.reports.report_rows import (
    AS_OF,
    HOSTILE,
    LAST_DAY,
    AlertRow,
    insert_alerts,
    insert_points,
    insert_run,
    some_alerts,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium."""
    # Here, and not for every test: only these need it.
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)) as launched,
    ):
        yield launched


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A phone-wide page that fails the test where anything is logged, asked of the network, or pops up."""
    problems: list[str] = []
    with closing(browser.new_page(viewport={"width": 390, "height": 800})) as made:
        made.on("console", lambda message: problems.append(f"console: {message.text}"))
        made.on("pageerror", lambda error: problems.append(f"error: {error}"))
        made.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        made.on("request", lambda request: problems.append(request.url) if "://" in request.url else None)
        yield made
    assert [problem for problem in problems if not problem.startswith("file://")] == []
    assert len(problems) == 1, "more than the page itself was read"


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


def opened(page: "Page", connection: Connection, folder: Path, lang: Lang = "en") -> Report:
    """The page of a weekly report, and the report."""
    result = job.run(connection, ReportScope(AS_OF, ZONE), week_ending(LAST_DAY), folder, lang)
    page.goto(result.paths[0].as_uri())
    return result.report


def unfolded(page: "Page") -> None:
    """Open whatever is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


def column(page: "Page", table: str, number: int) -> list[str]:
    """Text of a column of a table of the page, from the left, without a total."""
    return page.locator(f"[data-table={table}] tbody tr > :nth-child({number})").all_inner_texts()
