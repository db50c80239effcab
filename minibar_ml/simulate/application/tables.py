"""All tables as the hotel application leaves them, from what really happened."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from minibar_ml.simulate.application.lists import tasks
from minibar_ml.simulate.application.lists.uploads import Uploads, load_lists, upload_tables
from minibar_ml.simulate.application.rooms import visits
from minibar_ml.simulate.application.rooms.checks import control_records, scans
from minibar_ml.simulate.application.rooms.knocks import look_at_signs, sign_tables
from minibar_ml.simulate.application.rooms.requests import request_table
from minibar_ml.simulate.application.rooms.rows import moments, typed_rows, with_mistakes, with_repeats, with_spread
from minibar_ml.simulate.application.stores import stock
from minibar_ml.simulate.application.stores.custody import custody_tables
from minibar_ml.simulate.application.stores.depot import depot_events, ledger
from minibar_ml.simulate.application.stores.lots import delivery_tables, lot_tables
from minibar_ml.simulate.application.stores.orders import order_tables
from minibar_ml.simulate.application.stores.purchases import purchase_tables
from minibar_ml.simulate.application.stores.setups import setup_tables
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.truth import Truth

Tables = dict[str, pd.DataFrame]


def application_tables(truth: Truth, manner: ApplicationManner) -> Tables:
    """The tables by name: those of the present application, or of one of late 2025."""
    days = _Days(truth, manner)
    write = _present if manner.paths == "present" else _of_2025
    *_, uploads = load_lists(truth, manner)
    return {
        **truth.building.tables,
        "urunler": _range(truth, manner),
        **setup_tables(truth),
        **order_tables(truth),
        **write(days),
        **_lists(days, uploads, truth.plan.days),
    }


def nightly_lists(truth: Truth, manner: ApplicationManner, since: int) -> Iterator[Tables]:
    """Guest lists, uploads, tasks and signs as each evening found them, from a day (index) on."""
    days = _Days(truth, manner)
    for day, uploads in enumerate(load_lists(truth, manner)):
        if day >= since:
            yield _lists(days, uploads, day + 1)


class _Days:
    """What attendants did, and what of it they typed: checks, rows (numbered) and looks at signs."""

    def __init__(self, truth: Truth, manner: ApplicationManner) -> None:
        self.truth, self.manner = truth, manner
        self.checks = moments(truth, manner.late_entries)
        rows = with_spread(truth, typed_rows(truth, self.checks), manner.spread_rows)
        self.rows = visits.number_rows(with_mistakes(truth, with_repeats(truth, rows), manner.undone))
        self.knocks = look_at_signs(truth, manner, self.checks)


def _present(days: _Days) -> Tables:
    truth, rows = days.truth, days.rows
    visit_rows, lines = visits.visit_tables(rows, visits.room_page(rows))
    requests = request_table(truth)
    local = requests["tamamlanma_tarihi"].dt.tz_localize(
        truth.plan.timezone, ambiguous=np.zeros(len(requests), dtype=bool), nonexistent="shift_forward"
    )
    return {
        **_stores(truth, days.manner, rows),
        "minibar_islemleri": visit_rows,
        "minibar_islem_detay": lines,
        "minibar_dolum_talepleri": requests.assign(tamamlanma_tarihi=local.dt.tz_convert("UTC")),
        "oda_kontrol_kayitlari": control_records(truth, rows, days.checks, days.knocks),
        "qr_kod_okutma_loglari": scans(truth, days.checks),
    }


def _stores(truth: Truth, manner: ApplicationManner, rows: pd.DataFrame) -> Tables:
    events, drawn = depot_events(truth, manner), stock.draws(truth, rows)
    deliveries, goods = delivery_tables(truth, events)
    lots, uses = lot_tables(truth, events, goods)
    floor = stock.floor_stock(events, drawn)
    booked = pd.concat([events, stock.undone_by_administrators(truth, rows)], ignore_index=True)
    return {
        "stok_hareketleri": ledger(truth, booked),
        "ana_depo_tedarikleri": deliveries,
        "ana_depo_tedarik_detaylari": goods,
        "stok_fifo_kayitlari": lots,
        "stok_fifo_kullanimlari": uses,
        "urun_stok": stock.depot_stock(truth, events),
        "otel_zimmet_stok": floor,
        "personel_zimmet_kullanim": stock.draw_table(floor, drawn),
    }


def _of_2025(days: _Days) -> Tables:
    truth, manner = days.truth, days.manner
    stored = visits.number_rows(visits.without_visit_rows(days.rows))
    visit_rows, lines = visits.visit_tables(stored, visits.older_paths(truth, stored))
    events, custody = depot_events(truth, manner), custody_tables(truth, manner)
    undone = stock.undone_by_administrators(truth, stored)
    return {
        **purchase_tables(truth, events),
        "stok_hareketleri": ledger(truth, pd.concat([events, custody.events, undone], ignore_index=True)),
        "personel_zimmet": custody.headers,
        "personel_zimmet_detay": custody.lines,
        "minibar_islemleri": visit_rows,
        "minibar_islem_detay": lines,
        "minibar_dolum_talepleri": request_table(truth),
        "oda_kontrol_kayitlari": control_records(truth, days.rows, days.checks, days.knocks[:0]),
    }


def _lists(days: _Days, uploads: Uploads, number: int) -> Tables:
    """Guest lists, uploads, tasks and signs after so many days."""
    truth, paths = days.truth, days.manner.paths
    typed = days.rows[days.rows["gone_at"].isna() & (days.rows["day"] < number)]
    knocks = days.knocks[days.knocks["day"] < number]
    snapshots = uploads.snapshots if days.manner.tasks else []
    details = tasks.room_tasks(truth, uploads.guests, snapshots, typed, knocks, paths)
    lists = {**upload_tables(truth, uploads, number), **tasks.task_tables(truth, details, paths)}
    if paths == "2025":
        return {**lists, "dnd_kontroller": tasks.knocks_on_tasks(knocks, details)}
    records, looks = sign_tables(truth, knocks, typed, tasks.first_row_of(details))
    return {**lists, "oda_dnd_kayitlari": records, "oda_dnd_kontrolleri": looks}


def _range(truth: Truth, manner: ApplicationManner) -> pd.DataFrame:
    """The products, the least used switched off."""
    products = truth.building.tables["urunler"]
    use = truth.moves.use.mean(axis=1)
    scarce = {fault.entity_id - 1 for fault in truth.faults if fault.kind == "stock_depletion"}
    least = [index for index in np.argsort(use, kind="stable") if use[index] > 0 and index not in scarce]
    retired = products["id"].isin([index + 1 for index in least[: manner.retired_products]])
    return products.assign(aktif=products["aktif"] & ~retired)
