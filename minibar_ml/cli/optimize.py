"""`minibar-ml optimize`: what another split of the budget would bring."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from minibar_ml.cli import console, plans, session, times
from minibar_ml.cli.options import AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.cli.views import quality_table

if TYPE_CHECKING:
    from minibar_ml.jobs.optimize import OptimizeResult, Search


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(optimize)


def optimize(
    hotel: Hotel = None, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Search for a split of the alert budget that reaches ML_ACCURACY_THRESHOLD; shows it and stores nothing."""
    from minibar_ml.jobs.optimize import run

    settings = session.settings()
    instant = times.resolve_as_of(as_of, settings.zone())
    with session.store(settings, "optimize") as connection:
        result = run(connection, plans.training(settings, instant), hotel_id=hotel)
    if json:
        console.print_json(asdict(result))
    elif not any(search.found.before for search in result.hotels):
        console.note("too little history to hold any days out: see `minibar-ml train`")
    else:
        _show(result)


def _show(result: "OptimizeResult") -> None:
    for search in result.hotels:
        quality_table.show(search.hotel_id, _rows(search))
    quality_table.explain(result.wanted)
    for search in result.hotels:
        console.note(f"hotel {search.hotel_id}: {_summary(search, result)}")


def _rows(search: "Search") -> Iterator[list[str]]:
    """Each detector with its usual share and, where the search moved it, with the one that was found."""
    found = search.found
    for name, before in found.before.items():
        usual, tried = found.usual[name], found.shares[name]
        yield quality_table.cells(name, quality_table.percent(usual), before)
        if tried != usual:
            yield quality_table.cells("", f"→ {quality_table.percent(tried)}", found.after[name])


def _summary(search: "Search", result: "OptimizeResult") -> str:
    """What the search came to, in words."""
    found = search.found
    false = [sum(one.false_alerts for one in each.values()) for each in (found.before, found.after)]
    missed = [name for name, one in found.after.items() if one.accuracy is not None and one.accuracy < result.wanted]
    reach = f"not reachable at a budget of {result.budget:g}: {', '.join(missed)}" if missed else "reached by all"
    moved = f"with the shares found {false[1]:.2f}" if found.moved else "no other split does better"
    return f"{false[0]:.2f} false alerts per 1,000 rooms and day expected, {moved}; {result.wanted:g} is {reach}"
