"""Options that mean the same in every command, and the examples below a command's help."""

from typing import Annotated

import typer

from minibar_ml import log

MOST_ROWS = 2**31 - 1
"""The highest value of `--limit`."""


def _quiet(wanted: bool) -> bool:
    # What a callback returns is what the command gets.
    if wanted:
        log.configure(quiet=True)
    return wanted


def _verbose(wanted: bool) -> bool:
    if wanted:
        log.configure(verbose=True)
    return wanted


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        help="Run as if it were this time (2026-03-01T18:00, yesterday, 3d; in the hotel's time zone).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_quiet, help="Print only errors on stderr.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", callback=_verbose, help="Print every step on stderr.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="T", help="From then on: 2026-03-01, yesterday, monday, 3d, 8:00.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="T", help="Up to then (exclusive): 2026-03-01, today, 2h, 8:00.")
]
Limit = typer.Option("--limit", metavar="N", min=1, max=MOST_ROWS, help="Show at most N rows.")
Hotel = Annotated[str | None, typer.Option("--hotel", metavar="H", help="Only this hotel (name or id).")]

Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", min=1, help="Work on N hotels at a time, each in a process of its own.")
]

Hotels = Annotated[
    list[str] | None,
    typer.Option("--hotel", metavar="H", help="Only this hotel (name or id); may be repeated."),
]


def examples(*commands: str) -> str:
    """The epilog of a command's help: command lines to copy, without the program's name."""
    head = "Example:" if len(commands) == 1 else "Examples:"
    return "\n\n".join([head, *(f"minibar-ml {command}" for command in commands)])
