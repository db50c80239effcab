"""The file of rejected rows, which a person corrects the list by."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from minibar_ml.domain.output.terminal import visible
from minibar_ml.files import Folder

SUFFIX = ".rejects.csv"
LONGEST_NAME = 240
"""Bytes: with what a temporary file adds, file systems take 255."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def name_of(file: Path) -> str:
    """How the file of a list's rejects is called."""
    name = file.name.encode()[: LONGEST_NAME - len(SUFFIX)].decode(errors="ignore")
    return f"{name}{SUFFIX}"


def write(folder: Folder, name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write them, for a spreadsheet: with a byte-order mark, and no cell that it would compute.

    The folder may be one that others write, too: whoever may replace the rejects there may replace the list.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([headings, *(map(_plain, row) for row in rows)])
    folder.write(name, text.getvalue().encode("utf-8-sig"), hint="make that folder writable")


def _plain(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(FORMULAS) else shown
