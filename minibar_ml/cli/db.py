"""`minibar-ml db`: the store's schema and the source contract."""

from typing import Annotated

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Json, Quiet, Verbose
from minibar_ml.domain.errors import PreconditionFailed, SourceIncomplete, UsageError
from minibar_ml.domain.source_parts import DISPENSABLE
from minibar_ml.log import logger

app = typer.Typer(no_args_is_help=True, help="The store's schema and the source contract.")
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without", metavar="PART", help="The hotel has no such part: stays, requests, custody, ledger or recipients."
    ),
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="db")


@app.command()
def init(without: Without = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Make or upgrade the store, recognise the source layout and install its contract."""
    from minibar_ml.store import audit, migrations
    from minibar_ml.store.checks import fetch_opened_schemas
    from minibar_ml.store.source import contract as source

    if unknown := set(without or ()) - set(DISPENSABLE):
        raise UsageError(f"--without {sorted(unknown)[0]} is not one of {', '.join(DISPENSABLE)}.")
    with session.connected(session.settings(), "db init") as connection:
        # First of all, so that a wrong database is left as it was.
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
        for opened in fetch_opened_schemas(connection):
            logger.warning("%s: %s", opened, opened.cure)
    console.note(f"store: {len(applied)} migration(s) applied")
    console.note(f"source: {contract.layout}, {len(contract.usable)} functions usable")
    if contract.gaps:
        raise SourceIncomplete(source.complaint(contract))


@app.command()
def upgrade(
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Bring the store's schema to what this program needs; `--sql` prints what it would run."""
    from minibar_ml.store import migrations

    with session.connected(session.settings(), "db upgrade") as connection:
        if sql:
            for migration in migrations.pending(connection):
                console.say(migration.script())
            return
        for migration in migrations.upgrade(connection):
            console.note(f"applied {migration.version:04d}_{migration.name}")


@app.command()
def roles(
    apply: Annotated[bool, typer.Option("--apply", help="Run it instead of printing it; takes a superuser.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """The database's group roles and their grants: prints sql/roles.sql for psql, or runs it."""
    from minibar_ml.store import access

    settings = session.settings()
    if not apply:
        console.say(access.roles_script())
        return
    with session.store(settings, "db roles") as connection:
        access.apply_roles(connection)
        connection.commit()
    console.note("roles and grants are as this version wants them; `minibar-ml access add` binds logins to hotels")


@app.command()
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Which migrations the database has and which it lacks."""
    from minibar_ml.store import migrations

    with session.connected(session.settings(), "db status") as connection:
        done = migrations.applied(connection)
        rows = [{"version": m.version, "name": m.name, "applied": m.version in done} for m in migrations.migrations()]
    if json:
        console.print_json(rows)
        return
    for row in rows:
        console.say(f"{row['version']:04d} {row['name']:<30} {'applied' if row['applied'] else 'pending'}")


@app.command()
def check(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check schema and source contract, and show what is there of each part; exit 5 where something is missing."""
    from minibar_ml.cli.views import source_table
    from minibar_ml.store import runs
    from minibar_ml.store.migrations import server_version
    from minibar_ml.store.source import contract as source

    with session.store(session.settings(), "db check") as connection:
        contract = source.read(connection)
        version = server_version(connection)
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
        raise PreconditionFailed(source.complaint(contract))
