"""The simulated hotel keeps its ledger, and every label's evidence is in the tables."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from minibar_ml.simulate import FAULT_KINDS, Fault, HotelPlan, SourceData, generate

ENDS_ON = date(2026, 11, 21)
ZONE = "Europe/Nicosia"
SIGNS = {"giris": 1, "devir": 1, "sayim": 1, "cikis": -1, "fire": -1, "transfer": 0}
PLANS = (
    HotelPlan(seed=1, ends_on=ENDS_ON, rooms=70, days=70),
    HotelPlan(seed=2, ends_on=ENDS_ON, rooms=40, days=60, hotels=2, occupancy=0.85, fault_rate=2.0),
    HotelPlan(seed=3, ends_on=ENDS_ON, rooms=90, days=75, occupancy=0.4, check_every_days=2),
)
plans = pytest.mark.parametrize("plan", PLANS, ids=["usual", "two hotels", "sparse checks"])


@cache
def simulated(plan: HotelPlan) -> SourceData:
    return generate(plan)


def labels(plan: HotelPlan, kind: str, entity_type: str | None = None) -> list[Fault]:
    found = [fault for fault in simulated(plan).faults if fault.kind == kind]
    return [fault for fault in found if entity_type in (None, fault.entity_type)]


def local_day(instant: pd.Series) -> pd.Series:
    return instant.dt.tz_convert(ZONE).dt.date


def visits_with_units(plan: HotelPlan) -> pd.DataFrame:
    """Visits with their business day, units found, and the instant of the room's visit before."""
    tables = simulated(plan).tables
    lines = tables["minibar_islem_detay"].groupby("islem_id")[["tuketim", "eklenen_miktar"]].sum()
    visits = tables["minibar_islemleri"].join(lines, on="id")
    visits[["tuketim", "eklenen_miktar"]] = visits[["tuketim", "eklenen_miktar"]].fillna(0)
    visits["day"] = local_day(visits["islem_tarihi"])
    visits = visits.sort_values(["oda_id", "islem_tarihi"])
    visits["previous"] = visits.groupby("oda_id")["islem_tarihi"].shift()
    return visits


def lines_with_visits(plan: HotelPlan) -> pd.DataFrame:
    tables = simulated(plan).tables
    visits = tables["minibar_islemleri"].rename(columns={"id": "islem_id"})
    lines = tables["minibar_islem_detay"].merge(visits, on="islem_id")
    return lines.assign(day=local_day(lines["islem_tarihi"]))


def custody_lines(plan: HotelPlan) -> pd.DataFrame:
    tables = simulated(plan).tables
    headers = tables["personel_zimmet"].rename(columns={"id": "zimmet_id"})
    return tables["personel_zimmet_detay"].merge(headers, on="zimmet_id")


def presence(plan: HotelPlan) -> pd.DataFrame:
    """Recorded stays as intervals of instants; an unknown hour is taken in the guest's favour."""
    stays = simulated(plan).tables["misafir_kayitlari"]
    stays = stays[stays["durum"] == "aktif"]
    since = stays["giris_tarihi"] + pd.to_timedelta(stays["giris_saati"].fillna("00:00:00"))
    until = stays["cikis_tarihi"] + pd.to_timedelta(stays["cikis_saati"].fillna("23:59:59"))
    return stays.assign(since=since.dt.tz_localize(ZONE), until=until.dt.tz_localize(ZONE))


def levels(plan: HotelPlan) -> pd.DataFrame:
    ledger = simulated(plan).tables["stok_hareketleri"].copy()
    ledger["change"] = ledger["miktar"] * ledger["hareket_tipi"].map(SIGNS)
    ledger["level"] = ledger.groupby("urun_id")["change"].cumsum()
    return ledger.assign(day=local_day(ledger["islem_tarihi"]))


def test_equal_plans_give_equal_data_and_other_seeds_other_data() -> None:
    plan = PLANS[0]
    once, again = simulated(plan), generate(plan)
    assert once.faults == again.faults
    for name, table in once.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    other = generate(HotelPlan(seed=9, ends_on=ENDS_ON, rooms=70, days=70))
    assert not other.tables["minibar_islem_detay"].equals(once.tables["minibar_islem_detay"])


def test_every_kind_of_fault_is_planted_within_the_simulated_days() -> None:
    plan = HotelPlan(seed=4, ends_on=ENDS_ON)
    faults = simulated(plan).faults
    assert {fault.kind for fault in faults} == set(FAULT_KINDS)
    assert all(plan.starts_on <= f.occurred_on <= f.until_on <= ENDS_ON for f in faults)
    assert list(faults) == sorted(faults, key=lambda fault: fault.occurred_on)


