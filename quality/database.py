"""A PostgreSQL of the measurement's own: an embedded server for as long as it is needed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from minibar_ml.simulate.server import fresh_database
from minibar_ml.store.engine import make_engine
from quality.hotels import ZONE


@contextmanager
def connected() -> Iterator[Connection]:
    """A connection to an empty database."""
    with tempfile.TemporaryDirectory(prefix="minibar-ml-quality-") as folder:
        # The server's lock file lies in the runtime folder; the one that all users share may be another's.
        (Path(folder) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder
        with fresh_database(Path(folder), keep=False) as url, make_engine(url, ZONE, "quality").connect() as connection:
            yield connection
