"""`minibar-ml simulate`: the source tables of a simulated hotel with known faults."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from minibar_ml.cli import session
from minibar_ml.cli.arguments import times
from minibar_ml.cli.arguments.options import Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.terminal.console import plural
from minibar_ml.domain.errors import UsageError
from minibar_ml.files import write_whole
from minibar_ml.simulate import ApplicationManner, HotelPlan, generate, write
from minibar_ml.simulate.lists.files import write_untidy
from minibar_ml.simulate.lists.tables import lists_of
from minibar_ml.store.source.contract import use_own_path

LAST_YEAR = 2100

AS_THE_APPLICATION = False
"""Whether the hotel is written as the hotel application writes it, or in an ideal manner."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(
        epilog=examples(
            "simulate --rooms 200 --labels hidden-faults.json", "simulate --files inbox --labels hidden-faults.json"
        )
    )(simulate)


def simulate(
    ending: Annotated[str, typer.Option("--ending", metavar="D", help="Last simulated day (default: yesterday).")] = "",
    rooms: Annotated[int, typer.Option(metavar="N", help="Rooms per hotel.", min=1, max=20_000)] = 120,
    days: Annotated[int, typer.Option(metavar="N", help="Days of history.", min=14, max=1_500)] = 120,
    hotels: Annotated[
        int, typer.Option(metavar="N", help="Number of hotels; they share products and warehouse.", min=1, max=50)
    ] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same hotel.")] = 1,
    layout: Annotated[Literal["a", "b"], typer.Option(metavar="a|b", help="Layout of the source tables.")] = "b",
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the hidden faults to this JSON file.")
    ] = None,
    files: Annotated[
        Path | None, typer.Option("--files", metavar="DIR", help="Write lists for `import` there instead of tables.")
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a simulated hotel into an empty database, or its lists into files.

    Refuses to run where tables of the hotel application exist. The lists of --files are as untidy as in life: titles
    and totals, two languages and encodings, a list missing, another one corrected.
    """
    if files and hotels > 1:
        raise UsageError("--files writes the lists of one hotel; leave out --hotels.")
    settings = session.settings()
    manner = ApplicationManner(paths="present" if layout == "b" else "2025") if AS_THE_APPLICATION else None
    plan = HotelPlan(
        seed=seed, ends_on=_day(ending) if ending else times.yesterday(settings), hotels=hotels, rooms=rooms,
        days=days, timezone=settings.timezone, manner=manner,
    )  # fmt: skip
    data = generate(plan)
    if files:
        count = write_untidy(files, lists_of(data, plan.timezone, days), seed)
        console.note(f"{plural(count, 'file')} written to {files}.")
    else:
        with session.connected(settings, "simulate") as connection:
            use_own_path(connection)
            write(connection, data, layout, plan.timezone)
            connection.commit()
    if labels:
        hidden = console.json_text([asdict(fault) for fault in data.faults]) + "\n"
        write_whole(labels, hidden.encode(), hint="make that folder writable, or choose another with --labels")
    console.note(
        f"Simulated {plural(hotels, 'hotel')} of {rooms} rooms, {days} days up to {plan.ends_on}, "
        f"with {plural(len(data.faults), 'fault')}."
    )


def _day(text: str) -> date:
    day = times.day(text, "--ending")
    if day.year > LAST_YEAR:
        raise UsageError(f"--ending {text} is after {LAST_YEAR}.")
    return day
