"""Making the database of an embedded server."""

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from minibar_ml import embedded


def ensure(setting: str) -> bool:
    """Make the database of an `embedded:` setting unless it is there; whether it was made."""
    url = make_url(embedded.url_of(setting, "postgres")).set(drivername="postgresql+psycopg2")
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = {"name": embedded.DATABASE}
        if connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), known).one_or_none():
            return False
        connection.execute(text(f"CREATE DATABASE {embedded.DATABASE} ENCODING 'UTF8' TEMPLATE template0"))
        return True
