"""The whole main job on a real database of three hotels, as its first weeks of use left it: hardly any operations."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import load_sql
from support.hotels.simulated import command, points, sql

from minibar_ml.store.sql_files import sql_folder

DATA = Path(__file__).parents[1] / "data" / "real_hotels_a.sql"
AS_OF = "2025-12-01T02:00"


@pytest.fixture(scope="module")
def real(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """The database after every job of the first night, and what each command printed to stdout."""
    url, folder = make_database(), tmp_path_factory.mktemp("real")
    load_sql(url, sql_folder() / "simulate" / "layout_a.sql", DATA)
    at = ["--as-of", AS_OF]
    commands = {
        "db init": ["db", "init"],
        "collect": ["collect", *at],
        "train": ["train", *at, "--json"],
        "detect": ["detect", *at],
        "db check": ["db", "check", "--json"],
        "alerts list": ["alerts", "list", "--json"],
        "forecast": ["forecast", *at, "--json"],
        "report weekly": ["report", "weekly", *at, "--out", str(folder)],
    }
    said = {}
    for name, arguments in commands.items():
        out = folder / "out"
        with pytest.MonkeyPatch.context() as patch, out.open("w") as stream:
            patch.setattr("sys.stdout", stream)
            status = command(url, *arguments)
        assert status == 0, name
        said[name] = out.read_text()
    return url, said


def test_every_job_ends_well_and_the_report_is_there(real: tuple[str, dict[str, str]]) -> None:
    written = Path(real[1]["report weekly"].strip())
    assert "<html" in written.read_text(encoding="utf-8")
    runs = sql(real[0], "SELECT job, outcome FROM minibar_ml.ml_job_runs ORDER BY id")
    assert [tuple(run) for run in runs] == [(job, "done") for job in ("collect", "train", "detect", "report")]


def test_db_check_shows_what_is_used_of_each_part(real: tuple[str, dict[str, str]]) -> None:
    shown = json.loads(real[1]["db check"])
    rows = {part["part"]: part["rows"] for part in shown["parts"]}
    used = ("rooms", "products", "users", "visits", "stays", "ledger", "custody", "requests")
    assert [rows[part] for part in used] == [528, 57, 6, 10, 190, 9, 3, 0]
    assert not [part for part in shown["parts"] if part["unknown_words"] or part["refused"]]
    assert rows["lots"] is rows["depot"] is rows["draws"] is None
    idle = {(one["type"], one["hotel_id"], one["reason"]) for one in shown["idle"]}
    # Hotels 3 and 4 have entered no visit yet, and no guest of any has asked for a refill.
    without_visits = {
        "consumption_anomaly", "custody_loss", "refill_delay", "silent_room", "unseen_round", "vacant_consumption",
        "attendant_silence", "attendant_excess",
    }  # fmt: skip
    expected = {(type_, hotel, "no_rows") for type_ in without_visits for hotel in (3, 4)}
    assert idle == expected | {("unanswered_request", None, "no_rows")}


def test_three_products_end_at_zero(real: tuple[str, dict[str, str]]) -> None:
    levels = sorted((key[2], key[1], value) for key, (value, _) in points(real[0], "stock_level").items())
    last = {product: level for _, product, level in levels}
    assert (last[146], last[153], last[159]) == (0, 0, 0)


def test_a_product_of_the_common_store_is_forecast_there_alone(real: tuple[str, dict[str, str]]) -> None:
    shown = [(one["product_id"], one["hotel_id"]) for one in json.loads(real[1]["forecast"])["products"]]
    assert sorted(shown) == [(146, 0), (153, 0), (159, 0)]


def test_two_rooms_consumed_three_units_on_the_day_it_happened(real: tuple[str, dict[str, str]]) -> None:
    found = {(key[1], key[2][:10]): value for key, (value, _) in points(real[0], "room_consumption").items()}
    assert found[1076, "2025-11-19"] == 3
    assert found[1126, "2025-11-19"] == 3


def test_nothing_is_said_of_rooms_that_were_never_checked(real: tuple[str, dict[str, str]]) -> None:
    checked = {room for (room,) in sql(real[0], "SELECT DISTINCT oda_id FROM minibar_islemleri")}
    assert {key[1] for key in points(real[0], "room_consumption", "vacant_consumption")} <= checked
    of_checks = ("consumption_anomaly", "silent_room", "vacant_consumption")
    for alert in json.loads(real[1]["alerts list"]):
        if alert["entity_type"] == "room" and alert["type"] in of_checks:
            assert alert["entity_id"] in checked, alert


def test_no_room_is_called_vacant_before_a_stay_is_on_record(real: tuple[str, dict[str, str]]) -> None:
    url = real[0]
    assert command(url, "detect", "--since", "2025-11-01", "--as-of", AS_OF, "--quiet") == 0
    first = dict(
        sql(
            url,
            "SELECT f.otel_id, CAST(min(s.cikis_tarihi) AS text) FROM misafir_kayitlari s"
            " JOIN odalar r ON r.id = s.oda_id JOIN katlar f ON f.id = r.kat_id GROUP BY 1",
        )
    )
    vacant = sql(
        url,
        "SELECT hotel_id, CAST(business_date AS text) FROM minibar_ml.ml_metrics"
        " WHERE metric_type = 'vacant_consumption'",
    )
    assert all(day >= first[hotel] for hotel, day in vacant)
    raised = sql(
        url, "SELECT hotel_id, CAST(occurred_on AS text) FROM minibar_ml.ml_alerts WHERE type = 'vacant_consumption'"
    )
    assert all(day >= first[hotel] for hotel, day in raised)


def test_training_says_too_little_data_for_every_metric_instead_of_inventing_a_model(
    real: tuple[str, dict[str, str]],
) -> None:
    trained = json.loads(real[1]["train"])["trained"]
    assert {one["metric"] for one in trained} >= {"room_consumption", "stock_outflow", "refill_duration"}
    for one in trained:
        assert one["version"] is None
        assert one["reason"].startswith("too little data: ")
        assert one["quality"] is None
    assert sql(real[0], "SELECT count(*) FROM minibar_ml.ml_models") == [(0,)]
    logged = sql(real[0], "SELECT success, error FROM minibar_ml.ml_training_logs")
    assert len(logged) == len(trained)
    assert all(not success and error.startswith("too little data") for success, error in logged)
