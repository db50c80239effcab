"""Below zero: a rule that needs no past."""

from datetime import date

import pandas as pd
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary

from minibar_ml.ml.detectors.below_zero import BelowZero
from minibar_ml.ml.frames import Frames


def ledger(*movements: tuple[int, int, float]) -> Frames:
    """Levels of products: (product, days before the last, level)."""
    rows = [
        {"hotel_id": 7, "product_id": product, "day": LAST_DAY - ago, "at": 1e9 - 86400.0 * ago + place, "level": level,
         "kind": "cikis"}
        for place, (product, ago, level) in enumerate(movements)
    ]  # fmt: skip
    return changed(ordinary(1), levels=pd.DataFrame(rows))


def test_a_level_below_zero_is_critical() -> None:
    (found,) = found_on(BelowZero(), ledger((1, 3, 5.0), (1, 0, -2.0)), moment())
    assert (found.entity_id, found.severity, found.reason, found.value) == (1, "critical", "stock_negative", -2.0)
    assert found.score is None


def test_it_occurred_on_the_day_of_the_crossing_and_is_found_until_corrected() -> None:
    frames = ledger((1, 9, -1.0), (1, 8, 4.0), (1, 5, -3.0), (1, 2, -7.0))
    (found,) = found_on(BelowZero(), frames, moment())
    assert found.occurred_on == date.fromordinal(LAST_DAY - 5)
    assert found.facts == {"moved_on": date.fromordinal(LAST_DAY - 2).isoformat()}


def test_a_correction_ends_it() -> None:
    assert found_on(BelowZero(), ledger((1, 5, -3.0), (1, 2, 0.0)), moment()) == []


def test_a_dip_within_the_day_is_not_the_day_s_end() -> None:
    assert found_on(BelowZero(), ledger((1, 1, 5.0), (1, 0, -3.0), (1, 0, 12.0)), moment()) == []


def test_products_are_separate() -> None:
    found = found_on(BelowZero(), ledger((1, 4, 5.0), (2, 3, -1.0), (1, 2, 4.0), (3, 1, -6.0)), moment())
    assert [f.entity_id for f in found] == [2, 3]


def test_an_ordinary_hotel_has_none() -> None:
    assert found_on(BelowZero(), ordinary(2), moment()) == []
