"""`minibar-ml audit`: show the audit log and verify that it is complete."""

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.options import Json, Limit, Quiet, Since, Until, Verbose, examples
from minibar_ml.cli.doctor.sentences import waiting_line
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.domain.errors import ExitCode, UsageError
from minibar_ml.i18n.screen import translated
from minibar_ml.store import audit
from minibar_ml.store.audit import Chain, Checkpoint, Entry

app = typer.Typer(no_args_is_help=True, epilog=examples("audit list --by ayse --since 2026-03-01", "audit verify"))
PRINTED = "`minibar-ml audit head` prints one: a number, a colon and 64 hexadecimal digits."
_CHECKPOINT = re.compile(r"(?:(?P<entries>[0-9]{1,18}):)?(?P<hash>[0-9a-f]{64})")
Head = Annotated[
    str | None,
    typer.Option("--head", metavar="FILE|HASH", help="What `audit head` printed before, or a file of such lines."),
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
    """Show who did what and when, latest first.

    Says how many entries wait to be added because somebody holds the log.
    """
    settings = house.settings_of(session.settings(), "audit list")
    start, end = times.span(since, until, settings.zone())
    with session.store(settings, "audit list") as connection:
        found = audit.fetch(connection, audit.Wanted(start, end, action, subject, by, limit))
        waiting = audit.find_waiting(connection)
    if json:
        console.print_json([asdict(entry) for entry in found])
    elif found:
        _print_table(found, settings.zone())
    else:
        console.note("No entries match.")
    if waiting:
        console.note(waiting_line(waiting, datetime.now(UTC)))


def _print_table(entries: list[Entry], zone: ZoneInfo) -> None:
    table = console.table(["ID", "At", "By", "Action", "Subject"], right=["ID"])
    for entry in entries:
        table.add_row(
            str(entry.id),
            f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
            console.visible(_who(entry)),
            console.visible(entry.action),
            console.visible(translated(entry.subject)),
        )
    console.out().print(table)


def _who(entry: Entry) -> str:
    """The named operator, and in brackets account and database role: the name alone proves nothing."""
    account = f"{entry.os_user}, {entry.database_role}"
    return f"{entry.operator} ({account})" if entry.operator else account


@app.command(epilog=examples("audit head", "audit head >> /mnt/elsewhere/audit.heads"))
def head(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Print a checkpoint of the audit log: how many entries it has, and the hash of the last one.

    Keep it where the database administrator can't write. `audit verify --head` then finds a log that was cut off or
    rewritten. Mails of reports carry one too.
    """
    with session.store(session.settings(), "audit head") as connection:
        found = audit.find_checkpoint(connection)
    if json:
        console.print_json(asdict(found) if found else None)
    elif found:
        console.say(str(found))
    else:
        console.note("No entries yet.")


@app.command(
    epilog=examples("audit verify", "audit verify --head HASH", "audit verify --head /mnt/elsewhere/audit.heads")
)
def verify(head: Head = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Verify the hash chain of the audit log.

    Exits with status 1 and names the first broken entry if the chain is broken. With `--head`, checks that the log
    still has what `audit head` printed before.
    """
    kept = _kept(head.strip()) if head else []
    with session.store(session.settings(), "audit verify") as connection:
        chain = audit.verify(connection, kept)
    if json:
        console.print_json({**asdict(chain), "holds": chain.fault is None})
    else:
        _print_chain(chain)
    if chain.fault:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _kept(text: str) -> list[Checkpoint]:
    """The checkpoints that are given, or those of a file, one a line; raises UsageError for anything else."""
    if one := _checkpoint(text):
        return [one]
    try:
        lines = Path(text).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UsageError(f"--head {text!r} is neither a checkpoint nor a file that can be read. {PRINTED}") from error
    found = [(line, _checkpoint(line.strip())) for line in lines if line.strip()]
    for line, known in found:
        if known is None:
            raise UsageError(f"--head {text}: {line[:80]!r} is not a checkpoint. {PRINTED}")
    if not found:
        raise UsageError(f"--head {text} is empty. {PRINTED}")
    return [known for _, known in found if known is not None]


def _checkpoint(text: str) -> Checkpoint | None:
    found = _CHECKPOINT.fullmatch(text.lower())
    return Checkpoint(int(found["entries"]) if found["entries"] else None, found["hash"]) if found else None


def _print_chain(chain: Chain) -> None:
    if chain.fault:
        console.say(f"broken: {console.visible(chain.fault)}")
    else:
        known = chain.checkpoint if chain.entries else "(none yet)"
        console.say(f"{plural(chain.entries, 'entry', 'entries')}, chain intact; head {known}")
