"""The archive of reports: an index of what lies in their folder, and what is deleted after a time.

The files are the archive: whatever is moved, restored or deleted by hand is right in the next index
(docs/decisions/0060-the-folder-is-the-archive.md).
"""

import json
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.reporting.archive import Archived, File, Head, archived, outdated, parts
from minibar_ml.files import write_whole
from minibar_ml.i18n import Lang
from minibar_ml.jobs.reports import file_dates
from minibar_ml.jobs.reports.file_dates import HEAD_BYTES
from minibar_ml.log import logger
from minibar_ml.render.page import archive
from minibar_ml.render.words import Words

INDEX = "index.html"
FIGURES = "minibar-ml:figures"
OURS = b'<meta name="generator" content="minibar-ml">'


def fetch(folder: Path) -> tuple[Archived, ...]:
    """The reports that lie in a folder, the newest first. Raises ConfigurationError where it can't be read."""
    names = _names(folder)
    heads = {name: head for name in names if name.endswith(".html") and (head := _head(folder / name))}
    files = (File(name, file_dates.as_of(folder / name, known["format"])) for name in names if (known := parts(name)))
    return archived(files, heads)


def write_index(folder: Path, lang: Lang, zone: ZoneInfo, *, hint: str) -> None:
    """Write the folder's index as a whole, unless somebody else's page has its name; instants in the zone."""
    if not _is_ours(folder / INDEX):
        logger.warning("%s is not ours: no index of the reports is written", folder / INDEX)
        return
    write_whole(folder / INDEX, archive.render(fetch(folder), Words(lang, zone)), hint=hint)


def prune(folder: Path, today: date, days: int) -> Sequence[str]:
    """Delete the reports that ended more than so many days ago (0: none); returns their files."""
    old = outdated(_names(folder), today, days) if days else ()
    for name in old:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"Can't delete {name} from {folder} ({error.strerror}): make that folder writable."
            ) from error
        logger.info("deleted %s: older than ML_REPORTS_KEEP_DAYS", name)
    return old


def _is_ours(page: Path) -> bool:
    """Whether a page may be replaced: it is not there, or minibar-ml wrote it."""
    try:
        with page.open("rb") as file:
            return OURS in file.read(HEAD_BYTES)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationError(f"Can't read {folder} ({error.strerror}): make that folder readable.") from error


def _head(page: Path) -> Head | None:
    """What a page says of itself; None where it does not, or can't be read."""
    try:
        with page.open("rb") as file:
            text = file.read(HEAD_BYTES).decode(errors="replace")
    except OSError as error:
        logger.warning("%s can't be read and has no line in the index: %s", page, error.strerror)
        return None
    reader = _Reader()
    reader.feed(text)
    return reader.head()


class _Reader(HTMLParser):
    """Reads title and meta elements; nothing else of a page is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._metas: dict[str, str] = {}
        self._title = ""
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self._is_title = tag == "title"
        if tag == "meta" and known.get("name"):
            self._metas[str(known["name"])] = known.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        self._is_title = self._is_title and tag != "title"

    def handle_data(self, data: str) -> None:
        self._title += data if self._is_title else ""

    def head(self) -> Head | None:
        """What was read; None where the page is none of ours."""
        if "description" not in self._metas:
            return None
        try:
            figures = json.loads(self._metas.get(FIGURES, "[]"))
        except ValueError:
            figures = []
        texts = tuple(str(one) for one in figures) if isinstance(figures, list) else ()
        return Head(self._title, self._metas["description"], texts)
