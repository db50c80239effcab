"""A whole simulated hotel: from a plan to the source tables and the faults in them."""

from dataclasses import dataclass

import pandas as pd

from minibar_ml.simulate.building.building import build
from minibar_ml.simulate.faults.rooms import choose_room_faults
from minibar_ml.simulate.faults.slow_days import slow_down
from minibar_ml.simulate.minibars.consumption import live
from minibar_ml.simulate.minibars.requests import ask_for_refills
from minibar_ml.simulate.minibars.visits import record_visits
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.records import record
from minibar_ml.simulate.presence.schedule import draw_roster, draw_schedule
from minibar_ml.simulate.presence.stays import book
from minibar_ml.simulate.warehouse.custody import hand_out, record_custody
from minibar_ml.simulate.warehouse.days import run_warehouse
from minibar_ml.simulate.warehouse.faults import choose_stock_faults
from minibar_ml.simulate.warehouse.ledger import label_stock_faults, record_ledger
from minibar_ml.simulate.warehouse.movements import open_warehouse


@dataclass(frozen=True)
class SourceData:
    """The source tables by their names, and the faults that were planted in them, in order of time.

    Columns carry the source's names. Instants are UTC timestamps with zone, dates are midnights without one,
    times of day are text or None. The tables are of no layout: ``write`` gives them one.
    """

    tables: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]


def generate(plan: HotelPlan) -> SourceData:
    """Simulate the hotels of a plan; equal plans give equal data."""
    building = build(plan)
    stays = book(plan, building)
    records = record(plan, building, stays)
    roster = draw_roster(plan, building)
    schedule, slow_labels = slow_down(plan, roster, draw_schedule(plan, building, stays, roster))
    room_faults = choose_room_faults(plan, building, stays, records, schedule)
    findings = live(plan, building, stays, schedule, room_faults)
    visits, lines = record_visits(plan, building, roster, schedule, findings)
    requests, request_labels = ask_for_refills(plan, building, stays)
    custody = hand_out(plan, building, roster, schedule, findings)
    moves = open_warehouse(plan, custody, plan.products)
    stock_faults = choose_stock_faults(plan, moves)
    run_warehouse(plan, moves, stock_faults)
    headers, custody_lines = record_custody(plan, roster, custody)
    tables = {
        **building.tables,
        "stok_hareketleri": record_ledger(plan, building, roster, custody, moves),
        "personel_zimmet": headers,
        "personel_zimmet_detay": custody_lines,
        "minibar_islemleri": visits,
        "minibar_islem_detay": lines,
        "minibar_dolum_talepleri": requests,
        "misafir_kayitlari": records,
    }
    labels = [
        *slow_labels,
        *findings.labels,
        *request_labels,
        *custody.labels,
        *label_stock_faults(plan, moves, stock_faults),
    ]
    labels.sort(key=lambda fault: (fault.occurred_on, fault.kind, fault.hotel_id, fault.entity_type, fault.entity_id))
    return SourceData(tables, tuple(labels))
