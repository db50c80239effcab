"""train and detect compute while no transaction is open, and take nothing that came in meanwhile for what they read."""

import time
from collections.abc import Callable

import pytest
from support.hotels.simulated import AS_OF, alerts, checksum, done, sql
from support.servers.sessions import open_transactions, staying, watching

from minibar_ml.jobs.detection import detection_run
from minibar_ml.jobs.learning import candidates, fitting
from minibar_ml.store import failures

NAME = "SELECT quote_ident(current_database())"
WRITTEN = "SELECT (SELECT count(*) FROM minibar_ml.ml_models) + (SELECT count(*) FROM minibar_ml.ml_alerts)"
LONGER = 1.2
"""Seconds: longer than the server of these drills lets a transaction idle."""
ACTIVE = "SELECT model_type, metric_type, hotel_id FROM minibar_ml.ml_models WHERE is_active ORDER BY 1, 2, 3"


@pytest.fixture
def hardened(collected: str) -> str:
    """The hotel with its points, on a server that ends transactions which do nothing for a second."""
    sql(collected, f"ALTER DATABASE {sql(collected, NAME)[0][0]} SET idle_in_transaction_session_timeout = '1s'")
    return collected


def _looks(url: str, seen: list[object]) -> Callable[[], None]:
    def look() -> None:
        seen.append((open_transactions(url), sql(url, WRITTEN)[0][0]))
        if len(seen) == 1:
            time.sleep(LONGER)

    return look


def test_train_computes_and_seals_while_no_transaction_is_open(hardened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(fitting, "_fit", watching(fitting, "_fit", _looks(hardened, seen)))
    monkeypatch.setattr(candidates, "_model", watching(candidates, "_model", _looks(hardened, seen)))
    done(hardened, "train", "--as-of", AS_OF, "--quiet")
    assert len(seen) > 2
    assert set(map(str, seen)) == {"([], 0)"}
    assert sql(hardened, ACTIVE)


def test_detect_computes_while_no_transaction_is_open_with_models_and_without(
    hardened: str, make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = make_database(hardened)
    done(undisturbed, "detect", "--as-of", AS_OF, "--quiet")
    seen: list[object] = []
    monkeypatch.setattr(detection_run, "_detect_day", watching(detection_run, "_detect_day", _looks(hardened, seen)))
    done(hardened, "detect", "--as-of", AS_OF, "--quiet")
    assert seen
    assert set(map(str, seen)) == {"([], 0)"}
    assert alerts(hardened) == alerts(undisturbed) != []


def test_a_walk_through_history_is_no_open_transaction_either(hardened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(detection_run, "_detect_day", watching(detection_run, "_detect_day", _looks(hardened, seen)))
    done(hardened, "detect", "--since", "2025-11-14", "--as-of", AS_OF, "--quiet")
    assert len(seen) > 2
    assert set(map(str, seen)) == {"([], 0)"}


def _correct(url: str, room: int) -> None:
    """Take back what was typed for a room in the last days, and collect."""
    sql(url, "UPDATE minibar_islem_detay d SET tuketim = 0 FROM minibar_islemleri i"
             " WHERE i.id = d.islem_id AND i.oda_id = :room AND i.islem_tarihi >= '2025-11-12'", room=room)  # fmt: skip
    done(url, "collect", "--as-of", AS_OF, "--quiet")


def test_points_that_come_in_while_detect_computes_are_checked_before_anything_is_stored(
    collected: str, make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = make_database(collected), make_database(collected)
    done(before, "detect", "--as-of", AS_OF, "--quiet")
    room = sql(before, "SELECT entity_id FROM minibar_ml.ml_alerts WHERE entity_type = 'room' AND reason = 'room_high'"
                       " AND occurred_on >= '2025-11-13' ORDER BY id LIMIT 1")[0][0]  # fmt: skip
    _correct(after, room)
    done(after, "detect", "--as-of", AS_OF, "--quiet")
    calls: list[int] = []

    def interfere() -> None:
        calls.append(1)
        if len(calls) == 1:
            _correct(collected, room)

    monkeypatch.setattr(detection_run, "_detect_day", watching(detection_run, "_detect_day", interfere))
    done(collected, "detect", "--as-of", AS_OF, "--quiet")
    assert len(calls) > len(set(alerts(after, columns="hotel_id")))
    assert checksum(collected) == checksum(after)
    assert alerts(collected) == alerts(after) != alerts(before)
    once = alerts(collected)
    done(collected, "detect", "--as-of", AS_OF, "--quiet")
    assert alerts(collected, columns="type, entity_id, status") == [(row[0], row[3], row[6]) for row in once]


def test_a_reader_who_never_ends_holds_up_no_job(collected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", 1)
    read = [
        f"SELECT count(*) FROM minibar_ml.{name}" for name in ("ml_metrics", "ml_alerts", "ml_models", "ml_job_runs")
    ]
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('minibar_ml.ml_metrics' AS regclass)"
    before = sql(collected, months)[0][0]
    with staying(collected, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", *read):
        # A month that has no partition yet.
        for day in ("2025-12-20", "2026-02-20"):
            done(collected, "collect", "--as-of", day, "--quiet")
        done(collected, "train", "--as-of", "2026-02-20", "--quiet")
        done(collected, "detect", "--as-of", "2026-02-20", "--quiet")
    assert sql(collected, months)[0][0] > before
