"""Tables of the budget of false alerts and how much of it was used."""

from collections.abc import Mapping

from rich.table import Table

from minibar_ml.cli.terminal.console import table
from minibar_ml.domain.alerting.budget import AlertStats, BudgetUsage, TypeStats
from minibar_ml.i18n import Lang
from minibar_ml.i18n.formats import UNSET, counted, number, percent, significant
from minibar_ml.i18n.labels import label


def usage_table(usage: BudgetUsage, rooms: int | None, lang: Lang, *, with_verdicts: bool) -> Table:
    """Budget and raised alerts: in total, per day, and per 1,000 rooms per day; and verdicts."""
    made = table(["", *(label("field", name, lang) for name in ("alerts", "a_day", "per_1000_rooms_day"))])
    for column in made.columns[1:]:
        column.justify = "right"
    allowed, budget, days = usage.budget_alerts, usage.budget_per_1000_rooms_day, usage.days
    allowed_a_day = allowed / days if allowed is not None and days else None
    rows: dict[str, tuple[float | None, ...]] = {
        "budget": (allowed, allowed_a_day, budget),
        "raised": (usage.alerts, usage.alerts_per_day, usage.raised_per_1000_rooms_day),
    }
    if with_verdicts:
        rows |= {"confirmed": (usage.confirmed,), "judged_false": (usage.false_positives,)}
    for name, figures in rows.items():
        made.add_row(label("field", name, lang), *(_figure(figure, lang) for figure in figures))
    if with_verdicts:
        share = usage.precision
        made.add_row(label("field", "precision", lang), UNSET if share is None else percent(round(100 * share), lang))
    made.title = f"{counted('room', rooms, lang) if rooms else UNSET}, {counted('day', days, lang)}"
    made.title_justify, made.title_style = "left", ""
    return made


def split_table(counted: AlertStats, usage: BudgetUsage, shares: Mapping[str, float], lang: Lang) -> Table:
    """The budget's split over detectors, what each raised, and persons' verdicts."""
    names = ("detector", "share", "budget", "raised", "judged", "judged_false")
    made = table([label("field", name, lang) for name in names])
    for column in made.columns[1:]:
        column.justify = "right"
    for name, share in shares.items():
        one = counted.by_detector.get(name, TypeStats(0, 0, 0))
        allowed = None if usage.budget_alerts is None else share * usage.budget_alerts
        figures = (_figure(allowed, lang), str(one.alerts), str(one.judged), str(one.false_positives))
        made.add_row(label("detector", name, lang), percent(round(100 * share), lang), *figures)
    return made


def _figure(figure: float | None, lang: Lang) -> str:
    """One decimal, below 1 two significant digits; a dash where unknown."""
    if figure is None:
        return UNSET
    if figure >= 1 or not figure:
        return number(figure, lang)
    return significant(figure, lang, 2)
