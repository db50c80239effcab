"""`minibar-ml collect`: source rows -> metric points."""

from dataclasses import asdict

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import AsOf, Json, Quiet, Since, Verbose
from minibar_ml.domain.errors import SourceIncomplete
from minibar_ml.log import logger


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(collect)


def collect(
    since: Since = None, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Read the hotel's tables and write metric points; the first run fills in all history."""
    from minibar_ml.jobs.collect import run

    settings = session.settings()
    if not session.enabled(settings):
        return
    instant = times.resolve_as_of(as_of, settings.zone())
    first_day = times.first_day(since, instant, settings.zone())
    result = session.work(
        settings,
        "collect",
        lambda connection: run(
            connection, instant, settings.zone(), settings.lookback_days, first_day, settings.house_hours()
        ),
    )
    for refused in result.refused:
        logger.warning(
            "%s: %d row(s) refused, %s (for example id %d)",
            refused.source,
            refused.rows,
            refused.reason,
            refused.example_id,
        )
    for warning in result.warnings:
        logger.warning("%s", warning)
    if json:
        console.print_json(asdict(result))
    else:
        logger.info(
            "collected %d metrics since %s: %d new, %d changed, %d removed",
            len(result.metrics),
            result.since,
            result.points.inserted,
            result.points.updated,
            result.points.removed,
        )
    if result.missing:
        raise SourceIncomplete(result.missing)
