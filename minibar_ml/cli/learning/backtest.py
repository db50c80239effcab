"""`minibar-ml backtest`: the alerts that cron's jobs would have raised; nothing is stored or sent."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import house, plans, session
from minibar_ml.cli.alerts import json_rows, stats_json
from minibar_ml.cli.arguments import hotels
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views import phases
from minibar_ml.domain.alerting.alerts import SEVERITIES, Alert
from minibar_ml.domain.hotels.phases import Phase
from minibar_ml.i18n import Lang, listings, screen
from minibar_ml.jobs.backtest import BacktestResult, run
from minibar_ml.store.source import hotels as hotels_of_source

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOT_STORED = ("id", "read_at", "read_by")
"""Fields that an alert has only in the store."""
YOUNG: dict[Phase, str] = {"learning": "only rules raised alerts", "provisional": "alerts of models were provisional"}
"""How the phases of a cold start limit alerts."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(epilog=examples("backtest", "backtest --days 60 --limit 0", "backtest --json"))(backtest)


def backtest(
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=366, help="Complete days to go through.")] = 28,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Show at most N examples.")] = 10,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show which alerts the last weeks would have raised.

    Goes through the last days as cron's jobs would have, with the present settings. Stores nothing, sends nothing and
    does not delay jobs.
    """
    known, instant = house.at(session.settings(), "backtest", as_of)
    settings = known.settings
    today = instant.astimezone(settings.zone()).date()
    plan = plans.detection(known, instant, since=today - timedelta(days=days), until=today)

    hotel_id = hotels.find(settings, "backtest", hotel)

    def job(connection: "Connection") -> tuple[BacktestResult, dict[int, str]]:
        with console.progress("backtest", enabled=not quiet) as advance:
            done = run(connection, plan, hotel_id, advance)
        return done, hotels_of_source.fetch_names(connection)

    result, called = session.work(settings, "backtest", job)
    found = result.alerts[:limit]
    if json:
        console.print_json(_document(result, found, called, session.language(settings), plan.today()))
    else:
        from minibar_ml.cli.views import backtest  # rich's tables, which --json does without

        backtest.show(result, found, session.language(settings))
    _note(result, days, called)


def _document(
    result: BacktestResult, found: tuple[Alert, ...], called: dict[int, str], lang: Lang, today: date
) -> dict[str, Any]:
    """The JSON document; examples are as in `alerts list --json`, without the fields of stored alerts."""
    resolved = result.resolved_by_type()
    by_type = {
        kind: {"alerts": sum(by_severity.values()), "by_severity": by_severity, "auto_resolved": resolved[kind]}
        for kind, by_severity in result.counts().items()
    }
    shown = [json_rows.as_json(alert, lang, today, called) for alert in found]
    return {
        "since": result.since,
        "until": result.until,
        "rooms": result.rooms,
        **stats_json.budget_json(result.usage),
        "auto_resolved": result.auto_resolved,
        "muted": result.muted,
        "by_severity": {
            severity: sum(alert.severity == severity for alert in result.alerts) for severity in SEVERITIES
        },
        "by_type": by_type,
        "by_day": [{"day": day, "alerts": alerts} for day, alerts in result.by_day.items()],
        "hotels": [asdict(hotel) for hotel in result.hotels],
        "examples": [{name: value for name, value in one.items() if name not in NOT_STORED} for one in shown],
    }


def _note(result: BacktestResult, days: int, called: Mapping[int, str]) -> None:
    """On stderr: where there was too little data."""
    if not result.by_day:
        console.note("No metric points: run `minibar-ml collect` first, or check --hotel.")
        return
    if len(result.by_day) < days:
        console.note(f"History starts on {result.since}: {len(result.by_day)} of {days} days were checked.")
    if result.muted:
        console.note(f"{plural(result.muted, 'finding')} not counted: muted, see `minibar-ml mutes list --all`.")
    for hotel in result.hotels:
        name = listings.hotel(hotel.hotel_id, called.get(hotel.hotel_id), screen.lang())
        for phase, what in YOUNG.items():
            if in_phase := hotel.days_by_phase.get(phase):
                console.note(f"{name}: phase {phase} on {in_phase} of {plural(hotel.days, 'day')}; {what}")
        phases.note({hotel.hotel_id: hotel.history}, called=called)