def test_faults_can_be_left_out_and_chosen() -> None:
    assert generate(HotelPlan(seed=1, ends_on=ENDS_ON, rooms=30, days=50, fault_rate=0.0)).faults == ()
    chosen = HotelPlan(seed=1, ends_on=ENDS_ON, rooms=30, days=50, fault_kinds=("refill_delay",))
    assert {fault.kind for fault in generate(chosen).faults} == {"refill_delay"}


@plans
def test_units_are_gone_without_a_guest_only_where_labelled(plan: HotelPlan) -> None:
    visits = visits_with_units(plan)
    found = visits[(visits["tuketim"] > 0) & visits["previous"].notna()]
    pairs = found.merge(presence(plan), on="oda_id", suffixes=("", "_stay"))
    met = pairs[(pairs["since"] <= pairs["islem_tarihi"]) & (pairs["until"] > pairs["previous"])]
    vacant = found[~found["id"].isin(met["id"])]
    faults = labels(plan, "vacant_consumption")
    assert faults
    rows = zip(vacant["oda_id"], vacant["day"], vacant["tuketim"], strict=True)
    assert sorted(rows) == sorted((f.entity_id, f.occurred_on, f.size) for f in faults)


@plans
def test_a_spike_is_found_at_a_visit_of_its_day(plan: HotelPlan) -> None:
    visits = visits_with_units(plan).set_index(["oda_id", "day"])["tuketim"]
    spikes = labels(plan, "consumption_anomaly", "room")
    assert spikes
    assert all(visits.loc[(f.entity_id, f.occurred_on)] >= f.size for f in spikes)
    assert all(4 <= f.size <= 15 for f in spikes)


@plans
def test_a_silent_room_was_slept_in_and_checked_but_gave_nothing(plan: HotelPlan) -> None:
    stays, all_visits = presence(plan), visits_with_units(plan)
    faults = labels(plan, "silent_room")
    assert faults
    for fault in faults:
        visits = all_visits[(all_visits["oda_id"] == fault.entity_id) & (all_visits["day"] <= fault.until_on)]
        assert visits["day"].iloc[-1] == fault.until_on
        heard = np.flatnonzero(visits["tuketim"] > 0)
        last_heard = int(heard[-1]) if len(heard) else 0
        assert len(visits) - 1 - last_heard >= 4
        nights = pd.date_range(visits["day"].iloc[last_heard], fault.until_on, inclusive="left")
        mine = stays[stays["oda_id"] == fault.entity_id]
        slept = sum(((mine["giris_tarihi"] <= n) & (n < mine["cikis_tarihi"])).any() for n in nights)
        assert slept >= fault.size >= 6


@plans
def test_a_slow_day_shows_in_the_gaps_of_the_attendant(plan: HotelPlan) -> None:
    visits = visits_with_units(plan).sort_values(["personel_id", "islem_tarihi"])
    gap = visits.groupby(["personel_id", "day"])["islem_tarihi"].diff().dt.total_seconds() / 60
    work = 4.8 + 0.7 * visits["eklenen_miktar"].clip(upper=10)
    pace = (gap / work).groupby([visits["personel_id"], visits["day"]]).median()
    slow_days = {(f.entity_id, f.occurred_on): f.size for f in labels(plan, "refill_delay")}
    assert slow_days
    for (attendant, day), size in slow_days.items():
        own = pace.loc[attendant]
        usual = own[[(attendant, other) not in slow_days for other in own.index]].median()
        assert own.loc[day] / usual == pytest.approx(size, rel=0.35)


@plans
def test_requests_wait_long_only_where_labelled(plan: HotelPlan) -> None:
    requests = simulated(plan).tables["minibar_dolum_talepleri"].copy()
    requests["day"] = local_day(requests["talep_tarihi"])
    waited = (requests["tamamlanma_tarihi"] - requests["talep_tarihi"]).dt.total_seconds() / 60
    long = requests[(waited > 26) | (requests["durum"] == "beklemede")]
    faults = labels(plan, "unanswered_request")
    assert faults
    rows = zip(long["oda_id"], long["day"], strict=True)
    assert sorted(rows) == sorted((f.entity_id, f.occurred_on) for f in faults)
    assert all(f.size >= 120 for f in faults)


