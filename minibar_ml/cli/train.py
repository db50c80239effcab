"""`minibar-ml train`: metric points -> sealed models."""

from dataclasses import asdict
from math import exp
from typing import TYPE_CHECKING

import typer

from minibar_ml.cli import console, context, phases
from minibar_ml.cli.context import AsOf, Json, Quiet, Verbose
from minibar_ml.log import logger

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.jobs.train import TrainResult

STRICTER = 1.05
"""From so many times on a threshold is said to be tightened; less would be told as one time stricter."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(train)


def train(as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Learn what is normal, evaluate it on injected faults, and store it sealed; store the night's forecasts."""
    from minibar_ml.artifacts.keys import load_keys
    from minibar_ml.jobs.train import run

    settings = context.settings()
    if not context.enabled(settings):
        return
    instant = context.resolve_as_of(as_of, settings.zone())
    keys = load_keys(settings)
    today = instant.astimezone(settings.zone()).date()
    calendar = context.calendar(settings, today, today)

    def job(connection: "Connection") -> "TrainResult":
        return run(
            connection,
            instant,
            settings.zone(),
            keys,
            context.limits(settings),
            training_days=settings.training_days,
            lookback_days=settings.lookback_days,
            min_points=settings.min_data_points,
            calendar=calendar,
        )

    result = context.work(settings, "train", job)
    foretold = result.forecasts
    logger.info(
        "forecasts of days left: %d new, %d changed, %d removed",
        foretold.inserted,
        foretold.updated,
        foretold.removed,
    )
    if json:
        console.print_json(asdict(result))
    elif not quiet:
        _show(result, settings.accuracy_threshold)


def _show(result: "TrainResult", accuracy_threshold: float) -> None:
    table = console.table(
        ["hotel", "metric", "model", "points", "result", "recall", "precision", "accuracy"],
        right=["hotel", "points", "recall", "precision", "accuracy"],
    )
    for one in result.trained:
        quality = one.quality
        figures = [quality.recall, quality.precision, quality.accuracy] if quality else [None] * 3
        table.add_row(
            str(one.hotel_id),
            one.metric,
            one.model,
            str(one.data_points),
            f"version {one.version}" if one.version else one.reason or "",
            *("unknown" if figure is None else f"{figure:.2f}" for figure in figures),
        )
    if not result.trained:
        console.note("no metric points yet, nothing to learn from: run `minibar-ml collect` first")
        return
    console.out().print(table)
    console.note("recall, precision and balanced accuracy are measured on faults injected into 7 held-out days")
    _show_budget(result)
    for hotel_id, history in result.phases.items():
        console.note(phases.told(hotel_id, history))
    for one in result.trained:
        # A forest raises nothing alone: its figures only tell what its opinion is worth.
        measured = one.quality.accuracy if one.quality and one.model == "statistics" else None
        if measured is not None and measured < accuracy_threshold:
            console.note(
                f"{one.metric}, hotel {one.hotel_id}: balanced accuracy {measured:.2f} is below "
                f"{accuracy_threshold:g} (ML_ACCURACY_THRESHOLD) at the present ML_ALERT_BUDGET"
            )
    for kind, (false, confirmed) in sorted(result.verdicts.items()):
        console.note(f"{kind}: {false} of {false + confirmed} judged alerts were false")


def _show_budget(result: "TrainResult") -> None:
    from minibar_ml.ml.budgets import LEFT_FOR_RULES

    figures = ["share", "expected", "threshold", "held out"]
    table = console.table(["hotel", "detector", *figures, "set by"], right=["hotel", *figures])
    for one in result.budget:
        table.add_row(
            str(one.hotel_id),
            one.detector,
            f"{one.share:.0%}",
            _rate(one.expected_per_1000_rooms_day),
            "none" if one.threshold is None else f"1 in {exp(one.threshold):,.0f}",
            _rate(one.held_out_per_1000_rooms_day),
            _set_by(one.times_stricter),
        )
    console.say("")
    console.out().print(table)
    console.note(
        f"ML_ALERT_BUDGET is {result.budget_per_1000_rooms_day:g}, of which {LEFT_FOR_RULES:.0%} is left for rules; "
        "expected and held out are alerts per 1,000 rooms and day: the false ones that the threshold allows, and all "
        "that were raised on 7 held-out days, true faults among them; set by history: so many times stricter for it"
    )


def _rate(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate:.3g}"


def _set_by(times_stricter: float | None) -> str:
    if times_stricter is None:
        return "too little data"
    return "the budget" if times_stricter < STRICTER else f"history, {times_stricter:.1f} ×"
