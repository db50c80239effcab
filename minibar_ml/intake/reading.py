"""A file's sheets, whatever its format."""

from pathlib import Path

from minibar_ml.domain.imports import FileRefused
from minibar_ml.intake import delimited, workbook
from minibar_ml.intake.tables import MOST_BYTES, Sheet

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PDF = b"%PDF-"
WEB_PAGES = (b"<html", b"<table", b"<!docty", b"<?xml")


def read_file(path: Path) -> tuple[bytes, list[Sheet]]:
    """A file's content and its sheets. Raises FileRefused for what is neither CSV nor Excel's xlsx, or is too big."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileRefused("too_big", limit=str(MOST_BYTES // 2**20))
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused("not_found", why=error.strerror or str(error)) from error
    return content, sheets_of(content)


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a file's content, by what it is and not by how the file is called."""
    if not content.strip(b"\x00 \t\r\n"):
        raise FileRefused("empty")
    if content.startswith(PDF):
        raise FileRefused("pdf")
    if content.startswith(OLD_EXCEL) or content.lstrip()[:7].lower().startswith(WEB_PAGES):
        raise FileRefused("old_excel")
    return workbook.sheets(content) if content.startswith(ZIP) else [delimited.sheet(content)]