@plans
def test_custody_balances_but_for_single_units_and_labelled_losses(plan: HotelPlan) -> None:
    lines = custody_lines(plan)
    accounted = lines[["kullanilan_miktar", "kalan_miktar", "iade_edilen_miktar"]].sum(axis=1)
    lines["lost"] = lines["miktar"] - accounted
    assert (lines["lost"] >= 0).all()
    assert (lines.loc[lines["durum"] == "aktif", "lost"] == 0).all()
    assert (lines["iade_tarihi"].isna() == (lines["durum"] == "aktif")).all()
    lines["day"] = local_day(lines["iade_tarihi"])
    faults = {(f.entity_id, f.occurred_on): f.size for f in labels(plan, "custody_loss")}
    assert faults
    heavy = lines[lines["lost"] > 1].groupby(["personel_id", "day"])["lost"].sum()
    assert set(heavy.index) == set(faults)
    every = lines.groupby(["personel_id", "day"])["lost"].sum()
    assert all(every.loc[key] == size for key, size in faults.items())


@plans
def test_attendants_used_what_they_refilled(plan: HotelPlan) -> None:
    refilled = lines_with_visits(plan).groupby(["personel_id", "urun_id"])["eklenen_miktar"].sum()
    used = custody_lines(plan).groupby(["personel_id", "urun_id"])["kullanilan_miktar"].sum()
    pd.testing.assert_series_equal(refilled[refilled > 0], used[used > 0], check_names=False)


@plans
def test_issues_without_custody_are_the_leaks_and_the_wrong_entries(plan: HotelPlan) -> None:
    custody = simulated(plan).tables["personel_zimmet_detay"]
    ledger = levels(plan)
    issued = ledger[ledger["hareket_tipi"] == "cikis"].groupby("urun_id")["miktar"].sum()
    astray = issued - custody.groupby("urun_id")["miktar"].sum()
    leaks = labels(plan, "shrinkage")
    assert leaks
    wrong = {f.entity_id for f in labels(plan, "stock_anomaly") if "never was" in f.note}
    assert set(astray[astray != 0].index) == {f.entity_id for f in leaks} | wrong
    for product in {f.entity_id for f in leaks}:
        assert astray[product] == sum(f.size for f in leaks if f.entity_id == product)
    assert ledger[ledger["aciklama"] == "iade"]["miktar"].sum() == custody["iade_edilen_miktar"].sum()


@plans
def test_the_ledger_level_is_below_zero_only_where_labelled(plan: HotelPlan) -> None:
    ledger = levels(plan)
    wrong = [f for f in labels(plan, "stock_anomaly") if "never was" in f.note]
    assert wrong
    below = ledger[ledger["level"] < 0]
    for product, day in zip(below["urun_id"], below["day"], strict=True):
        assert any(f.entity_id == product and f.occurred_on <= day <= f.until_on for f in wrong)
    for fault in wrong:
        entry = below[(below["urun_id"] == fault.entity_id) & (below["day"] == fault.occurred_on)]
        assert -fault.size in set(entry["level"])


@plans
def test_a_break_down_is_one_big_write_off(plan: HotelPlan) -> None:
    ledger = levels(plan)
    big = ledger[(ledger["hareket_tipi"] == "fire") & (ledger["miktar"] > 3)]
    faults = [f for f in labels(plan, "stock_anomaly") if "written off" in f.note]
    assert faults
    rows = zip(big["urun_id"], big["day"], big["miktar"], strict=True)
    assert sorted(rows) == sorted((f.entity_id, f.occurred_on, f.size) for f in faults)


@pytest.mark.parametrize("seed", [4, 6, 8])
def test_products_are_scarce_at_the_end_only_where_labelled(seed: int) -> None:
    plan = HotelPlan(seed=seed, ends_on=ENDS_ON)
    days = pd.date_range(plan.starts_on, plan.ends_on).date
    level = levels(plan).groupby("urun_id")["level"].last()
    use = lines_with_visits(plan).groupby(["day", "urun_id"])["tuketim"].sum().unstack("urun_id")
    left = level / use.reindex(days).fillna(0).iloc[-14:].mean()
    faults = {f.entity_id: f.size for f in labels(plan, "stock_depletion")}
    assert all(size <= 7 for size in faults.values())
    in_error = {f.entity_id for f in labels(plan, "stock_anomaly") if f.until_on == ENDS_ON}
    assert set(left[left <= 6].index) - in_error <= set(faults)
    assert all(left[product] <= 9 for product in faults)


def test_a_shift_raises_the_demand_of_its_product() -> None:
    plan = HotelPlan(seed=5, ends_on=ENDS_ON, rooms=200, days=60)
    by_day = lines_with_visits(plan).groupby(["urun_id", "day"])["tuketim"].sum().unstack("day").fillna(0)
    ratios = []
    for fault in labels(plan, "consumption_anomaly", "product"):
        days = pd.date_range(fault.occurred_on, fault.until_on).date
        usual = by_day.loc[fault.entity_id].median()
        ratios.append(by_day.loc[fault.entity_id, list(days)].mean() / usual)
    assert np.median(ratios) > 1.6


