"""What really happened in a simulated hotel, before anybody writes it down."""

from dataclasses import dataclass

import pandas as pd

from minibar_ml.simulate.building.building import Building, build
from minibar_ml.simulate.faults.added import add
from minibar_ml.simulate.faults.left_out import leave_out
from minibar_ml.simulate.faults.one_person import of_one_person
from minibar_ml.simulate.faults.rooms import choose_room_faults
from minibar_ml.simulate.faults.slow_days import slow_down
from minibar_ml.simulate.faults.unseen_rounds import sit_out
from minibar_ml.simulate.minibars.consumption import live
from minibar_ml.simulate.minibars.requests import ask_for_refills
from minibar_ml.simulate.minibars.visits import record_visits
from minibar_ml.simulate.plan import Fault, HotelPlan
from minibar_ml.simulate.presence.records import FrontDesk, record
from minibar_ml.simulate.presence.schedule import Roster, draw_roster, draw_schedule
from minibar_ml.simulate.presence.stays import Stays, book
from minibar_ml.simulate.warehouse.custody import Custody, hand_out
from minibar_ml.simulate.warehouse.days import run_warehouse
from minibar_ml.simulate.warehouse.faults import choose_stock_faults
from minibar_ml.simulate.warehouse.ledger import label_stock_faults
from minibar_ml.simulate.warehouse.movements import Movements, open_warehouse


@dataclass(frozen=True)
class Truth:
    """A hotel's days.

    ``visits`` and ``lines`` are attendants' checks, numbered in order of time, each once; ``requests`` are guests'
    requests; ``faults`` are in order of time.
    """

    plan: HotelPlan
    building: Building
    stays: Stays
    desk: FrontDesk
    roster: Roster
    visits: pd.DataFrame
    lines: pd.DataFrame
    requests: pd.DataFrame
    custody: Custody
    moves: Movements
    faults: tuple[Fault, ...]


def live_through(plan: HotelPlan) -> Truth:
    """Let the plan's hotels live; equal plans give equal days, whatever their manner."""
    building = build(plan)
    stays = book(plan, building)
    desk = record(plan, building, stays)
    roster = draw_roster(plan, building)
    schedule, slow_labels = slow_down(plan, roster, draw_schedule(plan, building, stays, roster))
    room_faults = choose_room_faults(plan, building, stays, desk.records, schedule)
    unseen = sit_out(plan, roster, schedule, room_faults)
    unentered = unseen.visit | leave_out(plan, schedule, room_faults)
    added = add(plan, stays, schedule, room_faults)
    findings = live(plan, building, stays, schedule, room_faults, unentered, added)
    visits, lines = record_visits(plan, building, roster, schedule, findings, unseen.gap)
    requests, request_labels = ask_for_refills(plan, building, stays)
    custody = hand_out(plan, building, roster, schedule, findings)
    moves = open_warehouse(plan, custody, plan.products)
    stock_faults = choose_stock_faults(plan, moves)
    run_warehouse(plan, moves, stock_faults)
    labels = [
        *slow_labels,
        *unseen.labels,
        *of_one_person(plan, roster),
        *findings.labels,
        *request_labels,
        *custody.labels,
        *label_stock_faults(plan, moves, stock_faults),
    ]
    labels.sort(key=lambda fault: (fault.occurred_on, fault.kind, fault.hotel_id, fault.entity_type, fault.entity_id))
    return Truth(
        plan=plan,
        building=building,
        stays=stays,
        desk=desk,
        roster=roster,
        visits=visits,
        lines=lines,
        requests=requests,
        custody=custody,
        moves=moves,
        faults=tuple(labels),
    )
