"""Lists as files: tidy, or untidy as in life, with title rows, two spellings, missing and corrected lists."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from minibar_ml.domain.imports import GUEST_LISTS
from minibar_ml.files import write_whole
from minibar_ml.intake.kinds import FIELDS, WORDS
from minibar_ml.intake.tables import Cell
from minibar_ml.intake.templates import as_workbook
from minibar_ml.simulate.lists.tables import HotelList, Row

Lines = list[list[Cell]]
MISSING_SHARE, TWICE_SHARE, CORRECTED_SHARE = 0.02, 0.02, 0.03


def write_tidy(folder: Path, lists: Iterator[HotelList]) -> int:
    """Write each list that has rows as CSV with the first heading of each field; returns how many files."""
    count = 0
    for one in lists:
        if one.rows or one.kind in GUEST_LISTS:
            _write(folder / f"{_stem(one)}.csv", _as_csv(lines_of(one, 0), ",", "utf-8"))
            count += 1
    return count


def write_untidy(folder: Path, lists: Iterator[HotelList], seed: int) -> int:
    """Write each list as somebody in a hotel would; equal seeds give equal files. Returns how many files."""
    rng = np.random.default_rng(seed)
    count = 0
    for one in lists:
        if not one.rows:
            continue
        draw = rng.random() if one.kind in GUEST_LISTS else 1.0
        if draw < MISSING_SHARE:
            continue
        versions = [one]
        if draw < MISSING_SHARE + TWICE_SHARE:
            versions = [one, one]
        elif draw < MISSING_SHARE + TWICE_SHARE + CORRECTED_SHARE and len(one.rows) > 3:
            versions = [replace(one, rows=one.rows[:-2]), one]
        for number, version in enumerate(versions):
            _write_untidy(folder, version, number, rng)
            count += 1
    return count


def lines_of(one: HotelList, spelling: int) -> Lines:
    """Headings and rows; `spelling` 1: in Turkish."""
    used = {name for row in one.rows for name in row}
    fields = [field for field in FIELDS[one.kind] if field.name in used or (field.is_required and not one.rows)]
    return [
        [field.headings[spelling] for field in fields],
        *([_cell(field.name, field.type, row, spelling) for field in fields] for row in one.rows),
    ]


def _cell(name: str, kind: str, row: Row, spelling: int) -> Cell:
    value: Cell = row.get(name)
    return WORDS[name][value][spelling] if kind == "word" and isinstance(value, str) else value


def _write_untidy(folder: Path, one: HotelList, number: int, rng: np.random.Generator) -> None:
    spelling = int(rng.integers(2))
    lines = lines_of(one, spelling)
    if "room" in {field.name for field in FIELDS[one.kind]} and one.kind != "rooms" and rng.random() < 0.2:
        for line in lines[1:]:
            line[0] = f"Room {line[0]}" if spelling == 0 else f"Oda {line[0]}"
    titles: Lines = [
        ["Guest report" if spelling == 0 else "Misafir raporu"],
        [f"{one.day:%d.%m.%Y}" if one.day else ""],
        [],
    ]
    footer: Lines = [["Total" if spelling == 0 else "Toplam", None, len(one.rows)]]
    if rng.random() < 0.5:
        lines = [*titles, *lines, *footer]
    name = _stem(one) + (f" ({number + 1})" if number else "")
    if rng.random() < 0.5:
        _write(folder / f"{name}.xlsx", as_workbook(lines))
        return
    mark, encoding = (",", "utf-8-sig") if rng.random() < 0.5 else (";", "cp1254")
    written: Lines = [[f"{cell:%d.%m.%Y}" if isinstance(cell, date) else cell for cell in line] for line in lines]
    if mark == ";":
        written = [
            [str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in line] for line in written
        ]
    _write(folder / f"{name}.csv", _as_csv(written, mark, encoding))


def _stem(one: HotelList) -> str:
    return f"{one.kind}-{one.day.isoformat()}" if one.day else one.kind


def _as_csv(lines: Lines, mark: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode(encoding, errors="replace")


def _write(path: Path, content: bytes) -> None:
    write_whole(path, content, hint="choose another folder with --files")
