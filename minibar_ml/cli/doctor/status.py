"""`minibar-ml status`: when each job last ran, whether it is late, and other problems."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.arguments.options import AsOf, Json, Quiet, Verbose, examples
from minibar_ml.cli.doctor import prometheus as metrics
from minibar_ml.cli.doctor.health import examine
from minibar_ml.cli.doctor.sentences import NEVER, format_span, local, sentences
from minibar_ml.cli.doctor.status_json import as_json
from minibar_ml.cli.terminal import console
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode, MinibarError
from minibar_ml.domain.health import Health
from minibar_ml.i18n.screen import translated
from minibar_ml.store.source.hotels import fetch_names

ROW = "{:<{name}}{:<10}{:<17}{:<9}{:<13}{}"
LEAST, GAP = 10, 1
"""Letters of the column of jobs, which is as wide as the longest of them, and the space behind that."""
PrometheusFile = Annotated[
    Path | None,
    typer.Option(
        "--prometheus", metavar="FILE", help="Also write metrics to FILE, for node_exporter's textfile collector."
    ),
]


def register(root: typer.Typer) -> None:
    """Add this command to the app."""
    root.command(epilog=examples("status", "status --prometheus /var/lib/node_exporter/minibar-ml.prom"))(status)


def status(
    prometheus: PrometheusFile = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show when each job last ran and whether it is late.

    Also shows open alerts, the outbox and refused models. Exits with status 1 if something is late or broken.
    """
    settings, health, called = _read(session.settings(), as_of, prometheus)
    if json:
        console.print_json(as_json(health))
    else:
        _print(health, settings, called)
    if not health.is_well:
        raise typer.Exit(ExitCode.UNEXPECTED)


def _read(settings: Settings, as_of: str | None, prometheus: Path | None) -> tuple[Settings, Health, Mapping[int, str]]:
    """The settings with the facts that hold, the health, and the hotels' names."""
    try:
        known, instant = house.at(settings, "status", as_of)
        settings = known.settings
        with session.store(settings, "status") as connection:
            health = examine(connection, settings, instant)
            called = fetch_names(connection)
    except MinibarError:
        # The file must show that the store could not be read, not the last good state.
        if prometheus:
            metrics.write(prometheus, None)
        raise
    if prometheus:
        metrics.write(prometheus, health)
    return settings, health, called


def _print(health: Health, settings: Settings, called: Mapping[int, str]) -> None:
    if not health.has_run:
        console.say("No job has run yet. Start with `minibar-ml collect`.")
    for row in _rows(health, settings):
        console.write_line(row)
    for sentence in sentences(health, settings, called):
        for line in folded(console.visible(translated(sentence)), console.width()):
            console.write_line(line)


def _rows(health: Health, settings: Settings) -> Iterator[str]:
    """The heading and a line for each job, in the language of this process."""
    rows = [("job", "state", "last run", "outcome", "last success", "schedule")]
    for one in health.jobs:
        ran = local(one.runs.last_as_of, settings)
        success = f"{format_span(one.age)} ago" if one.age is not None else "never"
        rows.append((one.runs.job, one.state, ran, one.ended or NEVER, success, one.schedule.text))
    cells = [[translated(cell) for cell in row] for row in rows]
    longest = max(len(first) for first, *_others in cells)
    return (ROW.format(*row, name=max(LEAST, longest + GAP)) for row in cells)
