"""import --inbox: every file that has arrived whole, each in a transaction of its own, then out of the way.

A file is moved after its rows are committed. Where the run is killed in between, the next one finds the file imported
and only moves it: nothing is lost, and nothing is taken twice.

Others write to an inbox, and may put something else in the place of a file or a folder while it is read. So folders are
opened once and no link is followed; a file is read by the descriptor whose owner, kind and time were looked at.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.imports import FileRefused, Imported
from minibar_ml.files import Folder, opened
from minibar_ml.intake import naming
from minibar_ml.intake.known import index
from minibar_ml.intake.reading import read
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
PUT_AWAY_MODE = 0o755
"""Whoever brings lists may read what became of them."""
SETTLED_SECONDS = 20
"""A file that was written to more recently may still be arriving."""
SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv", ".xls", ".xlsm")
DOCUMENTS = (".pdf", ".ods", ".xlsb", ".zip", ".rar", ".doc", ".docx", ".htm", ".html", ".xml", ".json")
"""What people put into an inbox for a list, and is none that can be read."""
ORDER = ("rooms", "products", "people", "orders", "movements", "arrivals", "in_house", "departures", "checks")
"""What others refer to comes first."""
NO_LONGER_A_FILE = (errno.ENOENT, errno.ELOOP, errno.ENXIO)
"""How opening fails for what was taken away, a link and a socket."""
Outcome = Imported | FileRefused


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of the inbox as it was found, and the hotel whose folder it lies in (None: the inbox)."""

    folder: Folder
    name: str
    hotel: str | None
    found: os.stat_result

    @property
    def path(self) -> Path:
        """Where it was found."""
        return self.folder.path / self.name


def run(
    connection: "Connection",
    inbox: Path,
    options: Options,
    now: Now,
    report: Callable[[Path, Folder, Outcome], None],
) -> Iterator[tuple[Path, Path, Outcome]]:
    """Import what has arrived, in the order in which lists refer to each other, and move each file to done or rejected.

    A folder of the inbox that is called as a hotel holds that hotel's files. `report(file, folder, outcome)` writes
    what is to be said of a file before the file is moved to that folder. Yields each file, the folder and the outcome.
    Raises ConfigurationError where files can't be moved, AnotherRunHoldsTheLock where another run takes them.
    """
    with ExitStack() as stack, exclusive(connection, "inbox"):
        ours = stack.enter_context(opened(inbox))
        folders = {name: _made(ours, name, stack) for name in (DONE, REJECTED)}
        known = index((name, name) for name in lists.fetch_hotels(connection))
        connection.rollback()
        for one in sorted(_arrived(_opened(ours, known, stack)), key=_place):
            outcome = _import(connection, one, options, now)
            if outcome is None:
                logger.warning("%s was taken away, replaced or written to since it was found: left alone", one.path)
                continue
            is_done = isinstance(outcome, Imported) and not outcome.is_refused
            folder = folders[DONE if is_done else REJECTED]
            report(one.path, folder, outcome)
            _move(one, folder)
            yield one.path, folder.path, outcome


def arriving(inbox: Path) -> list[str]:
    """The names of the lists in an inbox that were written to so recently that they may not be whole yet."""
    folders = [one for one in inbox.iterdir() if _is_of_hotel(one)]
    since = time.time() - SETTLED_SECONDS
    return sorted(
        path.name
        for folder in (inbox, *folders)
        for path in folder.iterdir()
        if _is_list(path.name) and _is_file(found := path.lstat()) and found.st_mtime > since
    )


def unreadable(inbox: Path) -> list[str]:
    """The names of the documents in an inbox that are neither CSV nor Excel."""
    return sorted(
        path.name
        for path in inbox.iterdir()
        if path.is_file() and not path.name.startswith((".", "~")) and path.suffix.lower() in DOCUMENTS
    )


def _is_of_hotel(folder: Path) -> bool:
    is_named = folder.name not in (DONE, REJECTED) and not folder.name.startswith(".")
    return is_named and folder.is_dir() and not folder.is_symlink()


