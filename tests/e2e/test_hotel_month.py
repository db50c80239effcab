"""A hotel's weeks: collect, train, detect, verdicts; learned from, sealed, never ahead of its day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import AS_OF, KEY, LAST_DAY, ZONE, alerts, command, days, done, sql, state

from minibar_ml.artifacts.envelope import open_sealed
from minibar_ml.artifacts.keys import parse_keys
from minibar_ml.domain.models import ModelHeader
from minibar_ml.ml.detectors import shares
from minibar_ml.ml.stats.thresholds import threshold
from minibar_ml.ml.training import PARAMETERS_FORMAT
from minibar_ml.simulate import Fault, HotelPlan, SourceData, generate, write

PLAN = HotelPlan(seed=3, ends_on=LAST_DAY, rooms=120, days=75, attendants=3, timezone=ZONE)
WALKED_FROM = date(2025, 11, 3)
SURE = ("vacant_consumption", "custody_loss", "refill_delay", "unanswered_request")
"""Kinds of which every planted fault is to be found."""
EVENTS = ("vacant_consumption", "custody_loss", "refill_delay", "consumption_anomaly")
WHAT = "type, entity_type, entity_id, occurred_on"
GENEROUS = {"ML_ALERT_BUDGET": "50"}
"""Settings under which a small hotel's short history has room alerts to review."""


@pytest.fixture(scope="module")
def month() -> SourceData:
    """A hotel of 120 rooms and three attendants."""
    return generate(PLAN)


@pytest.fixture(scope="module")
def month_points(make_database: Callable[..., str], month: SourceData) -> str:
    """A database of it with all metric points; cloned."""
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, month, "b", ZONE)
    done(url, "db", "init", "--quiet")
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    return url


@pytest.fixture(scope="module")
def walked(make_database: Callable[..., str], month_points: str) -> str:
    """The same after a walk through its last two weeks."""
    url = make_database(month_points)
    done(url, "detect", "--since", WALKED_FROM.isoformat(), "--as-of", AS_OF, "--quiet")
    return url


@pytest.fixture(scope="module")
def trained(make_database: Callable[..., str], month_points: str) -> str:
    """The same points with trained models and no alerts."""
    url = make_database(month_points)
    done(url, "train", "--as-of", AS_OF, "--quiet")
    return url


def _reports(fault: Fault, alert: tuple[Any, ...]) -> bool:
    kind, entity_type, entity_id, first, last = alert
    return (kind, entity_type, entity_id) == (fault.kind, fault.entity_type, fault.entity_id) and (
        first <= fault.until_on + timedelta(days=1) and last >= fault.occurred_on
    )


def test_the_walk_finds_every_planted_fault_of_the_sure_kinds(walked: str, month: SourceData) -> None:
    raised = alerts(walked, columns="type, entity_type, entity_id, occurred_on, last_occurred_on")
    hidden = [fault for fault in month.faults if fault.kind in SURE and fault.occurred_on >= WALKED_FROM]
    assert {fault.kind for fault in hidden} == set(SURE)
    assert [fault for fault in hidden if not any(_reports(fault, alert) for alert in raised)] == []


def test_most_faults_are_found_and_few_alerts_are_false(walked: str, month: SourceData) -> None:
    raised = alerts(walked, columns="type, entity_type, entity_id, occurred_on, last_occurred_on")
    hidden = [fault for fault in month.faults if fault.occurred_on >= WALKED_FROM]
    found = [fault for fault in hidden if any(_reports(fault, alert) for alert in raised)]
    assert len(found) >= 0.7 * len(hidden)
    same_thing = {(fault.entity_type, fault.entity_id) for fault in month.faults}
    false = [alert for alert in raised if (alert[1], alert[2]) not in same_thing]
    assert len(false) <= 0.25 * len(raised)


def test_walking_again_changes_nothing(walked: str, make_database: Callable[..., str]) -> None:
    url = make_database(walked)
    before = alerts(url)
    done(url, "detect", "--since", "2025-11-14", "--as-of", AS_OF, "--quiet")
    assert alerts(url) == before


