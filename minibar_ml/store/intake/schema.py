"""The schema minibar_in: made where a hotel's lists are to be imported, and upgraded with the store."""

from sqlalchemy import Connection

from minibar_ml.domain.errors import PreconditionFailed, SchemaBehind
from minibar_ml.store.schema.migrations import Migration, Schema, applied, pending, upgrade

LISTS = Schema("intake_migrations", "intake/migrations", "schema minibar_in")


def upgrade_where_wanted(connection: Connection, *, wanted: bool) -> list[Migration]:
    """Make the schema where it is wanted, and bring it up to date where it is; returns what was applied."""
    return upgrade(connection, LISTS) if wanted or applied(connection, LISTS) else []


def pending_where_used(connection: Connection) -> list[Migration]:
    """What a database that has the schema lacks of it."""
    return pending(connection, LISTS) if applied(connection, LISTS) else []


def require(connection: Connection) -> None:
    """Raise PreconditionFailed where there is no schema for lists, SchemaBehind where it is older than this program."""
    if not applied(connection, LISTS):
        raise PreconditionFailed("This database has no schema for imported lists: run `minibar-ml db init --files`.")
    if pending(connection, LISTS):
        raise SchemaBehind("Schema minibar_in is older than this program: run `minibar-ml db upgrade`.")
