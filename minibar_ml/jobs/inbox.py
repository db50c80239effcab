"""import --inbox: every file that has arrived whole, each in a transaction of its own, then out of the way.

A file is moved after its rows are committed. Where the run is killed in between, the next one finds the file imported
and only moves it: nothing is lost, and nothing is taken twice.
"""

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.imports import FileRefused, Imported
from minibar_ml.intake import naming
from minibar_ml.intake.known import index
from minibar_ml.intake.rejects import SUFFIX
from minibar_ml.intake.words import bare
from minibar_ml.jobs import imports
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.log import logger
from minibar_ml.store.intake import lists
from minibar_ml.store.jobs.locks import exclusive

if TYPE_CHECKING:
    from sqlalchemy import Connection

DONE, REJECTED = "done", "rejected"
SETTLED_SECONDS = 20
"""A file that was written to more recently may still be arriving."""
SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv", ".xls", ".xlsm")
DOCUMENTS = (".pdf", ".ods", ".xlsb", ".zip", ".rar", ".doc", ".docx", ".htm", ".html", ".xml", ".json")
"""What people put into an inbox for a list, and is none that can be read."""
ORDER = ("rooms", "products", "people", "orders", "movements", "arrivals", "in_house", "departures", "checks")
"""What others refer to comes first."""
Outcome = Imported | FileRefused


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of the inbox, the hotel whose folder it lies in (None: the inbox), and when it was last written to."""

    path: Path
    hotel: str | None
    written_at: float


def run(
    connection: "Connection",
    inbox: Path,
    options: Options,
    now: Now,
    report: Callable[[Path, Path, Outcome], None],
) -> Iterator[tuple[Path, Path, Outcome]]:
    """Import what has arrived, in the order in which lists refer to each other, and move each file to done or rejected.

    A folder of the inbox that is called as a hotel holds that hotel's files. `report(file, folder, outcome)` writes
    what is to be said of a file before the file is moved to that folder. Yields each file, the folder and the outcome.
    Raises ConfigurationError where files can't be moved, AnotherRunHoldsTheLock where another run takes them.
    """
    folders = {name: _folder(inbox, name) for name in (DONE, REJECTED)}
    with exclusive(connection, "inbox"):
        known = index((name, name) for name in lists.fetch_hotels(connection))
        connection.rollback()
        for one in sorted(_arrived(inbox, known), key=_place):
            outcome = _import(connection, one, options, now)
            is_done = isinstance(outcome, Imported) and not outcome.is_refused
            folder = folders[DONE if is_done else REJECTED]
            report(one.path, folder, outcome)
            _move(one.path, folder)
            yield one.path, folder, outcome


def arriving(inbox: Path) -> list[str]:
    """The names of the lists in an inbox that were written to so recently that they may not be whole yet."""
    folders = [one for one in inbox.iterdir() if one.is_dir() and _is_of_hotel(one)]
    since = time.time() - SETTLED_SECONDS
    return sorted(
        path.name
        for folder in (inbox, *folders)
        for path in folder.iterdir()
        if (written_at := _written_at(path)) is not None and written_at > since
    )


def unreadable(inbox: Path) -> list[str]:
    """The names of the documents in an inbox that are neither CSV nor Excel."""
    return sorted(
        path.name
        for path in inbox.iterdir()
        if path.is_file() and not path.name.startswith((".", "~")) and path.suffix.lower() in DOCUMENTS
    )


def _is_of_hotel(folder: Path) -> bool:
    return folder.name not in (DONE, REJECTED) and not folder.name.startswith(".")


def _import(connection: "Connection", one: Arrived, options: Options, now: Now) -> Outcome:
    kind = naming.kind_of(one.path.name)
    try:
        if kind is None:
            raise FileRefused("which_kind")
        return imports.run(connection, one.path, kind, replace(options, hotel=one.hotel or options.hotel), now)
    except FileRefused as refused:
        return refused


def _arrived(inbox: Path, known: dict[str, str]) -> Iterator[Arrived]:
    """The lists that have arrived whole; those of a folder are of the hotel of that name, known or not."""
    hotels = sorted(one for one in inbox.iterdir() if one.is_dir() and _is_of_hotel(one))
    named = [(one, known.get(one.name) or known.get(bare(one.name)) or one.name) for one in hotels]
    for folder, hotel in [(inbox, None), *named]:
        for path in folder.iterdir():
            written_at = _written_at(path)
            if written_at is not None and written_at <= time.time() - SETTLED_SECONDS:
                yield Arrived(path, hotel, written_at)


def _written_at(path: Path) -> float | None:
    """When a list was last written to; None for what is no list. Programs that upload write to hidden or odd names."""
    if path.suffix.lower() not in SUFFIXES or path.name.startswith((".", "~")) or path.name.endswith(SUFFIX):
        return None
    try:
        found = path.lstat()
    except FileNotFoundError:
        # Somebody has taken it away again.
        return None
    return found.st_mtime if stat.S_ISREG(found.st_mode) else None


def _place(one: Arrived) -> tuple[int, str, float, str]:
    """The place in the order of the import. Of two lists of one day the later one counts: by the time of the file."""
    kind = naming.kind_of(one.path.name)
    day = naming.day_of(one.path.name)
    return ORDER.index(kind) if kind else len(ORDER), str(day or ""), one.written_at, one.path.name


def _folder(inbox: Path, name: str) -> Path:
    folder = inbox / name
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--inbox {inbox}: can't make {name}/ in it ({error.strerror}).") from error
    return folder


def _move(path: Path, folder: Path) -> None:
    """Move a file, within one file system and so at once; one of that name that is there already stays."""
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    try:
        path.rename(target)
    except FileNotFoundError:
        logger.warning("%s was taken away while it was read", path)
    except OSError as error:
        raise ConfigurationError(f"Can't move {path} to {folder} ({error.strerror}); it was imported.") from error
