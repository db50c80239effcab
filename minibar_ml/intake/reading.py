"""A file's sheets, whatever its format."""

from pathlib import Path
from typing import BinaryIO

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake import delimited, memory, workbook
from minibar_ml.intake.tables import MOST_BYTES, Sheet

MOST_MEMORY = 2**30
"""Bytes that reading a file may take; a list of 300,000 rows and ten columns takes a fifth of it."""
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PDF = b"%PDF-"
WEB_PAGES = (b"<html", b"<table", b"<!docty", b"<?xml")


def content_of(path: Path) -> bytes:
    """The content of a file that a person names. Raises FileRefused where it can't be read or is too big."""
    try:
        with path.open("rb") as file:
            return read(file)
    except OSError as error:
        raise FileRefused("not_found", why=error.strerror or str(error)) from error


def read(file: BinaryIO) -> bytes:
    """The content of an opened file. Raises FileRefused where it is too big."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileRefused("too_big", limit=f"{MOST_BYTES // 2**20} MiB")
    return content


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a file's content, by what it is and not by how the file is called.

    Raises FileRefused for what is neither CSV nor Excel's xlsx, or is too big: a file of some KB can name more than any
    memory holds.
    """
    try:
        with memory.at_most(MOST_MEMORY):
            return _sheets_of(content)
    except MemoryError as error:
        raise FileRefused("overloaded", limit=f"{MOST_MEMORY // 2**20} MiB") from error


def _sheets_of(content: bytes) -> list[Sheet]:
    if not content.strip(b"\x00 \t\r\n"):
        raise FileRefused("empty")
    if content.startswith(PDF):
        raise FileRefused("pdf")
    if content.startswith(OLD_EXCEL) or content.lstrip()[:7].lower().startswith(WEB_PAGES):
        raise FileRefused("old_excel")
    return workbook.sheets(content) if content.startswith(ZIP) else [delimited.sheet(content)]
