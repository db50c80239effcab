"""`minibar-ml db`: the store's schema and its access to the source tables."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.config.commands import note_import
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views import source_table
from minibar_ml.cli.views.idle import describe as describe_idle
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import PreconditionFailed, SourceIncomplete, UsageError
from minibar_ml.domain.source_parts import DISPENSABLE
from minibar_ml.i18n.screen import translated
from minibar_ml.log import logger
from minibar_ml.store import audit
from minibar_ml.store.intake import schema as lists
from minibar_ml.store.jobs import problems, runs
from minibar_ml.store.jobs.checks import fetch_opened_schemas
from minibar_ml.store.schema import grants, migrations
from minibar_ml.store.source import contract as source
from minibar_ml.store.source import keys, layout_files
from minibar_ml.store.source.columns import describe_strangers
from minibar_ml.store.source.layouts import Layout, layouts
from minibar_ml.store.source.seen import fetch_seen

if TYPE_CHECKING:
    pass

app = typer.Typer(no_args_is_help=True, epilog=examples("db check", "db upgrade"))
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="PART",
        help="A part that this hotel does not have: stays, requests, custody, ledger or recipients. Remembered.",
    ),
]
Having = Annotated[
    list[str] | None,
    typer.Option(
        "--with", metavar="PART", help="A part that this hotel has after all, though --without named it before."
    ),
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="db")


@app.command(epilog=examples("db init", "db init --without custody --without requests", "db init --files"))
def init(
    without: Without = None,
    having: Having = None,
    files: Annotated[
        bool, typer.Option("--files", help="Make a schema for lists that are imported from files (minibar-ml import).")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Create or upgrade the store and connect it to the source tables.

    Recognises the layout of the hotel application's tables, or takes that of ML_SOURCE_FILE, and installs the
    functions that read them.
    """
    _check_parts("--without", without, having)
    _check_parts("--with", having)
    settings = session.settings()
    own_file = own_layout(settings)
    if files and own_file:
        raise UsageError("--files and ML_SOURCE_FILE name two sources; use one.")
    with session.connected(settings, "db init") as connection:
        if not files:
            # First, so that a wrong database is not changed.
            source.recognise(connection, own_file)
            connection.rollback()
        applied = [*migrations.upgrade(connection), *lists.upgrade_where_wanted(connection, wanted=files)]
        absent = {*source.find_absent(connection), *(without or ())} - {*(having or ())}
        contract = source.install(connection, tuple(sorted(absent)), own_file)
        audit.insert(
            connection,
            "db.init",
            "source contract",
            after={"layout": contract.layout, "without": list(contract.absent)},
        )
        connection.commit()
        note_import(house.import_first(connection, settings))
        if strangers := source.find_strangers(connection):
            logger.warning("%s", describe_strangers(strangers))
        for opened in fetch_opened_schemas(connection):
            logger.warning("%s: %s", opened, opened.cure)
    console.note(f"Store: {plural(len(applied), 'migration')} applied.")
    console.note(f"Source: {contract.layout}, {len(contract.usable)} functions usable.")
    if kept := sorted(absent - {*(without or ())}):
        console.note(f"Still without {', '.join(kept)}, as said before; `--with {kept[0]}` takes that back.")
    if contract.gaps:
        raise SourceIncomplete(source.describe_gaps(contract))


def _check_parts(option: str, parts: list[str] | None, others: list[str] | None = None) -> None:
    """Raises UsageError for a part that an option can't name, or that two opposite options do."""
    if unknown := set(parts or ()) - set(DISPENSABLE):
        raise UsageError(f"{option} {sorted(unknown)[0]} is not one of {', '.join(DISPENSABLE)}.")
    if both := {*(parts or ())} & {*(others or ())}:
        raise UsageError(f"--without {sorted(both)[0]} and --with {sorted(both)[0]} cannot be combined.")


