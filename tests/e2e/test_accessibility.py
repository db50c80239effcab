"""Accessibility of the pages, as axe-core finds it: light and dark, on a phone and on a desk."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy import Connection, text
from support.hotels.simulated import ZONE
from support.reports.report_pages import opened, unfolded
from support.reports.report_rows import AS_OF

from minibar_ml.i18n import Lang
from minibar_ml.jobs import report as job
from minibar_ml.jobs.report import ReportScope


def _barriers(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that the page breaks, with the elements that break them."""
    found = Axe().run(page).response
    assert len(found["passes"]) > 10, "axe has looked"
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_chains_report_has_no_barrier(
    page: Page, filled: Connection, tmp_path: Path, theme: Literal["light", "dark"], width: int
) -> None:
    filled.execute(text("INSERT INTO public.oteller (id, ad, aktif) VALUES (1, 'A', true), (2, 'B', true)"))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    opened(page, filled, tmp_path)
    unfolded(page)
    assert _barriers(page) == []


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_hotels_dashboard_has_no_barrier(page: Page, filled: Connection, tmp_path: Path, lang: Lang) -> None:
    result = job.run_dashboard(filled, ReportScope(AS_OF, ZONE, hotel_id=1), tmp_path, lang)
    page.goto(result.paths[0].as_uri())
    unfolded(page)
    assert _barriers(page) == []


def test_the_index_of_reports_has_no_barrier(page: Page, filled: Connection, tmp_path: Path) -> None:
    job.run_dashboard(filled, ReportScope(AS_OF, ZONE), tmp_path, "en")
    page.goto((tmp_path / "index.html").as_uri())
    assert _barriers(page) == []
