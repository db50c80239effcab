"""`minibar-ml db`: the store's schema and its access to the source tables."""

from typing import Annotated

import typer

from minibar_ml.cli import console, house, session
from minibar_ml.cli.config.commands import note_import
from minibar_ml.cli.console import plural
from minibar_ml.cli.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.views import source_table
from minibar_ml.domain.errors import PreconditionFailed, SourceIncomplete, UsageError
from minibar_ml.domain.source_parts import DISPENSABLE
from minibar_ml.log import logger
from minibar_ml.store import audit, grants, migrations, runs
from minibar_ml.store.checks import fetch_opened_schemas
from minibar_ml.store.source import contract as source

app = typer.Typer(no_args_is_help=True)
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="PART",
        help="A part that this hotel does not have: stays, requests, custody, ledger or recipients.",
    ),
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="db")


@app.command(epilog=examples("db init", "db init --without custody --without requests"))
def init(without: Without = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Create or upgrade the store and connect it to the source tables.

    Recognises the layout of the hotel application's tables and installs the functions that read them.
    """
    if unknown := set(without or ()) - set(DISPENSABLE):
        raise UsageError(f"--without {sorted(unknown)[0]} is not one of {', '.join(DISPENSABLE)}.")
    settings = session.settings()
    with session.connected(settings, "db init") as connection:
        # First, so that a wrong database is not changed.
        source.recognise(connection)
        connection.rollback()
        applied = migrations.upgrade(connection)
        contract = source.install(connection, tuple(sorted(without or ())))
        audit.insert(
            connection,
            "db.init",
            "source contract",
            after={"layout": contract.layout, "without": list(contract.absent)},
        )
        connection.commit()
        note_import(house.import_first(connection, settings))
        for opened in fetch_opened_schemas(connection):
            logger.warning("%s: %s", opened, opened.cure)
    console.note(f"Store: {plural(len(applied), 'migration')} applied.")
    console.note(f"Source: {contract.layout}, {len(contract.usable)} functions usable.")
    if contract.gaps:
        raise SourceIncomplete(source.describe_gaps(contract))


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
            for migration in migrations.pending(connection):
                console.say(migration.script())
            return
        for migration in migrations.upgrade(connection):
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
        console.say(grants.script())
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
        console.say(f"{row['version']:04d} {row['name']:<30} {'applied' if row['applied'] else 'pending'}")


@app.command(epilog=examples("db check"))
def check(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check the schema and the access to the source tables.

    Shows what there is of each part of the source. Exits with status 5 if something is missing.
    """
    with session.store(session.settings(), "db check") as connection:
        contract = source.read(connection)
        version = migrations.server_version(connection)
        seen = source.fetch_seen(connection, contract)
        last = runs.find_last(connection, "collect")
    refused = last.counts.get("refusals", []) if last else []
    if json:
        console.print_json(
            {
                "server": version,
                "layout": contract.layout,
                "usable": sorted(contract.usable),
                "missing": [str(gap) for gap in contract.gaps],
                "without": contract.absent,
                "parts": [source_table.as_json(one, refused) for one in seen],
            }
        )
    else:
        console.say(f"PostgreSQL {version}; store up to date; source {contract.layout}")
        console.out().print(source_table.table(seen, refused))
    if contract.gaps:
        raise PreconditionFailed(source.describe_gaps(contract))