def _import(connection: "Connection", one: Arrived, options: Options, now: Now) -> Outcome | None:
    """What became of a file; None where it is no longer the one that was found."""
    kind = naming.kind_of(one.name)
    try:
        content = _content(one)
        if content is None:
            return None
        if kind is None:
            raise FileRefused("which_kind")
        options = replace(options, hotel=one.hotel or options.hotel)
        return imports.run(connection, one.name, content, kind, options, now)
    except FileRefused as refused:
        return refused


def _content(one: Arrived) -> bytes | None:
    """The content of the very file that was found; None where something else is there now, a link or a pipe maybe."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(one.name, flags, dir_fd=one.folder.descriptor), "rb") as file:
            return read(file) if _identity(os.fstat(file.fileno())) == _identity(one.found) else None
    except OSError as error:
        if error.errno in NO_LONGER_A_FILE:
            return None
        raise FileRefused("not_found", why=error.strerror or str(error)) from error


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_mode, found.st_mtime_ns


def _opened(inbox: Folder, known: dict[str, str], stack: ExitStack) -> Iterator[tuple[Folder, str | None]]:
    """The inbox, and each folder of a hotel in it with the name of that hotel, known or not."""
    yield inbox, None
    for path in sorted(filter(_is_of_hotel, inbox.path.iterdir())):
        try:
            folder = stack.enter_context(opened(path, inbox))
        except OSError as error:
            logger.warning("%s can't be read (%s)", path, error.strerror)
            continue
        yield folder, known.get(path.name) or known.get(bare(path.name)) or path.name


def _arrived(folders: Iterator[tuple[Folder, str | None]]) -> Iterator[Arrived]:
    """The lists that have arrived whole."""
    for folder, hotel in folders:
        for name in filter(_is_list, folder.names()):
            try:
                found = folder.found(name)
            except FileNotFoundError:
                # Somebody has taken it away again.
                continue
            if _is_file(found) and found.st_mtime <= time.time() - SETTLED_SECONDS:
                yield Arrived(folder, name, hotel, found)


def _is_list(name: str) -> bool:
    """Whether a file is called as a list. Programs that upload write to hidden or odd names."""
    return name.lower().endswith(SUFFIXES) and not name.startswith((".", "~")) and not name.endswith(SUFFIX)


def _is_file(found: os.stat_result) -> bool:
    """Whether it is a file that has this name alone: a second name may be one in a folder that is closed to others."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _place(one: Arrived) -> tuple[int, str, float, str]:
    """The place in the order of the import. Of two lists of one day the later one counts: by the time of the file."""
    kind = naming.kind_of(one.name)
    day = naming.day_of(one.name)
    return ORDER.index(kind) if kind else len(ORDER), str(day or ""), one.found.st_mtime, one.name


def _made(inbox: Folder, name: str, stack: ExitStack) -> Folder:
    """A folder of the inbox that files are put away in."""
    try:
        with suppress(FileExistsError):
            os.mkdir(name, PUT_AWAY_MODE, dir_fd=inbox.descriptor)
        return stack.enter_context(opened(inbox.path / name, inbox))
    except OSError as error:
        raise ConfigurationError(f"--inbox {inbox.path}: can't make {name}/ in it ({error.strerror}).") from error


def _move(one: Arrived, folder: Folder) -> None:
    """Move the file that was read, within one file system and so at once; one of that name that is there stays."""
    target = _free(one.name, folder)
    try:
        if _identity(one.folder.found(one.name)) != _identity(one.found):
            logger.warning("%s was replaced or written to while it was read: it is read again next time", one.path)
            return
        os.rename(one.name, target, src_dir_fd=one.folder.descriptor, dst_dir_fd=folder.descriptor)
        if _identity(folder.found(target)) != _identity(one.found):
            logger.warning("%s is not the file that was read: somebody has replaced it", folder.path / target)
    except FileNotFoundError:
        logger.warning("%s was taken away while it was read", one.path)
    except OSError as error:
        raise ConfigurationError(
            f"Can't move {one.path} to {folder.path} ({error.strerror}); it was imported."
        ) from error


def _free(name: str, folder: Folder) -> str:
    """The first of `name`, `name (2)` ... that nothing in a folder has."""
    taken = set(folder.names())
    numbered = (f"{Path(name).stem} ({number}){Path(name).suffix}" for number in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)
