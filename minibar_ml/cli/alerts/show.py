"""`minibar-ml alerts show`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.alerts import ids, json_rows
from minibar_ml.cli.alerts.ids import Ids
from minibar_ml.cli.arguments.options import AsOf, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console, pager
from minibar_ml.domain.alerting.alerts import Alert, AlertDay, AlertEvent, DayValue
from minibar_ml.domain.alerting.verdicts import VerdictCounts
from minibar_ml.store import audit
from minibar_ml.store.alerting import alerts, grounds, histories, verdicts
from minibar_ml.store.source import names

if TYPE_CHECKING:
    from sqlalchemy import Connection


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    noun.command(epilog=examples("alerts show 17", "alerts show 17 21", "alerts show 17 --json"))(show)


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of one alert: its metric's days, history, what it rests on, the one before, verdicts on others."""

    alert: Alert
    series: Sequence[DayValue]
    history: Sequence[AlertEvent]
    rests_on: Sequence[AlertDay]
    before: Alert | None
    verdicts: VerdictCounts


def show(
    ids_: Ids,
    no_pager: pager.NoPager = False,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Explain alerts: what was expected, why they were raised, what to do.

    Also shows the last 30 days of the metric, what the records say of an alert's days now, verdicts on others like it,
    its history and its comments. With several ids, `--json` prints an array.
    """
    known, instant = house.at(session.settings(), "alerts show", as_of)
    settings, numbers = known.settings, ids.parsed(ids_)
    now = instant.astimezone(settings.zone())
    today = now.date()
    with session.store(settings, "alerts show") as connection:
        found = [read(connection, alert, now) for alert in _in_order(connection, numbers)]
        hotels = names.fetch(connection, "entities.hotels", ids=sorted({one.alert.hotel_id for one in found}))
        for number in numbers:
            audit.insert(connection, "alert.view", f"alert {number}")
        connection.commit()
    lang = session.language(settings)
    if json:
        shown = [
            json_rows.explained(one.alert, one.series, one.history, one.rests_on, one.verdicts, lang, today, hotels)
            for one in found
        ]
        console.print_json(shown[0] if len(shown) == 1 else shown)
        return
    from minibar_ml.cli.alerts import views  # rich's tables, which --json does without

    printed = console.out()
    with printed.capture() as captured:
        for number, one in enumerate(found):
            printed.print(*([""] if number else []), views.explanation(one, hotels, lang, today, settings.currency))
    pager.show(captured.get().splitlines(), colour=console.coloured(), wanted=not no_pager)


def _in_order(connection: "Connection", numbers: Sequence[int]) -> list[Alert]:
    """The alerts in the order asked for; raises NotFound naming every unknown id."""
    return sorted(alerts.fetch_by_id(connection, numbers), key=lambda alert: numbers.index(alert.id))


def read(connection: "Connection", alert: Alert, at: datetime) -> Explained:
    """What there is to say of an alert at an instant, in the hotel's zone."""
    today = at.date()
    rests_on = grounds.fetch(connection, alert.id, today)
    if alert.metric == "stock_outflow":
        from minibar_ml.jobs.detection import counted  # which imports what other alerts do without

        rests_on = counted.on_record(connection, alert, rests_on, at)
    return Explained(
        alert=alert,
        series=histories.fetch_series(connection, alert.id, today),
        history=histories.fetch_history(connection, alert.id),
        rests_on=rests_on,
        before=alerts.get(connection, alert.previous_id) if alert.previous_id else None,
        verdicts=verdicts.count_like(connection, alert),
    )
