"""Figures as Markdown tables, for the terminal and for docs/quality.md alike."""

from collections.abc import Sequence
from dataclasses import fields

from minibar_ml.simulate import ApplicationManner, HotelPlan
from quality import flags, forest
from quality.flags import Marked
from quality.page.compared import compared, factor_words
from quality.page.figures import SIZES, Line, Point, by_size, curve, outcome, recall_at, thousand_room_days, total
from quality.page.targets import SORTS, bound_at, estimates, lines, pooled_forecasts, targets
from quality.results import Results
from quality.shares import Share, counts_interval
from quality.truth import Subject
from quality.yardsticks import naive

CURVES: tuple[tuple[str, Subject, tuple[float, ...]], ...] = (
    ("room_consumption", "room spike", (0.25, 0.5, 1.0, 2.0)),
    ("silent_room", "silent room", (0.1, 0.2, 0.5, 0.9)),
)
"""Detector, the faults it is for, and the false-alert rates at which its recall is asked for."""
FOREST_RATE = 1.0
ALWAYS_SHOWN = {"seed", "ends_on", "rooms", "days"}


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its first column to the left and figures to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in [head, *rows]]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


def share(one: Share) -> str:
    """A share with two digits."""
    return "-" if one.value is None else f"{one.value:.2f}"


def interval(one: Share) -> str:
    """Its 95 % interval."""
    low, high = one.interval()
    return f"{low:.2f} to {high:.2f}" if one.many else "-"


def promises(results: Results) -> str:
    """Targets and whether they hold."""
    return markdown(("target", "measured", ""), [[one.words, one.measured, one.verdict] for one in targets(results)])


def summary(results: Results) -> str:
    """All subjects and the total."""
    head = ("faults", "there", "found", "recall", "95 %", "false", "FA/d", "precision")
    return markdown(head, [_line(line) for line in lines(results).values()])


def _line(line: Line) -> list[str]:
    recall = line.recall
    counts = (str(recall.many), str(recall.some), share(recall), interval(recall))
    return [line.subject or "all", *counts, str(line.false), f"{line.false_rate:.3f}", share(line.precision)]


def hotels(results: Results) -> str:
    """One line a hotel."""
    rows = []
    for walk in results.walks:
        found = outcome(walk)
        line = total([found], thousand_room_days([walk.hotel]))
        rows.append([walk.hotel.name, *_line(line)[1:], str(len(found.operational))])
    return markdown(("hotel", "there", "found", "recall", "95 %", "false", "FA/d", "precision", "operational"), rows)


def plans(results: Results) -> str:
    """What each hotel is: its seed and what sets it apart."""
    usual = {field.name: field.default for field in fields(HotelPlan)} | {"timezone": ""}
    rows = []
    for walk in results.walks:
        hotel, plan = walk.hotel, walk.hotel.plan
        special = {name: getattr(plan, name) for name in usual if name not in {*ALWAYS_SHOWN, "timezone", "manner"}}
        words = [f"{name} {value}" for name, value in special.items() if value != usual[name]]
        words += _manner(plan.manner)
        words += [f"layout {hotel.layout}"] + ([f"late {hotel.late:g}"] if hotel.late else [])
        size = f"{plan.hotels} x {plan.rooms}" if plan.hotels > 1 else str(plan.rooms)
        rows.append([hotel.name, str(plan.seed), size, str(plan.days), str(plan.ends_on), ", ".join(words)])
    return markdown(("hotel", "seed", "rooms", "days", "last day", "what sets it apart"), rows)


def _manner(manner: ApplicationManner | None) -> list[str]:
    """How the application is used, where the hotel is written as it writes."""
    if manner is None:
        return []
    usual = {field.name: field.default for field in fields(manner)}
    special = {name: getattr(manner, name) for name in usual if getattr(manner, name) != usual[name]}
    return ["as the application writes", *(f"{name} {value}" for name, value in special.items())]


def sizes(results: Results) -> str:
    """Recall by the faults' size, of those that come in sizes."""
    found = [outcome(walk) for walk in results.walks]
    rows = [
        [subject, f"{least:g} {unit} and more", str(one.many), share(one), interval(one)]
        for subject, (unit, _) in SIZES.items()
        for least, one in by_size(found, subject)
    ]
    return markdown(("faults", "size", "there", "recall", "95 %"), rows)


