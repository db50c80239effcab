"""Mails at the width of a phone: nothing of them is wider than it."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page
from support.alerts.mailed_alert import ALERT, ZONE
from support.reports.report_pages import CHROMIUM

from minibar_ml.domain.languages import LANGS, Lang
from minibar_ml.domain.messages import Digest, Mail, Origin
from minibar_ml.notify.summary import Summary, SummaryRow
from minibar_ml.notify.wording import Words

pytestmark = [
    pytest.mark.debian("chromium"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
CHECKPOINT = "1037:" + "ff2f09ac" * 8
"""An entry's number and its hash: the longest word that a mail can have."""

BROKEN_NAMES = """[...document.querySelectorAll('.facts .name:first-child')]
    .filter(cell => {
        const text = document.createRange()
        text.selectNodeContents(cell)
        return text.getClientRects().length > 1
    })
    .map(cell => cell.textContent)"""
"""Names of figures that stand on more than one line."""


def _mails(lang: Lang) -> list[Mail]:
    origin = Origin("https://intranet.hotel.example/minibar/minibar-dashboard-all-{lang}.html", "izmir")
    words = Words(lang, ZONE, {1: "Palas"}, currency="TRY", origin=origin)
    rows = [SummaryRow("Room 1126: 9 units.", "Count again.", ["High", "1,234.50 TRY"], 17, "high")]
    figures = [("Waiting", "12", "possible loss 10,114.00 TRY · oldest: 6 days ago")]
    head = {"title": "t", "sentence": "s", "health": "h", "whose": "w", "days": "d"}
    summary = Summary(**head, figures=figures, list_title="Today", today=rows, more=1)
    return [
        words.alert(ALERT, "opened", 0, "Ayse", [replace(ALERT, id=18)]),
        words.digest(Digest(counts={"high": 9}, over=3), [ALERT], "Ayse", [replace(ALERT, id=9, status="resolved")]),
        words.report(replace(summary, checkpoint=CHECKPOINT), []),
    ]


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["alert", "digest", "report"])
@pytest.mark.parametrize("lang", LANGS)
def test_a_mail_is_as_wide_as_the_phone(page: Page, tmp_path: Path, lang: Lang, kind: int) -> None:
    file = tmp_path / "mail.html"
    file.write_text(_mails(lang)[kind].html, encoding="utf-8")
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(BROKEN_NAMES) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".sheet").evaluate("sheet => sheet.getBoundingClientRect().width") == 600
