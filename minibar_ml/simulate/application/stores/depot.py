"""What happens in the hotels' depots, event by event, and the ledger of it (stok_hareketleri)."""

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.stores.event_kinds import KINDS
from minibar_ml.simulate.application.stores.mistakes import mistakes
from minibar_ml.simulate.arrays import Ints, instants, stream
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.truth import Truth

HOUR = 3600


def depot_events(truth: Truth, manner: ApplicationManner) -> pd.DataFrame:
    """The depots' events in order of time: hotel, product (indices), day, at, kind, n, remark.

    On the paths of 2025 without what attendants are handed and bring back: custody.py makes those.
    """
    rng = stream(truth.plan, "depot")
    moves, issued, returned = truth.moves, *_by_hotel(truth)
    opening, delivered, urgent = _shares(truth, issued, returned)
    own = np.zeros_like(issued)
    present = manner.paths == "present"
    came = "delivery" if present else "purchase"
    parts = [
        (opening, "opening", 6.0, 6.4),
        (delivered, came, 6.5, 7.4),
        (urgent, came, 7.4, 7.8),
        (_of_the_first(own, moves.leaked), "issue" if present else "quick issue", 9.5, 11.5),
        (_of_the_first(own, moves.broken), "written off", 11.6, 12.5),
        (_of_the_first(own, moves.written_off), "written off", 12.6, 14.0),
        (_of_the_first(own, moves.wrong), "taken by hand" if present else "order accepted", 14.1, 16.0),
        (_of_the_first(own, moves.repair), "put back by hand" if present else "corrected by hand", 16.2, 17.0),
        (_of_the_first(own, np.maximum(-moves.count, 0)), "count, less", 17.1, 18.5),
        (_of_the_first(own, np.maximum(moves.count, 0)), "count, more", 17.1, 18.5),
    ]
    if present:
        parts += [(issued, "issue", 8.0, 8.4), (returned, "taken back", 19.1, 19.5)]
    events = pd.concat([_events(truth, rng, *part) for part in parts], ignore_index=True)
    if present:
        events = pd.concat([events, mistakes(truth, manner, events, rng)], ignore_index=True)
    events = events.sort_values(["at", "product"], kind="stable")
    return _remarks(truth, events.reset_index(drop=True))


def _by_hotel(truth: Truth) -> tuple[Ints, Ints]:
    """Units issued and taken back by hotel, product and day: what attendants are handed, and bring back."""
    custody, plan = truth.custody, truth.plan
    shape = (plan.hotels, plan.products, plan.days)
    hotel = truth.roster.attendant_hotel[custody.attendant[custody.line_custody]]
    issued, returned = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(issued, (hotel, custody.line_product, custody.first_day[custody.line_custody]), custody.handed)
    np.add.at(returned, (hotel, custody.line_product, custody.last_day[custody.line_custody]), custody.returned)
    return issued, returned


def _shares(truth: Truth, issued: Ints, returned: Ints) -> tuple[Ints, Ints, Ints]:
    """Opening stock and deliveries of each hotel's depot; together they are the warehouse's, and no depot runs dry.

    With several hotels the opening stock is raised by what a depot would lack at its lowest.
    """
    moves = truth.moves
    used = (issued - returned).sum(axis=2)
    total = np.maximum(used.sum(axis=0), 1)
    delivered, urgent = (_split(units, used / total) for units in (moves.delivered, moves.urgent))
    opening = np.zeros_like(issued)
    opening[:, :, 0] = _split(moves.opening[:, None], used / total)[:, :, 0]
    losses = _of_the_first(np.zeros_like(issued), moves.leaked + moves.broken + moves.written_off - moves.count)
    by_day = opening + delivered + urgent - issued - losses
    by_day[:, :, 1:] += returned[:, :, :-1]
    lowest = by_day.cumsum(axis=2).min(axis=2)
    opening[:, :, 0] += np.maximum(-lowest, 0)
    return opening, delivered, urgent


def _split(units: Ints, share: Ints) -> Ints:
    """Units (product x day) by hotel: rounded down, what is left goes to the first."""
    parts = np.floor(units[None, :, :] * share[:, :, None]).astype(np.int64)
    parts[0] += units - parts.sum(axis=0)
    return np.asarray(parts, dtype=np.int64)


def _of_the_first(zeros: Ints, units: Ints) -> Ints:
    """What befalls the first hotel's depot alone."""
    every: Ints = np.zeros_like(zeros)
    every[0] = units
    return every


def _events(
    truth: Truth, rng: np.random.Generator, units: Ints, kind: str, since_hour: float, until_hour: float
) -> pd.DataFrame:
    hotel, product, day = np.nonzero(units)
    seconds = rng.integers(int(since_hour * HOUR), int(until_hour * HOUR), len(day))
    return pd.DataFrame(
        {
            "hotel": hotel,
            "product": product,
            "day": day,
            "at": instants(truth.plan, day, seconds),
            "kind": kind,
            "n": units[hotel, product, day],
        }
    )


def _remarks(truth: Truth, events: pd.DataFrame) -> pd.DataFrame:
    """What the ledger's text names: the delivery, the hotel, the person."""
    number = delivery_numbers(truth, events)
    names = truth.building.tables["oteller"]["ad"].to_numpy(dtype=object)[events["hotel"]]
    hotel_id = (events["hotel"] + 1).astype(str)
    remark = np.select(
        [
            events["kind"] == "opening",
            events["kind"] == "taken back",
            events["kind"].isin(("order accepted", "quick issue")),
        ],
        [names, hotel_id, "kat sorumlusu"],
        number,
    )
    return events.assign(remark=remark)


def delivery_numbers(truth: Truth, events: pd.DataFrame) -> pd.Series:
    """One delivery a hotel and day, to which the day's later goods are added."""
    on = pd.Timestamp(truth.plan.starts_on) + pd.to_timedelta(events["day"], unit="D")
    return "TD-" + on.dt.strftime("%Y%m%d") + "-" + (events["hotel"] + 1).astype(str)


def ledger(truth: Truth, events: pd.DataFrame) -> pd.DataFrame:
    """stok_hareketleri: units are positive whatever the type, and no row names its hotel but by its text."""
    events = events.sort_values("at", kind="stable", ignore_index=True)
    text = [KINDS[kind].text.format(remark) for kind, remark in zip(events["kind"], events["remark"], strict=True)]
    return pd.DataFrame(
        {
            "id": np.arange(1, len(events) + 1),
            "urun_id": events["product"] + 1,
            "hareket_tipi": events["kind"].map({name: kind.ledger for name, kind in KINDS.items()}),
            "miktar": events["n"],
            "aciklama": text,
            "islem_yapan_id": truth.building.storekeepers[events["hotel"]],
            "islem_tarihi": events["at"],
        }
    )
