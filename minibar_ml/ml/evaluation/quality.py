"""How good a hotel's detectors are: faults injected into its own held-out days, and those days as they were.

Recall is the share of injected faults found, as a curve over their size. Accuracy is balanced, the mean of recall and
specificity: plain accuracy means nothing where nearly every day is ordinary. See `holdout` for the days,
`ml/faults` for the faults, `false_alerts` for the estimate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from minibar_ml.ml.contract import Detector, Limits, TooLittle
from minibar_ml.ml.detectors import LEARNING
from minibar_ml.ml.evaluation import forest
from minibar_ml.ml.evaluation.forest import ForestQuality
from minibar_ml.ml.evaluation.holdout import HELD_OUT_DAYS, Fold, folds
from minibar_ml.ml.evaluation.scores import FoldScores, HoldoutScores, precision
from minibar_ml.ml.faults.untouched import by_day
from minibar_ml.ml.frames import Frames

SEED = 20260102
TRUTH = f"faults injected into {HELD_OUT_DAYS} held-out days"
LARGER_BUDGETS = tuple(2.0 ** (power / 2) for power in range(1, 13))
"""How many times the present budget is tried for what a wanted accuracy would take."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured at a detector's share of the budget; None where there was nothing to measure it on.

    `threshold` is the score from which on the newest held-out week alerts. `faults` were injected; recall and accuracy
    (balanced) are shares over all their sizes, accuracy give or take `margin` (95 %); `curve` is recall by size. False
    alerts are per 1,000 rooms and day (so is the one fault that precision assumes): the estimate, and
    `false_alerts_at_most`, what the days as they were raised, their true faults included. `reachable_from` is the size
    from which on the wanted accuracy is reached, `budget_needed` the budget at which it is over all sizes; None: out of
    reach.
    """

    threshold: float
    faults: int
    recall: float | None
    precision: float | None
    accuracy: float | None
    margin: float | None
    curve: Mapping[float, float]
    false_alerts: float
    false_alerts_at_most: float
    judged: int
    reachable_from: float | None = None
    budget_needed: float | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """By detector name: how it did on held-out days, and how the forest over its scores did."""

    detectors: Mapping[str, HoldoutScores]
    forests: Mapping[str, ForestQuality]


def evaluate(
    frames: Frames, until: int, window: int, min_points: int, limits: Limits, *, with_forests: bool = True
) -> Evaluation:
    """Hold every detector that could learn against the last days before `until`; later ones are not looked at.

    `window` is how many days training learns from.
    """
    found: dict[str, list[FoldScores]] = {}
    forests: dict[str, ForestQuality] = {}
    for fold in folds(frames, until, window, min_points, limits):
        for detector in LEARNING:
            spec = detector.spec
            if isinstance(fold.fitted.parameters[spec.name], TooLittle):
                continue
            scores = _fold_scores(detector, fold)
            found.setdefault(spec.name, []).append(scores)
            if with_forests and fold.until == until:
                threshold = scores.threshold(spec.share, limits.budget)
                measured = forest.measure(detector, fold, scores, threshold, np.random.default_rng(SEED))
                forests |= {spec.name: measured} if measured else {}
    return Evaluation({name: HoldoutScores(tuple(scores)) for name, scores in found.items()}, forests)


def _fold_scores(detector: Detector, fold: Fold) -> FoldScores:
    spec, parameters = detector.spec, fold.parameters(detector)
    if spec.inject is None:
        raise TypeError(f"detector {spec.name} learns, but its spec has no `inject`")
    return FoldScores(
        injected=spec.inject(detector, fold, np.random.default_rng(SEED)),
        untouched=(spec.score_untouched or by_day)(detector, fold),
        room_days=fold.room_days,
        past=parameters["past"],
        n_tests=parameters.get("n_tests", 1.0),
        threshold_multiplier=fold.limits.threshold_multiplier.get(spec.name, 1.0),
    )


def quality(measured: HoldoutScores, share: float, budget: float, wanted: float) -> Quality:
    """The figures at a share of the budget, and how far the wanted accuracy is away."""
    false = measured.false_alerts(share, budget), measured.false_alerts_at_most(share, budget)
    threshold = measured.folds[-1].threshold(share, budget)
    judged = sum(fold.untouched.scored for fold in measured.folds)
    if not measured.faults:
        return Quality(threshold, 0, None, None, None, None, {}, *false, judged)
    return Quality(
        threshold,
        measured.faults,
        measured.recall(share, budget),
        precision(measured.recall(share, budget), false[0]),
        measured.accuracy(share, budget),
        measured.margin(share, budget),
        measured.curve(share, budget),
        *false,
        judged,
        reachable_from=_reachable_from(measured, share, budget, wanted),
        budget_needed=_budget_needed(measured, share, budget, wanted),
    )


def _reachable_from(measured: HoldoutScores, share: float, budget: float, wanted: float) -> float | None:
    """The smallest size from which on the wanted accuracy is reached for every larger one."""
    smallest = None
    for size, recall in reversed(measured.curve(share, budget).items()):
        if measured.accuracy(share, budget, recall) < wanted:
            break
        smallest = size
    return smallest


def _budget_needed(measured: HoldoutScores, share: float, budget: float, wanted: float) -> float | None:
    """The smallest of the present and larger budgets, up to 64 times it, at which the accuracy is the wanted one."""
    tried = (budget * factor for factor in (1.0, *LARGER_BUDGETS))
    return next((larger for larger in tried if measured.accuracy(share, larger) >= wanted), None)
