"""`minibar-ml detect`: metric points -> alerts."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, plans, session, times
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose
from minibar_ml.cli.views import phases
from minibar_ml.domain.errors import ConfigurationError, UsageError
from minibar_ml.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.artifacts.keys import Keys
    from minibar_ml.config.settings import Settings
    from minibar_ml.jobs.detect import DetectResult

ANOMALIES_FOUND = 10
"""Exit status of `--fail-on-alert` when alerts were opened; errors keep theirs."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(detect)


def detect(
    since: Annotated[str | None, typer.Option("--since", metavar="D", help="Walk forward from this day on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="D", help="Walk up to this day (exclusive).")] = None,
    fail_on_alert: Annotated[
        bool, typer.Option("--fail-on-alert", help=f"Exit {ANOMALIES_FOUND} when an alert was opened.")
    ] = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Judge the days that may still change and raise alerts; with --since walk through history day by day."""
    from minibar_ml.jobs.detect import run
    from minibar_ml.jobs.plans import DetectionPlan

    settings = session.settings()
    if not session.enabled(settings):
        return
    zone = settings.zone()
    instant = times.resolve_as_of(as_of, zone)
    if until and not since:
        raise UsageError("--until goes with --since: together they name the days to walk through.")
    _, last = times.span(since, until, zone)
    first, today = times.first_day(since, instant, zone), instant.astimezone(zone).date()
    plan = DetectionPlan(
        as_of=instant,
        zone=zone,
        limits=plans.limits(settings),
        lang=settings.lang,
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        calendar=plans.calendar(settings, first or today, today),
        since=first,
        until=last.astimezone(zone).date() if last else None,
        is_live=as_of is None,
    )
    keys = None if plan.walks else _keys(settings)

    def job(connection: "Connection") -> "DetectResult":
        with console.progress("detect", enabled=plan.walks and not quiet) as advance:
            return run(connection, plan, keys, advance)

    result = session.work(settings, "detect", job)
    _show(result, json=json)
    if fail_on_alert and result.transitions.opened:
        raise typer.Exit(ANOMALIES_FOUND)


def _keys(settings: "Settings") -> "Keys | None":
    """The keys, or none: then stored models can't be opened, detect goes on with statistics and says so."""
    from minibar_ml.artifacts.keys import load_keys

    try:
        return load_keys(settings)
    except ConfigurationError as error:
        logger.warning("%s", error)
        return None


def _show(result: "DetectResult", *, json: bool) -> None:
    moved = result.transitions
    if json:
        console.print_json(asdict(result))
        return
    logger.info(
        "looked at %s to %s, %d hotel(s): %d alerts opened, %d updated, %d closed, %d suppressed",
        result.since, result.until, result.hotels, moved.opened, moved.updated, moved.resolved, moved.suppressed,
    )  # fmt: skip
    phases.note(result.phases)
