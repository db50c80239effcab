"""The files of named queries: where they are, their sections, and their text without comments.

A query starts at a line `-- name: <name>`; a comment line below says what it returns. `:name` marks a bound
value, so that any query can be pasted into psql (after `\\set name value`). Identifiers are never substituted.
"""

import re
from functools import cache
from pathlib import Path

import minibar_ml

NAME = "-- name: "
_COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)


@cache
def sql_folder() -> Path:
    """The `sql` folder: inside the package when installed from a wheel, next to it in a checkout."""
    package = Path(minibar_ml.__file__).parent
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"


def sections(path: Path) -> dict[str, str]:
    """The text of each `-- name:` section of a file, in order."""
    return sections_of(path.read_text(encoding="utf-8"), str(path))


def sections_of(content: str, called: str) -> dict[str, str]:
    """The text of each `-- name:` section of a text, in order; raises ValueError, which names it, for two of a name."""
    found: dict[str, str] = {}
    for part in content.split(NAME)[1:]:
        name, _, body = part.partition("\n")
        if name.strip() in found:
            raise ValueError(f"{called} names {name.strip()!r} twice")
        found[name.strip()] = body.strip()
    return found


@cache
def query_files() -> dict[str, Path]:
    """The files of named queries by subject; the folders that they stand in are for people."""
    return {path.stem: path for path in sorted((sql_folder() / "queries").rglob("*.sql"))}


@cache
def subject(name: str) -> dict[str, str]:
    """The sections of the file of a subject, loaded once."""
    return sections(query_files()[name])


def without_comments(statement: str) -> str:
    """The same without lines that are comments."""
    return _COMMENT.sub("", statement)
