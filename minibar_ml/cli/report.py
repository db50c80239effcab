"""`minibar-ml report`: what managers read."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.domain.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.config.settings import Settings
    from minibar_ml.domain.reporting.periods import Period
    from minibar_ml.i18n import Lang
    from minibar_ml.jobs.report import ReportResult

app = typer.Typer(no_args_is_help=True, help="What managers read.")
FIRST_YEAR = 2000
"""Nobody has data from before; it keeps the days that we look back in the calendar."""
NOTHING_YET = "there is nothing yet: run `minibar-ml collect`, `train` and `detect`, then the report again"
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to (default: ML_REPORT_DIR).")]
Language = Annotated[str | None, typer.Option("--lang", help="tr or en (default: ML_LANG).")]
Email = Annotated[bool, typer.Option("--email", help="Also mail it to everybody who wants it (see `people list`).")]
Formats = Annotated[list[str] | None, typer.Option("--format", help="html, pdf, xlsx or json; may be repeated.")]
MAILED = "{n} mails are in the outbox; `minibar-ml alerts notify` sends them"
NOBODY = (
    "no mail: everybody who wants this report has it already, or nobody does; `minibar-ml people list` tells who wants "
    "which, `minibar-ml people set NAME --report weekly` changes it"
)


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="report")


@app.command()
def weekly(
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="D", help="Last business day of the week (default: the last complete one)."),
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
    """Write the week's report and print its path; with --json, print its figures and write nothing."""
    from minibar_ml.domain.reporting.periods import week_ending

    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    period = week_ending(_last_day(ending, instant.astimezone(settings.zone()).date()))
    chosen = format or ["html"]
    _report(settings, instant, period, out, lang, chosen, hotel, by_mail=email, is_json=json, is_quiet=quiet)


@app.command()
def monthly(
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="D", help="Report the newest month that is over by D (default: yesterday)."),
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
    """Write the report of the calendar month that ended; with --json, print its figures and write nothing."""
    from minibar_ml.domain.reporting.periods import month_ended

    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    period = month_ended(_last_day(ending, instant.astimezone(settings.zone()).date()))
    chosen = format or ["html"]
    _report(settings, instant, period, out, lang, chosen, hotel, by_mail=email, is_json=json, is_quiet=quiet)


@app.command()
def dashboard(
    out: Out = None,
    lang: Language = None,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write one page of the last 24 hours, 7 days and 30 days, always under the same name, and print its path."""
    from minibar_ml.jobs import report

    settings = session.settings()
    language, folder = _language(lang or settings.lang), out or settings.report_dir
    instant = times.resolve_as_of(as_of, settings.zone())
    wanted = _wanted(settings, instant)

    def compute(connection: "Connection") -> object:
        return report.compute_dashboard(connection, instant, settings.timezone, hotel, wanted=wanted)

    def write(connection: "Connection") -> "ReportResult":
        return report.run_dashboard(connection, instant, settings.timezone, folder, language, hotel, wanted=wanted)

    _print(settings, compute, write, is_json=json, is_quiet=quiet)


def _report(
    settings: "Settings",
    instant: datetime,
    period: "Period",
    out: Path | None,
    lang: str | None,
    formats: list[str],
    hotel: int | None,
    *,
    by_mail: bool,
    is_json: bool,
    is_quiet: bool,
) -> None:
    if by_mail and is_json:
        raise UsageError("--json prints figures and sends nothing; leave out --email.")
    from minibar_ml.jobs import report

    language, folder = _language(lang or settings.lang), out or settings.report_dir
    _check_formats(formats)
    asked, wanted = (instant, period, settings.timezone), _wanted(settings, instant)

    def compute(connection: "Connection") -> object:
        return report.compute(connection, *asked, hotel, wanted=wanted)

    def write(connection: "Connection") -> "ReportResult":
        return report.run(connection, *asked, folder, language, hotel, formats=formats, wanted=wanted, by_mail=by_mail)

    _print(settings, compute, write, is_json=is_json, is_quiet=is_quiet)


def _print(
    settings: "Settings",
    compute: Callable[["Connection"], Any],
    write: Callable[["Connection"], "ReportResult"],
    *,
    is_json: bool,
    is_quiet: bool,
) -> None:
    from minibar_ml.render.json import document

    if is_json:

        def look(connection: "Connection") -> Any:
            from minibar_ml.store import audit

            figures = document(compute(connection))
            connection.rollback()
            audit.insert(connection, "report.view", "the figures of a report, as JSON")
            connection.commit()
            return figures

        console.print_json(session.work(settings, "report view", look))
        return
    if not session.enabled(settings):
        return
    result = session.work(settings, "report", write)
    if result.report.has_nothing_yet:
        console.note(NOTHING_YET)
    if not is_quiet and "mails" in result.counts:
        console.note(NOBODY if not result.counts["mails"] else MAILED.format(n=result.counts["mails"]))
    for path in () if is_quiet else result.paths:
        console.say(console.visible(str(path)))


def _wanted(settings: "Settings", instant: datetime) -> dict[str, datetime]:
    """Since when each job should have done its work, by its schedule."""
    from minibar_ml.cli.doctor.status import duties

    return {job: duty.since for job, duty in duties(settings, instant).items()}


def _language(lang: str) -> "Lang":
    if lang == "tr":
        return "tr"
    if lang == "en":
        return "en"
    raise UsageError(f"--lang {lang!r} is not a language we speak; use tr or en.")


def _check_formats(formats: list[str]) -> None:
    from minibar_ml.render.formats import RENDERERS

    for name in formats:
        if name not in RENDERERS:
            raise UsageError(f"--format {name!r} is not one of {', '.join(RENDERERS)}.")


def _last_day(ending: str | None, today: date) -> date:
    if ending is None:
        return today - timedelta(days=1)
    try:
        day = datetime.fromisoformat(ending.strip()).date()
    except ValueError as error:
        raise UsageError(f"--ending {ending!r} is no date; write 2026-03-01.") from error
    if day > today:
        raise UsageError(f"--ending {ending} is in the future; nothing is known of it yet.")
    if day.year < FIRST_YEAR:
        raise UsageError(f"--ending {ending} is before {FIRST_YEAR}; no hotel has data of it.")
    return day
