"""`minibar-ml simulate`: a demo hotel's source tables, with known faults."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from minibar_ml.cli import console, session, times
from minibar_ml.cli.options import Quiet, Verbose
from minibar_ml.domain.errors import UsageError

AS_THE_APPLICATION = False
"""Whether the hotel is written as the hotel application writes it, or in the ideal manner."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(simulate)


def simulate(
    ending: Annotated[str, typer.Option("--ending", metavar="D", help="Last simulated day (default: yesterday).")] = "",
    rooms: Annotated[int, typer.Option(help="Rooms of each hotel.", min=1, max=20_000)] = 120,
    days: Annotated[int, typer.Option(help="Days of history.", min=14, max=1_500)] = 120,
    hotels: Annotated[int, typer.Option(help="Hotels that share products and warehouse.", min=1, max=50)] = 1,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal hotels.")] = 1,
    layout: Annotated[Literal["a", "b"], typer.Option(help="Source layout.")] = "b",
    labels: Annotated[Path | None, typer.Option(help="Write the hidden faults to this JSON file.")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a simulated hotel into an empty database; never touches tables that exist."""
    from minibar_ml.simulate import ApplicationManner, HotelPlan, generate, write
    from minibar_ml.store.source.contract import use_own_path

    settings = session.settings()
    manner = ApplicationManner(paths="present" if layout == "b" else "2025") if AS_THE_APPLICATION else None
    plan = HotelPlan(
        seed=seed, ends_on=_day(ending) if ending else times.yesterday(settings), hotels=hotels, rooms=rooms,
        days=days, timezone=settings.timezone, manner=manner,
    )  # fmt: skip
    data = generate(plan)
    with session.connected(settings, "simulate") as connection:
        use_own_path(connection)
        write(connection, data, layout, plan.timezone)
        connection.commit()
    if labels:
        labels.write_text(console.json_text([asdict(fault) for fault in data.faults]) + "\n", encoding="utf-8")
    console.note(
        f"simulated {hotels} hotel(s) of {rooms} rooms, {days} days to {plan.ends_on}, {len(data.faults)} faults"
    )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--ending {text!r} is no date; write 2026-03-01.") from error
    if not 2000 <= day.year <= 2100:
        raise UsageError(f"--ending {text} must lie between 2000 and 2100.")
    return day
