"""`minibar-ml alerts`: read and judge alerts; the commands are in `alert_list.py` and `alert_verdicts.py`, or here."""

from datetime import timedelta
from typing import Annotated

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.alerts import json_rows, listing, notify, verdicts
from minibar_ml.cli.alerts.filters import one
from minibar_ml.cli.alerts.verdicts import Id
from minibar_ml.cli.options import AsOf, Json, Quiet, Verbose
from minibar_ml.cli.views import phases
from minibar_ml.domain.metrics import COMMON_STORE

app = typer.Typer(no_args_is_help=True, help="Read and judge alerts.")

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    notify.register(app)
    root.add_typer(app, name="alerts")


app.command("list")(listing.list_)


@app.command()
def show(alert_id: Id, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Explain one alert: what was expected, how the last 30 days went, why it was raised, what was done, what to do."""
    settings = session.settings()
    today = times.resolve_as_of(as_of, settings.zone()).astimezone(settings.zone()).date()
    from minibar_ml.store import alerts, audit

    with session.store(settings, "alerts show") as connection:
        alert = alerts.get(connection, alert_id)
        series = alerts.fetch_series(connection, alert_id, today)
        history = alerts.fetch_history(connection, alert_id)
        before = alerts.get(connection, alert.previous_id) if alert.previous_id else None
        audit.insert(connection, "alert.view", f"alert {alert_id}")
        connection.commit()
    if json:
        console.print_json(json_rows.explained(alert, series, history, session.language(settings)))
        return
    from minibar_ml.cli.alerts import views

    console.out().print(views.explanation(alert, series, history, before, session.language(settings)))


app.command()(verdicts.read)
app.command("false-positive")(verdicts.false_positive)
app.command()(verdicts.resolve)
app.command()(verdicts.snooze)
app.command()(verdicts.reopen)
app.command()(verdicts.comment)


@app.command()
def stats(
    window: Annotated[str, typer.Option("--window", metavar="W", help="24h, 7d or 30d.")] = "7d",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Count the alerts of a window by type, severity, status and day, how many were false, and the budget's use."""
    settings = session.settings()
    until = times.resolve_as_of(as_of, settings.zone())
    length = WINDOWS[one("--window", window, tuple(WINDOWS))]
    since = until - length
    from minibar_ml.ml.detectors import shares
    from minibar_ml.store import alerts, runs
    from minibar_ml.store.source import hotels

    with session.store(settings, "alerts stats") as connection:
        counted = alerts.stats(connection, since, until)
        rooms = hotels.fetch_rooms(connection, since, until).get(COMMON_STORE)
        young = runs.fetch_phases(connection)
    phases.note(young)
    spending = counted.spending(settings.alert_budget, rooms, length.days)
    if json:
        span = {"window": window, "since": since, "until": until, "rooms": rooms}
        told = {**json_rows.stats_json(counted), **json_rows.spending_json(spending)}
        console.print_json({**span, **told, **json_rows.split_json(counted, spending, shares())})
        return
    from minibar_ml.cli.alerts import views
    from minibar_ml.cli.views.budget_table import spending_table, split_table

    language = session.language(settings)
    tables = (
        *views.stats_tables(counted, language),
        "",
        spending_table(spending, rooms, language, with_verdicts=True),
        "",
        split_table(counted, spending, shares(), language),
    )
    for table in tables:
        console.out().print(table)
