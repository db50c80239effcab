"""`minibar-ml audit`: show the audit log and verify that it is complete."""

from dataclasses import asdict
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import console, house, session, times
from minibar_ml.cli.console import plural
from minibar_ml.cli.options import Json, Limit, Quiet, Since, Until, Verbose, examples
from minibar_ml.domain.errors import ExitCode, UsageError
from minibar_ml.store import audit
from minibar_ml.store.audit import Chain, Entry

app = typer.Typer(no_args_is_help=True)
HEXADECIMAL = frozenset("0123456789abcdef")
Expect = Annotated[
    str | None, typer.Option("--expect", metavar="HASH", help="A head that `audit verify` printed before.")
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="audit")


@app.command("list", epilog=examples("audit list --by ayse --since 2026-03-01", "audit list --action alert"))
def list_(
    since: Since = None,
    until: Until = None,
    action: Annotated[
        str | None,
        typer.Option("--action", metavar="A", help="Such as alert.view; alert selects all that start with it."),
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="S", help="Such as 'alert 17'.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Operator, operating-system user or database role.")
    ] = None,
    limit: Annotated[int, Limit] = 100,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show who did what and when, latest first."""
    settings = house.settings_of(session.settings(), "audit list")
    start, end = times.span(since, until, settings.zone())
    with session.store(settings, "audit list") as connection:
        found = audit.fetch(connection, audit.Wanted(start, end, action, subject, by, limit))
    if json:
        console.print_json([asdict(entry) for entry in found])
    elif found:
        _print_table(found, settings.zone())
    else:
        console.note("No entries match.")


def _print_table(entries: list[Entry], zone: ZoneInfo) -> None:
    table = console.table(["ID", "At", "By", "Action", "Subject"], right=["ID"])
    for entry in entries:
        table.add_row(
            str(entry.id),
            f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
            console.visible(_who(entry)),
            console.visible(entry.action),
            console.visible(entry.subject),
        )
    console.out().print(table)


def _who(entry: Entry) -> str:
    """The named operator, and in brackets account and database role: the name alone proves nothing."""
    account = f"{entry.os_user}, {entry.database_role}"
    return f"{entry.operator} ({account})" if entry.operator else account


@app.command(epilog=examples("audit verify", "audit verify --expect HASH"))
def verify(expect: Expect = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Verify the hash chain of the audit log.

    Exits with status 1 and names the first broken entry if the chain is broken. Keep the printed head where the
    database administrator can't write: `--expect` then finds a log that was truncated or rewritten.
    """
    expected = expect.strip().lower() if expect else None
    if expected is not None and (len(expected) != 64 or set(expected) - HEXADECIMAL):
        raise UsageError(
            f"--expect {expect!r} is not a head: `minibar-ml audit verify` prints one, 64 hexadecimal digits."
        )
    with session.store(session.settings(), "audit verify") as connection:
        chain = audit.verify(connection, expected)
    if json:
        console.print_json({**asdict(chain), "holds": chain.fault is None})
    else:
        _print_chain(chain)
    if chain.fault:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _print_chain(chain: Chain) -> None:
    if chain.fault:
        console.say(f"broken: {console.visible(chain.fault)}")
    else:
        console.say(f"{plural(chain.entries, 'entry', 'entries')}, chain intact; head {chain.head or '(none yet)'}")
