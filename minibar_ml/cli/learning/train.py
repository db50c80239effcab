"""`minibar-ml train`: metric points -> sealed models."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from minibar_ml.artifacts.keys import load_keys
from minibar_ml.cli import house, plans, session
from minibar_ml.cli.arguments import hotels
from minibar_ml.cli.arguments.options import AsOf, Hotels, Jobs, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.views import phases, quality_table
from minibar_ml.domain.errors import ExitCode
from minibar_ml.i18n import listings, screen
from minibar_ml.i18n.formats import fixed, number, one_of, percent
from minibar_ml.i18n.screen import translated
from minibar_ml.jobs.train import TrainResult, run
from minibar_ml.log import logger
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.evaluation.holdout import HELD_OUT_DAYS
from minibar_ml.store.source.hotels import fetch_names

if TYPE_CHECKING:
    from sqlalchemy import Connection


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(epilog=examples("train", "train --as-of 2026-03-01 --json"))(train)


def train(
    hotel: Hotels = None,
    jobs: Jobs = 1,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fit models to recent weeks, evaluate and store them.

    Learns from the last days (training_days, see `config`), evaluates on faults injected into held-out days, stores the
    models encrypted and makes them active. Also stores the forecasts of how long stocks last.
    """
    settings = session.settings()
    if not session.enabled(settings):
        return
    known, instant = house.at(settings, "train", as_of)
    settings = known.settings
    plan = plans.training(known, instant, is_live=as_of is None)
    keys = load_keys(settings)

    only = hotels.find_all(settings, "train", hotel)

    def job(connection: "Connection") -> tuple[TrainResult, dict[int, str]]:
        return run(connection, plan, keys, only, jobs), {} if json or quiet else fetch_names(connection)

    result, called = session.work(settings, "train", job)
    stored = result.forecasts
    logger.info("forecasts: %d new, %d changed, %d removed", stored.inserted, stored.updated, stored.removed)
    if json:
        console.print_json(asdict(result))
    elif not quiet:
        _show(result, called, settings.accuracy_threshold)
    if result.partly:
        logger.warning("%s", result.partly)
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _show(result: TrainResult, called: Mapping[int, str], accuracy_threshold: float) -> None:
    def name(hotel_id: int) -> str:
        return console.visible(listings.hotel(hotel_id, called.get(hotel_id), screen.lang()))

    if not result.trained:
        console.note("Nothing to learn from, there are no metric points yet: run `minibar-ml collect` first.")
        return
    _show_models(result, name)
    if result.detectors:
        _show_detectors(result, name, accuracy_threshold)
    for hotel_id, history in result.phases.items():
        console.note(phases.describe(hotel_id, history, called))
    for one in result.trained:
        if one.fell_from is not None and one.quality is not None:
            console.note(
                f"{one.metric}, {name(one.hotel_id)}: balanced accuracy fell from "
                f"{fixed(one.fell_from, screen.lang(), 2)} to {fixed(one.quality.accuracy, screen.lang(), 2)}, "
                f"more than chance explains; {_hint(result)}"
            )
    _show_verdicts(result)


def _show_models(result: TrainResult, name: Callable[[int], str]) -> None:
    is_one = len({one.hotel_id for one in result.trained}) == 1
    heads = ["metric", "model", "points", "result"]
    table = console.table(heads if is_one else ["hotel", *heads], right=["points"], whole=["metric", "model"])
    for one in result.trained:
        table.add_row(
            *([] if is_one else [name(one.hotel_id)]),
            one.metric,
            one.model,
            str(one.data_points),
            translated(f"version {one.version}" if one.version else one.reason or ""),
        )
    console.out().print(table)


def _show_detectors(result: TrainResult, name: Callable[[int], str], accuracy_threshold: float) -> None:
    for hotel_id, found in groupby(result.detectors, key=lambda one: one.hotel_id):
        rows = (quality_table.cells(one.detector, quality_table.percent(one.share), one.quality) for one in found)
        quality_table.show(name(hotel_id), rows)
    budget = number(result.budget_per_1000_rooms_day, screen.lang(), 2)
    unspent = percent(100 * (1 - sum(shares().values())), screen.lang(), 0)
    console.note(
        f"alert_budget {budget}: false alerts per 1,000 rooms per day, divided by share; {unspent} of it is not spent."
    )
    quality_table.explain(accuracy_threshold)
    for hotel_id, people in result.people.items():
        lang = screen.lang()
        units = one_of([number(size, lang) for size in people.adds], lang)
        checks = one_of([percent(100 * share, lang) for share in people.leaves_out], lang)
        adds, leaves_out = (_shares(found) for found in (people.adds, people.leaves_out))
        console.note(
            f"{name(hotel_id)}: an attendant who adds {units} units per check for {HELD_OUT_DAYS} days raises an alert "
            f"in {adds} of cases; who leaves out {checks} of checks, in {leaves_out} (attendants tried: "
            f"{people.tried})."
        )


def _shares(found: Mapping[float, float]) -> str:
    return ", ".join(percent(100 * share, screen.lang(), 0) for share in found.values())


def _hint(result: TrainResult) -> str:
    rollback = "`minibar-ml models rollback` restores the previous version"
    if not any(false for false, _ in result.verdicts.values()):
        return rollback
    return f"stricter thresholds after false-positive verdicts can cause this; otherwise, {rollback}"


def _show_verdicts(result: TrainResult) -> None:
    for kind, share in sorted(result.false_shares.items()):
        after = "with the new thresholds: unknown"
        if share.after is not None:
            after = f"with the new thresholds: {share.still_raised} of them raised, {share.still_false} false"
        elif share.still_raised == 0:
            after = "with the new thresholds: none of them raised"
        console.note(
            f"{kind}: {share.false} of {share.judged} alerts with a verdict were false "
            f"({percent(100 * share.before, screen.lang(), 0)}); {after}."
        )
