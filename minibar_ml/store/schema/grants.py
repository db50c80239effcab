"""The group roles and their grants: sql/roles.sql with what the source contract reads."""

from collections.abc import Sequence

from sqlalchemy import Connection

from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.store import audit
from minibar_ml.store.engine import require_own_session, set_search_path
from minibar_ml.store.jobs.checks import fetch_opened_schemas
from minibar_ml.store.queries import query
from minibar_ml.store.source.contract import known_layouts
from minibar_ml.store.source.layouts import Layout
from minibar_ml.store.sql_files import sql_folder

SOURCE_TABLES = "/* tables, columns and readers of sql/source */"
"""Where sql/source_tables.sql takes the rows of the contract."""
LOGIN = "/* login */"
"""Where sql/login.sql takes the name of the login."""


def script(known: Sequence[Layout]) -> str:
    """sql/roles.sql, which psql can run too, with what these layouts read and who reads it besides the jobs.

    The schema of imported lists, where there is one, has its own part (sql/intake/roles.sql).
    """
    return _joined(known, "source_tables.sql", "roles.sql", "intake/roles.sql")


def login_script(known: Sequence[Layout], login: str) -> str:
    """sql/login.sql for a login, which psql can run: it may own a store and read what these layouts read."""
    return _joined(known, "source_tables.sql", "login.sql").replace(LOGIN, login.replace("'", "''"))


def _joined(known: Sequence[Layout], *files: str) -> str:
    text = "\n".join((sql_folder() / name).read_text(encoding="utf-8") for name in files)
    return text.replace(SOURCE_TABLES, "\n    " + ",\n    ".join(_grants(known)) + "\n")


def _grants(known: Sequence[Layout]) -> list[str]:
    """A row of VALUES for each table of any layout; names are plain words, by the pattern that finds them."""
    columns: dict[str, set[str]] = {}
    readers: dict[str, set[str]] = {}
    for layout in known:
        for table, needed in layout.columns().items():
            columns.setdefault(table, set()).update(needed)
        for function, group in layout.readers.items():
            for table in layout.needs[function]:
                readers.setdefault(table, set()).add(group)
    # The viewers' rights are the operators' too.
    groups = {table: f"'{max(found)}'" for table, found in readers.items()}
    return [
        f"('{table}', '{', '.join(sorted(columns[table]))}', {groups.get(table, 'NULL')})" for table in sorted(columns)
    ]


def apply(connection: Connection) -> None:
    """Make the group roles and their grants, in the caller's transaction, with an audit entry.

    Raises PreconditionFailed where others may create in a schema of the store or the source: sql/roles.sql, run by
    psql, refuses it too, and behind a pooler.
    """
    require_own_session(connection, "`db roles --apply`")
    if opened := fetch_opened_schemas(connection):
        raise PreconditionFailed(f"{opened[0]}: {opened[0].cure}; then run this again. Nothing was changed.")
    connection.exec_driver_sql(script(known_layouts(connection)).replace("%", "%%"))
    set_search_path(connection)
    audit.insert(connection, "access.roles", "sql/roles.sql")


def is_installed(connection: Connection) -> bool:
    """Whether roles.sql was run in this database."""
    return bool(connection.execute(query("access.is_installed")).scalar_one())


def fetch_foreign(connection: Connection) -> list[str]:
    """The store's tables that came after roles.sql was last run, or whose grants are those of an earlier one."""
    return list(connection.execute(query("access.fetch_foreign")).scalars())
