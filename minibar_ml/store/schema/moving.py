"""Moving the store of a folder's own server to another database, with PostgreSQL's own programs."""

import os
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from minibar_ml import embedded
from minibar_ml.domain.errors import PreconditionFailed
from minibar_ml.store.engine import OLDEST_SERVER
from minibar_ml.store.queries import query

SCHEMAS = ("minibar_ml", "minibar_in")
NEWER_ONLY = b"SET transaction_timeout = 0;\n"
"""pg_dump writes it whatever server is to read it; one before version 17 does not know it."""
HEAD_BYTES = 4096
PREFIX, SUFFIX = ".move.", ".sql"


def require_room(target: Connection) -> None:
    """Raise PreconditionFailed for a database that can't take the store, or has one."""
    found = target.execute(query("moving.find_room"), {"schemas": list(SCHEMAS)}).one()
    if found.version // 10000 < OLDEST_SERVER:
        raise PreconditionFailed(f"The server is older than PostgreSQL {OLDEST_SERVER}; take a newer one.")
    if found.taken:
        raise PreconditionFailed(f"That database has a schema {found.taken} already; name an empty database.")
    if not found.may_create:
        raise PreconditionFailed(
            f"User {found.role} may not create schemas there; the database's owner runs: "
            f"GRANT CREATE ON DATABASE {found.database} TO {found.role}."
        )


def has_all(target: Connection, rows: dict[str, int]) -> bool:
    """Whether a database has the store with these rows already: a move that was killed may have come so far."""
    there = set(_tables(target))
    return there == set(rows) and count_rows(target) == rows


def hold(connection: Connection) -> None:
    """Keep everybody from writing until the transaction ends; reading goes on."""
    connection.execute(text(f"LOCK TABLE {', '.join(_tables(connection))} IN SHARE MODE"))


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of each table of the store and of its lists; in two statements."""
    counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in _tables(connection))
    return dict(row.tuple() for row in connection.execute(text(counted)))


def _tables(connection: Connection) -> list[str]:
    return list(connection.execute(query("moving.fetch_tables"), {"schemas": list(SCHEMAS)}).scalars())


def copy(source: Engine, target: Engine, folder: Path) -> None:
    """Write all of the source's store into the target, in one transaction; `folder` holds it for as long as it takes.

    Raises PreconditionFailed with the program's own words where one of them fails; then the target is as it was.
    """
    for left in folder.glob(f"{PREFIX}*{SUFFIX}"):
        # By a move that was killed.
        left.unlink()
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=SUFFIX, dir=folder) as dumped:
        named = [part for schema in SCHEMAS for part in ("--schema", schema)]
        _run("pg_dump", source, "--no-owner", "--no-privileges", *named, "--file", dumped.name)
        _leave_out_newer_only(Path(dumped.name))
        _run("psql", target, "--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1",
             "--output", os.devnull, "--file", dumped.name)  # fmt: skip


def _leave_out_newer_only(dumped: Path) -> None:
    """Overwrite the statement with blanks where it stands: in the file's first lines, long before any row."""
    with dumped.open("r+b") as file:
        place = file.read(HEAD_BYTES).find(NEWER_ONLY)
        if place >= 0:
            file.seek(place)
            file.write(b" " * (len(NEWER_ONLY) - 1))


def _run(program: str, engine: Engine, *options: str) -> None:
    """Run one of PostgreSQL's programs on a database; the password goes by the environment, which others can't read."""
    address = engine.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(engine.url.password)} if engine.url.password else {})
    done = subprocess.run(
        [embedded.program(program), "--dbname", address, *options], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), f"status {done.returncode}")
        raise PreconditionFailed(f"Nothing was moved: {said}")
