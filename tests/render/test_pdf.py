"""The PDF says what the report says, in letters that can be read out again, and nothing in it is more than text."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reports.report_values import HOSTILE, MONTH, ZONE, a_report, an_empty_report

from minibar_ml.domain.reporting.periods import week_ending
from minibar_ml.domain.reporting.rows import Affected, Money, Page
from minibar_ml.i18n import Lang
from minibar_ml.render.directions import has_right_to_left
from minibar_ml.render.formats import rendered
from minibar_ml.render.json import document
from minibar_ml.render.paper import actions
from minibar_ml.render.paper.text import clean, paragraph, register_fonts, style
from minibar_ml.render.tables import printable
from minibar_ml.render.words import Words

pytestmark = [
    pytest.mark.debian("poppler-utils"),
    pytest.mark.skipif(which("pdftotext") is None, reason="Debian's poppler-utils is not installed"),
]
SECTIONS = (
    *("now", "period", "stock", "minibar", "affected", "money", "pace", "mutes", "verdicts", "models"),
    "quality",
)
LANGUAGES: tuple[Lang, ...] = ("en", "tr")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@cache
def usual(lang: Lang) -> bytes:
    """The document of the report that most tests read."""
    return rendered(a_report(), lang, "pdf")


def asked(folder: Path, content: bytes, tool: str, *options: str) -> str:
    """What one of poppler's tools says of the document."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    command = [tool, *options, str(path), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def text(folder: Path, content: bytes) -> str:
    return asked(folder, content, "pdftotext", "-layout")


def squeezed(words: str) -> str:
    """Without blanks: a long name is broken over lines."""
    return re.sub(r"\s", "", words)


