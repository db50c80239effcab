"""import --inbox: every file that has arrived whole, each in a transaction of its own, then out of the way.

A file is moved after its rows are committed. Where the run is killed in between, the next one finds the file imported
and only moves it: nothing is lost, and nothing is taken twice.
"""

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
from minibar_ml.store.intake import lists
from minibar_ml.store.locks import exclusive

if TYPE_CHECKING:
    from sqlalchemy import Connection

DONE, REJECTED = "done", "rejected"
SETTLED_SECONDS = 20
"""A file that was written to more recently may still be arriving."""
SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv", ".xls", ".xlsm")
ORDER = ("rooms", "products", "people", "orders", "movements", "arrivals", "in_house", "departures", "checks")
"""What others refer to comes first."""
Outcome = Imported | FileRefused


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of the inbox, and the hotel whose folder it lies in (None: the inbox itself)."""

    path: Path
    hotel: str | None


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


def _import(connection: "Connection", one: Arrived, options: Options, now: Now) -> Outcome:
    kind = naming.kind_of(one.path.name)
    try:
        if kind is None:
            raise FileRefused("which_kind")
        return imports.run(connection, one.path, kind, replace(options, hotel=one.hotel or options.hotel), now)
    except FileRefused as refused:
        return refused


def _arrived(inbox: Path, known: dict[str, str]) -> Iterator[Arrived]:
    settled = time.time() - SETTLED_SECONDS
    for folder, hotel in [
        (inbox, None),
        *((one, known.get(one.name) or known.get(bare(one.name))) for one in _hotels(inbox)),
    ]:
        for path in folder.iterdir():
            is_list = (
                path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~")) and SUFFIX not in path.name
            )
            if is_list and path.is_file() and not path.is_symlink() and path.stat().st_mtime <= settled:
                yield Arrived(path, hotel)


def _hotels(inbox: Path) -> list[Path]:
    return sorted(one for one in inbox.iterdir() if one.is_dir() and one.name not in (DONE, REJECTED))


def _place(one: Arrived) -> tuple[int, str]:
    kind = naming.kind_of(one.path.name)
    day = naming.day_of(one.path.name)
    # Of two lists of one day the later one counts: by the time of the file.
    return (ORDER.index(kind) if kind else len(ORDER), f"{day or ''} {one.path.stat().st_mtime_ns:020} {one.path.name}")


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
    except OSError as error:
        raise ConfigurationError(f"Can't move {path} to {folder} ({error.strerror}); it was imported.") from error
