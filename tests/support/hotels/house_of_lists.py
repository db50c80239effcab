"""The hotel Pier, whose lists are imported one by one."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from support.hotels.simulated import command, done, sql

ROOMS = "Room No,Floor,Type\n101,1,STD\n102,1,STD\n103,1,STD\n201,2,SUITE\n"
PRODUCTS = "Product,Code,Price\nCola,1001,3.50\nSu 50 cl,1002,2.00\n"
DAY = "2026-11-20"
IN_HOUSE = "Room,Arrival,Departure,Adults\n101,2026-11-18,2026-11-22,2\n102,2026-11-20,2026-11-21,1\n"
AMBIGUOUS = "Room,Date,Item,Qty\n101,03/04/2026,Cola,1\n102,05/06/2026,Cola,1\n"


@pytest.fixture(scope="session")
def house_template(
    make_database: Callable[..., str], lists_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A store with the hotel Pier, its four rooms and two products; cloned, never used itself."""
    url, folder = make_database(lists_template), tmp_path_factory.mktemp("pier")
    for kind, content, *options in (("rooms", ROOMS, "--hotel", "Pier"), ("products", PRODUCTS)):
        (folder / f"{kind}.csv").write_text(content, encoding="utf-8")
        done(url, "import", kind, str(folder / f"{kind}.csv"), *options, "--quiet")
    return url


@pytest.fixture
def house(passing_database: Callable[..., str], house_template: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of a database of the same; ML_DATABASE_URL points to it."""
    url = passing_database(house_template)
    monkeypatch.setenv("ML_DATABASE_URL", url)
    return url


def imported(
    house: str, kind: str, content: str | bytes, *options: str, name: str = "list.csv", **environment: str
) -> int:
    """Import a file with this content; the exit status."""
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return command(house, "import", kind, name, *options, **environment)


def workbook(*lines: list[Any], **others: list[list[Any]]) -> bytes:
    """An Excel file with these rows, and sheets of other names with theirs."""
    book = Workbook()
    for line in lines:
        book.active.append(line)
    for title, rows in others.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def nights(url: str) -> list[tuple[Any, ...]]:
    """Every night on record."""
    asked = "SELECT room, night, guests, arrives_on, departs_on FROM minibar_in.night ORDER BY room, night"
    return [tuple(row) for row in sql(url, asked)]
