"""`minibar-ml alerts show`."""

import typer

from minibar_ml.cli import console, house, session
from minibar_ml.cli.alerts import json_rows
from minibar_ml.cli.alerts.verdicts import Id
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose, examples
from minibar_ml.store import audit
from minibar_ml.store.alerting import alerts, grounds, histories


def register(noun: typer.Typer) -> None:
    """Add this verb to the noun `alerts`."""
    noun.command(epilog=examples("alerts show 17", "alerts show 17 --json"))(show)


def show(alert_id: Id, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Explain one alert: what was expected, why it was raised, what to do.

    Also shows the last 30 days of its metric, what the records say of its days now, its history and its comments.
    """
    known, instant = house.at(session.settings(), "alerts show", as_of)
    settings = known.settings
    today = instant.astimezone(settings.zone()).date()
    with session.store(settings, "alerts show") as connection:
        alert = alerts.get(connection, alert_id)
        series = histories.fetch_series(connection, alert_id, today)
        history = histories.fetch_history(connection, alert_id)
        rests_on = grounds.fetch(connection, alert_id, today)
        before = alerts.get(connection, alert.previous_id) if alert.previous_id else None
        audit.insert(connection, "alert.view", f"alert {alert_id}")
        connection.commit()
    if json:
        console.print_json(json_rows.explained(alert, series, history, rests_on, session.language(settings), today))
        return
    from minibar_ml.cli.alerts import views  # rich's tables, which --json does without

    lang = session.language(settings)
    console.out().print(views.explanation(alert, series, history, rests_on, before, lang, today, settings.currency))