@plans
def test_a_minibar_holds_what_the_last_visit_left_in_it(plan: HotelPlan) -> None:
    lines = lines_with_visits(plan)
    left = lines["baslangic_stok"] - lines["tuketim"]
    assert (left >= 0).all()
    assert (left + lines["eklenen_miktar"] == lines["bitis_stok"]).all()
    lines = lines.sort_values(["oda_id", "urun_id", "islem_tarihi"])
    before = lines.groupby(["oda_id", "urun_id"])["bitis_stok"].shift(fill_value=0)
    assert (lines["baslangic_stok"] == before).all()
    first = lines.groupby("oda_id")["islem_tarihi"].transform("min") == lines["islem_tarihi"]
    assert (first == (lines["islem_tipi"] == "ilk_dolum")).all()


@plans
def test_attendants_do_one_room_after_the_other_within_their_shift(plan: HotelPlan) -> None:
    tables = simulated(plan).tables
    visits = tables["minibar_islemleri"].sort_values(["personel_id", "islem_tarihi"])
    assert (visits.groupby("personel_id")["islem_tarihi"].diff().dropna() > pd.Timedelta(0)).all()
    local = visits["islem_tarihi"].dt.tz_convert(ZONE)
    minute = local.dt.hour * 60 + local.dt.minute
    assert minute.between(8 * 60 + 30, 19 * 60).all()
    assert (minute <= 16 * 60 + 30).mean() > 0.9
    users = tables["kullanicilar"].set_index("id")
    rooms = tables["odalar"].merge(tables["katlar"], left_on="kat_id", right_on="id", suffixes=("", "_kat"))
    hotel_of_room = visits["oda_id"].map(rooms.set_index("id")["otel_id"])
    assert (hotel_of_room == visits["personel_id"].map(users["otel_id"])).all()
    assert users.loc[visits["personel_id"].unique(), "aktif"].all()


@plans
def test_few_records_of_stays_overlap(plan: HotelPlan) -> None:
    stays = simulated(plan).tables["misafir_kayitlari"]
    stays = stays[stays["durum"] == "aktif"].sort_values(["oda_id", "giris_tarihi", "cikis_tarihi"])
    overlap = stays["giris_tarihi"] < stays.groupby("oda_id")["cikis_tarihi"].shift()
    assert 0 < overlap.mean() < 0.05
    assert (stays["cikis_tarihi"] > stays["giris_tarihi"]).all()


def test_occupancy_follows_the_plan() -> None:
    days = pd.date_range(PLANS[0].starts_on, ENDS_ON)
    shares = []
    for wanted in (0.3, 0.9):
        plan = HotelPlan(seed=1, ends_on=ENDS_ON, rooms=70, days=70, occupancy=wanted, season_swing=0.0)
        stays = presence(plan)
        nights = [((stays["giris_tarihi"] <= day) & (day < stays["cikis_tarihi"])).sum() for day in days]
        shares.append(np.mean(nights) / plan.rooms)
    assert shares == pytest.approx([0.3, 0.9], abs=0.08)


def test_one_product_never_moves() -> None:
    tables = simulated(PLANS[0]).tables
    idle = set(tables["urunler"]["id"]) - set(tables["stok_hareketleri"]["urun_id"])
    assert len(idle) == 1
    assert not idle & set(tables["minibar_islem_detay"]["urun_id"])


def test_without_stays_on_record_nothing_that_needs_them_is_labelled() -> None:
    data = generate(HotelPlan(seed=1, ends_on=ENDS_ON, rooms=40, days=50, has_stays=False))
    assert len(data.tables["misafir_kayitlari"]) == 0
    assert data.tables["minibar_islem_detay"]["tuketim"].sum() > 0
    assert not {"vacant_consumption", "silent_room"} & {fault.kind for fault in data.faults}


def test_sparse_checks_visit_less() -> None:
    plan = {"seed": 1, "rooms": 60, "days": 40}
    often, seldom = (
        len(generate(HotelPlan(ends_on=ENDS_ON, check_every_days=n, **plan)).tables["minibar_islemleri"])
        for n in (1, 3)
    )
    assert seldom < 0.75 * often


def test_a_tiny_hotel_with_one_attendant_works() -> None:
    plan = HotelPlan(seed=1, ends_on=ENDS_ON, rooms=5, days=14, attendants=1, products=6, untidy=False)
    assert generate(plan).tables["minibar_islemleri"]["personel_id"].nunique() == 1


@pytest.mark.parametrize("wrong", [{"rooms": 0}, {"days": 5}, {"occupancy": 1.5}, {"attendants": 0}])
def test_a_plan_that_means_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"plan|attendant|occupancy"):
        HotelPlan(seed=1, ends_on=ENDS_ON, **wrong)
