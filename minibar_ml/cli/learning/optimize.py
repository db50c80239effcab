"""`minibar-ml optimize`: search for a better split of the alert budget."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import typer

from minibar_ml.cli import house, plans, session
from minibar_ml.cli.arguments import hotels
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.cli.views import quality_table
from minibar_ml.i18n import listings, screen
from minibar_ml.i18n.formats import fixed, number
from minibar_ml.jobs.optimize import OptimizeResult, Search, run
from minibar_ml.store.source.hotels import fetch_names


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(epilog=examples("optimize", "optimize --hotel 2 --json"))(optimize)


def optimize(
    hotel: Hotel = None, as_of: AsOf = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Search for a better split of the alert budget.

    Looks for shares of alert_budget with which every detector reaches accuracy_threshold (see `config`). Shows the
    result and stores nothing.
    """
    known, instant = house.at(session.settings(), "optimize", as_of)
    settings = known.settings
    hotel_id = hotels.find(settings, "optimize", hotel)
    with session.store(settings, "optimize") as connection:
        result = run(connection, plans.training(known, instant), hotel_id=hotel_id)
        called = fetch_names(connection)
    if json:
        console.print_json(asdict(result))
    elif not any(search.found.before for search in result.hotels):
        console.note("Too little history to hold out days; see `minibar-ml train`.")
    else:
        _show(result, called)


def _show(result: OptimizeResult, called: Mapping[int, str]) -> None:
    names = [listings.hotel(one.hotel_id, called.get(one.hotel_id), screen.lang()) for one in result.hotels]
    for name, search in zip(names, result.hotels, strict=True):
        quality_table.show(name, _rows(search))
    quality_table.explain(result.wanted)
    for name, search in zip(names, result.hotels, strict=True):
        console.note(f"{name}: {_summary(search, result)}")


def _rows(search: Search) -> Iterator[list[str]]:
    """Each detector with its present share and, where the search moved it, with the one found."""
    found = search.found
    for name, before in found.before.items():
        usual, tried = found.usual[name], found.shares[name]
        yield quality_table.cells(name, quality_table.percent(usual), before)
        if tried != usual:
            yield quality_table.cells("", f"→ {quality_table.percent(tried)}", found.after[name])


def _summary(search: Search, result: OptimizeResult) -> str:
    """The result of the search in one line."""
    found = search.found
    false = [sum(one.false_alerts for one in each.values()) for each in (found.before, found.after)]
    missed = [name for name, one in found.after.items() if one.accuracy is not None and one.accuracy < result.wanted]
    reach = f"not reached by {', '.join(missed)}" if missed else "reached by all"
    moved = f"{fixed(false[1], session.ENGLISH, 2)} with the shares found" if found.moved else "no better split found"
    accuracy, budget = (number(figure, session.ENGLISH, 2) for figure in (result.wanted, result.budget))
    return (
        f"{fixed(false[0], session.ENGLISH, 2)} false alerts expected per 1,000 rooms per day, {moved}; "
        f"accuracy {accuracy} with a budget of {budget}: {reach}."
    )
