"""`minibar-ml audit`: who did what, and whether anybody has tampered with the record of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import Json, Limit, Quiet, Since, Until, Verbose
from minibar_ml.domain.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from minibar_ml.store.audit import Chain, Entry

app = typer.Typer(no_args_is_help=True, help="Who did what, and whether the record of it is whole.")
HEXADECIMAL = frozenset("0123456789abcdef")
Expect = Annotated[
    str | None, typer.Option("--expect", metavar="HASH", help="A head that was printed before and kept elsewhere.")
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="audit")


@app.command("list")
def list_(
    since: Since = None,
    until: Until = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="A", help="Such as alert.view, or alert for all about alerts.")
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
    """Who did what to what, the latest first."""
    from minibar_ml.store import audit

    settings = session.settings()
    start, end = times.span(since, until, settings.zone())
    with session.store(settings, "audit list") as connection:
        found = audit.fetch(connection, audit.Wanted(start, end, action, subject, by, limit))
    if json:
        console.print_json([asdict(entry) for entry in found])
    elif found:
        _print_table(found, settings.zone())
    else:
        console.note("No entry matches.")


def _print_table(entries: "list[Entry]", zone: "ZoneInfo") -> None:
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


def _who(entry: "Entry") -> str:
    """The named operator first; the account and the role that did it stand behind, for a name is only claimed."""
    account = f"{entry.os_user}, {entry.database_role}"
    return f"{entry.operator} ({account})" if entry.operator else account


@app.command()
def verify(expect: Expect = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Follow the chain of hashes; exit 1 and name the first broken entry where it does not hold.

    Keep the printed head where the database's administrator can't write: `--expect` then finds a log that was cut
    off or written anew.
    """
    from minibar_ml.store import audit

    expected = expect.strip().lower() if expect else None
    if expected is not None and (len(expected) != 64 or set(expected) - HEXADECIMAL):
        raise UsageError(f"--expect {expect!r} is no head: `audit verify` prints one, 64 hexadecimal digits.")
    with session.store(session.settings(), "audit verify") as connection:
        chain = audit.verify(connection, expected)
    if json:
        console.print_json({**asdict(chain), "holds": chain.fault is None})
    else:
        _print_chain(chain)
    if chain.fault:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _print_chain(chain: "Chain") -> None:
    if chain.fault:
        console.say(f"broken: {console.visible(chain.fault)}")
    else:
        console.say(f"{chain.entries} entries, all in their place; head {chain.head or '(none yet)'}")
