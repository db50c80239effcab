"""What the functions of a stranger's layout really read, as PostgreSQL says it.

A function whose body is SQL text depends on nothing that PostgreSQL knows. With the same body as `BEGIN ATOMIC` (from
PostgreSQL 14 on) it is parsed at once, and every table and column that it reads is on record in pg_depend.
"""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from minibar_ml.store.queries import query
from minibar_ml.store.source.layouts import Layout

_BODY = re.compile(r"\bAS\s+(\$\w*\$)(?P<body>.*?);?\s*\1", re.DOTALL | re.IGNORECASE)
_RELATION = re.compile(r'relation "(\w+)" does not exist')


def problems(connection: Connection, layout: Layout, bodies: Mapping[str, str]) -> list[str]:
    """What PostgreSQL does not accept in these functions, and what they read that no `needs` line of theirs names."""
    return [problem for function, body in bodies.items() for problem in _of(connection, layout, function, body)]


def _of(connection: Connection, layout: Layout, function: str, body: str) -> Iterator[str]:
    twin = _BODY.sub(lambda found: f"BEGIN ATOMIC {found['body'].strip().rstrip(';')}; END", body, count=1)
    twin = twin.replace("FUNCTION minibar_ml.", "FUNCTION pg_temp.", 1)
    step = connection.begin_nested()
    try:
        connection.exec_driver_sql(twin.replace("%", "%%"))
        read = connection.execute(query("source.reads"), {"function": f"pg_temp.{function}"}).all()
    except DBAPIError as error:
        yield f"{function}: {_said(error, layout)}"
        return
    finally:
        step.rollback()
    for row in read:
        named = {*layout.needs[function].get(row.table_name, ()), *_wanted(layout, function, row.table_name)}
        if row.table_name not in layout.needs[function]:
            place = f"{row.schema_name}.{row.table_name}"
            yield f"{function} reads {place}: write source.{row.table_name}, and name it in its needs line"
        elif unnamed := sorted(set(row.columns) - named):
            yield f"{function} reads {row.table_name} ({', '.join(unnamed)}), which its needs line does not name"


def _wanted(layout: Layout, function: str, table: str) -> Iterator[str]:
    return (want.column for want in layout.wants[function] if want.table == table)


def _said(error: DBAPIError, layout: Layout) -> str:
    lines = [line.strip() for line in str(error.orig).strip().splitlines()]
    bare = _RELATION.search(lines[0])
    hint = f" (write source.{bare[1]})" if bare and bare[1] in layout.tables() else ""
    return "; ".join(lines[:2]) + hint
