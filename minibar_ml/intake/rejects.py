"""The file of rejected rows, which a person corrects the list by."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from minibar_ml.domain.output.terminal import visible
from minibar_ml.files import write_whole

SUFFIX = ".rejects.csv"
LONGEST_NAME = 240
"""Bytes: with what a temporary file adds, file systems take 255."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def path_of(file: Path, folder: Path | None = None) -> Path:
    """Where the rejects of a file are written."""
    name = file.name.encode()[: LONGEST_NAME - len(SUFFIX)].decode(errors="ignore")
    return (folder or file.parent) / f"{name}{SUFFIX}"


def write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write them, for a spreadsheet: with a byte-order mark, and no cell that it would compute."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([headings, *(map(_plain, row) for row in rows)])
    write_whole(path, text.getvalue().encode("utf-8-sig"), hint="make that folder writable")


def _plain(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(FORMULAS) else shown
