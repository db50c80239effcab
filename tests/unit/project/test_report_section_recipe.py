"""The recipe for a section of the report lists every place, and a section added by it is in every format."""

import json
import re
import subprocess
from io import BytesIO
from pathlib import Path
from shutil import which

import pytest
from openpyxl import load_workbook
from support.reports.report_values import a_report

from minibar_ml.domain.reporting.report import Report
from minibar_ml.render import sections
from minibar_ml.render.formats import rendered
from minibar_ml.render.tables import Column, Section, Table
from minibar_ml.render.words import Words

ROOT = Path(__file__).parents[3]
RECIPE = (ROOT / "docs" / "recipes" / "report-section.md").read_text(encoding="utf-8")
PLACES = re.findall(r"`((?:minibar_ml|sql)/[\w./-]+)`", RECIPE)


def toy(report: Report, words: Words) -> Section:
    """A section with one table, made of what the report knows already."""
    columns = (Column("Barrel", "name"), Column("Gauge", "money"))
    return Section("toy", "Toy section", (Table("toy", "Toy section", columns, [("Rum", 1234.5)]),))


@pytest.fixture
def with_toy(monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr(sections, "SECTIONS", (*sections.SECTIONS, toy))
    return a_report()


def test_every_place_that_knows_a_section_is_in_the_recipe() -> None:
    files = [*(ROOT / "minibar_ml").rglob("*.py"), *(ROOT / "sql").rglob("*.sql")]
    known = [path for path in files if re.search(r"\bstock_outs\b", path.read_text(encoding="utf-8"))]
    assert len(known) > 5
    assert [path for path in known if path.relative_to(ROOT).as_posix() not in PLACES] == []


def test_a_section_is_on_the_page_and_in_its_contents(with_toy: Report) -> None:
    page = rendered(with_toy, "en", "html").decode()
    assert '<a href="#toy">Toy section</a>' in page
    assert page.count('id="toy"') == 1
    assert re.search(r'data-table="toy".*?Barrel.*?Gauge.*?Rum.*?1,234\.50', page, re.DOTALL)


def test_a_section_is_a_sheet_of_the_workbook(with_toy: Report) -> None:
    book = load_workbook(BytesIO(rendered(with_toy, "en", "xlsx")))
    assert list(book["Toy section"].values) == [("Barrel", "Gauge"), ("Rum", 1234.5)]


@pytest.mark.debian("poppler-utils")
@pytest.mark.skipif(which("pdftotext") is None, reason="Debian's poppler-utils is not installed")
def test_a_section_is_in_the_document(with_toy: Report, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(rendered(with_toy, "en", "pdf"))
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert re.search(r"Toy section\s+Barrel\s+Gauge\s+Rum\s+1,234\.50", text)


def test_every_field_of_a_report_is_in_its_json() -> None:
    tree = json.loads(rendered(a_report(), "en", "json"))
    assert set(Report.__dataclass_fields__) <= set(tree)
