"""`minibar-ml detect`: metric points -> alerts."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.cli import house, plans, session
from minibar_ml.cli.arguments import hotels, times
from minibar_ml.cli.arguments.options import AsOf, Hotels, Jobs, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views import phases
from minibar_ml.config import basis
from minibar_ml.config.loading import examine
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, ExitCode, UsageError
from minibar_ml.jobs.detect import DetectResult, run
from minibar_ml.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection

ANOMALIES_FOUND = 10
"""Exit status of `--fail-on-alert` when alerts were raised; errors keep theirs."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    shown = examples("detect", "detect --since 2026-02-01 --until 2026-03-01", "detect --fail-on-alert")
    root.command(epilog=shown)(detect)


def detect(
    since: Annotated[
        str | None, typer.Option("--since", metavar="D", help="Go through history day by day, from this day on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="D", help="With --since: up to this day (exclusive).")
    ] = None,
    fail_on_alert: Annotated[
        bool, typer.Option("--fail-on-alert", help=f"Exit with status {ANOMALIES_FOUND} when an alert was raised.")
    ] = False,
    hotel: Hotels = None,
    jobs: Jobs = 1,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check recent days for anomalies and raise alerts.

    Checks today, the days that ended since the last run, and days whose data changed. With `--since`, goes through
    history: each day sees only what was known then.
    """
    settings = session.settings()
    if not session.enabled(settings):
        return
    if until and not since:
        raise UsageError("--until needs --since.")
    known, instant = house.at(settings, "detect", as_of)
    settings, zone = known.settings, known.settings.zone()
    _, last = times.span(since, until, zone)
    first = times.first_day(since, instant, zone)
    until_day = last.astimezone(zone).date() if last else None
    by = basis.digest(examine())
    plan = plans.detection(known, instant, since=first, until=until_day, is_live=as_of is None, basis=by)
    keys = None if plan.walks else _keys(settings)

    only = hotels.find_all(settings, "detect", hotel)

    def job(connection: "Connection") -> DetectResult:
        with console.progress("detect", enabled=plan.walks and not quiet) as advance:
            return run(connection, plan, keys, advance, only, jobs)

    result = session.work(settings, "detect", job)
    _show(result, json=json)
    if result.partly:
        logger.warning("%s", result.partly)
        raise typer.Exit(ExitCode.PARTLY_DONE)
    if fail_on_alert and result.transitions.opened:
        raise typer.Exit(ANOMALIES_FOUND)


def _keys(settings: Settings) -> Keys | None:
    """The keys, or none: stored models can't be opened then, and detect fits statistics of its own."""
    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.warning("%s", error)
        return None


def _show(result: DetectResult, *, json: bool) -> None:
    moved = result.transitions
    if json:
        console.print_json(asdict(result))
        return
    logger.info(
        "checked %s to %s, %s: %s raised, %d updated, %d resolved, %d suppressed, %d muted%s",
        result.since, result.until, plural(result.hotels, "hotel"), plural(moved.opened, "alert"),
        moved.updated, moved.resolved, moved.suppressed, result.muted,
        f"; records changed: {moved.corrected} corrected, {moved.withdrawn} withdrawn"
        if moved.corrected or moved.withdrawn else "",
    )  # fmt: skip
    phases.note(result.phases)
