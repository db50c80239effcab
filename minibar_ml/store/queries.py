"""Named queries: one file a subject under `sql/queries`, loaded once; see `sql_files`.

Comments stay in the files. The driver puts values into the text wherever a bind is named, in a comment too, where one
with a line break would end the comment and be read as SQL.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import TextClause, text

from minibar_ml.store import sql_files


@cache
def query(name: str) -> TextClause:
    """The query `subject.name`, ready to execute."""
    subject, _, section = name.partition(".")
    return text(sql_files.without_comments(sql_files.subject(subject)[section]))


def as_array(numbers: Collection[int] | None) -> list[int] | None:
    """Numbers as a query takes them; None: all that there are."""
    return None if numbers is None else sorted(numbers)