def counts(tree: dict[str, Any], words: Words) -> Iterator[tuple[str, ...]]:
    """Each line of the tables of figures, as it should be read, from the report's JSON."""
    for field, kind in (("by_type", "type"), ("by_severity", "severity"), ("happened", "happened")):
        for line in tree[field]:
            both = (words.number(line["alerts"]), words.number(line["previous"]))
            yield words.label(line["key"], kind), *both, words.change(line["change_percent"])
    for line in tree["money"]:
        sums = [words.number(line[name], 2) for name in ("impact", "previous")]
        parts = [words.number(line[name], 2) for name in ("live", "handled", "ended")]
        yield words.label(line["key"], "type"), *sums, words.change(line["change_percent"]), *parts
    for day in tree["trend"]:
        yield words.day_cell(day["on"]), words.number(day["alerts"])
    for line in tree["false_positives"]:
        counts = (words.number(line["judged"]), words.number(line["false_positives"]))
        yield words.label(line["type"], "type"), *counts, words.share(line["rate"])
    for line in tree["models"]["rows"][:3]:
        yield tuple(words.share(line[name]) for name in ("accuracy", "precision", "recall"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figures_on_paper_are_those_of_the_json(folder: Path, lang: Lang) -> None:
    report = a_report()
    words, tree = Words(lang, ZoneInfo(ZONE)), document(report)
    read = text(folder, usual(lang))
    for line in counts(tree, words):
        first, *others = (re.escape(part) for part in line)
        # A label may be broken over two lines, with its figures on the first.
        label = r"\s+".join(first.split("\\ ")[:2])
        assert re.search(rf"{label}[^\n]*?\s+" + r"\s+".join(others), read), line
    squeezed_text = squeezed(read)
    for key in ("live_total", "total"):
        value = tree[key]["alerts"] if key == "total" else tree[key]
        assert words.number(value) in squeezed_text
    for item in tree["actions"]["rows"]:
        assert words.number(item["alert"]["impact"], 2) in read
    for row in tree["stock_outs"]["rows"]:
        figures = (words.number(row["days_left"], 1), words.number(row["level"]))
        assert re.search(r"\s+".join(map(re.escape, figures)), read), row


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_that_try_to_be_code_are_text(folder: Path, lang: Lang) -> None:
    content = usual(lang)
    read = squeezed(text(folder, content))
    long = next(name for name in HOSTILE if len(name) == 300)
    assert read.count("X") >= 5 * len(long)
    for name in set(HOSTILE[:-1]) - {long}:
        assert read.count(squeezed(printable(name))) >= 5, name
    assert asked(folder, content, "pdfimages", "-list").count("\n") == 2, "only the tool's own two lines"
    assert not re.search(rb"/URI|/Launch|/JavaScript|/GoToR|/EmbeddedFile", content)


OPENED = """
import sys
sys.path.insert(0, sys.argv[1])
from support.reports.report_values import a_report
from minibar_ml.render.formats import rendered
report, seen = a_report(), []
def made():
    return rendered(report, "en", "pdf"), rendered(report, "en", "xlsx")
made()
sys.addaudithook(lambda event, given: seen.append(event + str(given)) if event in ("open", "socket.connect") else None)
made()
print(*seen, sep=chr(10))
"""


def test_no_name_makes_anything_be_opened() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", OPENED, str(Path(__file__).parents[1])], check=True, capture_output=True, text=True
    )
    opened = [line for line in ran.stdout.splitlines() if "DejaVu" not in line and "/tmp" not in line.lower()]
    assert opened == []


def test_right_to_left_names_are_joined_and_in_order(folder: Path) -> None:
    read = text(folder, usual("en"))
    plain = "".join(letter for letter in normalize("NFKC", read) if letter.isprintable() or letter.isspace())
    assert "مياه" in plain
    assert "معدنية" in plain
    assert "\u202e" not in read


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_font_is_embedded_and_turkish_letters_are_read_back(folder: Path, lang: Lang) -> None:
    report = a_report(hotels=1)
    content = rendered(replace(report, hotels={1: "İğneada Çırağan Şömine Öğün ₺"}), lang, "pdf")
    assert "İğneada Çırağan Şömine Öğün ₺" in text(folder, content)
    _head, _rule, *fonts = asked(folder, content, "pdffonts").splitlines()
    assert {font.split()[0].partition("+")[2] for font in fonts} == {"DejaVuSans", "DejaVuSans-Bold"}
    assert all(re.search(r"yes yes yes", font) for font in fonts)


@pytest.mark.parametrize(("lang", "foot"), [("en", "Page {} of {}"), ("tr", "Sayfa {} / {}")])
def test_each_page_says_which_of_how_many_it_is(folder: Path, lang: Lang, foot: str) -> None:
    content = usual(lang)
    pages = text(folder, content).rstrip("\f").split("\f")
    known = asked(folder, content, "pdfinfo")
    assert f"Pages:           {len(pages)}\n" in known
    assert "A4" in known
    assert [foot.format(number, len(pages)) in page for number, page in enumerate(pages, 1)] == [True] * len(pages)


def test_headings_repeat_and_no_alert_is_cut_in_two(folder: Path) -> None:
    report = a_report(actions=actions.FIRST)
    pages = text(folder, rendered(report, "en", "pdf")).split("\f")
    with_alerts = [page for page in pages if "What to do" in page or re.search(r"· no\. \d", page)]
    assert len(with_alerts) > 2
    seen = []
    for page in with_alerts:
        assert "What happened, and what to do" in page
        chips, ends = page.count("▲ Critical"), re.findall(r"· no\. (\d+)", page)
        assert chips == len(ends)
        seen += ends
    assert seen == [str(number) for task in report.today[: actions.FIRST] for number in task.alert_ids]


@pytest.mark.parametrize("actions", range(0, 13, 3))
def test_no_row_stands_alone_on_a_page_and_no_page_is_nearly_empty(folder: Path, actions: int) -> None:
    named = tuple(Affected(1, "product", n, f"Ürün {n}", 50 - n, 3, "low", None) for n in range(5))
    few = dict.fromkeys(("products", "rooms", "attendants"), Page(named, 5))
    report = a_report(week_ending(MONTH.last_day), actions, **few)
    report = replace(report, pace=Page(report.pace.rows[:3], 3), stock_outs=Page((), 0))
    pages = text(folder, rendered(report, "en", "pdf")).rstrip("\f").split("\f")
    for page in pages:
        table, days = (
            "Compared with" in page,
            re.findall(r"^ *(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d", page, re.MULTILINE),
        )
        assert (len(days) >= 3) == table
        models = re.findall(r"raises alerts|none yet", page)
        assert len(models) in (0, 3, 4)
    assert all(len([line for line in page.splitlines() if line.strip()]) > 12 for page in pages)


def test_no_figure_is_broken_over_two_lines(folder: Path) -> None:
    sums = Money("all", Decimal("49987406.99"), Decimal(36), 3, Decimal("6790122.90"), Decimal("6791379.23"))
    report = replace(a_report(hotels=3), money=(replace(sums, key="stock_anomaly"),), money_total=sums)
    read = text(folder, rendered(report, "tr", "pdf"))
    for value in ("49.987.406,99", "6.790.122,90", "6.791.379,23", "1.388.539 katı"):
        assert len(re.findall(rf"(?<!\S){re.escape(value)}(?!\S)", read)) >= 2, value
    for word in ("Doğruluk", "Duyarlılık", "İncelenen"):
        assert word in read


def test_a_long_list_is_cut_and_says_of_how_many(folder: Path) -> None:
    read = text(folder, rendered(a_report(actions=900), "en", "pdf"))
    assert f"The first {actions.FIRST} of 1,900 are shown." in read
    assert "The first 12 of 57 are shown." in read


def test_the_document_names_itself_and_its_sections(folder: Path) -> None:
    content = usual("tr")
    known = asked(folder, content, "pdfinfo")
    assert "Title:           Minibar aylık raporu: Şelale Otel & Spa, 1–28 Şub 2026\n" in known
    assert "Author:          minibar-ml\n" in known
    assert "CreationDate:    Sun Mar  1 03:00:00 2026" in known
    assert b"/Lang (tr)" in content
    assert content.count(b"/Title (") == len(SECTIONS) + 1, "the outline's entries and the document's own"


def test_the_same_report_gives_the_same_bytes() -> None:
    assert rendered(a_report(), "en", "pdf") == usual("en")


def test_nothing_yet_is_shown_as_nothing_and_not_as_zero(folder: Path) -> None:
    read = text(folder, rendered(an_empty_report(), "en", "pdf"))
    assert "Nothing to report yet" in read
    assert "Today" not in read


def test_what_is_not_known_is_a_dash(folder: Path) -> None:
    empty = an_empty_report()
    some = a_report()
    known = replace(empty, jobs=some.jobs, models=some.models)
    read = text(folder, rendered(known, "en", "pdf"))
    assert "Unknown: anomaly detection has not run." in read
    assert "No stock forecast yet." in read
    assert not re.search(r"Waiting[^\n]*\n\s*0", read)


def test_a_quiet_week_reads_well(folder: Path) -> None:
    quiet = a_report(week_ending(MONTH.last_day), actions=0)
    quiet = replace(
        quiet, actions=Page(), today=(), live=(), waiting=(), by_type=(), places=(), jobs=a_report().jobs[:1]
    )
    read = text(folder, rendered(quiet, "en", "pdf"))
    assert "Minibar weekly report" in read


def test_with_several_hotels_each_row_names_its_own(folder: Path) -> None:
    read = text(folder, rendered(a_report(hotels=3), "en", "pdf"))
    assert "All hotels" in read
    assert re.search(r"Otel 1\s+1\s+100\.00[^\n]+\s2\s+11%\s+complete", read), "hotel by hotel"
    assert read.count("Otel 1") > 40


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=700))
def test_any_name_can_be_set_and_is_set_as_it_is(name: str) -> None:
    register_fonts()
    set_text = paragraph(name, style(), 200)
    set_text.wrap(200, 10_000)
    if not has_right_to_left(name):
        assert squeezed(set_text.getPlainText()) == squeezed(clean(name))
