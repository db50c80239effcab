"""Simulated attendants: who adds entries, who overlooks some, how they share the rooms and merely differ."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from minibar_ml.simulate import Crew, HotelPlan, generate

PLAN = HotelPlan(seed=5, ends_on=date(2026, 11, 21), rooms=90, attendants=3, days=50, fault_rate=0.0)
BEGAN = date(2026, 11, 1)


def _visits(plan: HotelPlan) -> pd.DataFrame:
    """Visits with their units found and refilled, business day, and whether they are of the first attendant."""
    tables = generate(plan).tables
    units = tables["minibar_islem_detay"].groupby("islem_id")[["tuketim", "eklenen_miktar"]].sum()
    visits = tables["minibar_islemleri"].join(units, on="id").fillna({"tuketim": 0, "eklenen_miktar": 0})
    day = visits["islem_tarihi"].dt.tz_convert(plan.timezone).dt.date
    found = visits.assign(day=day, is_first=visits["personel_id"] == visits["personel_id"].min())
    return found.sort_values(["oda_id", "day"], ignore_index=True)


def test_what_one_attendant_adds_is_entered_and_never_gone() -> None:
    usual, added = _visits(PLAN), _visits(replace(PLAN, adds=0.5))
    mine = usual["is_first"] & (usual["day"] >= BEGAN)
    more = added["tuketim"] - usual["tuketim"]
    assert (more[~mine] == 0).all()
    assert (more >= 0).all()
    refilled = (added["eklenen_miktar"] - usual["eklenen_miktar"]).sum()
    assert refilled == pytest.approx(more.sum(), rel=0.1)  # which refills are partial is drawn again
    assert 0.2 < more[mine].mean() < 0.5  # only rooms that were slept in
    lines = generate(replace(PLAN, adds=0.5)).tables["minibar_islem_detay"]
    assert (lines["tuketim"] <= lines["baslangic_stok"]).all()


@pytest.mark.parametrize(("plan", "kind", "size"), [
    (replace(PLAN, adds=0.3, hotels=2), "attendant_excess", 0.3),
    (replace(PLAN, leaves_out=0.5, hotels=2), "attendant_silence", 0.5),
])  # fmt: skip
def test_who_does_it_is_labelled_from_the_first_day_on(plan: HotelPlan, kind: str, size: float) -> None:
    labels = generate(plan).faults
    assert [(one.kind, one.hotel_id, one.occurred_on, one.until_on, one.size) for one in labels] == [
        (kind, hotel, BEGAN, plan.ends_on, size) for hotel in (1, 2)
    ]
    visits = _visits(plan)
    assert {one.entity_id for one in labels} <= set(visits["personel_id"])


def test_what_is_overlooked_is_found_later() -> None:
    whole, some = _visits(PLAN), _visits(replace(PLAN, crew=Crew(overlooked=0.2)))
    shares = [(one["tuketim"] > 0).mean() for one in (whole, some)]
    assert shares[1] < 0.95 * shares[0]
    assert some["tuketim"].sum() > 0.9 * whole["tuketim"].sum()


def test_attendants_have_rooms_of_their_own_or_change_them_daily() -> None:
    own, in_turn = (_visits(replace(PLAN, crew=Crew(sharing=how))) for how in ("own_floors", "in_turn"))  # type: ignore[arg-type]
    assert sorted(zip(own["oda_id"], own["day"], strict=True)) == sorted(
        zip(in_turn["oda_id"], in_turn["day"], strict=True)
    )
    most = [
        one.groupby(["oda_id", "personel_id"]).size().groupby("oda_id").max().sum() / len(one) for one in (own, in_turn)
    ]
    assert most[0] > 0.65
    assert most[1] < 0.55


@pytest.mark.parametrize("crew", [Crew(thirst=3.0), Crew(bustle=2.5)])
def test_the_first_rooms_are_used_more(crew: Crew) -> None:
    units = [one[one["oda_id"] <= 30]["tuketim"].sum() for one in map(_visits, (PLAN, replace(PLAN, crew=crew)))]
    assert units[1] > 1.15 * units[0]


def test_an_absence_is_kept_and_the_first_attendant_is_slower_when_asked() -> None:
    crew = Crew(sharing="own_floors", away=(20, 40), minutes=1.7)
    away = _visits(replace(PLAN, crew=crew))
    days = set(away[away["is_first"]]["day"])
    free = {PLAN.starts_on + timedelta(days=n) for n in range(20, 40)}
    assert len(days & free) <= 4  # nobody else was there
    gaps = []
    for one in (_visits(PLAN), _visits(replace(PLAN, crew=Crew(minutes=1.7)))):
        in_order = one.sort_values("islem_tarihi")
        minutes = in_order.groupby(["personel_id", "day"])["islem_tarihi"].diff().dt.total_seconds() / 60
        gaps.append(np.nanmedian(minutes[in_order["is_first"]]))
    assert gaps[1] == pytest.approx(1.7 * gaps[0], rel=0.1)
