"""The report of `backtest`: types and severities, the budget, the days, examples."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from minibar_ml.cli.alerts.table import folded
from minibar_ml.cli.terminal import console
from minibar_ml.cli.views.budget_table import usage_table
from minibar_ml.cli.views.sparkline import sparkline
from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert
from minibar_ml.i18n import Lang
from minibar_ml.i18n.evidence import series_caption
from minibar_ml.i18n.formats import day
from minibar_ml.i18n.labels import label
from minibar_ml.i18n.messages import sentences
from minibar_ml.jobs.backtest import BacktestResult

INDENT = "  "


def show(result: BacktestResult, examples: Sequence[Alert], lang: Lang) -> None:
    """Print everything; nothing where no day could be checked."""
    if not result.by_day:
        return
    out = console.out()
    usage = usage_table(result.usage, result.rooms, lang, with_verdicts=False)
    for part in (_types(result, lang), "", usage, "", _days(result, lang)):
        out.print(part)
    for alert in examples:
        console.say("")
        for line in _example(alert, lang):
            console.say(line)


def _types(result: BacktestResult, lang: Lang) -> Table:
    """A row per type: alerts, by severity, and how many ended without action."""
    severities = tuple(reversed(SEVERITIES))
    names = [label("severity", severity, lang) for severity in severities]
    figures = [label("field", "alerts", lang), *names, label("field", "closed_itself", lang)]
    made = console.table([label("field", "type", lang), *figures], right=figures)
    resolved = result.resolved_by_type()
    for kind, by_severity in result.counts().items():
        counts = [sum(by_severity.values()), *(by_severity[severity] for severity in severities), resolved[kind]]
        made.add_row(label("type", kind, lang), *map(str, counts))
    return made


def _days(result: BacktestResult, lang: Lang) -> Text:
    days, alerts = list(result.by_day), list(result.by_day.values())
    caption = series_caption(label("field", "alerts", lang), day(days[0], lang), day(days[-1], lang), max(alerts), lang)
    return Text(f"{sparkline(alerts)}\n{caption}")


def _example(alert: Alert, lang: Lang) -> list[str]:
    """The alert's day, severity and type, and below them its message."""
    kind = label("type", alert.type, lang)
    head = f"{alert.occurred_on}  {label('severity', alert.severity, lang)}  {kind}"
    if alert.status == "resolved":
        head += f" ({label('status', 'resolved', lang)})"
    if alert.occurrences > 1:
        head += f", {alert.occurrences}×"
    message = console.visible(sentences(alert, alert.entity_name, lang)[0])
    return [head, *(INDENT + line for line in folded(message, console.width() - len(INDENT)))]
