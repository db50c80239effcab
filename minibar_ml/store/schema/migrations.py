"""Our schemas, the store's above all: forward-only plain SQL files, checksummed, each applied in its own transaction.

A small runner of ours, since none of the maintained ones fits (see ARCHITECTURE.md): yandex-pgmigrate keeps no
checksums, yoyo hashes names and not contents, alembic wants Python around each file.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from minibar_ml.domain.errors import AnotherRunHoldsTheLock, PreconditionFailed, SchemaAhead, SchemaBehind
from minibar_ml.store.engine import SEARCH_PATH
from minibar_ml.store.failures import sqlstate
from minibar_ml.store.queries import query
from minibar_ml.store.sessions import LOCK_NOT_AVAILABLE
from minibar_ml.store.sql_files import sql_folder

NO_SUCH_TABLE = "42P01"
MADE_MEANWHILE = ("23505", "42P06", "42P07")
"""Unique names of the catalogue, a schema, a table: another session has just made what was not there."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema of ours with a record of the migrations that made it.

    subject: of the named queries that keep the record; folder: of the migrations, below `sql`; called: in messages.
    """

    subject: str
    folder: str
    called: str

    def query(self, name: str) -> TextClause:
        """One of the queries that keep its record."""
        return query(f"{self.subject}.{name}")


STORE = Schema("migrations", "migrations", "the store's schema")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of a schema's folder: `<number>_<what it changes>.sql`."""

    version: int
    name: str
    sql: str
    schema: Schema = STORE

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def record(self) -> dict[str, int | str]:
        """What the schema keeps of it."""
        return {"version": self.version, "name": self.name, "checksum": self.checksum}

    def script(self) -> str:
        """The file and its record as one transaction, for a database administrator to run by hand."""
        record = self.schema.query("insert").bindparams(**self.record)
        prepare = f"{self.schema.query('create_schema')};\n{self.schema.query('create_table')};"
        path = f"SET LOCAL search_path = {SEARCH_PATH};"
        insert = record.compile(compile_kwargs={"literal_binds": True})
        return f"BEGIN;\n{path}\n{prepare}\n{self.sql.rstrip()}\n{insert};\nCOMMIT;\n"


def migrations(schema: Schema = STORE) -> list[Migration]:
    """All migrations, in order."""
    paths = sorted((sql_folder() / schema.folder).glob("*.sql"))
    return [Migration(int(path.stem[:4]), path.stem[5:], path.read_text(encoding="utf-8"), schema) for path in paths]


def applied(connection: Connection, schema: Schema = STORE) -> dict[int, str]:
    """Version -> checksum of what the database has; empty, after a rollback, where there is no such schema."""
    try:
        rows = connection.execute(schema.query("fetch")).all()
    except ProgrammingError as error:
        if sqlstate(error) != NO_SUCH_TABLE:
            raise
        connection.rollback()
        return {}
    return {row.version: row.checksum for row in rows}


def pending(connection: Connection, schema: Schema = STORE) -> list[Migration]:
    """What the database lacks; raises where it is ahead of this program or was changed under it."""
    done = applied(connection, schema)
    known = migrations(schema)
    if ahead := done.keys() - {migration.version for migration in known}:
        called = schema.called[0].upper() + schema.called[1:]
        raise SchemaAhead(
            f"{called} is at version {max(ahead)}, newer than this program: install the newer minibar-ml."
        )
    for migration in known:
        if migration.version in done and done[migration.version] != migration.checksum:
            raise PreconditionFailed(
                f"Migration {migration.version:04d}_{migration.name} of {schema.called} is not the one that this "
                "database was made with (checksums differ): restore the released file."
            )
    return [migration for migration in known if migration.version not in done]


def upgrade(connection: Connection, schema: Schema = STORE) -> list[Migration]:
    """Apply what is pending, each migration in one transaction; returns what was applied.

    Raises AnotherRunHoldsTheLock while another upgrade is at work.
    """
    todo = pending(connection, schema)
    if todo:
        _require_sound_ground(connection)
    connection.rollback()
    return [migration for migration in todo if _apply(connection, migration)]


def _apply(connection: Connection, migration: Migration) -> bool:
    """Apply a migration under a lock on the record of migrations; False where another upgrade has done so."""
    schema = migration.schema
    try:
        connection.execute(schema.query("create_schema"))
        connection.execute(schema.query("create_table"))
        connection.execute(schema.query("lock"))
    except DBAPIError as error:
        if sqlstate(error) not in (LOCK_NOT_AVAILABLE, *MADE_MEANWHILE):
            raise
        connection.rollback()
        raise AnotherRunHoldsTheLock("Another upgrade is in progress.") from error
    if migration.version in applied(connection, schema):
        connection.rollback()
        return False
    connection.exec_driver_sql(migration.sql.replace("%", "%%"))
    connection.execute(schema.query("insert"), migration.record)
    connection.commit()
    return True


def _require_sound_ground(connection: Connection) -> None:
    """Raise PreconditionFailed, before anything is applied, where the database's encoding or the schema's owner won't
    do."""
    encoding = connection.execute(text("SELECT pg_catalog.current_setting('server_encoding')")).scalar_one()
    if encoding != "UTF8":
        raise PreconditionFailed(
            f"This database's encoding is {encoding}; minibar-ml needs UTF8. Dump it and restore it into a "
            "database made by `createdb --encoding UTF8 --template template0`."
        )
    if owner := connection.execute(query("migrations.find_strange_owner")).scalar_one_or_none():
        raise PreconditionFailed(
            f"Schema minibar_ml belongs to role {owner}, who could change whatever is made in it: run this as that "
            "role. If the schema is not of this installation, have its owner or a superuser drop it."
        )


def require_current(connection: Connection) -> None:
    """Raise SchemaBehind or SchemaAhead unless the store is what this program knows."""
    if todo := pending(connection):
        more = f" and {len(todo) - 1} more" if len(todo) > 1 else ""
        raise SchemaBehind(
            f"The store lacks migration {todo[0].version:04d}_{todo[0].name}{more}: "
            "run `minibar-ml db init` (a new store) or `minibar-ml db upgrade`."
        )


def server_version(connection: Connection) -> str:
    """The server's version, such as 15.18."""
    return str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0]
