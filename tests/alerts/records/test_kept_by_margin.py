"""Thresholds move every night: an alert whose own records hardly change is corrected, and not withdrawn by them."""

import pytest
from support.hotels.simulated import done, sql, state

RAISED_AT, NEXT = "2025-11-17T00:10+02:00", "2025-11-17T00:40+02:00"
ROOM, DAY = 30, "2025-11-15"
LINES = (
    "SELECT d.id, d.tuketim FROM minibar_islem_detay d JOIN minibar_islemleri i ON i.id = d.islem_id"
    f" WHERE i.oda_id = {ROOM} AND i.islem_tarihi::date = '{DAY}' ORDER BY d.id"
)
ALERT = (
    "SELECT status, value, end_reason FROM minibar_ml.ml_alerts WHERE type = 'consumption_anomaly'"
    f" AND entity_type = 'room' AND entity_id = {ROOM} AND occurred_on = '{DAY}'"
)
EARLIER, STRICTER = {"ML_ALERT_BUDGET": "20"}, {"ML_ALERT_BUDGET": "8"}


def _consumed(url: str, first: int, second: int) -> None:
    """Have the room's lines of the day say so many units of two products, and none of others."""
    for line, units in zip(sql(url, LINES), [first, second] + [0] * 20, strict=False):
        sql(url, f"UPDATE minibar_islem_detay SET tuketim = {units}, eklenen_miktar = {units} WHERE id = {line.id}")


@pytest.fixture
def raised(trained: str) -> str:
    """A hotel with an alert about four units, which a smaller budget of false alerts would not have raised."""
    _consumed(trained, 3, 1)
    state(trained, **EARLIER)
    done(trained, "collect", "--as-of", RAISED_AT, "--quiet")
    done(trained, "detect", "--since", "2025-11-13", "--as-of", RAISED_AT, "--quiet")
    assert sql(trained, ALERT) == [("open", 4.0, None)]
    state(trained, **STRICTER)
    return trained


@pytest.mark.parametrize(
    ("now", "says"),
    [((1, 3), ("open", 4.0, None)), ((0, 4), ("open", 4.0, None)), ((2, 0), ("resolved", 4.0, "records_changed"))],
)
def test_only_records_that_say_much_else_end_an_alert(
    raised: str, now: tuple[int, int], says: tuple[str, float, str | None]
) -> None:
    _consumed(raised, *now)
    done(raised, "collect", "--as-of", NEXT, "--quiet")
    done(raised, "detect", "--as-of", NEXT, "--quiet")
    assert sql(raised, ALERT) == [says]
