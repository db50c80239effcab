"""`minibar-ml import`: lists that a hotel's system exports, as CSV or Excel files."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.imports import files, maps, template
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.imports import FileRefused
from minibar_ml.i18n import imports as texts
from minibar_ml.jobs import inbox as jobs
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.jobs.inbox import Outcome
from minibar_ml.store.intake import schema

app = typer.Typer(
    no_args_is_help=True,
    invoke_without_command=True,
    epilog=examples("import rooms rooms.xlsx --hotel 'Grand Hotel'", "import --inbox /srv/lists"),
)
files.register(app)
template.register(app)
maps.register(app)


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="import")


@app.callback()
def inbox(
    context: typer.Context,
    inbox: Annotated[
        Path | None,
        typer.Option("--inbox", metavar="DIR", help="Import every file that has arrived in this folder (for cron)."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Import lists that the hotel's system exports: CSV or Excel files.

    With --inbox, the name of a file says which list it is and of which day: in_house-2026-11-27.xlsx. A folder that is
    called as a hotel holds that hotel's files. Files are moved to done/ or rejected/ in it.
    """
    if context.invoked_subcommand:
        if inbox:
            raise UsageError("--inbox cannot be combined with a kind of list.")
        return
    settings = session.settings()
    if inbox is None:
        raise UsageError("Say which list (`minibar-ml import --help`), or --inbox DIR.")
    if not inbox.is_dir():
        raise UsageError(f"--inbox {inbox} is not a folder.")
    if not session.enabled(settings):
        return
    settings = house.settings_of(settings, "import")
    lang = session.language(settings)
    outcomes: list[tuple[Path, Outcome]] = []
    with session.store(settings, "import") as connection:
        schema.require(connection)
        now = Now(datetime.now(UTC), settings.zone())
        for file, folder, outcome in jobs.run(connection, inbox, Options(), now, partial(files.write_report, lang)):
            outcomes.append((file, outcome))
            if not json and (not quiet or isinstance(outcome, FileRefused) or outcome.is_refused):
                files.show(file, outcome, lang, folder=folder)
    if strange := jobs.unreadable(inbox):
        console.note(texts.unreadable(strange, lang))
    if waiting := jobs.arriving(inbox):
        console.note(texts.arriving(waiting, jobs.SETTLED_SECONDS, lang))
    elif not outcomes:
        console.note(texts.nothing_new(str(inbox), lang))
    files.end(outcomes, json=json)
