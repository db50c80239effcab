"""`minibar-ml fleet`: commands on several stores that this server works on."""

import json as json_format
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from minibar_ml import files, pings
from minibar_ml.cli import session
from minibar_ml.cli.arguments.options import MOST_ROWS, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.config import fleet_file
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ExitCode, UsageError
from minibar_ml.domain.fleet import Answer, Member
from minibar_ml.domain.reporting.fleet import MemberRow, by_hotel, worst_first
from minibar_ml.i18n import screen
from minibar_ml.i18n.formats import fixed
from minibar_ml.jobs import fleet, workers
from minibar_ml.jobs.fleet import Terms

app = typer.Typer(no_args_is_help=True, epilog=examples("fleet status", "fleet run collect"))
RUNNABLE: Mapping[tuple[str, ...], str] = {
    ("collect",): "collect", ("train",): "train", ("detect",): "detect", ("alerts", "notify"): "notify",
    ("report",): "report", ("rounds",): "rounds",
}  # fmt: skip
"""The commands that a fleet runs, and whose job each is; others are for one store at a time."""
LISTED = ("alerts", "list", "--json", "--limit", str(MOST_ROWS))
PAGE = "fleet.html"
Inventory = Annotated[
    Path, typer.Option("--inventory", metavar="FILE", help="The members: a TOML file (default: fleet.toml).")
]
Names = Annotated[list[str] | None, typer.Option("--member", metavar="NAME", help="Only this member; may be repeated.")]
Labels = Annotated[
    list[str] | None, typer.Option("--label", metavar="L", help="Only members with this label; may be repeated.")
]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Ask N members at a time.")]
Timeout = Annotated[
    int, typer.Option("--timeout", metavar="SECONDS", min=1, help="End a member's command after so long.")
]


@dataclass
class _Ran:
    """A run of a fleet, as pings want it."""

    missing: str | None = None


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="fleet")


