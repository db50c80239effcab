"""The schema minibar_in: made where a hotel's lists are to be imported, and upgraded with the store."""

from sqlalchemy import Connection

from minibar_ml.domain.errors import PreconditionFailed, SchemaAhead, SchemaBehind
from minibar_ml.store.engine import SEARCH_PATH
from minibar_ml.store.queries import query, sql_folder
from minibar_ml.store.schema.migrations import Migration, migrations

MISSING = "This database has no schema for imported lists: run `minibar-ml db init --files`."


def known() -> list[Migration]:
    """All migrations of the schema, in order."""
    return migrations(sql_folder() / "intake" / "migrations")


def is_installed(connection: Connection) -> bool:
    """Whether this database has the schema."""
    return bool(connection.execute(query("intake.is_installed")).scalar_one())


def upgrade(connection: Connection) -> list[Migration]:
    """Make the schema or bring it up to date, each migration in a transaction of its own; returns what was applied."""
    connection.execute(query("intake.create_schema"))
    connection.execute(query("intake.create_table"))
    todo = pending(connection)
    connection.commit()
    for migration in todo:
        connection.exec_driver_sql(migration.sql.replace("%", "%%"))
        record = {"version": migration.version, "name": migration.name, "checksum": migration.checksum}
        connection.execute(query("intake.insert_migration"), record)
        connection.commit()
    return todo


def script(migration: Migration) -> str:
    """A migration and its record as one transaction, for a database administrator to run by hand."""
    record = str(
        query("intake.insert_migration")
        .bindparams(version=migration.version, name=migration.name, checksum=migration.checksum)
        .compile(compile_kwargs={"literal_binds": True})
    )
    return f"BEGIN;\nSET LOCAL search_path = {SEARCH_PATH};\n{migration.sql.rstrip()}\n{record};\nCOMMIT;\n"


def pending(connection: Connection) -> list[Migration]:
    """What the database lacks. Raises SchemaAhead and PreconditionFailed as the store's does."""
    done = {row.version: row.checksum for row in connection.execute(query("intake.fetch_migrations"))}
    if ahead := done.keys() - {migration.version for migration in known()}:
        raise SchemaAhead(
            f"Schema minibar_in is at version {max(ahead)}, newer than this program: install the newer one."
        )
    for migration in known():
        if migration.version in done and done[migration.version] != migration.checksum:
            raise PreconditionFailed(
                f"Migration {migration.version:04d}_{migration.name} of minibar_in is not the one that this "
                "database was made with (checksums differ): restore the released file."
            )
    return [migration for migration in known() if migration.version not in done]


def require(connection: Connection) -> None:
    """Raise PreconditionFailed where there is no schema for lists, SchemaBehind where it is older than this program."""
    if not is_installed(connection):
        raise PreconditionFailed(MISSING)
    if pending(connection):
        raise SchemaBehind("Schema minibar_in is older than this program: run `minibar-ml db upgrade`.")
