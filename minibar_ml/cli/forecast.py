"""`minibar-ml forecast`: how long stocks last, what to order, and how good such forecasts were."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minibar_ml.cli import console, plans, session, times
from minibar_ml.cli.options import AsOf, Hotel, Json, Quiet, Verbose
from minibar_ml.domain.errors import NotFound

if TYPE_CHECKING:
    from minibar_ml.jobs.forecast import ForecastResult, Product
    from minibar_ml.ml.forecasting.accuracy import Accuracy

REASONS = {
    "no_level": "no movement in the ledger",
    "negative_level": "the books are below zero",
    "no_use": "no use in 60 days",
    "little_history": "used for less than 14 days",
    "no_recent_use": "no use in 28 days",
    "rare_use": "fewer than 6 days of use in 60",
}
UNKNOWN = "–"
LONGEST_DAYS = 90
NARROW = 100


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command()(forecast)


def forecast(
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="Only this product (its id or name), day by day.")
    ] = None,
    hotel: Hotel = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """How many days each product's stock lasts, what to order and by when; the soonest empty first."""
    from minibar_ml.jobs.forecast import run
    from minibar_ml.store.source import hotels, names

    settings = session.settings()
    zone = settings.zone()
    instant = times.resolve_as_of(as_of, zone)
    supplies = plans.limits(settings).supplies
    with session.store(settings, "forecast") as connection:
        if hotel is not None:
            hotels.require(connection, hotel)
        result = run(connection, instant, zone, supplies, hotel_id=hotel, is_live=as_of is None)
        ids = None if product is None else names.find_ids(connection, "product", product)
    shown = tuple(one for one in result.products if ids is None or one.product_id in ids)
    if ids is not None and not shown:
        raise NotFound(f"There is no product {product!r} with stock or use; `minibar-ml forecast` lists them all.")
    if json:
        console.print_json(_as_json(result, shown, daily=product is not None))
        return
    if not shown:
        where = "There is" if hotel is None else f"Hotel {hotel} has"
        console.note(f"{where} no stock to forecast: check `--hotel`, or run `minibar-ml collect` first.")
        return
    _table(shown)
    if product is not None:
        for one in shown:
            _daily(one)
    _notes(result, shown)


def _as_json(result: "ForecastResult", shown: "tuple[Product, ...]", *, daily: bool) -> dict[str, Any]:
    rows = [asdict(one) for one in shown]
    for row in rows if not daily else []:
        del row["ahead"]
    accuracy = [{"hotel_id": hotel_id, **asdict(one)} for hotel_id, one in result.accuracy.items()]
    return {"as_of": result.as_of, "products": rows, "accuracy": accuracy, "with_stays": list(result.with_stays)}


def _table(shown: "tuple[Product, ...]") -> None:
    narrow = console.width() < NARROW
    many = len({one.hotel_id for one in shown}) > 1
    heads = ["product", "level", "a day", "days left", "empty on", "order", "order by"]
    table = console.table([*(["hotel"] if many else []), *heads], right=["hotel", "level", "a day", "order"])
    for one in [one for one in shown if one.days is not None]:
        cells = [
            console.visible(_cut(one.name, 15 if narrow else 40)),
            f"{one.level:.0f}",
            f"{one.daily_units:.1f}",
            f"{_days(one.days)} ({_days(one.p10)}{UNKNOWN}{_days(one.p90)})",
            _when(one.empty_on, one.days, narrow=narrow),
            str(one.order_quantity) if one.order_quantity else UNKNOWN,
            _when(one.order_by, 0.0, narrow=narrow) if one.order_by else UNKNOWN,
        ]
        table.add_row(*([str(one.hotel_id)] if many else []), *cells)
    if table.row_count:
        console.out().print(table)


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _days(days: float | None) -> str:
    if days is None:
        return UNKNOWN
    return f"{days:.1f}" if days < LONGEST_DAYS else f">{LONGEST_DAYS}"


def _when(day: Any, days: float | None, *, narrow: bool) -> str:
    if day is None or (days or 0.0) >= LONGEST_DAYS:
        return UNKNOWN
    return f"{day:%d.%m.}" if narrow else f"{day:%Y-%m-%d}"


def _daily(one: "Product") -> None:
    if not one.ahead:
        return
    table = console.table(
        ["day", "expected use", "left", "empty by then"], right=["expected use", "left", "empty by then"]
    )
    for day in one.ahead:
        table.add_row(f"{day.day:%a %Y-%m-%d}", f"{day.expected:.1f}", f"{day.left:.0f}", f"{day.empty:.0%}")
    console.out().print(table)


def _notes(result: "ForecastResult", shown: "tuple[Product, ...]") -> None:
    silent: dict[str, list[str]] = {}
    for one in shown:
        if one.reason:
            silent.setdefault(one.reason, []).append(console.visible(one.name))
    console.note("days left: P50 (P10–P90) at the rooms' use; order: through delivery and the days it is to cover")
    for reason, names in silent.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        console.note(f"nothing foretold, {REASONS[reason]}: {', '.join(names[:5])}{more}")
    if result.with_stays:
        console.note("stays on the books ahead are taken into account")
    if not result.accuracy:
        console.note("accuracy: unknown, no forecast is stored yet; `minibar-ml train` stores one a night")
    for hotel_id, accuracy in result.accuracy.items():
        console.note(f"accuracy, hotel {hotel_id}: {_told(accuracy)}")


def _told(one: "Accuracy") -> str:
    """The figures beside those of the seasonal naive forecast, in one line."""
    if not one.cases:
        return "unknown, no stored forecast has been followed yet"
    own, naive = one.forecast, one.naive
    figures = [
        ("RMSSE", own.rmsse, naive.rmsse),
        ("MASE", own.mase, naive.mase),
        ("days off at 10 or fewer", own.mean_error_days, naive.mean_error_days),
        ("pinball .1", own.pinball["p10"], naive.pinball["p10"]),
        (".5", own.pinball["p50"], naive.pinball["p50"]),
        (".9", own.pinball["p90"], naive.pinball["p90"]),
        ("Brier 7 days", own.brier_7_days, naive.brier_7_days),
    ]
    told = "; ".join(f"{name} {_figure(value)} (naive {_figure(beside)})" for name, value, beside in figures)
    inside = f"80 % interval held {_figure(one.coverage)}, earlier {_figure(one.earlier)}, later {_figure(one.later)}"
    return f"{told}; {inside}; {one.settled} of {one.cases} forecasts settled"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
