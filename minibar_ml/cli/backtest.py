"""`minibar-ml backtest`: what cron would have raised, before anything is sent or stored."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, plans, session, times
from minibar_ml.cli.alerts import json_rows
from minibar_ml.cli.options import AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.cli.views import phases
from minibar_ml.domain.alerts import SEVERITIES
from minibar_ml.domain.phases import Phase

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.domain.alerts import Alert
    from minibar_ml.i18n import Lang
    from minibar_ml.jobs.backtest import BacktestResult

NOT_STORED = ("id", "read_at", "read_by")
"""What an alert has only in the store."""
YOUNG: dict[Phase, str] = {"learning": "only rules spoke", "provisional": "what was learnt was provisional"}
"""What the phases of a cold start did to alerts."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(backtest)


def backtest(
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=366, help="Complete days to walk.")] = 28,
    limit: Annotated[int, typer.Option("--limit", metavar="EXAMPLES", min=0, help="At most so many examples.")] = 10,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Walk through the last days and say what cron would have raised; nothing is stored, no job is held up."""
    from minibar_ml.jobs.backtest import run
    from minibar_ml.jobs.plans import DetectionPlan

    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    today = instant.astimezone(settings.zone()).date()
    plan = DetectionPlan(
        as_of=instant,
        zone=settings.zone(),
        limits=plans.limits(settings),
        lang=settings.lang,
        lookback_days=settings.lookback_days,
        training_days=settings.training_days,
        min_points=settings.min_data_points,
        calendar=plans.calendar(settings, today - timedelta(days=days), today),
        since=today - timedelta(days=days),
        until=today,
    )

    def job(connection: "Connection") -> "BacktestResult":
        with console.progress("backtest", enabled=not quiet) as advance:
            return run(connection, plan, hotel, advance)

    result = session.work(settings, "backtest", job)
    examples = result.alerts[:limit]
    if json:
        console.print_json(_document(result, examples, session.language(settings)))
    else:
        from minibar_ml.cli.views import backtest

        backtest.show(result, examples, session.language(settings))
    _note(result, days)


def _document(result: "BacktestResult", examples: "tuple[Alert, ...]", lang: "Lang") -> dict[str, Any]:
    """The result as scripts read it; examples are as `alerts list --json` prints them, but for what is not stored."""
    resolved = result.resolved_by_type()
    by_type = {
        kind: {"alerts": sum(by_severity.values()), "by_severity": by_severity, "auto_resolved": resolved[kind]}
        for kind, by_severity in result.counts().items()
    }
    shown = [json_rows.as_json(alert, lang) for alert in examples]
    return {
        "since": result.since,
        "until": result.until,
        "rooms": result.rooms,
        **json_rows.budget_json(result.spending),
        "auto_resolved": result.auto_resolved,
        "by_severity": {
            severity: sum(alert.severity == severity for alert in result.alerts) for severity in SEVERITIES
        },
        "by_type": by_type,
        "by_day": [{"day": day, "alerts": alerts} for day, alerts in result.by_day.items()],
        "hotels": [asdict(hotel) for hotel in result.hotels],
        "examples": [{name: value for name, value in one.items() if name not in NOT_STORED} for one in shown],
    }


def _note(result: "BacktestResult", days: int) -> None:
    """To stderr: where there was too little to judge, and what the figures mean."""
    if not result.by_day:
        console.note("no metric points of the days before: run `minibar-ml collect` first, or ask for another hotel")
        return
    if len(result.by_day) < days:
        console.note(f"the history begins on {result.since}: {len(result.by_day)} of {days} days could be judged")
    for hotel in result.hotels:
        for phase, what in YOUNG.items():
            if judged := hotel.days_by_phase.get(phase):
                console.note(f"hotel {hotel.hotel_id}: phase {phase} on {judged} of {hotel.days} day(s), {what}")
        phases.note({hotel.hotel_id: hotel.history})