def own_layout(settings: Settings) -> Layout | None:
    """The layout from outside the package, where the settings name one."""
    return layout_files.load(Path(settings.source_file)) if settings.source_file else None


def all_layouts(settings: Settings) -> tuple[Layout, ...]:
    """Our own layouts, and that one."""
    return (*layouts(), *filter(None, [own_layout(settings)]))


@app.command(epilog=examples("db upgrade", "db upgrade --sql"))
def upgrade(
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Upgrade the store's schema to this version of minibar-ml."""
    settings = session.settings()
    with session.connected(settings, "db upgrade") as connection:
        if sql:
            for migration in [*migrations.pending(connection), *lists.pending_where_used(connection)]:
                console.say(migration.script())
            return
        for migration in [*migrations.upgrade(connection), *lists.upgrade_where_wanted(connection, wanted=False)]:
            console.note(f"Applied {migration.version:04d}_{migration.name}")
        note_import(house.import_first(connection, settings))


@app.command(epilog=examples("db roles", "db roles --apply"))
def roles(
    apply: Annotated[bool, typer.Option("--apply", help="Run it instead of printing it; needs a superuser.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the SQL that creates the group roles and their grants, for psql."""
    settings = session.settings()
    if not apply:
        console.say(grants.script(all_layouts(settings)))
        return
    with session.store(settings, "db roles") as connection:
        grants.apply(connection)
        connection.commit()
    console.note("Roles and grants are up to date; `minibar-ml access add` gives logins access to hotels.")


@app.command(epilog=examples("db status"))
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List migrations, applied and pending."""
    with session.connected(session.settings(), "db status") as connection:
        done = migrations.applied(connection)
        rows = [{"version": m.version, "name": m.name, "applied": m.version in done} for m in migrations.migrations()]
    if json:
        console.print_json(rows)
        return
    for row in rows:
        console.write_line(
            f"{row['version']:04d} {row['name']:<30} {translated('applied' if row['applied'] else 'pending')}"
        )


@app.command(epilog=examples("db check"))
def check(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check the schema and the access to the source tables.

    Shows what there is of each part of the source, and which alerts have nothing to work with. Exits with status 5 if
    something is missing.
    """
    settings = house.settings_of(session.settings(), "db check")
    own_file = own_layout(settings)
    with session.store(settings, "db check") as connection:
        contract = source.read(connection)
        version = migrations.server_version(connection)
        seen = fetch_seen(connection, contract)
        last = runs.find_last(connection, "collect")
        idle = runs.fetch_idle(connection, last.as_of) if last else ()
        known = problems.fetch(connection, last.as_of.astimezone(settings.zone()).date()) if last else []
    refused = source_table.refusals(known) + (last.counts.get("ledger_beginnings", []) if last else [])
    if json:
        console.print_json(
            {
                "server": version,
                "layout": contract.layout,
                "is_own_file": contract.is_own_file,
                "numbered": keys.kinds(contract.signatures),
                "usable": sorted(contract.usable),
                "missing": [str(gap) for gap in contract.gaps],
                "without": contract.absent,
                "idle": [asdict(one) for one in idle],
                "parts": [source_table.as_json(one, refused) for one in seen],
            }
        )
    else:
        where = " (a file of your own)" if contract.is_own_file else ""
        console.say(f"PostgreSQL {version}; store up to date; source {contract.layout}{where}")
        if numbered := keys.kinds(contract.signatures):
            console.say(f"Ids numbered by minibar-ml: {', '.join(numbered)}")
        console.out().print(source_table.table(seen, refused))
        for one in idle:
            console.say(describe_idle(one))
    if own_file and own_file.checksum != contract.checksum:
        raise PreconditionFailed(
            f"ML_SOURCE_FILE={settings.source_file} differs from what is installed ({contract.layout}): "
            "run `minibar-ml db init`."
        )
    if contract.gaps:
        raise PreconditionFailed(source.describe_gaps(contract))
