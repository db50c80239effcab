"""`minibar-ml report`: what managers read."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minibar_ml.cli import console, context
from minibar_ml.cli.context import AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.domain.errors import UsageError

if TYPE_CHECKING:
    from minibar_ml.i18n import Lang

app = typer.Typer(no_args_is_help=True, help="What managers read.")
FORMATS = ("html",)
FIRST_YEAR = 2000
"""Nobody has data from before; it keeps the days that we look back in the calendar."""
NOTHING_YET = "there is nothing yet: run `minibar-ml collect`, `train` and `detect`, then the report again"


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="report")


@app.command()
def weekly(
    ending: Annotated[
        str | None,
        typer.Option("--ending", metavar="D", help="Last business day of the week (default: the last complete one)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to (default: ML_REPORT_DIR).")
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="tr or en (default: ML_LANG).")] = None,
    format: Annotated[list[str] | None, typer.Option("--format", help="html; may be repeated.")] = None,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the week's report and print its path; with --json, print its figures and write nothing."""
    from minibar_ml.domain.report import week_ending
    from minibar_ml.jobs import report
    from minibar_ml.render.json import document

    settings = context.settings()
    language = _language(lang or settings.lang)
    _check_formats(format or ["html"])
    instant = context.resolve_as_of(as_of, settings.zone())
    period = week_ending(_last_day(ending, instant.astimezone(settings.zone()).date()))
    if not json and not context.enabled(settings):
        return
    asked = (instant, period, settings.timezone)
    if json:
        made = context.work(settings, "report", lambda connection: report.compute(connection, *asked, hotel))
        console.print_json(document(made))
        return
    folder = out or settings.report_dir
    result = context.work(
        settings, "report", lambda connection: report.run(connection, *asked, folder, language, hotel)
    )
    if result.report.has_nothing_yet:
        console.note(NOTHING_YET)
    for path in () if quiet else result.paths:
        console.say(console.visible(str(path)))


def _language(lang: str) -> "Lang":
    if lang == "tr":
        return "tr"
    if lang == "en":
        return "en"
    raise UsageError(f"--lang {lang!r} is not a language we speak; use tr or en.")


def _check_formats(formats: list[str]) -> None:
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f"--format {name!r} is not one of {', '.join(FORMATS)}.")


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