def curves(results: Results) -> str:
    """Recall over the false-alert rate, by budget and at the rates that are asked for."""
    rows = []
    for detector, subject, rates in CURVES:
        points = curve(results.walks, detector, subject)
        rows += [[subject, f"budget {one.budget:g}", f"{one.false_rate:.3f}", share(one.recall)] for one in points]
        rows += [[subject, "in between", f"{rate:.2f}", _between(points, rate)] for rate in rates]
    return markdown(("faults", "at", "FA/d", "recall"), rows)


def _between(points: Sequence[Point], rate: float) -> str:
    recall = recall_at(points, rate)
    return "-" if recall is None else f"{recall:.2f}"


def bounds(results: Results) -> str:
    """The bounds and the detectors, by the sort of guests and over all."""
    rows = []
    for detector, subject, rates in CURVES:
        for sort, some in [*((sort, results.with_guests(sort)) for sort in SORTS), ("all", results)]:
            points = curve(some.walks, detector, subject)
            for rate in rates:
                best = bound_at(some, subject, rate)
                if best is not None and best.many:
                    counts = [str(best.many), share(best), interval(best)]
                    rows.append([subject, sort, f"{rate:g}", *counts, _between(points, rate)])
    return markdown(("faults", "guests", "FA/d", "there", "bound", "95 %", "the detector"), rows)


def naive_rules(results: Results) -> str:
    """The naive rules and the forests, each on the faults it is for."""
    room_days = thousand_room_days(walk.hotel for walk in results.walks)
    rows = []
    for place, rule in enumerate(naive.RULES):
        marked = flags.above([one.naive[place] for one in results.yardsticks], float("-inf"), room_days)
        rows.append([rule.words, ", ".join(rule.subjects), *_marked(marked)])
    for metric, (_, subjects) in forest.ASKED.items():
        pooled = [walk.forest[metric] for walk in results.walks if metric in walk.forest]
        if pooled:
            marked = flags.at_rate(pooled, FOREST_RATE, room_days)
            rows.append([f"Isolation Forest alone, {metric}", ", ".join(subjects), *_marked(marked)])
    return markdown(("rule", "faults", "there", "recall", "95 %", "FA/d", "precision"), rows)


def _marked(marked: Marked) -> list[str]:
    counts = [str(marked.recall.many), share(marked.recall), interval(marked.recall)]
    return [*counts, f"{marked.false_rate:.2f}", share(marked.precision)]


def self_estimates(results: Results) -> str:
    """Recall and false alerts as `train` estimates them, compared with the truth, and what chance leaves open of it."""
    rows = []
    for one in compared(estimates(results), lines(results)):
        recall = (f"{one.estimated:.2f}", share(one.recall), interval(one.recall), f"{one.off:+.2f}")
        fewest, most = counts_interval(one.false)
        false = (f"{one.expected:.1f}", str(one.false), f"{fewest:.1f} to {most:.1f}", factor_words(one.times))
        rows.append([one.detector, str(one.injected), *recall, *false])
    figures = ("estimated recall", "true", "95 %", "off by", "estimated false", "true", "95 %", "factor")
    head = ("detector", "injected", *figures)
    return markdown(head, rows)


def days_left(results: Results) -> str:
    """The forecast compared with the naive ones."""
    pooled = pooled_forecasts(results)
    made = pooled.accuracy

    def row(words: str, ours: float | None, naive_one: float | None) -> list[str]:
        return [words, *("-" if one is None else f"{one:.2f}" for one in (ours, naive_one))]

    rows = [
        row("mean error in days where 10 or fewer are left", made.forecast.mean_error_days, made.naive.mean_error_days),
        row("the same by a line through the levels", None, pooled.line_error),
        row("80 % interval covers", made.coverage, None),
        row("the stock lasts less long than P10", made.earlier, None),
        row("the stock lasts longer than P90", made.later, None),
        row("a week's units within an 80 % Poisson interval", None, pooled.poisson.value),
        row("RMSSE of a week's units", made.forecast.rmsse, made.naive.rmsse),
        row("MASE of a week's units", made.forecast.mase, made.naive.mase),
        row("Brier score of empty within 7 days", made.forecast.brier_7_days, made.naive.brier_7_days),
        *(
            row(f"pinball loss, {name}", made.forecast.pinball[name], made.naive.pinball[name])
            for name in made.naive.pinball
        ),
    ]
    table = markdown(("figure", "forecast", "naive"), rows)
    return f"{made.cases} forecasts; naive: the week before comes again, where nothing else is said.\n\n{table}"
