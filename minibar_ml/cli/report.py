"""`minibar-ml report`: the weekly and monthly report and the dashboard."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import hotels, times
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.cli.views.archive import HEADS, as_json, row
from minibar_ml.config.schedules import job_schedules
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.reporting.periods import Period, month_ended, week_ending
from minibar_ml.i18n import Lang
from minibar_ml.jobs import report
from minibar_ml.jobs.report import ReportResult, ReportScope
from minibar_ml.jobs.reports import report_archive
from minibar_ml.render.formats import RENDERERS
from minibar_ml.render.json import document
from minibar_ml.store import audit

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(
    no_args_is_help=True,
    epilog=examples(
        "report weekly --ending 2026-03-01 --format pdf --email", "report dashboard --out /var/www/minibar"
    ),
)
NOTHING_YET = "There is no data yet: run `minibar-ml collect`, `train` and `detect`, then the report again."
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to (default: ML_REPORT_DIR).")]
Language = Annotated[str | None, typer.Option("--lang", help="tr or en (default: the hotels' language).")]
Email = Annotated[bool, typer.Option("--email", help="Also mail it to its subscribers (see `people list`).")]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help="html (default), pdf, xlsx or json; may be repeated.")
]
MAILED = "{} in the outbox; `minibar-ml alerts notify` sends them."
NOBODY = (
    "No mail: this report has no subscribers, or all of them have it already. `minibar-ml people list` shows "
    "subscriptions, `minibar-ml people set NAME --report weekly` changes them."
)


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="report")


@app.command(epilog=examples("report weekly", "report weekly --ending 2026-03-01 --format pdf --email"))
def weekly(
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="D", help="Last day of the week (default: yesterday)."),
    ] = None,
    out: Out = None,
    lang: Language = None,
    format: Formats = None,
    email: Email = False,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the report of a week and print its path.

    With `--json`, prints the figures and writes no file.
    """
    if (settings := _ready(is_json=json)) is None:
        return
    scope = _scope(settings, as_of, hotel)
    period = week_ending(_last_day(ending, scope))
    files = _Files(out or settings.report_dir, _language(lang or settings.lang), format or ["html"], by_mail=email)
    _report(settings, scope, period, files, is_json=json, is_quiet=quiet)


@app.command(epilog=examples("report monthly", "report monthly --format xlsx --lang tr --out /srv/reports"))
def monthly(
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="D", help="Report the last month that was over on D (default: yesterday)."),
    ] = None,
    out: Out = None,
    lang: Language = None,
    format: Formats = None,
    email: Email = False,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the report of the last calendar month and print its path.

    With `--json`, prints the figures and writes no file.
    """
    if (settings := _ready(is_json=json)) is None:
        return
    scope = _scope(settings, as_of, hotel)
    period = month_ended(_last_day(ending, scope))
    files = _Files(out or settings.report_dir, _language(lang or settings.lang), format or ["html"], by_mail=email)
    _report(settings, scope, period, files, is_json=json, is_quiet=quiet)


@app.command(epilog=examples("report dashboard", "report dashboard --out /var/www/minibar"))
def dashboard(
    out: Out = None,
    lang: Language = None,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the dashboard: the last 24 hours, 7 days and 30 days on one page.

    Its name is always the same. With `--json`, prints the figures and writes no file.
    """
    if (settings := _ready(is_json=json)) is None:
        return
    language, folder = _language(lang or settings.lang), out or settings.report_dir
    scope = _scope(settings, as_of, hotel)

    def compute(reader: "Connection") -> object:
        return report.compute_dashboard(reader, scope)

    def write(connection: "Connection", reader: "Connection") -> ReportResult:
        return report.run_dashboard(connection, scope, folder, language, reader=reader)

    _print(settings, compute, write, is_json=json, is_quiet=quiet)


