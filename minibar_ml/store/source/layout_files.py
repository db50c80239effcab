"""A layout that stands outside the package: ML_SOURCE_FILE names its file or folder.

Its functions run with the rights of whoever runs the jobs, so nobody but who runs `db init`, and root, may write it.
`db init` keeps the text in the store: what becomes of the file later changes nothing until the next `db init`.
"""

import os
import re
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from minibar_ml.domain.errors import ConfigurationError
from minibar_ml.domain.source_parts import DISPENSABLE, PARTS
from minibar_ml.permissions import require_trusted
from minibar_ml.store.source import keys
from minibar_ml.store.source.layouts import Layout, files, layouts, of_text, tables_in
from minibar_ml.store.source.signatures import Signature
from minibar_ml.store.sql_files import without_comments

CALLED = "ML_SOURCE_FILE"
RUN = "what it says is run as SQL"
_PLAIN = re.compile(r"\)\s*LANGUAGE\s+sql\s+STABLE\s+AS\s+\$", re.IGNORECASE)
READERS = ("minibar_ml_viewer", "minibar_ml_operator")


def load(path: Path) -> Layout:
    """The layout of a file or folder outside the package, checked against the contract.

    Raises ConfigurationError where it can't be read, where others may write it, and for what the contract does not
    allow: all of that in one message.
    """
    if not path.exists():
        raise ConfigurationError(f"{CALLED}={path} is not there: correct the path.")
    _refuse_opened(path if path.is_dir() else path.parent)
    texts = [_text(file) for file in files(path)]
    if not texts:
        raise ConfigurationError(f"{CALLED}={path} has no file *.sql in it.")
    try:
        layout = of_text(path.stem, "\n".join(texts))
    except ValueError as error:
        raise ConfigurationError(f"{CALLED}: {error}: remove one of the two.") from error
    if problems := list(_problems(layout)):
        raise ConfigurationError(
            f"{CALLED}={path} does not fit the source contract: {'; '.join(problems)}. "
            "`minibar-ml docs source-layouts` lists every function with its columns."
        )
    return layout


def _text(path: Path) -> str:
    """The file's text; it is checked after opening, so that nobody can replace it in between."""
    try:
        with path.open(encoding="utf-8") as file:
            require_trusted(path, os.fstat(file.fileno()), f"{CALLED}: {path}", RUN)
            return file.read()
    except OSError as error:
        raise ConfigurationError(f"{CALLED}: {path} can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{CALLED}: {path} is not UTF-8 text.") from error


def _refuse_opened(folder: Path) -> None:
    """A folder that others may write lets them put another file in the place of one; a sticky one does not."""
    found = folder.stat()
    if not found.st_mode & stat.S_ISVTX:
        require_trusted(folder, found, f"{CALLED}: {folder}", RUN)


def _problems(layout: Layout) -> Iterator[str]:
    """Everything that keeps a layout from being used."""
    if not layout.marks or not all(table and column for table, column in layout.marks):
        yield "there is no line `-- marks: table.column` that says which tables are the system's"
    known = {part.seen for part in PARTS} | {function for part in PARTS for function in part.functions}
    for part in PARTS:
        missing = [function for function in part.functions if function not in layout.functions]
        if missing and not (layout.lacks(part) and (part.is_optional or part.name in DISPENSABLE)):
            yield f"part {part.name} lacks {', '.join(missing)}"
    for function, body in layout.functions.items():
        if function not in known:
            like = get_close_matches(function, known, n=1)
            yield f"{function} is not a function of the contract" + (f" (did you mean {like[0]}?)" if like else "")
        elif found := layout.signatures.get(function):
            yield from _differences(function, found)
        elif function not in {part.seen for part in PARTS}:
            yield f"{function} is not followed by CREATE FUNCTION minibar_ml.{function}(...) RETURNS TABLE (...)"
        if not _PLAIN.search(body):
            yield f"{function} is not `LANGUAGE sql STABLE AS $$ ... $$`, without SET"
        if unnamed := sorted(tables_in(without_comments(body)) - layout.needs[function].keys()):
            yield f"{function} reads {', '.join(unnamed)}, which its needs line does not name"
        if without_comments(body).upper().count("CREATE ") > 1:
            yield f"{function} creates more than one thing"
        if not layout.needs[function] and function in known:
            yield f"{function} has no line `-- needs: table(column, ...)`"
        if (reader := layout.readers.get(function)) not in (None, *READERS):
            yield f"readers of {function} are {reader}, not {' or '.join(READERS)}"
    yield from _mixed(layout.signatures)


def _differences(function: str, found: Signature) -> Iterator[str]:
    """How a function differs from the contract's, which our own layout has."""
    wanted = layouts()[0].signatures.get(function)
    if wanted is None:
        return
    if found.name != function:
        yield f"{function} creates {found.name}"
    if found.arguments != wanted.arguments:
        yield f"{function} takes ({_listed(found.arguments)}), not ({_listed(wanted.arguments)})"
    if missing := [name for name, _ in wanted.columns if name not in found.types]:
        yield f"{function} lacks the columns {', '.join(missing)}"
    elif [name for name, _ in found.columns] != [name for name, _ in wanted.columns]:
        yield f"{function} returns other columns than ({_listed(wanted.columns)}), or in another order"
    for name, kind in wanted.columns:
        is_id = name in keys.KINDS or keys.is_row_id(name)
        if name in found.types and found.types[name] != kind and not is_id:
            yield f"{function}: {name} is {found.types[name]}, not {kind}"
        if is_id and name in found.types and found.types[name].endswith("[]") != kind.endswith("[]"):
            yield f"{function}: {name} is {found.types[name]}, not {kind}"


def _mixed(signatures: dict[str, Signature]) -> Iterator[str]:
    """Keys of one kind are compared between functions, so they are of one type everywhere."""
    types: dict[str, dict[str, str]] = {}
    for function, signature in signatures.items():
        for name, kind in signature.columns:
            if name in keys.KINDS:
                types.setdefault(keys.KINDS[name], {}).setdefault(kind.removesuffix("[]"), function)
    for kind, found in types.items():
        if len(found) > 1:
            said = ", ".join(f"{type_} in {function}" for type_, function in found.items())
            yield f"ids of a {kind} are {said}: use one type"


def _listed(columns: tuple[tuple[str, str], ...]) -> str:
    """Names and types; ids have whatever type they have in the system's tables."""
    return ", ".join(
        f"{name} (id)" if name in keys.KINDS or keys.is_row_id(name) else f"{name} {kind}" for name, kind in columns
    )