@app.command(
    epilog=examples(
        "fleet run collect", "fleet run --jobs 4 --jitter 30 -- report weekly --email",
        "fleet run train --cluster tls://scheduler:8786",
    )
)  # fmt: skip
def run(
    command: Annotated[list[str], typer.Argument(metavar="JOB", help="The job, with its options after --.")],
    inventory: Inventory = Path("fleet.toml"),
    member: Names = None,
    label: Labels = None,
    jobs: Jobs = 1,
    timeout: Timeout = 3600,
    jitter: Annotated[
        int, typer.Option("--jitter", metavar="SECONDS", min=0, help="Let each member begin after up to so long.")
    ] = 0,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster", metavar="URL", help="Have the workers of this Dask scheduler do it (tls://host:port)."
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Run a job on every member.

    One that fails is a line, and the exit status is 6. A member whose schema is older is skipped.
    """
    known = next((words for words in RUNNABLE if tuple(command[: len(words)]) == words), None)
    if known is None:
        raise UsageError(f"A fleet runs {', '.join(' '.join(one) for one in RUNNABLE)}, not {' '.join(command)!r}.")
    settings = session.settings()
    if not session.enabled(settings):
        return
    if cluster and jobs > 1:
        raise UsageError("--jobs and --cluster cannot be combined: each worker of a cluster has its own threads.")
    members = _chosen(inventory, member, label)
    job, words = RUNNABLE[known], (*command, "--quiet")
    with pings.watched(settings.ping_url, job) as watch:
        watch.start(ran := _Ran())
        if cluster:
            task = workers.Task(words, str(inventory), timeout, jitter, _unless_done(job, command[len(known) :]))
            answers = workers.ask([one.name for one in members], task, cluster)
        else:
            answers = fleet.ask(members, words, Terms(timeout, jitter, settings.report_dir), jobs)
        ran.missing = "; ".join(f"{one.member}: {one.why}" for one in answers if not one.is_well) or None
    _show_answers(answers, json=json, quiet=quiet)
    _end(answers)


@app.command(epilog=examples("fleet status", "fleet status --label coast --json"))
def status(
    inventory: Inventory = Path("fleet.toml"),
    member: Names = None,
    label: Labels = None,
    jobs: Jobs = 4,
    timeout: Timeout = 60,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show which members are late or broken, the worst first."""
    rows = _rows(session.settings(), _chosen(inventory, member, label), jobs, timeout)
    if json:
        console.print_json([row.to_json() for row in rows])
    else:
        table = console.table(
            ["member", "state", "critical", "high", "open", "why"], right=["critical", "high", "open"]
        )
        for row in rows:
            counts = [str(row.count(one)) for one in ("critical", "high")]
            table.add_row(row.name, row.state, *counts, str(row.open_alerts), row.why or "")
        console.out().print(table)
    if not all(row.is_well for row in rows):
        raise typer.Exit(ExitCode.PARTLY_DONE)


@app.command(epilog=examples("fleet alerts", "fleet alerts --severity critical --label coast"))
def alerts(
    severity: Annotated[
        list[str] | None, typer.Option("--severity", metavar="S", help="Only this severity; may be repeated.")
    ] = None,
    inventory: Inventory = Path("fleet.toml"),
    member: Names = None,
    label: Labels = None,
    jobs: Jobs = 4,
    timeout: Timeout = 60,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the open alerts of all members, each member's as `alerts list` sorts them."""
    only = [word for one in severity or () for word in ("--severity", one)]
    terms = Terms(timeout, 0, session.settings().report_dir)
    answers = fleet.ask(_chosen(inventory, member, label), [*LISTED, *only], terms, jobs)
    found = [{"member": one.member, **alert} for one in answers for alert in _document(one) or ()]
    if json:
        console.print_json(found)
    else:
        table = console.table(["member", "id", "severity", "hotel", "alert"], right=["id"])
        for one in found:
            hotel = one["hotel_name"] or str(one["hotel_id"])
            table.add_row(one["member"], str(one["id"]), one["severity"], hotel, one["message"])
        console.out().print(table)
    _end(answers)


@app.command(epilog=examples("fleet report --out /srv/reports"))
def report(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to (default: ML_REPORT_DIR).")
    ] = None,
    inventory: Inventory = Path("fleet.toml"),
    member: Names = None,
    label: Labels = None,
    jobs: Jobs = 4,
    timeout: Timeout = 60,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write one page with a row for each hotel, the worst first, and print its path."""
    from minibar_ml.render.page import fleet as page

    settings = session.settings()
    members = _chosen(inventory, member, label)
    terms = Terms(timeout, 0, settings.report_dir)
    listed = {one.member: _document(one) or () for one in fleet.ask(members, LISTED, terms, jobs)}
    of_members = _rows(settings, members, jobs, timeout)
    rows = worst_first(row for one in of_members for row in by_hotel(one, listed[one.name]))
    path = (out or settings.report_dir) / PAGE
    made = page.render(rows, datetime.now(UTC).astimezone(settings.zone()), session.language(settings))
    files.write_whole(path, made, hint="choose another folder with --out")
    console.say(str(path))
    if not all(row.is_known for row in rows):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _chosen(inventory: Path, names: Sequence[str] | None, labels: Sequence[str] | None) -> list[Member]:
    members = fleet_file.read(inventory)
    if unknown := sorted(set(names or ()) - {one.name for one in members}):
        raise UsageError(f"{inventory} has no member {', '.join(unknown)}.")
    found = [
        one for one in members if (not names or one.name in names) and (not labels or set(labels) & set(one.labels))
    ]
    if not found:
        raise UsageError(f"No member of {inventory} has the label {', '.join(labels or ())}.")
    return found


def _unless_done(job: str, options: Sequence[str]) -> Any:
    """The job and since when a run of it is this one: what two servers begin in the same minute is done once.

    As of another instant than now it is none but its own. None for what no run's record says: which of several
    reports it was, that a round was mailed, and what other options it had.
    """
    now = datetime.now(UTC)
    if job in ("report", "rounds") or (options and (len(options) != 2 or options[0] != "--as-of")):
        return None
    return job, now if options else now.replace(second=0, microsecond=0)


def _rows(settings: Settings, members: Sequence[Member], jobs: int, timeout: int) -> list[MemberRow]:
    answers = fleet.ask(members, ["status", "--json"], Terms(timeout, 0, settings.report_dir), jobs)
    asked = zip(members, answers, strict=True)
    return worst_first(MemberRow.of(member.labels, answer, _document(answer)) for member, answer in asked)


def _document(answer: Answer) -> Any:
    """What a member's command printed with --json; None where it printed nothing."""
    return json_format.loads(answer.output) if answer.output.strip() else None


def _show_answers(answers: Sequence[Answer], *, json: bool, quiet: bool) -> None:
    if json:
        console.print_json(
            [{"member": one.member, "state": one.state, "seconds": one.seconds, "why": one.why} for one in answers]
        )
        return
    shown = [one for one in answers if not quiet or not one.is_well]
    if not shown:
        return
    table = console.table(["member", "state", "seconds", "why"], right=["seconds"])
    for one in shown:
        table.add_row(one.member, one.state, fixed(one.seconds, screen.lang(), 1), one.why or "")
    console.out().print(table)


def _end(answers: Sequence[Answer]) -> None:
    if not all(one.is_well for one in answers):
        raise typer.Exit(ExitCode.PARTLY_DONE)
