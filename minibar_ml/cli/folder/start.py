"""`minibar-ml start`: everything that a hotel with lists in files needs, in one folder."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.artifacts.keys import create_key_file
from minibar_ml.cli import env_file, house, session
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.config.commands import note_import
from minibar_ml.cli.terminal import console
from minibar_ml.config import location
from minibar_ml.config.checks import require_currency, require_zone
from minibar_ml.domain.errors import PreconditionFailed, UsageError
from minibar_ml.domain.imports import IMPORT_KINDS
from minibar_ml.domain.languages import Lang
from minibar_ml.embedded import PREFIX, is_embedded, require_room
from minibar_ml.embedded import stop as embedded_stop
from minibar_ml.files import make_folders, write_whole
from minibar_ml.intake import templates
from minibar_ml.store import audit
from minibar_ml.store.intake import schema as lists
from minibar_ml.store.intake.lists import insert_hotels
from minibar_ml.store.schema import databases, migrations
from minibar_ml.store.source import contract as source

INBOX, TEMPLATES, KEY = "inbox", "templates", "minibar-ml.key"
HINT = "choose another folder with --here"


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("stop"))(stop)
    root.command(epilog=examples('start --here pier --hotel "Pier Hotel" --timezone Europe/Istanbul --lang tr'))(start)


def start(
    here: Annotated[Path, typer.Option("--here", metavar="DIR", help="A folder, which is made if it is not there.")],
    hotel: Annotated[str, typer.Option("--hotel", metavar="NAME", help="The hotel's name.")],
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="ZONE", help="The hotel's time zone.")
    ] = "Europe/Istanbul",
    lang: Annotated[Lang, typer.Option("--lang", help="Language of alerts and reports.")] = "en",
    currency: Annotated[str, typer.Option("--currency", metavar="CUR", help="Currency of prices, such as TRY.")] = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Set up a hotel with lists in files: a database of its own, key, settings and templates, in one folder.

    For one machine and one user, without a database administrator. Afterwards run every command in that folder.
    """
    require_zone("--timezone", timezone)
    require_currency("--currency", currency)
    folder = here.absolute()
    if not hotel.strip():
        raise UsageError("--hotel must name the hotel.")
    if (folder / location.NAME).exists():
        raise PreconditionFailed(f"{folder} is set up already: change to it and run `minibar-ml status`.")
    require_room(folder)
    env_file.require_writable("--here", str(folder))
    make_folders(folder / INBOX)
    if not (folder / KEY).exists():
        create_key_file(folder / KEY)
    url = f"{PREFIX}{folder}"
    databases.ensure(url)
    _write_templates(folder / TEMPLATES, lang)
    # Last, so that a start that failed can be run again.
    _set_up(folder, hotel.strip(), _settings(url, timezone, lang, currency))
    console.note(f"Ready. Continue in {folder}:")
    console.note(f"  1. put your system's lists into {INBOX}/; {TEMPLATES}/ shows which")
    console.note(f"     minibar-ml import --inbox {INBOX}")
    console.note("  2. minibar-ml setup --schedule none && minibar-ml report weekly")
    console.note("  3. minibar-ml cron --here   (add what it prints to `crontab -e`)")
    console.note(
        "`minibar-ml docs import` explains the rest; `minibar-ml stop` ends the database server, for a backup."
    )


def stop(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """End the database server of this folder, so that the folder can be copied; the next command starts it again."""
    settings = session.settings()
    if not is_embedded(settings.database_url):
        raise PreconditionFailed("The settings of this folder name a database server, not a folder: nothing to stop.")
    console.note("Stopped." if embedded_stop(settings.database_url) else "The server does not run.")


def _settings(url: str, timezone: str, lang: Lang, currency: str) -> dict[str, str]:
    found = {
        "ML_DATABASE_URL": url, "ML_TIMEZONE": timezone, "ML_LANG": lang, "ML_KEY_FILE": KEY,
        "ML_REPORT_DIR": "reports", "ML_IMPORT_INBOX": INBOX,
    }  # fmt: skip
    return found | ({"ML_CURRENCY": currency} if currency else {})


def _set_up(folder: Path, hotel: str, values: dict[str, str]) -> None:
    """Make the store and write the settings: in the folder, and as if no other were set."""
    env_file.leave_to_files()
    os.environ |= values
    os.chdir(folder)
    location.use_none()
    settings = session.settings()
    with session.connected(settings, "start") as connection:
        migrations.upgrade(connection)
        lists.upgrade_where_wanted(connection, wanted=True)
        insert_hotels(connection, [hotel])
        contract = source.install(connection)
        audit.insert(connection, "db.init", "source contract", after={"layout": contract.layout, "without": []})
        connection.commit()
        note_import(house.import_first(connection, settings))
    env_file.write(folder, values, hint=HINT)


def _write_templates(folder: Path, lang: Lang) -> None:
    today = datetime.now(UTC).astimezone().date()
    for kind in IMPORT_KINDS:
        content = templates.as_workbook(templates.rows(kind, lang, today))
        write_whole(folder / f"{kind}.xlsx", content, hint=HINT)
