"""`minibar-ml forecast`: how long stocks last, what to order, and how good the forecasts were."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from minibar_ml.cli import house, session
from minibar_ml.cli.arguments import choices
from minibar_ml.cli.arguments.options import AsOf, Hotel, Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console, rows
from minibar_ml.cli.terminal.console import plural
from minibar_ml.domain.errors import NotFound
from minibar_ml.domain.forecasts import StockForecast
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.i18n import Lang, screen
from minibar_ml.i18n.formats import day_cell, fixed, moment, percent, short_day, weekday, whole
from minibar_ml.i18n.listings import hotel as hotel_name
from minibar_ml.i18n.screen import translated
from minibar_ml.jobs.forecast import ForecastResult, run
from minibar_ml.ml.forecasting.accuracy import Accuracy
from minibar_ml.store.source import hotels, names

REASONS = {
    "no_level": "no movements in the ledger",
    "negative_level": "stock level below zero in the ledger",
    "no_use": "no use in 60 days",
    "little_history": "in use for less than 14 days",
    "no_recent_use": "no use in 28 days",
    "rare_use": "used on fewer than 6 of 60 days",
}
UNKNOWN = "–"
LONGEST_DAYS = 90
NARROW, SLIM = 100, 70
"""Columns of a terminal below which names and dates are short, and below which only what is ordered is shown."""
STALE = timedelta(days=2)
OF_COMMON_STORE = "Stock is kept in the common store, which serves every hotel: its forecasts are shown."
COLUMNS = (*(field.name for field in fields(StockForecast) if field.name != "ahead"), "hotel_name")
"""Of CSV and workbooks: the names in JSON; the days ahead would be a table of their own."""
LISTED = 5
"""StockForecasts named where several have no forecast."""


def register(root: typer.Typer) -> None:
    """Add this verb to the app."""
    root.command(
        epilog=examples(
            "forecast",
            "forecast --product 'Efes 33 cl'",
            "forecast --hotel 2 --json",
            "forecast --format xlsx > forecast.xlsx",
        )
    )(forecast)


def forecast(
    product: Annotated[
        str | None, typer.Option("--product", metavar="P", help="Only this product (its id or name), day by day.")
    ] = None,
    hotel: Hotel = None,
    format_: Annotated[str | None, typer.Option("--format", metavar="F", help=choices.formats("forecast"))] = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show how long stocks last, what to order and by when.

    Shows the forecast that `train` stored last night, and for a product with an alert that of the alert, as reports do.
    Sorted by the day the stock runs out. `--verbose` adds how accurate earlier forecasts were. CSV and Excel have a row
    for each product.
    """
    printed = choices.printed("forecast", format_, is_json=json)
    known, instant = house.at(session.settings(), "forecast", as_of)
    settings, zone = known.settings, known.settings.zone()
    with session.store(settings, "forecast") as connection:
        hotel_id = None if hotel is None else hotels.find_id(connection, hotel)
        result = run(connection, instant, zone, hotel_id)
        called = hotels.fetch_names(connection)
        ids = None if product is None else names.find_ids(connection, "product", product)
    shown = tuple(one for one in result.products if ids is None or one.product_id in ids)
    if ids is not None and not shown:
        raise NotFound(f"No product {product!r} with stock or consumption; `minibar-ml forecast` lists all products.")
    if printed != "table":
        _print(_as_json(result, shown, called, daily=product is not None), printed, zone)
        return
    if not shown:
        where = "" if hotel is None else f" for hotel {hotel}"
        console.note(f"No forecast is stored yet{where}: `minibar-ml train` stores one each night, after `collect`.")
        return
    lang = screen.lang()
    _table(shown, called, lang)
    if product is not None:
        for one in shown:
            _daily(one, called if hotel is None else {}, lang)
    _note(result, shown, zone, lang)
    if hotel_id != COMMON_STORE and hotel_id is not None and any(one.hotel_id == COMMON_STORE for one in shown):
        console.note(OF_COMMON_STORE)
    if verbose:
        _note_accuracy(result)


def _print(found: Mapping[str, Any], printed: str, zone: ZoneInfo) -> None:
    if printed == "json":
        console.print_json(found)
    elif printed == "csv":
        rows.print_csv(found["products"], COLUMNS)
    else:
        rows.print_workbook(found["products"], COLUMNS, "forecast", zone)


def _as_json(
    result: ForecastResult, shown: tuple[StockForecast, ...], called: Mapping[int, str], *, daily: bool
) -> dict[str, Any]:
    products = [{**asdict(one), "hotel_name": called.get(one.hotel_id)} for one in shown]
    for row in products if not daily else []:
        del row["ahead"]
    accuracy = [{"hotel_id": hotel_id, **asdict(one)} for hotel_id, one in result.accuracy.items()]
    return {"as_of": result.as_of, "products": products, "accuracy": accuracy, "with_stays": list(result.with_stays)}


