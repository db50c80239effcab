"""`minibar-ml import KIND FILE...`: what of a file was taken, what was rejected and why."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.imports.maps import load_map
from minibar_ml.cli.terminal import console
from minibar_ml.domain.errors import ExitCode
from minibar_ml.domain.imports import FileRefused, Imported, ImportKind
from minibar_ml.files import Folder, opened
from minibar_ml.i18n import Lang
from minibar_ml.i18n import imports as texts
from minibar_ml.intake import rejects as reject_files
from minibar_ml.intake.reading import content_of
from minibar_ml.jobs import imports
from minibar_ml.jobs.imports import Now, Options
from minibar_ml.jobs.inbox import Outcome
from minibar_ml.store.intake import schema

HELP: dict[ImportKind, str] = {
    "rooms": "Rooms: number, floor, type. The first list makes the hotel (--hotel NAME).",
    "products": "Products: name, code, prices, minimum stock.",
    "people": "People: attendants, storekeepers, administrators.",
    "in_house": "Guests in house on a day: who sleeps where that night.",
    "arrivals": "Arrivals of a day, with their hours.",
    "departures": "Departures of a day, with their hours.",
    "checks": "Room checks and minibar postings: what was consumed, put in, or nothing.",
    "movements": "The depot's ledger: deliveries, issues, returns, write-offs, counts.",
    "orders": "Orders at suppliers.",
}
EXAMPLES: dict[ImportKind, str] = {
    "rooms": 'import rooms rooms.xlsx --hotel "Grand Hotel"',
    "in_house": "import in_house in-house-2026-11-27.xlsx",
    "checks": "import checks minibar-november.csv --dates dmy",
}
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or Excel (.xlsx) files.")]
HotelName = Annotated[str | None, typer.Option("--hotel", metavar="NAME", help="The hotel of rows that name none.")]
Day = Annotated[
    str | None, typer.Option("--day", metavar="D", help="The day of a list of guests (default: by its name or title).")
]
Dates = Annotated[
    Literal["dmy", "mdy"] | None, typer.Option("--dates", help="Whether 03/04 is day/month or month/day.")
]
Map = Annotated[Path | None, typer.Option("--map", metavar="FILE", help="Headings of this system: `import map`.")]
AddMissing = Annotated[
    bool,
    typer.Option("--add-missing", help="Make unknown rooms, products and people instead of rejecting them."),
]
Again = Annotated[
    bool, typer.Option("--again", help="Take a file that was imported before once more, in place of later lists.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be imported and rejected; change nothing.")]


def command(kind: ImportKind) -> Callable[..., None]:
    """The command of one kind of list."""

    def run(
        files: Files,
        hotel: HotelName = None,
        day: Day = None,
        dates: Dates = None,
        map_: Map = None,
        add_missing: AddMissing = False,
        again: Again = False,
        dry_run: DryRun = False,
        json: Json = False,
        quiet: Quiet = False,
        verbose: Verbose = False,
    ) -> None:
        options = Options(
            hotel, times.day(day, "--day") if day else None, dates, load_map(map_, kind) if map_ else None, add_missing,
            dry_run, again,
        )  # fmt: skip
        _import(files, kind, options, json=json)

    run.__doc__ = HELP[kind]
    return run


def register(app: typer.Typer) -> None:
    """Add a command for each kind of list."""
    for kind in HELP:
        epilog = examples(EXAMPLES.get(kind, f"import {kind} {kind.replace('_', '-')}.xlsx"))
        app.command(kind, epilog=epilog)(command(kind))


def _import(files: list[Path], kind: ImportKind, options: Options, *, json: bool) -> None:
    """Import each file on its own: one that is refused keeps no other from being taken."""
    settings = house.settings_of(session.settings(), "import")
    lang = session.language(settings)
    outcomes: list[tuple[Path, Outcome]] = []
    with session.store(settings, "import") as connection:
        schema.require(connection)
        for file in files:
            outcome: Outcome
            try:
                content, now = content_of(file), Now(datetime.now(UTC), settings.zone())
                outcome = imports.run(connection, file.name, content, kind, options, now)
                if not options.is_dry:
                    with opened(file.parent) as folder:
                        write_rejects(folder, file, outcome, lang)
            except FileRefused as refused:
                outcome = refused
            outcomes.append((file, outcome))
            if not json:
                show(file, outcome, lang, is_dry=options.is_dry)
    end(outcomes, json=json)


def end(outcomes: Sequence[tuple[Path, Outcome]], *, json: bool) -> None:
    """Print the document of all files, and end with status 6 where any was refused."""
    if json:
        console.print_json([as_json(file, outcome) for file, outcome in outcomes])
    if any(isinstance(outcome, FileRefused) or outcome.is_refused for _, outcome in outcomes):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def write_rejects(folder: Folder, file: Path, done: Imported, lang: Lang) -> None:
    """Write the file of rejected rows into a folder; an older one goes."""
    name = reject_files.name_of(file)
    if done.rejects:
        rows = [(str(one.line), one.column, one.value, texts.reason(one.reason, lang)) for one in done.rejects]
        reject_files.write(folder, name, texts.reject_headings(lang), rows)
    elif not done.is_known:
        folder.remove(name)


def write_report(lang: Lang, file: Path, folder: Folder, outcome: Outcome) -> None:
    """Write next to where a file of the inbox goes what is to be said of it: rejected rows, or why it was refused."""
    if isinstance(outcome, FileRefused):
        said = [("", "", "", texts.refusal(outcome, lang))]
        reject_files.write(folder, reject_files.name_of(file), texts.reject_headings(lang), said)
    else:
        write_rejects(folder, file, outcome, lang)


def show(file: Path, outcome: Outcome, lang: Lang, *, is_dry: bool = False, folder: Path | None = None) -> None:
    """What became of a file: a line, and of a dry run the rejected rows."""
    if isinstance(outcome, FileRefused):
        console.say(console.visible(f"{file}: {texts.refusal(outcome, lang)}"))
        return
    rejects = str((folder or file.parent) / reject_files.name_of(file))
    console.say(console.visible(f"{file}: {texts.outcome(outcome, lang, rejects=rejects, is_dry=is_dry)}"))
    if is_dry and outcome.rejects:
        table = console.table(texts.reject_headings(lang))
        for one in outcome.rejects:
            table.add_row(str(one.line), one.column, console.visible(one.value), texts.reason(one.reason, lang))
        console.out().print(table)


def as_json(file: Path, outcome: Outcome) -> dict[str, Any]:
    """A file's result as `--json` prints it."""
    if isinstance(outcome, FileRefused):
        return {"path": str(file), "problem": outcome.problem, **outcome.about}
    return {"path": str(file), **asdict(outcome), "is_refused": outcome.is_refused}
