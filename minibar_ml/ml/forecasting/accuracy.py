"""How good forecasts of days left were, by what came after, compared with a seasonal naive forecast; never MAPE.

All arrays in, figures out. A case is one product's forecast on one day. The usage that followed it is known for some
days only, so each figure takes the cases whose outcome is settled, chosen by the forecast and not by the outcome. The
naive forecast repeats the last seven days. A figure of fewer than 20 cases is None: unknown.
"""

from dataclasses import dataclass

import numpy as np

from minibar_ml.ml.forecasting.days_left import until_reached
from minibar_ml.ml.forecasting.demand import Flags
from minibar_ml.ml.stats.panels import Floats

WEEK = 7
LEAST_CASES = 20
SHORT_DAYS = 10.0
PINBALLS = (0.1, 0.5, 0.9)
NAIVE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one forecast; None: unknown. Errors are in days, shares between 0 and 1."""

    rmsse: float | None
    mase: float | None
    pinball: dict[str, float | None]
    mean_error_days: float | None
    brier_7_days: float | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The forecast's figures, the naive forecast's, and what the 80 % interval covered, with each side's misses."""

    cases: int
    settled: int
    forecast: Scores
    naive: Scores
    coverage: float | None
    earlier: float | None
    later: float | None


@dataclass(frozen=True, slots=True)
class Cases:
    """What was forecast, one entry or row a case.

    level (units), days (P50), earliest (P10), latest (P90), daily (units a day), empty_in_7 (probability);
    before: units of the days before, the last one last, NaN unknown; after: of the days that followed, NaN unknown.
    """

    level: Floats
    days: Floats
    earliest: Floats
    latest: Floats
    daily: Floats
    empty_in_7: Floats
    before: Floats
    after: Floats


def accuracy(cases: Cases) -> Accuracy:
    """All figures.

    RMSSE and MASE (Hyndman & Koehler 2006; Makridakis et al. 2022, M5) are of the units of the seven days that
    followed, scaled by how much a week's units differ from the week's before. Pinball losses and the interval are of
    days left, over cases whose P90 has passed; the mean error is P50's where 10 days or fewer were left; Brier's
    score is that of "empty within 7 days".
    """
    followed = _leading_known(cases.after)
    lasted = until_reached(np.nan_to_num(cases.after).cumsum(axis=1), cases.level)
    lasted = np.minimum(np.where(np.isnan(lasted) | (lasted > followed), followed, lasted), followed)
    naive_days = _naive_days(cases)
    settled = (cases.latest <= followed) & np.isfinite(cases.days)
    below, above = lasted < cases.earliest, lasted > cases.latest
    own = (cases.earliest, cases.days, cases.latest)
    return Accuracy(
        cases=len(cases.level),
        settled=int(settled.sum()),
        forecast=_scores(cases, WEEK * cases.daily, own, cases.empty_in_7, lasted, followed, settled),
        naive=_scores(
            cases,
            cases.before[:, -WEEK:].sum(axis=1),
            (naive_days, naive_days, naive_days),
            (naive_days <= WEEK).astype(float),
            lasted,
            followed,
            settled,
        ),
        coverage=_mean((~below & ~above)[settled]),
        earlier=_mean(below[settled]),
        later=_mean(above[settled]),
    )


def _scores(
    cases: Cases,
    week: Floats,
    quantiles: tuple[Floats, Floats, Floats],
    empty_in_7: Floats,
    lasted: Floats,
    followed: Floats,
    settled: Flags,
) -> Scores:
    mase, rmsse = _scaled(cases, week)
    short = settled & (lasted <= SHORT_DAYS) & (lasted < followed)
    # What is left of a week that was not followed to its end is settled only where the stock has already gone.
    weekly = (followed >= WEEK) | (lasted < followed)
    empty = ((lasted <= WEEK) & (lasted < followed)).astype(float)
    return Scores(
        rmsse=rmsse,
        mase=mase,
        pinball={
            f"p{share * 100:.0f}": _mean(_pinball(share, at, lasted)[settled])
            for share, at in zip(PINBALLS, quantiles, strict=True)
        },
        mean_error_days=_mean(np.abs(quantiles[1] - lasted)[short]),
        brier_7_days=_mean(((empty_in_7 - empty) ** 2)[weekly]),
    )


def _leading_known(after: Floats) -> Floats:
    """Days from the first on that are known without a gap."""
    known = np.isfinite(after)
    return np.where(known.all(axis=1), after.shape[1], np.argmin(known, axis=1) if known.size else 0).astype(float)


def _naive_days(cases: Cases) -> Floats:
    """Days left if the last seven days came again and again."""
    week = np.nan_to_num(cases.before[:, -WEEK:])
    again = np.tile(week, (1, NAIVE_DAYS // WEEK + 1))[:, :NAIVE_DAYS]
    days = until_reached(again.cumsum(axis=1), cases.level)
    return np.where(np.isnan(days), float(NAIVE_DAYS), days)


def _scaled(cases: Cases, week: Floats) -> tuple[float | None, float | None]:
    """MASE and RMSSE of a forecast of the next seven days' units; cases without a scale are left out."""
    if cases.after.shape[1] < WEEK or cases.before.shape[1] < 2 * WEEK:
        return None, None
    actual = cases.after[:, :WEEK].sum(axis=1)
    sums = np.lib.stride_tricks.sliding_window_view(cases.before, WEEK, axis=1).sum(axis=2)
    change = sums[:, WEEK:] - sums[:, :-WEEK]
    known = np.isfinite(change)
    count = np.maximum(known.sum(axis=1), 1)
    typical = np.where(known, np.abs(change), 0.0).sum(axis=1) / count
    squared = np.where(known, change**2, 0.0).sum(axis=1) / count
    fit = np.isfinite(actual) & np.isfinite(week) & (typical > 0)
    error = (week - actual)[fit]
    mase = _mean(np.abs(error) / typical[fit])
    square = _mean(error**2 / squared[fit])
    return mase, None if square is None else float(np.sqrt(square))


def _pinball(share: float, at: Floats, lasted: Floats) -> Floats:
    return np.maximum(share * (lasted - at), (share - 1) * (lasted - at))


def _mean(values: Floats | Flags) -> float | None:
    return float(np.mean(values)) if len(values) >= LEAST_CASES else None