def _table(shown: tuple[StockForecast, ...], called: Mapping[int, str], lang: Lang) -> None:
    narrow = console.width() < NARROW
    many = len({one.hotel_id for one in shown}) > 1
    has_orders = any(one.ordered_units for one in shown)
    heads = ["product", "level", "per day", "days left", "empty on", "order", "order by"]
    heads += ["on order", "due"] if has_orders else []
    heads = [*(["hotel"] if many else []), *heads]
    if console.width() < SLIM:
        heads = [head for head in heads if head not in ("per day", "empty on", "on order", "due")]
    unbroken = [head for head in heads if head not in ("product", "hotel", "order by")]
    table = console.table(heads, right=["level", "per day", "order", "on order"], whole=unbroken)
    if narrow:
        table.padding = (0, 1, 0, 0)  # names that are whole are worth more than gaps of three
    for one in [one for one in shown if one.days is not None]:
        cells = _cells(one, called, lang, narrow=narrow)
        table.add_row(*(cells[head] for head in heads))
    if table.row_count:
        console.out().print(table)


def _cells(one: StockForecast, called: Mapping[int, str], lang: Lang, *, narrow: bool) -> dict[str, str]:
    """A row's cells by heading."""
    return {
        "hotel": console.visible(hotel_name(one.hotel_id, called.get(one.hotel_id), lang)),
        "product": console.visible(one.name),
        "level": whole(one.level, lang),
        "per day": fixed(one.daily_units, lang, 1),
        "days left": f"{_days(one.days, lang)} ({_days(one.p10, lang)}{UNKNOWN}{_days(one.p90, lang)})",
        "empty on": _when(one.empty_on, one.days, lang, narrow=narrow),
        "order": whole(one.order_quantity, lang) if one.order_quantity else UNKNOWN,
        "order by": _when(one.order_by, 0.0, lang, narrow=narrow) if one.order_by else UNKNOWN,
        "on order": whole(one.ordered_units, lang) if one.ordered_units else UNKNOWN,
        "due": _when(one.due_on, 0.0, lang, narrow=narrow) if one.due_on else UNKNOWN,
    }


def _days(days: float | None, lang: Lang) -> str:
    if days is None:
        return UNKNOWN
    return fixed(days, lang, 1) if days < LONGEST_DAYS else f">{LONGEST_DAYS}"


def _when(day: Any, days: float | None, lang: Lang, *, narrow: bool) -> str:
    if day is None or (days or 0.0) >= LONGEST_DAYS:
        return UNKNOWN
    return short_day(day, lang) if narrow else day_cell(day, lang)


def _daily(one: StockForecast, called: Mapping[int, str], lang: Lang) -> None:
    if not one.ahead:
        return
    of_hotel = f", {hotel_name(one.hotel_id, called[one.hotel_id], lang)}" if len(called) > 1 else ""
    console.write_line(f"\n{console.visible(one.name + of_hotel)}")
    table = console.table(["day", "expected use", "left", "risk empty"], right=["expected use", "left", "risk empty"])
    for day in one.ahead:
        table.add_row(
            f"{weekday(day.day, lang)} {day_cell(day.day, lang)}",
            fixed(day.expected, lang, 1),
            whole(day.left, lang),
            percent(100 * day.empty, lang, 0),
        )
    console.out().print(table)


def _note(result: ForecastResult, shown: tuple[StockForecast, ...], zone: ZoneInfo, lang: Lang) -> None:
    without: dict[str, list[str]] = {}
    for one in shown:
        if one.reason:
            without.setdefault(one.reason, []).append(one.name)
    console.note("days left: median (80% range); order: enough until the delivery and order_cover_days after it.")
    for reason, products in without.items():
        more = f" and {len(products) - LISTED} more" if len(products) > LISTED else ""
        console.note(f"No forecast ({REASONS[reason]}): {', '.join(products[:LISTED])}{more}")
    if result.with_stays:
        console.note("Reservations are taken into account.")
    newest = max(one.made_at for one in shown if one.made_at)
    console.note(f"Forecasts as of {moment(newest.astimezone(zone), lang)}.")
    if result.as_of - newest > STALE:
        console.note("They are more than two days old: `minibar-ml status` shows when `train` last ran.")


def _note_accuracy(result: ForecastResult) -> None:
    if not result.accuracy:
        console.note("accuracy: unknown, no forecast is stored yet; `minibar-ml train` stores one per night.")
    for hotel_id, accuracy in result.accuracy.items():
        console.note(f"accuracy, hotel {hotel_id}: {_describe(accuracy)}")


def _describe(one: Accuracy) -> str:
    """The figures and those of the seasonal naive forecast, in one line."""
    if not one.cases:
        return "unknown, no stored forecast has come due yet"
    own, naive = one.forecast, one.naive
    figures = [
        ("RMSSE", own.rmsse, naive.rmsse),
        ("MASE", own.mase, naive.mase),
        ("days off, at most 10 left", own.mean_error_days, naive.mean_error_days),
        ("pinball .1", own.pinball["p10"], naive.pinball["p10"]),
        (".5", own.pinball["p50"], naive.pinball["p50"]),
        (".9", own.pinball["p90"], naive.pinball["p90"]),
        ("Brier 7 days", own.brier_7_days, naive.brier_7_days),
    ]
    parts = [f"{translated(name)} {_figure(value)} (naive {_figure(other)})" for name, value, other in figures]
    inside = f"80% range: {_figure(one.coverage)} within, {_figure(one.earlier)} below, {_figure(one.later)} above"
    settled = f"{one.settled} of {plural(one.cases, 'forecast')} settled"
    return "; ".join([*parts, translated(inside), translated(settled)])


def _figure(value: float | None) -> str:
    return translated("unknown") if value is None else fixed(value, screen.lang(), 2)