@app.command(name="list", epilog=examples("report list", "report list --out /srv/reports --json"))
def list_reports(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder (default: ML_REPORT_DIR).")] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """List the reports that have been written, the newest first.

    The same list, with links, is index.html in the reports' folder.
    """
    settings = session.settings()
    found = report_archive.fetch(out or settings.report_dir)
    if json:
        console.print_json([as_json(one, settings.lang, settings.zone()) for one in found])
        return
    if not found:
        console.note(f"No report in {out or settings.report_dir}.")
        return
    table = console.table(HEADS)
    for one in found:
        cells = row(one, settings.lang, settings.zone())
        table.add_row(*("\n".join(map(console.visible, cell.split("\n"))) for cell in cells))
    console.out().print(table)


def _ready(*, is_json: bool) -> Settings | None:
    """The settings with the facts that hold; None where jobs are switched off: figures alone can be seen even then."""
    settings = session.settings()
    if not is_json and not session.enabled(settings):
        return None
    return house.settings_of(settings, "report view" if is_json else "report")


@dataclass(frozen=True, slots=True)
class _Files:
    """Where a report goes, in which language and formats."""

    folder: Path
    lang: Lang
    formats: list[str]
    by_mail: bool


def _scope(settings: Settings, as_of: str | None, hotel: str | None) -> ReportScope:
    """What a command's report looks at; by their schedules the jobs should have done their work since `wanted`."""
    instant = times.resolve_as_of(as_of, settings.zone())
    wanted: dict[str, datetime] = {job: schedule.since for job, schedule in job_schedules(settings, instant).items()}
    return ReportScope(
        instant,
        settings.timezone,
        hotels.find(settings, "report view", hotel),
        wanted,
        settings.currency,
        session.origin(settings),
        settings.reports_keep_days,
        is_live=as_of is None,
    )


def _report(
    settings: Settings, scope: ReportScope, period: Period, files: _Files, *, is_json: bool, is_quiet: bool
) -> None:
    if files.by_mail and is_json:
        raise UsageError("--json and --email cannot be combined: --json sends nothing.")
    _check_formats(files.formats)

    def compute(reader: "Connection") -> object:
        return report.compute(reader, scope, period)

    def write(connection: "Connection", reader: "Connection") -> ReportResult:
        return report.run(
            connection, scope, period, files.folder, files.lang, formats=files.formats, by_mail=files.by_mail,
            reader=reader,
        )  # fmt: skip

    _print(settings, compute, write, is_json=is_json, is_quiet=is_quiet)


def _print(
    settings: Settings,
    compute: Callable[["Connection"], Any],
    write: Callable[["Connection", "Connection"], ReportResult],
    *,
    is_json: bool,
    is_quiet: bool,
) -> None:
    if is_json:

        def look(connection: "Connection") -> Any:
            with session.reader(settings, "report view", connection) as reader:
                figures = document(compute(reader))
            connection.rollback()
            audit.insert(connection, "report.view", "the figures of a report, as JSON")
            connection.commit()
            return figures

        console.print_json(session.work(settings, "report view", look))
        return

    def record(connection: "Connection") -> ReportResult:
        with session.reader(settings, "report", connection) as reader:
            return write(connection, reader)

    result = session.work(settings, "report", record)
    if result.report.has_nothing_yet:
        console.note(NOTHING_YET)
    if not is_quiet and "mails" in result.counts:
        console.note(NOBODY if not result.counts["mails"] else MAILED.format(plural(result.counts["mails"], "mail")))
    for path in () if is_quiet else result.paths:
        console.say(console.visible(str(path)))


def _language(lang: str) -> Lang:
    if lang == "tr":
        return "tr"
    if lang == "en":
        return "en"
    raise UsageError(f"--lang {lang!r} is not supported; use tr or en.")


def _check_formats(formats: list[str]) -> None:
    for name in formats:
        if name not in RENDERERS:
            raise UsageError(f"--format {name!r} is not one of {', '.join(RENDERERS)}.")


def _last_day(ending: str | None, scope: ReportScope) -> date:
    today = scope.as_of.astimezone(ZoneInfo(scope.timezone)).date()
    if ending is None:
        return today - timedelta(days=1)
    day = times.day(ending, "--ending", ZoneInfo(scope.timezone))
    if day > today:
        raise UsageError(f"--ending {ending} is in the future; use a day that has passed.")
    return day