def _tomorrow_turned_upside_down(url: str, day: str) -> None:
    """Other visits, lines, ledger rows, custody and requests from a day on."""
    after = f"CAST('{day}' AS timestamptz)"
    lines = f"islem_id IN (SELECT id FROM minibar_islemleri WHERE islem_tarihi >= {after})"
    sql(url, f"DELETE FROM minibar_islem_detay WHERE {lines} AND id % 3 = 0")
    sql(url, f"UPDATE minibar_islem_detay SET tuketim = tuketim + 4 WHERE {lines}")
    sql(url, f"UPDATE stok_hareketleri SET miktar = miktar * 9 WHERE islem_tarihi >= {after}")
    sql(
        url,
        "UPDATE personel_zimmet_detay SET kalan_miktar = 0 WHERE zimmet_id IN"
        f" (SELECT id FROM personel_zimmet WHERE zimmet_tarihi >= {after})",
    )
    sql(url, f"DELETE FROM minibar_dolum_talepleri WHERE talep_tarihi >= {after}")


def test_what_happens_tomorrow_does_not_change_what_a_walk_finds_today(
    make_database: Callable[..., str], month_points: str
) -> None:
    found = []
    for is_changed in (False, True):
        url = make_database(month_points)
        if is_changed:
            _tomorrow_turned_upside_down(url, "2025-11-11 00:00:00+02")
            done(url, "collect", "--since", "2025-11-01", "--as-of", AS_OF, "--quiet")
        done(url, "detect", "--since", "2025-11-08", "--until", "2025-11-11", "--as-of", AS_OF, "--quiet")
        found.append(alerts(url))
    assert len(found[0]) > 3
    assert found[0] == found[1]


def test_a_walk_raises_what_a_run_each_midnight_would_have_raised(
    make_database: Callable[..., str], month_points: str, walked: str
) -> None:
    url = make_database(month_points)
    first = date(2025, 11, 9)
    for day in days(first, LAST_DAY):
        done(url, "detect", "--as-of", (day + timedelta(days=1)).isoformat(), "--quiet")
    where = f"type = ANY(ARRAY{list(EVENTS)}) AND occurred_on >= '{first}'"
    each_midnight = set(alerts(url, where, WHAT))
    assert {alert[0] for alert in each_midnight} == set(EVENTS)
    assert each_midnight == set(alerts(walked, where, WHAT))


def test_detect_asks_the_stored_forests_and_without_training_nobody(
    trained: str, month_points: str, make_database: Callable[..., str]
) -> None:
    counts = []
    for template in (trained, month_points):
        url = make_database(template)
        state(url, **GENEROUS)
        assert command(url, "detect", "--as-of", AS_OF, "--quiet") == 0
        counts += sql(url, "SELECT count(*) FROM minibar_ml.ml_alerts WHERE facts ? 'forest_percentile'")[0]
    assert counts[0] > 0
    assert counts[1] == 0


def test_detecting_twice_changes_nothing(trained: str, make_database: Callable[..., str]) -> None:
    url = make_database(trained)
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    before = alerts(url)
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    assert alerts(url) == before
    assert len(before) > 3


def _refused(url: str, capsys: pytest.CaptureFixture[str], **environment: str) -> str:
    """Detect with models that can't be trusted: it ends well and raises model_fallback; what it said on stderr."""
    capsys.readouterr()
    assert command(url, "detect", "--as-of", AS_OF, **environment) == 0
    said = capsys.readouterr().err
    assert "refused" in said
    assert "Traceback" not in said
    assert alerts(url, "type = 'model_fallback'", "severity, entity_type, status") == [("medium", "hotel", "open")]
    assert alerts(url, "type = 'vacant_consumption'") != [], "detection must go on"
    return said


