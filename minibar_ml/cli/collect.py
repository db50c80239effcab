"""`minibar-ml collect`: source rows -> metric points."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import hotels, times
from minibar_ml.cli.arguments.options import AsOf, Hotels, Json, Quiet, Since, Verbose, examples
from minibar_ml.cli.config.commands import note_import
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.config import basis
from minibar_ml.config.loading import examine
from minibar_ml.domain.errors import ExitCode, SourceIncomplete
from minibar_ml.jobs.collect import CollectResult, run
from minibar_ml.jobs.spans import CollectionPlan
from minibar_ml.log import logger
from minibar_ml.store.jobs.marks import Outside

if TYPE_CHECKING:
    from sqlalchemy import Connection


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(epilog=examples("collect", "collect --since 2026-03-01"))(collect)


def collect(
    since: Since = None,
    rezone: Annotated[
        bool, typer.Option("--rezone", help="Change the store's time zone to ML_TIMEZONE; computes all days again.")
    ] = False,
    hotel: Hotels = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Read the hotel's tables and store metric points.

    The first run covers all history; later ones cover the last days (lookback_days, see `config`) and rows that are
    new since the last run. `--since` computes older days again; `--hotel` leaves the other hotels to the next run.
    """
    settings = session.settings()
    if not session.enabled(settings):
        return
    known, imported = house.of_collect(settings, rezone=rezone)
    note_import(imported)
    instant = times.resolve_as_of(as_of, known.zone())
    settings = known.at(instant).settings
    first_day = times.first_day(since, instant, settings.zone())
    plan = CollectionPlan(
        as_of=instant,
        zone=settings.zone(),
        lookback_days=settings.lookback_days,
        since=first_day,
        hours=settings.house_hours(),
        hotels=hotels.find_all(settings, "collect", hotel),
        is_live=as_of is None,
        outside=Outside(basis.digest(examine())) if as_of is None and first_day is None else None,
    )

    def job(connection: "Connection") -> CollectResult:
        with console.progress("collect", enabled=not quiet) as advance:
            return run(connection, plan, advance)

    result = session.work(settings, "collect", job)
    _show(result, json=json)
    if result.missing:
        raise SourceIncomplete(result.missing)
    if result.failures:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _show(result: CollectResult, *, json: bool) -> None:
    _warn(result)
    if json:
        console.print_json({**asdict(result), "refused": [one.to_json() for one in result.refused]})
    else:
        logger.info(
            "collected %s since %s: %d new, %d changed, %d removed",
            plural(len(result.metrics), "metric"),
            result.since,
            result.points.inserted,
            result.points.updated,
            result.points.removed,
        )
    if result.failures:
        logger.warning("%s", result.failures)


def _warn(result: CollectResult) -> None:
    for refused in result.refused:
        logger.warning(
            "%s: %s refused, %s (for example id %d)",
            refused.source,
            plural(refused.rows, "row"),
            refused.reason,
            refused.example_id,
        )
    for warning in result.warnings:
        logger.warning("%s", warning)
