"""Named queries: one file a subject under `sql/queries`, loaded once.

A query starts at a line `-- name: <name>`; a comment line below says what it returns. `:name` marks a bound
value, so that any query can be pasted into psql (after `\\set name value`). Identifiers are never substituted.

Comments stay in the files. The driver puts values into the text wherever a bind is named, in a comment too, where one
with a line break would end the comment and be read as SQL.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

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
def _subject(subject: str) -> dict[str, str]:
    return sections(sql_folder() / "queries" / f"{subject}.sql")


@cache
def query(name: str) -> TextClause:
    """The query `subject.name`, ready to execute."""
    subject, _, section = name.partition(".")
    return text(without_comments(_subject(subject)[section]))


def without_comments(statement: str) -> str:
    """The same without lines that are comments."""
    return _COMMENT.sub("", statement)
