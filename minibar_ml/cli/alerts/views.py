"""The tables of `alerts show` and `alerts stats`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from minibar_ml.cli.terminal.console import table, visible
from minibar_ml.cli.views.sparkline import carets, sparkline
from minibar_ml.domain.alerting.alerts import SEVERITIES, STATUSES, SYSTEM, Alert, DayValue, Severity
from minibar_ml.domain.alerting.budget import AlertStats
from minibar_ml.i18n import Lang, screen
from minibar_ml.i18n.evidence import evidence, limits, series_caption, series_note
from minibar_ml.i18n.formats import UNKNOWN, UNSET, change, day, moment, number, percent
from minibar_ml.i18n.labels import Kind, label
from minibar_ml.i18n.listings import hotel, own_loss
from minibar_ml.i18n.messages import sentences
from minibar_ml.i18n.standings import again, event_line, ground_line, standing, verdicts_line

if TYPE_CHECKING:
    from minibar_ml.cli.alerts.show import Explained

STYLES: dict[Severity, str] = {"critical": "bold red", "high": "red", "medium": "yellow", "low": ""}
"""Colour only repeats the word."""


def severity(alert: Alert, lang: Lang) -> Text:
    """The severity's name, coloured."""
    return Text(label("severity", alert.severity, lang), style=STYLES[alert.severity])


def explanation(
    explained: "Explained", hotels: Mapping[int, str], lang: Lang, today: date, currency: str = ""
) -> Table:
    """Everything about one alert, as names and values; `hotels`: names by id."""
    alert, rests_on, before = explained.alert, explained.rests_on, explained.before
    message, action = sentences(alert, alert.entity_name, lang, today)
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True, style="bold")
    made.add_column(overflow="fold", ratio=1)

    def line(name: str, value: str | Text) -> None:
        made.add_row(label("field", name, lang), visible(value) if isinstance(value, str) else value)

    line("alert", f"{alert.id}, {label('type', alert.type, lang)} ({alert.type})")
    line("severity", severity(alert, lang))
    line("status", _status(alert, lang))
    line("where", _where(alert, hotels.get(alert.hotel_id), lang))
    line("day", _span(alert, lang))
    line("seen", f"{alert.occurrences}×, {_between(moment(alert.raised_at, lang), moment(alert.last_seen, lang))}")
    line("value", number(alert.value, lang) + _deviation(alert, lang))
    line("expected", _expected(alert, lang))
    line("impact", own_loss(alert, lang, currency))
    made.add_row()
    line("series", drawing(alert, explained.series, lang))
    made.add_row()
    line("why", message)
    line("evidence", evidence(alert, lang))
    if rests_on:
        line("grounds", Text("\n".join(visible(ground_line(alert, one, lang)) for one in rests_on)))
    line("action", action)
    if explained.verdicts.decided:
        line("verdicts", verdicts_line(explained.verdicts, lang))
    made.add_row()
    if before is not None:
        line("again", again(before, lang))
    line("history", Text("\n".join(visible(event_line(one, lang)) for one in explained.history)))
    return made


def _span(alert: Alert, lang: Lang) -> str:
    return _between(day(alert.occurred_on, lang), day(alert.last_occurred_on, lang))


def _between(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _status(alert: Alert, lang: Lang) -> str:
    text = ", ".join(standing(alert, lang)) or label("status", alert.status, lang)
    for at, by in ((alert.read_at, alert.read_by), (alert.resolved_at, alert.resolved_by)):
        if at is not None:
            text += f"; {screen.translated(by) if by == SYSTEM else by}, {moment(at, lang)}"
    return text


def _where(alert: Alert, name: str | None, lang: Lang) -> str:
    what = label("entity", alert.entity_type, lang)
    place = "" if alert.entity_type == "hotel" else f"; {hotel(alert.hotel_id, name, lang)}"
    return f"{what} {alert.entity_name} (id {alert.entity_id}){place}"


def _deviation(alert: Alert, lang: Lang) -> str:
    return "" if alert.deviation_percent is None else f" ({change(alert.deviation_percent, lang)})"


def _expected(alert: Alert, lang: Lang) -> str:
    text = UNSET if alert.expected is None else number(alert.expected, lang)
    if alert.lower is None and alert.upper is None:
        return text
    low, high = (end.replace(UNKNOWN, UNSET) for end in limits(alert, lang))
    return f"{text} ({low} … {high})"


def drawing(alert: Alert, series: Sequence[DayValue], lang: Lang) -> Text:
    """The days as blocks, marks below them and a caption."""
    values = [one.value for one in series]
    known = [value for value in values if value is not None]
    caption = series_caption(
        label("metric", alert.metric, lang),
        day(series[0].day, lang),
        day(series[-1].day, lang),
        max(known) if known else None,
        lang,
    )
    lines = (sparkline(values), carets([one.is_marked for one in series]), caption, series_note(alert, lang))
    return Text("\n".join(filter(None, lines)))


def stats_tables(counted: AlertStats, lang: Lang) -> list[Table | Text]:
    """By type, by severity, by status, and the days as a sparkline."""
    names = {n: label("field", n, lang) for n in ("type", "alerts", "judged", "false_positives", "rate")}
    types = table(names.values(), right=list(names.values())[1:])
    for kind, one in sorted(counted.by_type.items(), key=lambda item: (-item[1].alerts, item[0])):
        rate = UNSET if one.false_positive_rate is None else percent(100 * one.false_positive_rate, lang)
        types.add_row(label("type", kind, lang), str(one.alerts), str(one.judged), str(one.false_positives), rate)
    severities = _counts("severity", [(s, counted.by_severity.get(s, 0)) for s in reversed(SEVERITIES)], lang)
    statuses = _counts("status", [(s, counted.by_status.get(s, 0)) for s in STATUSES], lang)
    return [types, Text(), severities, Text(), statuses, Text(), _days(counted, lang)]


def _counts(kind: Kind, rows: Iterable[tuple[str, int]], lang: Lang) -> Table:
    names = label("field", kind, lang), label("field", "alerts", lang)
    made = table(names, right=names[1:])
    for value, alerts in rows:
        made.add_row(label(kind, value, lang), str(alerts))
    return made


def _days(counted: AlertStats, lang: Lang) -> Text:
    days = list(counted.by_day)
    alerts = list(counted.by_day.values())
    caption = series_caption(label("field", "alerts", lang), day(days[0], lang), day(days[-1], lang), max(alerts), lang)
    return Text("\n".join((sparkline(alerts), caption)))
