"""Simulated hotels that differ in kind: closed for a while, with new rooms, double entries, other guests."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from minibar_ml.simulate import ApplicationManner, HotelPlan, generate
from minibar_ml.simulate.building.building import build
from minibar_ml.simulate.building.rooms import NEVER
from minibar_ml.simulate.presence.stays import NO_STAY, book

ENDS_ON = date(2026, 11, 21)
CLOSED_FROM = date(2026, 11, 2)


def test_a_closed_hotel_has_neither_guests_nor_visits_nor_product_shifts() -> None:
    plan = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=60, days=60, closed_from=CLOSED_FROM, closed_days=7, fault_rate=3.0)
    data = generate(plan)
    closed = {CLOSED_FROM + timedelta(days=n) for n in range(7)}
    days = data.tables["minibar_islemleri"]["islem_tarihi"].dt.tz_convert(plan.timezone).dt.date
    assert not set(days) & closed
    assert {CLOSED_FROM - timedelta(days=1), CLOSED_FROM + timedelta(days=8)} <= set(days)
    first, last = plan.closure
    assert (book(plan, build(plan)).of_night[:, first:last] == NO_STAY).all()
    shifts = [f for f in data.faults if f.kind == "consumption_anomaly" and f.entity_type == "product"]
    assert shifts
    assert not any(f.occurred_on <= CLOSED_FROM + timedelta(days=7) and f.until_on > CLOSED_FROM for f in shifts)


def test_new_rooms_open_within_the_last_sixty_days() -> None:
    usual = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=300, days=120, untidy=False)
    plan = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=300, days=120, untidy=False, new_rooms=0.2)
    new = build(plan).opens != build(usual).opens
    assert new.mean() == pytest.approx(0.2, abs=0.06)
    assert (build(plan).opens[new] >= 60).all()
    assert (build(plan).opens[new] < NEVER).all()


def test_a_visit_is_stored_twice_with_all_its_lines() -> None:
    once = generate(HotelPlan(seed=5, ends_on=ENDS_ON, rooms=40, days=40)).tables
    twice = generate(HotelPlan(seed=5, ends_on=ENDS_ON, rooms=40, days=40, duplicates=0.1)).tables
    visits, lines = twice["minibar_islemleri"], twice["minibar_islem_detay"]
    copies = visits[visits["id"] > len(once["minibar_islemleri"])]
    assert len(copies) == pytest.approx(0.1 * len(once["minibar_islemleri"]), rel=0.3)
    assert visits["id"].is_unique
    assert lines["id"].is_unique
    described = ["oda_id", "personel_id", "islem_tipi", "islem_tarihi"]
    for copy in copies.head(20).to_dict("records"):
        same = visits[(visits[described] == [copy[name] for name in described]).all(axis=1)]["id"]
        assert len(same) == 2
        units = [lines[lines["islem_id"] == number]["tuketim"].tolist() for number in same]
        assert units[0] == units[1]


def _found(plan: HotelPlan) -> pd.DataFrame:
    """Units found by attendant and business day, of all visits."""
    tables = generate(plan).tables
    units = tables["minibar_islem_detay"].groupby("islem_id")["tuketim"].sum()
    visits = tables["minibar_islemleri"]
    day = visits["islem_tarihi"].dt.tz_convert(plan.timezone).dt.date
    return visits.assign(day=day, units=visits["id"].map(units).fillna(0))


def test_what_one_attendant_leaves_out_others_find() -> None:
    usual = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=90, attendants=3, days=50, fault_rate=0.0)
    whole, found = _found(usual), _found(replace(usual, leaves_out=1.0))
    first, began = whole["personel_id"].min(), ENDS_ON - timedelta(days=20)
    silent = found[(found["personel_id"] == first) & (found["day"] >= began)]
    assert len(silent) > 100
    assert not silent["units"].any()
    before = [one[one["day"] < began]["units"].tolist() for one in (whole, found)]
    assert before[0] == before[1]
    others = [one[(one["personel_id"] != first) & (one["day"] >= began)]["units"].sum() for one in (whole, found)]
    assert others[1] > 1.1 * others[0]


def test_some_visits_are_typed_over_the_rest_of_the_round() -> None:
    in_room = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=60, days=30, manner=ApplicationManner(undone=0))
    spread = replace(in_room, manner=ApplicationManner(undone=0, spread_rows=0.4))
    at_once, later = (generate(plan).tables["minibar_islemleri"] for plan in (in_room, spread))
    assert sorted(zip(at_once["oda_id"], at_once["islem_tipi"], strict=True)) == sorted(
        zip(later["oda_id"], later["islem_tipi"], strict=True)
    )
    shares, ends = [], []
    for rows in (at_once, later):
        local = rows["islem_tarihi"].dt.tz_convert(in_room.timezone)
        in_order = rows.assign(day=local.dt.date).sort_values(["oda_id", "islem_tarihi"], kind="stable")
        gaps = in_order.groupby(["oda_id", "day", "personel_id"])["islem_tarihi"].diff().dt.total_seconds().dropna()
        shares.append((gaps > 45 * 60).mean())
        ends.append(in_order.groupby(["personel_id", "day"])["islem_tarihi"].max())
    assert shares[0] < 0.01 < 0.03 < shares[1]
    # No round ends later for it.
    assert (ends[1] <= ends[0]).all()


def test_gamma_guests_take_what_the_shape_says_and_spikes_are_as_large_as_asked() -> None:
    plan = HotelPlan(
        seed=5, ends_on=ENDS_ON, rooms=150, days=50, guests="gamma", consumption_shape=0.9, spike_units=(20, 25),
        fault_kinds=("consumption_anomaly",),
    )  # fmt: skip
    data = generate(plan)
    units = data.tables["minibar_islem_detay"].groupby("islem_id")["tuketim"].sum()
    found = data.tables["minibar_islemleri"]["id"].map(units).fillna(0)
    assert 0.3 < found.mean() < 2.0
    # negative binomial: far wider than Poisson
    assert found.var() > 2 * found.mean()
    spikes = [f.size for f in data.faults if f.entity_type == "room"]
    assert spikes
    assert all(20 <= size <= 25 for size in spikes)


def test_many_refills_are_partial_where_that_is_asked() -> None:
    shares = []
    for partial in (0.0, 0.4):
        lines = generate(
            HotelPlan(seed=5, ends_on=ENDS_ON, rooms=60, days=40, partial_refills=partial, fault_rate=0.0)
        ).tables["minibar_islem_detay"]
        shares.append(np.mean(lines["bitis_stok"] < lines["setup_miktari"]))
    assert shares[0] < 0.01
    assert shares[1] > shares[0] + 0.1


def test_rooms_that_fall_free_one_by_one_are_far_apart_and_only_minutes_in_them_show_who_is_slow() -> None:
    plan = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=60, days=60, fault_kinds=("refill_delay",), fault_rate=4.0,
                     manner=ApplicationManner())  # fmt: skip
    by_rounds = {}
    for rounds in ("in_a_row", "as_rooms_fall_free"):
        data = generate(replace(plan, rounds=rounds))
        visits = data.tables["minibar_islemleri"].sort_values(["personel_id", "islem_tarihi"])
        gaps = visits.groupby("personel_id")["islem_tarihi"].diff().dt.total_seconds() / 60
        records = data.tables["oda_kontrol_kayitlari"]
        minutes = (records["bitis_zamani"] - records["baslangic_zamani"]).dt.total_seconds() / 60
        day = records["kontrol_tarihi"].dt.date
        slow = pd.Series(False, index=records.index)
        for fault in data.faults:
            slow |= (records["personel_id"] == fault.entity_id) & (day == fault.occurred_on)
        assert data.faults
        ratio = minutes[slow & (minutes > 0)].median() / minutes[~slow & (minutes > 0)].median()
        by_rounds[rounds] = (gaps[(gaps > 1) & (gaps < 120)].median(), ratio)
    assert by_rounds["as_rooms_fall_free"][0] > 1.7 * by_rounds["in_a_row"][0]
    assert all(ratio > 1.5 for _, ratio in by_rounds.values())
