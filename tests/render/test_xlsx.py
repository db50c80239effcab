"""The workbook, read back: the report's figures with their types, filters, charts, and no formula of anybody's."""

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from textwrap import wrap
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from support.reports.report_values import AS_OF, HOSTILE, ZONE, a_report, an_empty_report

from minibar_ml.domain.alerting.kinds import IN_MONEY
from minibar_ml.i18n import Lang
from minibar_ml.render import cells, listed
from minibar_ml.render.alert_tables import today
from minibar_ml.render.first_screen import tiles
from minibar_ml.render.formats import rendered
from minibar_ml.render.json import document
from minibar_ml.render.sections import sections
from minibar_ml.render.sheet.cells import FORMATS
from minibar_ml.render.tables import Kind, printable
from minibar_ml.render.words import Words

LANGUAGES: tuple[Lang, ...] = ("en", "tr")
TABLES = 25


@cache
def written(lang: Lang = "en") -> bytes:
    return rendered(a_report(), lang, "xlsx")


def read(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def rows(book: Workbook, name: str) -> list[tuple[Any, ...]]:
    """What stands below the heading."""
    return list(book[name].iter_rows(min_row=2, values_only=True))


def loss(amount: object, *types: str) -> object:
    """What stands for a possible loss: an amount, that no price is known, or nothing where it is about none."""
    if amount is not None:
        return pytest.approx(float(str(amount)))
    return "price unknown" if set(types) & set(IN_MONEY) else None


def test_the_figures_on_the_sheets_are_those_of_the_json() -> None:
    book, tree, words = read(written()), document(a_report()), Words("en", ZoneInfo(ZONE))
    for sheet, field, kind in (
        ("New alerts by type", "by_type", "type"),
        ("New alerts by severity", "by_severity", "severity"),
        ("What happened to alerts", "happened", "happened"),
    ):
        assert [row[:3] for row in rows(book, sheet)] == [
            (words.label(line["key"], kind), line["alerts"], line["previous"]) for line in tree[field]
        ]
    *days, total = rows(book, "New alerts by day")
    assert [(day[0].date(), day[1], day[3]) for day in days] == [
        (line["on"], line["alerts"], line["previous"]) for line in tree["trend"]
    ]
    assert (total[1], total[3]) == (tree["total"]["alerts"], tree["total"]["previous"])
    *money, all_money = rows(book, "Possible loss")
    names = ("impact", "previous", "change_percent", "live", "handled", "ended")
    for row, line in zip([*money, all_money], [*tree["money"], tree["money_total"]], strict=True):
        factors = [0.01 if name == "change_percent" else 1 for name in names]
        assert row[1:] == pytest.approx([float(line[n]) * f for n, f in zip(names, factors, strict=True)])
    for sheet, field in (
        ("Most affected products", "products"),
        ("Most affected rooms", "rooms"),
        ("Most affected attendants", "attendants"),
    ):
        assert [row[2:] for row in rows(book, sheet)] == [
            (line["alerts"], line["live"], None if line["impact"] is None else float(line["impact"]))
            for line in tree[field]["rows"]
        ]
    types = {line["alert"]["id"]: line["alert"]["type"] for line in tree["actions"]["rows"]}
    assert [(row[1] and row[1].date(), row[6], row[9]) for row in rows(book, "Today")] == [
        (
            task["due_on"],
            loss(task["impact"], *(types[number] for number in task["alert_ids"])),
            task["alert_ids"][0] if task["alert_ids"] else None,
        )
        for task in tree["today"]
    ]
    assert [(row[0], row[11], row[12]) for row in rows(book, "Alerts")] == [
        (
            line["id"],
            loss(line["impact"], line["type"]),
            "closed as confirmed" if line["verdict"] else None,
        )
        for line in tree["alerts"]["rows"]
    ]
    overview = {row[0]: row[1] for row in rows(book, "Overview") if row[0]}
    assert overview["New"] == tree["total"]["alerts"]


def test_the_overview_leads_to_every_sheet() -> None:
    book = read(written())
    links = {cell.hyperlink.location for row in book["Overview"].iter_rows() for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_money_has_its_currency_in_the_format_and_stays_a_number() -> None:
    cell = read(rendered(a_report(currency="TRY"), "en", "xlsx"))["Possible loss"]["B2"]
    assert (cell.data_type, cell.number_format) == ("n", '#,##0.00 "TRY"')
    heads = [cell.value for cell in read(rendered(a_report(currency="TRY"), "tr", "xlsx"))["Uyarılar"][1]]
    assert "Olası kayıp (TRY)" in heads


def test_numbers_dates_and_instants_are_real_ones() -> None:
    book = read(written())
    money, days = book["Possible loss"], book["New alerts by day"]
    assert (money["B2"].data_type, money["B2"].number_format) == ("n", "#,##0.00")
    assert (days["A2"].is_date, days["A2"].number_format) == (True, "[$-409]ddd d mmm yyyy")
    rate = book["False alerts"]["D2"]
    assert (rate.value, rate.number_format) == (pytest.approx(7 / 40), "0%")
    done = book["Scheduled jobs"]["B2"].value
    assert done == AS_OF.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    assert isinstance(done, datetime)


def test_what_is_not_known_is_an_empty_cell() -> None:
    book = read(written())
    assert book["New alerts by day"]["B4"].value is None
    assert rows(book, "Alerts")[4][11] == "price unknown", "what would be an amount says why it is none"
    assert book["False alerts"]["D3"].value is None


def test_formats_follow_the_language() -> None:
    turkish = read(written("tr"))
    assert turkish["Güne göre yeni uyarılar"]["A2"].number_format == "[$-41F]ddd dd.mm.yyyy"
    assert turkish["Türe göre yeni uyarılar"]["D2"].number_format == "+%0;-%0;%0"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "value"),
    [("count", 1234), ("money", 1234.5), ("decimal", 99.9), ("decimal", 1234.6), ("share", 0.4), ("change", 40)],
)
def test_excel_writes_a_figure_as_page_and_pdf_do(lang: Lang, kind: Kind, value: float) -> None:
    shown = cells.written(value, kind, Words(lang, ZoneInfo(ZONE)))
    whole, *others = FORMATS[lang][kind].split(";")
    pattern = others[0] if whole.startswith("[>=100]") and value < 100 else whole.removeprefix("[>=100]")
    digits, places = re.compile(r"[#0][#0,.]*"), re.compile(r"\d[\d,.]*")
    assert digits.sub("N", pattern) == places.sub("N", shown)
    decimals = [len(re.split(r"[.,]", shown)[-1])] if "." in pattern else []
    assert [len(part) for part in pattern.split(".")[1:]] == decimals
    assert (kind == "money" or (kind == "decimal" and value < 100)) == bool(decimals)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_excel_writes_a_fall_as_page_and_pdf_do(lang: Lang) -> None:
    shown = cells.written(-30, "change", Words(lang, ZoneInfo(ZONE)))
    assert FORMATS[lang]["change"].split(";")[1].replace("0", "30") == shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_a_formula_and_those_that_look_like_one_are_quoted(lang: Lang) -> None:
    cells = [cell for sheet in read(written(lang)) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {cell.value: cell for cell in cells if cell.data_type == "s"}
    for name in HOSTILE:
        assert printable(name) in texts
    for name in HOSTILE[4:8]:
        assert texts[printable(name)].quotePrefix, name
    assert b"<f>" not in b"".join(ZipFile(BytesIO(written(lang))).read(n) for n in names_of_sheets(lang))


def names_of_sheets(lang: Lang) -> list[str]:
    return [name for name in ZipFile(BytesIO(written(lang))).namelist() if "worksheets/sheet" in name]


def test_no_control_character_and_no_link_is_in_the_file() -> None:
    with ZipFile(BytesIO(written())) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode()
            assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]", content), name
            assert 'TargetMode="External"' not in content
        assert not [name for name in archive.namelist() if "externalLink" in name or "media" in name]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_table_has_a_sheet_with_frozen_heading_and_filter(lang: Lang) -> None:
    book = read(written(lang))
    names = book.sheetnames
    assert len(names) == TABLES + 1
    assert all(len(name) <= 31 for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert all(cell.font.bold for cell in sheet[1])
    tables = [table for section in sections(a_report(), Words(lang, ZoneInfo(ZONE))) for table in section.tables]
    words = Words(lang, ZoneInfo(ZONE))
    orders = next(table.title for table in tables if table.key == "stock")
    others = [table.title for table in tables if table.key != "stock"]
    assert names[1:] == [orders, today(a_report(), words).title, listed.table(a_report(), words).title, *others]


def test_a_filter_leaves_the_total_alone() -> None:
    sheet = read(written())["Possible loss"]
    assert (sheet.auto_filter.ref, sheet["A5"].value) == ("A1:G4", "Total")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_charts_are_excels_own_and_show_the_tables(lang: Lang) -> None:
    found = {
        (type(chart).__name__, series.val.numRef.f)
        for sheet in read(written(lang))
        for chart in sheet._charts
        for series in chart.series
    }
    kinds = sorted(kind for kind, _range in found)
    assert kinds == ["BarChart"] * 6
    week = {"en": "New alerts by week", "tr": "Haftaya göre yeni uyarılar"}[lang]
    kind = {"en": "New alerts by type", "tr": "Türe göre yeni uyarılar"}[lang]
    assert {f"'{week}'!${column}$2:${column}$9" for column in "CDEF"} | {f"'{kind}'!$C$2:$C$6"} <= {
        where for _kind, where in found
    }


def test_a_chart_has_no_series_of_a_period_before_that_is_not_drawn() -> None:
    report = a_report()
    alone = replace(
        report,
        by_type=tuple(replace(count, previous=None) for count in report.by_type),
    )
    charts = [chart for sheet in read(rendered(alone, "en", "xlsx")) for chart in sheet._charts]
    assert [len(chart.series) for chart in charts] == [4, 1]


def test_the_overview_has_every_key_figure_of_the_page() -> None:
    words = Words("en", ZoneInfo(ZONE))
    # The list of sheets below names some of them again.
    overview = {row[0]: row[1] for row in reversed(rows(read(written()), "Overview")) if row[0]}
    for one in tiles(a_report(), words):
        assert overview[one.title] == pytest.approx(float(one.value or 0)), one.title
    assert {"Waiting", "Orders due"} <= overview.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_have_room_for_all_their_lines(lang: Lang) -> None:
    book = read(written(lang))
    overview, *sheets = book.worksheets
    assert not overview["A1"].alignment.wrap_text
    for sheet in sheets:
        height = sheet.row_dimensions[1].height or 15
        for cell in sheet[1]:
            # Bold letters are about a fifth wider than the digits that a column's width counts.
            lines = wrap(cell.value, int(sheet.column_dimensions[cell.column_letter].width * 0.8))
            assert len(lines) * 13 <= height, (sheet.title, cell.value)


def test_an_empty_report_says_why_its_sheets_are_empty() -> None:
    book = read(rendered(an_empty_report(), "en", "xlsx"))
    assert rows(book, "Running out soon")[0][0] == "No stock forecast yet."
    overview = {row[0]: row[1] for row in rows(book, "Overview") if row[0]}
    assert overview["New"] is None
    assert book.sheetnames == ["Overview", "Running out soon", "Today", "Alerts", "Scheduled jobs"], (
        "no sheet of one sentence"
    )
    assert {row[0]: row[3] for row in rows(book, "Overview")}["Mutes"] == "Nothing was muted in this period."
    assert not [chart for sheet in book for chart in sheet._charts]


def test_with_several_hotels_each_row_names_its_own() -> None:
    book = read(rendered(a_report(hotels=3), "en", "xlsx"))
    assert [cell.value for cell in book["Most affected products"][1]][:2] == ["Name", "Hotel"]
    assert rows(book, "Most affected products")[0][1] == "Otel 1"


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=60))
def test_any_name_is_read_back_as_it_is(name: str) -> None:
    book = read(rendered(replace(an_empty_report(), hotels={1: name}), "en", "xlsx"))
    cell = book["Overview"]["B3"]
    assert (cell.value or "") == printable(name)
    assert cell.data_type != "f"
