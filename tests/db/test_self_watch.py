"""The program says what it refuses, misses and leaves late: on record, in status and doctor, and as alerts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.hotels.simulated import alerts, command, done, sql

from minibar_ml.domain.errors import ExitCode

Capture = pytest.CaptureFixture[str]
PROBLEMS = "SELECT source, problem, affected FROM minibar_ml.ml_source_problems ORDER BY 1, 2"


def _impossible_stays(url: str, rows: int) -> None:
    """Stays of a few days ago that end before they begin."""
    sql(url, "INSERT INTO oteller (id, ad, aktif) VALUES (1, 'Deniz', true) ON CONFLICT DO NOTHING")
    sql(url, "INSERT INTO katlar (id, otel_id, kat_adi, kat_no, aktif) VALUES (1, 1, 'Kat 1', 1, true)")
    sql(url, "INSERT INTO odalar (id, kat_id, oda_no, aktif) VALUES (1, 1, '101', true)")
    sql(url, "INSERT INTO misafir_kayitlari"
             " (oda_id, islem_kodu, misafir_sayisi, giris_tarihi, cikis_tarihi, kayit_tipi)"
             " SELECT 1, 'k' || n, 2, CURRENT_DATE - 3, CURRENT_DATE - 5, 'in_house'"
             " FROM generate_series(1, :rows) n", rows=rows)  # fmt: skip


def _status(url: str, capsys: Capture) -> dict[str, Any]:
    capsys.readouterr()
    command(url, "status", "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_rows_refused_by_a_quiet_collect_are_seen_wherever_people_look(store_url: str, capsys: Capture) -> None:
    _impossible_stays(store_url, 200)
    done(store_url, "collect", "--quiet")
    done(store_url, "collect", "--quiet")
    assert sql(store_url, PROBLEMS) == [("stays", "departure before arrival", 200)], "counted once, however often seen"
    (problem,) = _status(store_url, capsys)["source_problems"]
    assert (problem["affected"], problem["has_grown"]) == (200, True)
    command(store_url, "doctor")
    assert "stays, departure before arrival: 200 rows since" in " ".join(capsys.readouterr().out.split())
    done(store_url, "detect", "--quiet")
    raised = alerts(store_url, "type = 'rows_refused'", "status, severity, hotel_id, entity_name, value")
    assert raised == [("open", "high", 0, "minibar-ml", 200.0)]
    sql(store_url, "DELETE FROM misafir_kayitlari")
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'rows_refused'", "status") == [("resolved",)], "with its rows"
    assert _status(store_url, capsys)["source_problems"] == []


def test_rows_that_stay_refused_are_news_for_a_week(store_url: str) -> None:
    _impossible_stays(store_url, 200)
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'rows_refused'", "status") == [("open",)]
    sql(store_url, "UPDATE minibar_ml.ml_source_problems SET first_on = first_on - 8")
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'rows_refused'", "status") == [("resolved",)]
    assert sql(store_url, PROBLEMS) == [("stays", "departure before arrival", 200)]


def test_a_longer_look_back_raises_no_alert(store_url: str) -> None:
    _impossible_stays(store_url, 200)
    sql(store_url, "UPDATE misafir_kayitlari SET giris_tarihi = CURRENT_DATE - 100, cikis_tarihi = CURRENT_DATE - 102")
    done(store_url, "collect", "--since", str(datetime.now(UTC).date() - timedelta(days=200)), "--quiet")
    assert sql(store_url, PROBLEMS) == [("stays", "departure before arrival", 200)]
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'rows_refused'", "status") == []


def test_a_job_that_is_late_raises_an_alert_that_ends_with_its_success(store_url: str) -> None:
    # A job that never ran is late from when the store was made, and this one is a copy of an older one.
    sql(store_url, "UPDATE minibar_ml.ml_schema_migrations SET applied_at = now()")
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'job_late'") == []
    sql(store_url, "UPDATE minibar_ml.ml_job_runs SET as_of = as_of - interval '1 day' WHERE job = 'collect'")
    done(store_url, "detect", "--quiet")
    (found,) = alerts(store_url, "type = 'job_late'", "status, message")
    assert found[0] == "open" and "data collection" in found[1] and "detect" not in found[1]
    done(store_url, "detect", "--as-of", "2025-11-17", "--quiet")
    assert alerts(store_url, "type = 'job_late'", "status") == [("open",)], "a run of another day knows nothing of it"
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'job_late'", "status") == [("resolved",)]


def test_a_walk_through_a_muted_hotel_raises_nothing_and_counts_what_it_finds(collected: str, capsys: Capture) -> None:
    mute = (
        "INSERT INTO minibar_ml.ml_mutes (hotel_id, since, until, reason, added_by)"
        " VALUES (1, '2025-10-20', '2025-11-17', 'closed', 'a')"
    )
    sql(collected, mute)
    capsys.readouterr()
    words = ["detect", "--since", "2025-11-01", "--until", "2025-11-16", "--as-of", "2025-11-17", "--json"]
    assert command(collected, *words) == ExitCode.OK
    result = json.loads(capsys.readouterr().out)
    muted = sum(result["findings"].values())
    assert result["muted"] == muted > 0
    assert result["transitions"]["opened"] == 0
    assert alerts(collected, "hotel_id = 1") == []
    traces = sql(collected, "SELECT count(*) FROM minibar_ml.ml_muted_findings")
    capsys.readouterr()
    assert command(collected, "backtest", "--days", "14", "--as-of", "2025-11-16", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["alerts"] == 0
    assert sql(collected, "SELECT count(*) FROM minibar_ml.ml_muted_findings") == traces


def test_a_hotel_that_a_job_could_not_do_is_an_alert_for_who_keeps_the_server(store_url: str) -> None:
    sql(store_url, "INSERT INTO oteller (id, ad, aktif) VALUES (7, 'Deniz', true)")
    done(store_url, "collect", "--quiet")
    failed = json.dumps({"failed_hotels": {"7": {"error": "ValueError", "since": None}}}).replace(":", r"\:")
    sql(store_url, f"UPDATE minibar_ml.ml_job_runs SET counts = counts || '{failed}' WHERE job = 'collect'")
    done(store_url, "detect", "--quiet")
    (found,) = alerts(store_url, "type = 'job_late' AND entity_id = 7", "status, hotel_id, message")
    assert found == (
        "open", 0, "Deniz: jobs that failed for this hotel: data collection.",
    )  # fmt: skip
    done(store_url, "collect", "--quiet")
    done(store_url, "detect", "--quiet")
    assert alerts(store_url, "type = 'job_late' AND entity_id = 7", "status") == [("resolved",)]
