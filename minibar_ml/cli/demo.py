"""`minibar-ml demo`: the whole main job on a simulated hotel, command by command, as cron would run it."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.domain.errors import MinibarError

WALKED_DAYS = 28
LONGEST_PATH = 80


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the demo's server, key and reports.")] = Path(
        ".demo"
    ),
    rooms: Annotated[int, typer.Option(help="Rooms of the hotel.", min=20, max=5_000)] = 200,
    seed: Annotated[int, typer.Option(help="Which hotel.")] = 7,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running afterwards.")] = False,
) -> None:
    """Simulate a hotel with hidden faults, run every job on it, and say what was found of what was hidden."""
    from minibar_ml.simulate.server import fresh_database

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    labels = folder / "hidden-faults.json"
    _ensure_runtime_folder(folder)
    with fresh_database(folder, keep=keep) as url:
        _set_environment(folder, url)
        last = times.yesterday(session.settings())
        first = last - timedelta(days=WALKED_DAYS - 1)
        _run("simulate", "--rooms", str(rooms), "--seed", str(seed), "--labels", str(labels))
        _run("db", "init")
        if not (folder / "minibar-ml.key").exists():
            _run("keys", "new")
        _run("collect")
        _run("train")
        _run("detect", "--since", first.isoformat())
        _run("alerts", "list", "--limit", "8")
        if worst := _worst():
            _run("alerts", "show", str(worst))
        _run("report", "weekly", "--ending", last.isoformat())
        _tell_truth(loads(labels.read_text(encoding="utf-8")), first)
    _tell_next(url, folder, keep=keep)


def _ensure_runtime_folder(folder: Path) -> None:
    """A runtime folder of the demo's own: in the one that all users share, the server's lock file may be another's."""
    runtime = folder / "run"
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    # Beneath a longer path no socket fits into it; the server then looks for a place by itself, if it is not there.
    if len(str(folder)) <= LONGEST_PATH:
        (runtime / "python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
        # `parents` are made with the usual rights; a runtime folder that others can enter is not taken.
        runtime.chmod(0o700)


def _set_environment(folder: Path, url: str) -> None:
    """The demo's settings alone: none of the caller's may point a command at a real hotel."""
    for name in [name for name in os.environ if name.startswith("ML_") and name != "ML_LANG"]:
        del os.environ[name]
    os.environ |= {
        "ML_DATABASE_URL": url,
        "ML_KEY_FILE": str(folder / "minibar-ml.key"),
        "ML_REPORT_DIR": str(folder / "reports"),
    }
    os.chdir(folder)


def _run(*arguments: str) -> None:
    from minibar_ml.cli.app import main

    typer.secho(f"\n$ minibar-ml {shlex.join(arguments)}", bold=True)
    if code := main(arguments):
        raise MinibarError(f"the demo's step `minibar-ml {shlex.join(arguments)}` ended with {code}")


def _worst() -> int | None:
    from minibar_ml.domain.alerts import AlertFilter
    from minibar_ml.store import alerts

    with session.store(session.settings(), "demo") as connection:
        found = alerts.fetch(connection, AlertFilter(limit=1))
    return found[0].id if found else None


def _tell_truth(faults: Sequence[dict[str, Any]], first: date) -> None:
    """What was hidden, what of it was found, and what else was raised, by type."""
    from minibar_ml.domain.alert_kinds import ALERT_TYPES, KINDS
    from minibar_ml.domain.alerts import STATUSES, Alert, AlertFilter
    from minibar_ml.store import alerts

    with session.store(session.settings(), "demo") as connection:
        raised = alerts.fetch(connection, AlertFilter(statuses=STATUSES))
    hidden = [fault for fault in faults if date.fromisoformat(fault["until_on"]) >= first]

    def explains(fault: dict[str, Any], alert: Alert) -> bool:
        starts, ends = date.fromisoformat(fault["occurred_on"]), date.fromisoformat(fault["until_on"])
        what = (alert.type, alert.entity_type, alert.entity_id)
        same = (fault["kind"], fault["entity_type"], fault["entity_id"]) == what
        last = alert.last_seen.date() if KINDS[alert.type].is_state else alert.last_occurred_on
        return same and alert.occurred_on <= ends + timedelta(days=1) and last >= starts

    counts = ["hidden", "found", "alerts", "of them false"]
    table = console.table(["fault", *counts], right=counts)
    for kind in ALERT_TYPES:
        mine = [fault for fault in hidden if fault["kind"] == kind]
        told = [alert for alert in raised if alert.type == kind]
        if mine or told:
            found = sum(any(explains(fault, alert) for alert in told) for fault in mine)
            false = sum(not any(explains(fault, alert) for fault in hidden) for alert in told)
            table.add_row(kind, str(len(mine)), str(found), str(len(told)), str(false))
    typer.secho(f"\nWhat was hidden since {first}, and what was found", bold=True)
    console.out().print(table)
    console.say("Some faults are smaller than what guests do anyway: not all can be found without crying wolf.")


def _tell_next(url: str, folder: Path, *, keep: bool) -> None:
    typer.secho("\nNext", bold=True)
    console.say(f"report    {folder / 'reports'}")
    if keep:
        console.say(f"database  {url}")
        console.say(f"try       export PATH='{Path(sys.executable).parent}':\"$PATH\"")
        console.say(f"          export ML_DATABASE_URL='{url}' ML_KEY_FILE='{folder / 'minibar-ml.key'}'")
        console.say("          minibar-ml alerts list --type vacant_consumption --json")
        console.say("          minibar-ml alerts false-positive ID; minibar-ml train; minibar-ml detect")
    else:
        console.say("try       the same with --keep: the server stays, and the database's address is told")
