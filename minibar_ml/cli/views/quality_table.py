"""How detectors did on held-out days, for `train` and `optimize`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from minibar_ml.cli.terminal import console
from minibar_ml.i18n import formats, screen
from minibar_ml.i18n.formats import fixed, number, significant

if TYPE_CHECKING:
    from minibar_ml.ml.evaluation.quality import Quality

COLUMNS = ("detector", "share", "recall", "false", "raised", "accuracy", "from", "budget")
"""As many as fit into 80 columns; `--json` has the rest."""
NUMBERS = tuple(name for name in COLUMNS if name != "detector")


def percent(share: float) -> str:
    """A share of the budget, with one decimal at most."""
    return formats.percent(100 * share, screen.lang())


def show(hotel: str, rows: Iterable[list[str]]) -> None:
    """One hotel's table, below its name."""
    made = console.table(COLUMNS, right=NUMBERS)
    for row in rows:
        made.add_row(*row)
    console.say("")
    console.say(console.visible(hotel))
    console.out().print(made)


def cells(detector: str, share: str, quality: "Quality") -> list[str]:
    """One detector's row."""
    return [
        detector,
        share,
        _figure(quality.recall),
        _figure(quality.false_alerts),
        _figure(quality.false_alerts_at_most),
        _give_or_take(quality.accuracy, quality.margin),
        _reach(quality.reachable_from, quality),
        _reach(quality.budget_needed, quality),
    ]


def _figure(value: float | None) -> str:
    return fixed(value, screen.lang(), 2)


def _give_or_take(value: float | None, margin: float | None) -> str:
    return _figure(value) if margin is None else _figure(value) + f"±{_figure(margin)}".replace("±0", "±")


def _reach(value: float | None, quality: "Quality") -> str:
    if quality.faults == 0:
        return "?"
    return screen.translated("never") if value is None else significant(value, screen.lang(), 2)


def explain(wanted: float) -> None:
    """Explain the columns, on stderr."""
    console.note("Measured on faults injected into 14 held-out days; accuracy: balanced, ± its 95% interval.")
    console.note(
        "false: expected false alerts per 1,000 rooms per day; raised: alerts on these days, true ones included."
    )
    console.note(
        "from: smallest fault (units, nights, times or days of use) found with accuracy "
        f"{number(wanted, screen.lang(), 2)} (accuracy_threshold)."
    )
    console.note(
        "budget: the alert_budget that reaches it over all sizes; never: not even at 64 times the present one."
    )
