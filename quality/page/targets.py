"""What was promised of detection on held-out hotels, and whether it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from quality import flags
from quality.page.compared import PROMISE, compared, factor_words
from quality.page.figures import Line, by_subject, curve, outcome, recall_at, thousand_room_days, total
from quality.results import Guests, Results
from quality.shares import Share
from quality.truth import Subject
from quality.yardsticks import forecasts
from quality.yardsticks.forecasts import Pooled
from quality.yardsticks.self_estimate import Estimate

RATES: tuple[tuple[Subject, float, float], ...] = (
    ("vacant room", 0.97, 0.05),
    ("slow attendant", 0.95, 0.05),
    ("unseen round", 0.95, 0.02),
    ("leak", 0.93, 0.05),
    ("below zero", 1.0, 0.05),
    ("product shift", 0.85, 0.05),
)
"""Subject, least recall, most false alerts a day and 1,000 rooms."""
CURVES: tuple[tuple[str, Subject, float, float], ...] = (
    ("room_consumption", "room spike", 0.5, 0.50),
    ("room_consumption", "room spike", 1.0, 0.60),
    ("silent_room", "silent room", 0.2, 0.35),
)
"""Detector, subject, false alerts a day and 1,000 rooms, least recall at that rate."""
SORTS: tuple[Guests, ...] = get_args(Guests)
MOST_FALSE, LEAST_PRECISION = 1.0, 0.75
MOST_CRITICAL = 0.25
MOST_DAYS_OFF, COVERAGE, SIDE = 1.6, (0.75, 0.90), (0.05, 0.15)


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: its words, what was measured in words, and whether it holds (None: nothing to measure it on).

    `within_chance`: it does not hold, but too little was counted to say that it fails.
    """

    words: str
    measured: str
    is_met: bool | None
    within_chance: bool = False

    @property
    def verdict(self) -> str:
        """Plainly."""
        if self.is_met is None:
            return "unknown"
        return "met" if self.is_met else "met within chance" if self.within_chance else "**not met**"


def targets(results: Results) -> list[Target]:
    """Every target that these results can be measured against."""
    found = [*_rates(results), *_curves(results), *_together(results)]
    if results.yardsticks:
        found += [*_forecast(pooled_forecasts(results)), *_estimates(results)]
    return found


def lines(results: Results) -> dict[Subject | None, Line]:
    """By subject (None: all), what was found and what was false."""
    found = [outcome(walk) for walk in results.walks]
    room_days = thousand_room_days(walk.hotel for walk in results.walks)
    return {line.subject: line for line in [*by_subject(found, room_days), total(found, room_days)]}


def pooled_forecasts(results: Results) -> Pooled:
    """All hotels' forecasts together."""
    return forecasts.accuracy(forecasts.together([one.forecasts for one in results.yardsticks]))


def estimates(results: Results) -> dict[str, Estimate]:
    """By detector, all hotels' self-estimates together."""
    pooled: dict[str, Estimate] = {}
    for one in results.yardsticks:
        for name, mine in one.estimate.items():
            pooled[name] = pooled[name] + mine if name in pooled else mine
    return pooled


def _rates(results: Results) -> Iterator[Target]:
    known = lines(results)
    for subject, recall, rate in RATES:
        line = known.get(subject)
        words = f"{subject}: recall >= {recall:g} at <= {rate:g} false alerts"
        if line is None or line.recall.value is None:
            yield Target(words, "no such fault", None)
        else:
            is_met = line.recall.value >= recall and line.false_rate <= rate
            low, high = line.recall.interval()
            measured = f"{line.recall.value:.2f} ({low:.2f} to {high:.2f}) at {line.false_rate:.3f}"
            yield Target(words, measured, is_met)


def _curves(results: Results) -> Iterator[Target]:
    for detector, subject, rate, least in CURVES:
        for sort, some in [("", results), *((sort, results.with_guests(sort)) for sort in SORTS)]:
            if some.walks:
                yield _at_rate(some, sort, detector, subject, rate, least)


def _at_rate(results: Results, sort: str, detector: str, subject: Subject, rate: float, least: float) -> Target:
    """Recall at a rate of false alerts, of all hotels or those with one sort of guests; the bound where it is known."""
    points = curve(results.walks, detector, subject)
    words = f"{subject}: recall >= {least:g} at {rate:g} false alerts" + (f"; guests {sort}" if sort else "")
    known = bound_at(results, subject, rate)
    bound = f" (bound {known.value:.2f})" if known is not None and known.value is not None else ""
    reached = recall_at(points, rate)
    below = [point for point in points if point.false_rate <= rate and point.recall.value is not None]
    if reached is not None:
        return Target(words, f"{reached:.2f}{bound}", reached >= least)
    if below:
        most = below[-1].recall.value or 0.0
        return Target(words, f"{most:.2f} at {below[-1].false_rate:.2f}, no budget gives more{bound}", most >= least)
    return Target(words, "unknown", None)


def bound_at(results: Results, subject: Subject, rate: float) -> Share | None:
    """What a test that knew the guests finds at a rate of false alerts; None where nobody asked it."""
    if not results.yardsticks:
        return None
    room_days = thousand_room_days(walk.hotel for walk in results.walks)
    return flags.at_rate([one.bounds[subject] for one in results.yardsticks], rate, room_days).recall


def _together(results: Results) -> Iterator[Target]:
    line = lines(results)[None]
    words = f"everything together: <= {MOST_FALSE:g} false alerts at precision >= {LEAST_PRECISION:g}"
    precision = line.precision.value
    measured = f"{line.false_rate:.2f} at {precision:.2f}" if precision is not None else "no alerts"
    yield Target(
        words, measured, precision is not None and line.false_rate <= MOST_FALSE and precision >= LEAST_PRECISION
    )
    critical = critical_share(results).value
    measured = "no alerts" if critical is None else f"{critical:.2f}"
    yield Target(
        f"live alerts: at most {MOST_CRITICAL:g} critical",
        measured,
        None if critical is None else critical <= MOST_CRITICAL,
    )


def critical_share(results: Results) -> Share:
    """Of the alerts that were live on an evening, those that were critical, over all evenings and hotels."""
    counts = [walk.live for walk in results.walks]
    return Share(sum(one.get("critical", 0) for one in counts), sum(sum(one.values()) for one in counts))


def _forecast(pooled: Pooled) -> Iterator[Target]:
    made = pooled.accuracy
    error = made.forecast.mean_error_days
    words = f"days left: mean error <= {MOST_DAYS_OFF:g} when 10 or fewer are left"
    yield Target(words, _or_unknown(error), None if error is None else error <= MOST_DAYS_OFF)
    for name, share, (low, high) in (
        ("80 % interval covers", made.coverage, COVERAGE),
        ("the stock lasts less long", made.earlier, SIDE),
        ("the stock lasts longer", made.later, SIDE),
    ):
        words = f"days left: {name} {low:g} to {high:g}"
        yield Target(words, _or_unknown(share), None if share is None else low <= share <= high)


def _or_unknown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _estimates(results: Results) -> Iterator[Target]:
    for one in compared(estimates(results), lines(results)):
        measured = f"{one.off:+.2f}, {factor_words(one.times)}"
        words = f"self-estimate, {one.subject}: {PROMISE}"
        yield Target(words, measured, one.is_met, within_chance=one.is_within_chance)
