"""What detection on a day adds to what detectors find."""

from dataclasses import replace

import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, moment, ordinary

from minibar_ml.domain.hotels.calendar import Calendar, SpecialDay
from minibar_ml.ml.contract import Limits, TooLittle
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.training import LazyForests, learn

CARNIVAL = SpecialDay("event", "Carnival")


@pytest.mark.parametrize(("marked", "is_named"), [(LAST_DAY - 2, False), (LAST_DAY - 1, True), (LAST_DAY, True)])
def test_unusual_consumption_names_the_holiday_or_event_that_may_explain_it(marked: int, is_named: bool) -> None:
    frames = replace(ordinary(11), calendar=Calendar({marked: CARNIVAL}))
    much = (frames.products["day"] == LAST_DAY) & (frames.products["product_id"] == 110)
    products = frames.products.assign(units=frames.products["units"].where(~much, 90.0))
    findings = detect_day(
        replace(frames, products=products), learn(frames.between(0, LAST_DAY), 30), Limits(), moment()
    )
    (found,) = [one for one in findings if one.metric == "product_consumption"]
    facts = found.facts or {}
    assert (facts.get("calendar"), facts.get("calendar_kind")) == (("Carnival", "event") if is_named else (None, None))


def test_a_hotel_whose_rooms_have_all_gone_to_another_has_no_forest() -> None:
    past = ordinary(11).between(0, LAST_DAY)
    gone = past.only({"products", "levels"})
    forests = LazyForests(gone, learn(past, 30, with_forests=False).parameters, 30)
    assert isinstance(forests["product_demand"], TooLittle)


@pytest.mark.parametrize("level", [-55.0, 3.0])
@pytest.mark.parametrize("with_states", [True, False])
def test_a_loss_names_the_stock_below_zero_whenever_its_day_is_looked_at(level: float, with_states: bool) -> None:
    frames, product = ordinary(11), 110
    taken = {"hotel_id": 7, "product_id": product, "day": LAST_DAY, "units": 300.0, "issued": 300.0, "written_off": 0.0}
    at = {"hotel_id": 7, "product_id": product, "day": LAST_DAY, "at": 86400.0 * (LAST_DAY - 719163), "level": level}
    frames = changed(
        frames,
        outflow=pd.concat([frames.outflow, pd.DataFrame([taken | {"returned": 0.0}])]),
        levels=pd.concat([frames.levels, pd.DataFrame([at | {"kind": "cikis"}])]),
    )
    learned = learn(ordinary(11).between(0, LAST_DAY), 30)
    found = detect_day(frames, learned, Limits(), moment(), with_states=with_states)
    (loss,) = [one for one in found if one.type == "shrinkage" and one.entity_id == product]
    assert (loss.facts or {}).get("below_zero") == (55.0 if level < 0 else None)
