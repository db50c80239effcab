"""A whole simulated hotel: from a plan to the source tables and the faults in them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from minibar_ml.simulate.application.tables import application_tables, nightly_lists
from minibar_ml.simulate.arrays import Flags
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.minibars.visits import store_twice
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.stays import NO_STAY
from minibar_ml.simulate.truth import Truth, live_through
from minibar_ml.simulate.warehouse.custody import record_custody
from minibar_ml.simulate.warehouse.ledger import record_ledger


@dataclass(frozen=True)
class SourceData:
    """The source tables by their names, and the truth: faults in order of time, and nights with a guest.

    Columns carry the source's names. Instants are UTC timestamps with zone, dates are midnights without one,
    times of day are text or None. In the ideal manner (``manner`` is None) the tables are of no layout: ``write`` gives
    them one. ``occupied`` is by room and day: whether a guest slept in the room in the night that began on that day.
    """

    tables: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]
    manner: ApplicationManner | None
    occupied: Flags


def generate(plan: HotelPlan) -> SourceData:
    """Simulate the hotels of a plan; equal plans give equal data."""
    truth = live_through(plan)
    tables = _ideal_tables(truth) if plan.manner is None else application_tables(truth, plan.manner)
    return SourceData(tables, truth.faults, plan.manner, truth.stays.of_night != NO_STAY)


def evenings(plan: HotelPlan, since: int = 0) -> Iterator[SourceData]:
    """What the application overwrites, as each evening found it: lists, uploads, tasks, signs; from a day (index) on.

    Raises ValueError for the ideal manner.
    """
    if plan.manner is None:
        raise ValueError("nothing is overwritten in the ideal manner")
    truth = live_through(plan)
    occupied = truth.stays.of_night != NO_STAY
    for tables in nightly_lists(truth, plan.manner, since):
        yield SourceData(tables, truth.faults, plan.manner, occupied)


def _ideal_tables(truth: Truth) -> dict[str, pd.DataFrame]:
    """A row an event, with what was found and what was done, at the time at which it was done."""
    plan, building = truth.plan, truth.building
    headers, custody_lines = record_custody(plan, truth.roster, truth.custody)
    visits, lines = store_twice(plan, truth.visits, truth.lines)
    return {
        **building.tables,
        "stok_hareketleri": record_ledger(plan, building, truth.roster, truth.custody, truth.moves),
        "personel_zimmet": headers,
        "personel_zimmet_detay": custody_lines,
        "minibar_islemleri": visits,
        "minibar_islem_detay": lines,
        "minibar_dolum_talepleri": truth.requests,
        "misafir_kayitlari": truth.desk.records,
    }