def test_tampered_models_are_refused_and_detection_goes_on_with_statistics(
    trained: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database(trained)
    tamper = "UPDATE minibar_ml.ml_models SET model_data = set_byte(model_data, 90, 255 - get_byte(model_data, 90))"
    sql(url, tamper)
    assert "tampered" in _refused(url, capsys)
    sql(url, tamper)  # turned once more, each byte is what it was
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    assert alerts(url, "type = 'model_fallback'", "status, resolved_by") == [("resolved", "system")]


def test_a_model_put_in_anothers_place_is_refused(
    trained: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database(trained)
    sql(
        url,
        "UPDATE minibar_ml.ml_models m SET model_data = o.model_data FROM minibar_ml.ml_models o"
        " WHERE m.metric_type = 'room_consumption' AND o.metric_type = 'refill_duration'"
        " AND m.model_type = 'statistics' AND o.model_type = 'statistics'",
    )
    assert "put in the wrong place" in _refused(url, capsys)


def test_a_model_made_for_other_detectors_is_not_misread_and_no_alert(
    trained: str,
    make_database: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = make_database(trained)
    for module in ("ml.training", "jobs.detection.stored_models"):  # what train writes, and what detect reads
        monkeypatch.setattr(f"minibar_ml.{module}.PARAMETERS_FORMAT", PARAMETERS_FORMAT + 1)
    capsys.readouterr()
    done(url, "detect", "--as-of", AS_OF)
    assert "made by another version" in capsys.readouterr().err
    assert alerts(url, "type = 'model_fallback'", "status") == [], "nothing is wrong: the next train repairs it"
    learnt_now = alerts(url, ROOMS_TAKING, WHAT)
    done(url, "train", "--as-of", AS_OF, "--quiet")
    sql(url, "DELETE FROM minibar_ml.ml_alert_events; DELETE FROM minibar_ml.ml_alerts")
    done(url, "detect", "--as-of", AS_OF)
    assert "made by another version" not in capsys.readouterr().err
    assert alerts(url, ROOMS_TAKING, WHAT) == learnt_now


@pytest.mark.parametrize("key", [Fernet.generate_key().decode(), ""], ids=["another", "none"])
def test_without_the_right_key_detection_goes_on_and_says_why(
    trained: str, make_database: Callable[..., str], capsys: pytest.CaptureFixture[str], key: str
) -> None:
    said = _refused(make_database(trained), capsys, ML_ENCRYPTION_KEYS=key)
    assert "there is no key" in said if not key else "does not hold" in said
    assert KEY not in said
    assert not key or key not in said


ROOMS_TAKING = "type = 'consumption_anomaly' AND entity_type = 'room'"


def _false_alerts(url: str, which: str) -> list[str]:
    """Mark these alerts as false; their ids."""
    ids = [str(row[0]) for row in sql(url, f"SELECT id FROM minibar_ml.ml_alerts WHERE {which}")]
    done(url, "alerts", "false-positive", *ids, "--by", "Ayşe", "--quiet")
    return ids


def _threshold_multiplier(url: str, detector: str) -> tuple[float, Any]:
    """What the stored model of room consumption has learned of verdicts, and its parameters."""
    row = sql(
        url,
        "SELECT model_type, metric_type, hotel_id, version, model_data FROM minibar_ml.ml_models"
        " WHERE is_active AND model_type = 'statistics' AND metric_type = 'room_consumption'",
    )[0]
    payload = open_sealed(bytes(row[4]), ModelHeader(*row[:4]), parse_keys(KEY, "the test"))
    return payload["threshold_multiplier"].get(detector, 1.0), payload["detectors"]["room_consumption"]


def test_a_false_positive_is_not_raised_again_and_makes_the_next_model_stricter(
    month_points: str, trained: str, make_database: Callable[..., str]
) -> None:
    url = make_database(month_points)
    state(url, **GENEROUS)
    assert command(url, "detect", "--since", "2025-11-10", "--as-of", AS_OF, "--quiet") == 0
    ids = _false_alerts(url, ROOMS_TAKING)
    assert len(ids) >= 3
    marked = f"{ROOMS_TAKING} AND occurred_on < '{LAST_DAY}'"
    before = alerts(url, marked, WHAT + ", status")
    assert command(url, "detect", "--as-of", AS_OF, "--quiet") == 0
    assert command(url, "detect", "--since", "2025-11-14", "--as-of", AS_OF, "--quiet") == 0
    again = alerts(url, marked, WHAT + ", status")
    assert {alert for alert in before if alert[-1] == "false_positive"} <= set(again)
    assert len({alert[:-1] for alert in again}) == len(again)
    done(url, "train", "--as-of", AS_OF, "--quiet")
    (usual, _), (tight, learned) = (
        _threshold_multiplier(trained, "room_consumption"),
        _threshold_multiplier(url, "room_consumption"),
    )
    assert usual == 1.0
    assert tight < 0.7
    nominal, stricter = (
        threshold(shares()["room_consumption"], 1.0, learned["past"], threshold_multiplier=one)
        for one in (usual, tight)
    )
    assert stricter > nominal


def test_a_verdict_is_kept_with_who_gave_it(walked: str, make_database: Callable[..., str]) -> None:
    url = make_database(walked)
    ids = _false_alerts(url, "type <> 'unanswered_request'")
    assert len(ids) >= 3
    reviewed = alerts(url, f"id IN ({', '.join(ids)})", "status, resolved_by")
    assert set(reviewed) == {("false_positive", "Ayşe")}
    audited = sql(url, "SELECT operator, action FROM minibar_ml.ml_audit_log WHERE subject LIKE 'alert %'")
    assert [tuple(row) for row in audited] == [("Ayşe", "alert.false_positive")] * len(ids)
