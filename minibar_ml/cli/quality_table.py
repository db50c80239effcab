"""How detectors did on held-out days, as `train` and `optimize` show it."""

from typing import TYPE_CHECKING

from minibar_ml.cli import console

if TYPE_CHECKING:
    from minibar_ml.ml.evaluation import Quality

COLUMNS = (
    "hotel",
    "detector",
    "share",
    "score",
    "faults",
    "recall",
    "false",
    "at most",
    "accuracy",
    "reached from",
    "budget",
)
NUMBERS = tuple(name for name in COLUMNS if name != "detector")


def figure(value: float | None) -> str:
    """A share of 1 in two digits, or that it is unknown."""
    return "unknown" if value is None else f"{value:.2f}"


def cells(hotel_id: int, detector: str, share: str, quality: "Quality") -> list[str]:
    """One detector's row."""
    accuracy = figure(quality.accuracy)
    return [
        str(hotel_id),
        detector,
        share,
        f"{quality.threshold:.2f}",
        str(quality.faults),
        figure(quality.recall),
        figure(quality.false_alerts),
        figure(quality.false_alerts_at_most),
        accuracy if quality.margin is None else f"{accuracy} ±{quality.margin:.2f}",
        _reach(quality.reachable_from, quality),
        _reach(quality.budget_needed, quality),
    ]


def _reach(value: float | None, quality: "Quality") -> str:
    if quality.faults == 0:
        return "unknown"
    return "never" if value is None else f"{value:.3g}"


def explain(wanted: float) -> None:
    """What the columns mean, to stderr."""
    console.note("measured on faults injected into 14 held-out days; accuracy is balanced, ±: its 95 % interval")
    console.note("score: from which on it alerts; see docs/algorithms.md")
    console.note("false: expected false alerts per 1,000 rooms and day; at most: alerts on those days, true ones too")
    console.note(
        f"reached from: size of fault (units, nights, times or days of use) from which on accuracy is {wanted:g} "
        "(ML_ACCURACY_THRESHOLD); budget: the ML_ALERT_BUDGET at which it is over all sizes; never: not by 64 times it"
    )
