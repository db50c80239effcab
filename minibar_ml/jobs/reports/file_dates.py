"""As of when a written report is, by what its file says of itself: each format in its own place."""

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from minibar_ml.log import logger

HEAD_BYTES = 16_384
"""Of a page or a JSON file is read: its head says as of when it is."""
_PAGE = re.compile(rb'<meta name="minibar-ml:as-of" content="([^"]+)">')
_JSON = re.compile(rb'"generated_at": "([^"]+)"')
_PDF = re.compile(rb"/CreationDate \(D:(\d{14})")
_BOOK = re.compile(rb"<dcterms:created[^>]*>([^<]+)</dcterms:created>")
_BOOK_PART = "docProps/core.xml"


def as_of(path: Path, format: str) -> datetime | None:
    """The instant whose state of the store the file shows; None where it does not say it or can't be read."""
    try:
        return _READERS[format](path)
    except OSError as error:
        logger.warning("%s can't be read: %s", path, error)
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        # A file of another version, or cut off: the index says that it is of an unknown instant.
        logger.debug("%s does not say as of when it is: %s", path, error)
    return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _book(path: Path) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read(_BOOK_PART)


def _iso(pattern: re.Pattern[bytes], text: bytes) -> datetime | None:
    found = pattern.search(text)
    made = datetime.fromisoformat(found[1].decode()) if found else None
    return made if made is None or made.tzinfo else made.replace(tzinfo=UTC)


def _of_pdf(path: Path) -> datetime | None:
    found = _PDF.search(path.read_bytes())
    return datetime.strptime(f"{found[1].decode()}+0000", "%Y%m%d%H%M%S%z") if found else None


_READERS: Mapping[str, Callable[[Path], datetime | None]] = {
    "html": lambda path: _iso(_PAGE, _head(path)),
    "json": lambda path: _iso(_JSON, _head(path)),
    "pdf": _of_pdf,
    "xlsx": lambda path: _iso(_BOOK, _book(path)),
}
