"""`minibar-ml move-to`: from a database in a folder to one on a server."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from minibar_ml import embedded
from minibar_ml.cli import env_file, session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.domain.errors import PreconditionFailed, UsageError
from minibar_ml.files import PRIVATE, write_whole
from minibar_ml.store import audit
from minibar_ml.store.engine import connect, make_engine
from minibar_ml.store.schema import moving

ADDRESS = re.compile(r"^(?:export )?ML_DATABASE_URL=.*$", re.MULTILINE)


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command("move-to", epilog=examples("move-to postgresql://minibar@db.example/minibar"))(move_to)


def move_to(
    address: Annotated[
        str, typer.Argument(metavar="URL", help="An empty database; a password goes into ~/.pgpass, not here.")
    ],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Move the database of this folder to a PostgreSQL server, with all lists, alerts, models and settings.

    Everything is moved or nothing. Afterwards the settings name the server, and the folder's own one is stopped; its
    database stays in the folder until you delete it.
    """
    settings = session.settings()
    if not embedded.is_embedded(settings.database_url):
        raise PreconditionFailed("The settings name a database server already; `pg_dump` moves its databases.")
    path = _settings_file()
    env_file.require_writable("URL", address)
    if urlsplit(address).password:
        raise UsageError("URL must hold no password, for others see it in the list of processes: use ~/.pgpass.")
    target = make_engine(address, settings.timezone, "minibar-ml move-to", "URL")
    folder = Path(settings.database_url.removeprefix(embedded.PREFIX))
    with session.store(settings, "move-to") as connection, connect(target) as moved:
        moving.hold(connection)
        rows = moving.count_rows(connection)
        if not moving.has_all(moved, rows):
            moving.require_room(moved)
            moved.rollback()
            moving.copy(connection.engine, target, folder)
        if not moving.has_all(moved, rows):
            raise PreconditionFailed("There are other rows there than here; the settings still name this folder.")
        audit.insert(moved, "db.move", "to a server", after={"tables": len(rows), "rows": sum(rows.values())})
        moved.commit()
        text = ADDRESS.sub(lambda _: f"ML_DATABASE_URL='{address}'", path.read_text(encoding="utf-8"))
        write_whole(path, text.encode(), PRIVATE, hint="write the new address into ML_DATABASE_URL yourself")
    embedded.stop(settings.database_url)
    total = console.plural(sum(rows.values()), "row")
    console.say(f"Moved {total} of {len(rows)} tables; {path} names the server now.")
    console.note(
        f"The former database stays in {folder / embedded.DATA}, stopped; delete it when the server has a backup."
    )
    console.note("`minibar-ml db roles --apply` lets other people in.")


def _settings_file() -> Path:
    """The file that names the database; raises PreconditionFailed where none does."""
    path = location.find().path
    if path is None or not ADDRESS.search(path.read_text(encoding="utf-8")):
        raise PreconditionFailed("ML_DATABASE_URL stands in no settings file here: run this in the folder of `start`.")
    return path
