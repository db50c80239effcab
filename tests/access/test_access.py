"""Each role sees its own hotels' rows and nothing else, by psql and by every command; nobody can do more than look."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import make_url
from support.hotels.simulated import command, done, sql
from support.servers.logins import drop_logins, login, psql

from minibar_ml.domain.access import STOCK_METRICS
from minibar_ml.domain.alerting.kinds import ALERT_TYPES, types_where
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.source.layouts import layouts

AS_OF = "2025-11-20"
STOCK_ALERTS = set(types_where(lambda kind: kind.is_stock))
OPEN_TABLES = {"ml_schema_migrations", "ml_source_contract", "ml_watermarks", "ml_audit_head"}
"""Tables of the store that show no alert, and whose rows all look alike to whoever may read the table."""


@pytest.fixture
def hotels(store_url: str) -> Iterator[str]:
    """A store with alerts and points of every type in hotels 1 and 2 and the common store, and the roles."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    done(store_url, "db", "roles", "--apply", "--quiet")
    sql(
        store_url,
        "INSERT INTO minibar_ml.ml_alerts (type, severity, hotel_id, entity_type, entity_id, entity_name, metric,"
        " value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,"
        " raised_at, last_seen)"
        " SELECT type, 'high', hotel, 'hotel', 1, 'x', 'stock_level', 1, 'd', 'r', 'm', 's', DATE '2025-11-19',"
        " DATE '2025-11-19', DATE '2025-11-19', TIMESTAMPTZ '2025-11-19 12:00+00', TIMESTAMPTZ '2025-11-19 12:00+00'"
        " FROM unnest(CAST(:types AS text[])) type, generate_series(0, 2) hotel",
        types=list(ALERT_TYPES),
    )
    sql(store_url, "SELECT minibar_ml.ensure_partitions('2025-11-01', '2025-11-20')")
    sql(
        store_url,
        "INSERT INTO minibar_ml.ml_metrics (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at,"
        " business_date) SELECT metric, hotel, 'product', 1, 1, TIMESTAMPTZ '2025-11-19 12:00+00', DATE '2025-11-19'"
        " FROM unnest(ARRAY['stock_level', 'stock_outflow', 'floor_stock', 'product_consumption', 'stock_days_left',"
        " 'room_consumption', 'custody_loss']) metric, generate_series(0, 2) hotel",
    )
    yield store_url
    drop_logins(store_url)


def _listed(url: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    done(url, "alerts", "list", "--json", *options)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_storekeeper_sees_stock_alerts_of_their_hotels_and_of_the_common_store(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    expected = {(type_, hotel) for type_ in STOCK_ALERTS for hotel in (0, 1)}
    assert {(alert["type"], alert["hotel_id"]) for alert in _listed(url, capsys)} == expected
    assert psql(url, "SELECT count(*) FROM minibar_ml.ml_alerts") == str(len(expected))
    assert psql(url, "SELECT count(*) FROM minibar_ml.ml_alert_events") == str(len(expected))
    points = psql(url, "SELECT string_agg(DISTINCT metric_type || hotel_id, ' ') FROM minibar_ml.ml_metrics")
    assert set(points.split()) == {f"{metric}{hotel}" for metric in STOCK_METRICS for hotel in (0, 1)}


def test_an_administrator_and_a_viewer_see_everything_of_their_hotels(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for role in ("administrator", "viewer"):
        url = login(hotels, role, "--as", role, "--hotel", "2")
        expected = {(type_, hotel) for type_ in ALERT_TYPES for hotel in (0, 2)}
        assert {(alert["type"], alert["hotel_id"]) for alert in _listed(url, capsys)} == expected, role
        everywhere = login(hotels, f"{role}_all", "--as", role, "--all-hotels")
        assert len(_listed(everywhere, capsys)) == 3 * len(ALERT_TYPES), role


def test_a_login_that_is_bound_to_nothing_sees_nothing_and_gets_an_error(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "attendant")
    sql(hotels, f"GRANT minibar_ml_viewer TO {make_url(url).username}")
    for table in ("ml_alerts", "ml_alert_events", "ml_alert_comments", "ml_metrics", "ml_job_runs", "ml_access"):
        assert psql(url, f"SELECT count(*) FROM minibar_ml.{table}") == "0", table
    for words in (["alerts", "list"], ["alerts", "show", "1"], ["alerts", "stats"], ["metrics", "summary"], ["status"]):
        assert command(url, *words) == ExitCode.PRECONDITION
        assert "bound to no hotel" in capsys.readouterr().err


def test_an_alert_of_another_hotel_is_not_there_by_its_number_either(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    numbered = sql(hotels, "SELECT id, type, hotel_id FROM minibar_ml.ml_alerts")
    ids = {(row.type, row.hotel_id): row.id for row in numbered}
    done(url, "alerts", "show", str(ids["shrinkage", 1]), "--as-of", AS_OF)
    capsys.readouterr()
    for hidden in (ids["shrinkage", 2], ids["silent_room", 1]):
        assert command(url, "alerts", "show", str(hidden), "--as-of", AS_OF) == ExitCode.PRECONDITION
        assert f"There is no alert {hidden}" in capsys.readouterr().err


def test_stats_count_only_what_is_seen(hotels: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    done(url, "alerts", "stats", "--as-of", AS_OF, "--json")
    counted = json.loads(capsys.readouterr().out)
    assert set(counted["by_type"]) == STOCK_ALERTS


@pytest.mark.parametrize("role", ["storekeeper", "viewer"])
def test_a_viewer_can_change_nothing(hotels: str, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = login(hotels, role, "--as", role, "--hotel", "1")
    for verb in ("read", "resolve", "false-positive"):
        seen = str(_listed(url, capsys)[0]["id"])
        assert command(url, "alerts", verb, seen) == ExitCode.PRECONDITION
        assert "no right on table ml_alerts" in capsys.readouterr().err
    # Even with the rights of an administrator's group the rows are not theirs to change.
    sql(hotels, f"GRANT minibar_ml_operator TO {make_url(url).username}")
    assert psql(url, "UPDATE minibar_ml.ml_alerts SET status = 'acknowledged' RETURNING id") == ""
    assert sql(hotels, "SELECT DISTINCT status FROM minibar_ml.ml_alerts") == [("open",)]


def test_an_administrator_decides_on_alerts_of_their_hotel_and_history_is_written(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    mine, foreign = (
        sql(hotels, "SELECT id FROM minibar_ml.ml_alerts WHERE type = 'silent_room' AND hotel_id = :h", h=h)[0].id
        for h in (1, 2)
    )
    done(url, "alerts", "false-positive", str(mine), "--by", "Ayşe")
    events = f"SELECT event, by FROM minibar_ml.ml_alert_events WHERE alert_id = {mine} ORDER BY id"
    assert sql(hotels, events)[1:] == [("false_positive", "Ayşe")]
    assert command(url, "alerts", "resolve", str(foreign)) == ExitCode.PRECONDITION
    assert f"There is no alert {foreign}" in capsys.readouterr().err
    assert "permission denied" in psql(url, f"UPDATE minibar_ml.ml_alerts SET message = 'x' WHERE id = {mine}")
    assert "permission denied" in psql(url, "INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity)"
                                            f" VALUES ({mine}, 'opened', 'low')")  # fmt: skip
    assert "permission denied" in psql(url, f"DELETE FROM minibar_ml.ml_alerts WHERE id = {mine}")


def test_nobody_reads_round_the_policies_through_a_partition(hotels: str) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    assert "permission denied" in psql(url, "SELECT count(*) FROM minibar_ml.ml_metrics_2025_11")
    sql(hotels, f"GRANT SELECT ON ALL TABLES IN SCHEMA minibar_ml TO {make_url(url).username}")
    assert psql(url, "SELECT count(*) FROM minibar_ml.ml_metrics_2025_11") == "0"
    assert psql(url, "SELECT count(*) FROM minibar_ml.ml_models") == "0"


def test_a_filter_that_leaks_what_it_is_given_is_never_given_a_hidden_row(hotels: str) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    leaked = psql(
        url,
        "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
        " $$ BEGIN RAISE NOTICE 'given %', $1; RETURN true; END $$;"
        " SELECT count(*) FROM minibar_ml.ml_alerts WHERE pg_temp.leak(type || ' ' || hotel_id)",
    )
    assert set(re.findall(r"given (\w+) (\d)", leaked)) == {(type_, hotel) for type_ in STOCK_ALERTS for hotel in "01"}


@pytest.mark.parametrize("role", ["storekeeper", "viewer"])
def test_a_reports_figures_are_those_that_a_role_may_see(
    hotels: str, role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, role, "--as", role, "--hotel", "1")
    capsys.readouterr()
    done(url, "report", "weekly", "--ending", AS_OF, "--json")
    figures = json.loads(capsys.readouterr().out)
    types = STOCK_ALERTS if role == "storekeeper" else set(ALERT_TYPES)
    shown = {(row["alert"]["type"], row["alert"]["hotel_id"]) for row in figures["actions"]["rows"]}
    assert shown == {(type_, hotel) for type_ in types for hotel in (0, 1)}
    assert figures["total"]["alerts"] == len(shown)
    assert figures["models"] is None
    assert figures["hotels_without_data"] == []
    views = "SELECT action FROM minibar_ml.ml_audit_log WHERE database_role = :role"
    assert ("report.view",) in sql(hotels, views, role=make_url(url).username)


def test_every_table_of_the_store_has_row_level_security_or_is_known_to_need_none(hotels: str) -> None:
    rows = sql(
        hotels,
        "SELECT relname FROM pg_class WHERE relnamespace = 'minibar_ml'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relrowsecurity",
    )
    assert {row.relname for row in rows} == OPEN_TABLES


def test_the_policies_name_the_types_that_the_program_names(hotels: str) -> None:
    policies = dict(
        sql(hotels, "SELECT tablename, qual FROM pg_policies WHERE schemaname = 'minibar_ml' AND policyname = 'seen'")
    )
    assert set(re.findall(r"'(\w+)'::text", policies["ml_alerts"])) & set(ALERT_TYPES) == STOCK_ALERTS
    assert set(re.findall(r"'(\w+)'::text", policies["ml_metrics"])) >= STOCK_METRICS


def test_the_roles_script_grants_what_the_source_contract_names_and_no_more(hotels: str) -> None:
    granted = sql(
        hotels,
        "SELECT table_name, column_name FROM information_schema.column_privileges"
        " WHERE grantee = 'minibar_ml_collector' AND table_schema = 'public' AND privilege_type = 'SELECT'",
    )
    (layout,) = layouts()
    there = {table: set(columns) for table, columns in sql(
        hotels, "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY 1")}  # fmt: skip
    wanted = {(table, column) for table, columns in layout.columns().items() for column in columns}
    assert {(table, column) for table, column in granted} == {
        (table, column) for table, column in wanted if column in there.get(table, ())
    }


def test_the_collector_reads_of_the_source_what_the_contract_names_and_can_change_nothing_there(hotels: str) -> None:
    sql(hotels, "ALTER TABLE kullanicilar ADD COLUMN sifre text")
    url = login(hotels, "jobs")
    sql(hotels, f"GRANT minibar_ml_collector TO {make_url(url).username}")
    assert psql(url, "SELECT count(rol) FROM kullanicilar") == "0"
    assert "permission denied" in psql(url, "SELECT sifre FROM kullanicilar")
    for statement in ("INSERT INTO oteller (ad) VALUES ('x')", "UPDATE oteller SET ad = 'x'", "DELETE FROM oteller",
                      "TRUNCATE oteller CASCADE", "ALTER TABLE oteller ADD COLUMN x integer"):  # fmt: skip
        assert re.search("permission denied|must be owner", psql(url, statement)), statement
    assert psql(url, "SELECT count(*) FROM minibar_ml.ml_alerts") == str(3 * len(ALERT_TYPES))


def test_roles_can_be_made_by_psql_and_made_again(hotels: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(hotels, "db", "roles")
    script = capsys.readouterr().out
    before = sql(hotels, "SELECT relname, relacl::text FROM pg_class WHERE relname LIKE 'ml\\_%' ORDER BY 1")
    assert "ERROR" not in psql(hotels, script)
    assert sql(hotels, "SELECT relname, relacl::text FROM pg_class WHERE relname LIKE 'ml\\_%' ORDER BY 1") == before


def test_a_member_of_the_owner_keeps_the_store_and_binds_logins_without_being_a_superuser(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    installer, keeper = login(hotels, "installer"), login(hotels, "keeper")
    sql(hotels, f"GRANT minibar_ml_owner TO {make_url(installer).username}")
    done(installer, "db", "init", "--quiet")
    done(installer, "access", "add", str(make_url(keeper).username), "--as", "storekeeper", "--hotel", "1", "--quiet")
    assert {alert["type"] for alert in _listed(keeper, capsys)} == STOCK_ALERTS
    done(installer, "access", "remove", str(make_url(keeper).username), "--quiet")
    assert "permission denied" in psql(keeper, "SELECT count(*) FROM minibar_ml.ml_alerts")
    done(installer, "audit", "verify")


def test_a_comment_is_for_administrators_and_on_alerts_that_they_see(hotels: str) -> None:
    boss = login(hotels, "boss", "--as", "administrator", "--hotel", "1")
    keeper = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    ids = dict(sql(hotels, "SELECT hotel_id, id FROM minibar_ml.ml_alerts WHERE type = 'shrinkage'"))
    comment = "INSERT INTO minibar_ml.ml_alert_comments (alert_id, by, body) VALUES ({}, 'a', 'b')"
    assert psql(boss, comment.format(ids[1])) == ""
    assert "violates row-level security" in psql(boss, comment.format(ids[2]))
    assert "permission denied" in psql(keeper, comment.format(ids[1]))
    assert psql(keeper, "SELECT body FROM minibar_ml.ml_alert_comments") == "b"
    assert "permission denied" in psql(boss, "UPDATE minibar_ml.ml_alert_comments SET body = 'c'")


def test_without_the_group_roles_no_login_is_bound(
    store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from minibar_ml.store import access

    monkeypatch.setitem(access.GROUPS, "viewer", "minibar_ml_no_such_group")
    assert command(store_url, "access", "add", "postgres", "--as", "viewer", "--all-hotels") == ExitCode.PRECONDITION
    assert "db roles --apply" in capsys.readouterr().err


def test_a_binding_is_listed_changed_and_taken_back_each_with_an_audit_entry(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1", "--hotel", "2")
    role = make_url(url).username
    done(url, "access", "list", "--json")
    (binding,) = json.loads(capsys.readouterr().out)
    assert (binding["role"], binding["hotel_ids"], binding["exists"]) == ("storekeeper", [1, 2], True)
    done(hotels, "access", "add", role, "--as", "administrator", "--hotel", "2", "--by", "Ayşe")
    assert len(_listed(url, capsys)) == 2 * len(ALERT_TYPES)
    done(hotels, "access", "remove", role)
    assert command(url, "alerts", "list") == ExitCode.PRECONDITION
    assert "permission denied" in psql(url, "SELECT count(*) FROM minibar_ml.ml_alerts")
    entries = sql(hotels, "SELECT action, operator, before ->> 'role', after ->> 'role' FROM minibar_ml.ml_audit_log"
                          " WHERE subject = :subject ORDER BY id", subject=f"role {role}")  # fmt: skip
    assert entries == [
        ("access.add", None, None, "storekeeper"),
        ("access.add", "Ayşe", "storekeeper", "administrator"),
        ("access.remove", None, "administrator", None),
    ]


def test_a_user_of_the_application_gives_role_and_hotel_and_an_attendant_is_refused(
    hotels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(hotels, "INSERT INTO kullanicilar (kullanici_adi, ad, soyad, rol, aktif, otel_id) VALUES"
                " ('a', 'A', 'A', 'depo_sorumlusu', true, 2), ('b', 'B', 'B', 'kat_sorumlusu', true, 2),"
                " ('c', 'C', 'C', 'sistem_yoneticisi', true, NULL)")  # fmt: skip
    url = login(hotels, "keeper", "--user", "1")
    assert {alert["hotel_id"] for alert in _listed(url, capsys)} == {0, 2}
    role = make_url(url).username
    assert command(hotels, "access", "add", role, "--user", "2") == ExitCode.USAGE
    assert "has no access to alerts" in capsys.readouterr().err
    assert command(hotels, "access", "add", role, "--user", "3") == ExitCode.USAGE
    assert "--all-hotels" in capsys.readouterr().err
    assert command(hotels, "access", "add", role, "--as", "viewer", "--hotel", "9") == ExitCode.PRECONDITION
    assert "There is no hotel 9" in capsys.readouterr().err
    assert command(hotels, "access", "add", "nobody", "--as", "viewer", "--hotel", "1") == ExitCode.PRECONDITION


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("storekeeper", ["models", "list"]),
        ("viewer", ["models", "list"]),
        ("storekeeper", ["audit", "list"]),
        ("viewer", ["audit", "verify"]),
        ("storekeeper", ["report", "weekly", "--ending", "2025-11-19", "--out", "."]),
        ("viewer", ["models", "rollback", "room_consumption", "--hotel", "1"]),
        ("viewer", ["collect"]),
        ("storekeeper", ["people", "list"]),
        ("administrator", ["train"]),
        ("administrator", ["detect"]),
        ("administrator", ["access", "remove", "x"]),
        ("viewer", ["db", "roles", "--apply"]),
    ],
)
def test_what_a_role_has_no_right_to_ends_with_one_line_that_names_the_right(
    hotels: str, role: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, role, "--as", role, "--hotel", "1")
    assert command(url, *words) == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert re.search("permission denied|may not", said), said


@pytest.mark.parametrize("role", ["storekeeper", "viewer", "administrator"])
@pytest.mark.parametrize("words", [["metrics", "summary"], ["metrics", "trend"],
                                   ["forecast"], ["access", "list"], ["alerts", "stats"]])  # fmt: skip
def test_what_only_looks_works_for_every_bound_role(
    hotels: str, role: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = login(hotels, role, "--as", role, "--hotel", "1")
    options = [] if words[0] == "access" else ["--as-of", AS_OF]
    capsys.readouterr()
    done(url, *words, *options, "--json")
    assert 2 not in _hotels_of(json.loads(capsys.readouterr().out))


def _hotels_of(document: Any) -> set[int]:
    """The hotels of all rows of a JSON document; a row without a point only names the hotel, which everybody may."""
    if isinstance(document, list):
        return set().union(*map(_hotels_of, document))
    if not isinstance(document, dict):
        return set()
    own = {document["hotel_id"]} if "hotel_id" in document and document.get("points") != 0 else set()
    return own.union(*map(_hotels_of, document.values()))


def test_a_viewer_of_one_hotel_gets_no_row_of_another(hotels: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = login(hotels, "viewer", "--as", "viewer", "--hotel", "1")
    for words in (["metrics", "summary"], ["alerts", "list"]):
        found = []
        for one in (hotels, url):
            capsys.readouterr()
            done(one, *words, *(["--as-of", AS_OF] if words[0] == "metrics" else []), "--json")
            found.append(_hotels_of(json.loads(capsys.readouterr().out)))
        assert 2 in found[0] and 1 in found[1] and 2 not in found[1], words
    done(url, "alerts", "stats", "--as-of", AS_OF, "--json")
    assert json.loads(capsys.readouterr().out)["alerts"] == 2 * len(ALERT_TYPES)


def test_an_administrator_may_ask_for_the_status(hotels: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(login(hotels, "boss", "--as", "administrator", "--hotel", "1"), "status")
    assert f"high {2 * len(ALERT_TYPES)}" in capsys.readouterr().out


def test_the_list_of_a_hundred_thousand_alerts_still_comes_from_an_index(hotels: str) -> None:
    sql(
        hotels,
        "INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name,"
        " metric, value, detector, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,"
        " raised_at, last_seen, resolved_at, resolved_by)"
        " SELECT CASE n % 4 WHEN 0 THEN 'shrinkage' ELSE 'silent_room' END, 'high', 'resolved', n % 3, 'room', n, 'x',"
        " 'stock_level', 1, 'd', 'r', 'm', 's', DATE '2025-11-19', DATE '2025-11-19', DATE '2025-11-19',"
        " TIMESTAMPTZ '2025-01-01 12:00+00' + n * interval '1 minute', now(), now(), 'system'"
        " FROM generate_series(1, 100000) n",
    )
    sql(hotels, "ANALYZE minibar_ml.ml_alerts")
    url = login(hotels, "keeper", "--as", "storekeeper", "--hotel", "1")
    latest = psql(url, "EXPLAIN SELECT * FROM minibar_ml.ml_alerts ORDER BY raised_at DESC, id LIMIT 50")
    live = psql(url, "EXPLAIN SELECT * FROM minibar_ml.ml_alerts WHERE status = ANY ('{open,acknowledged}')")
    for plan in (latest, live):
        assert "Seq Scan on ml_alerts" not in plan
        assert "SubPlan" not in plan, "the policy must be asked once a statement, not once a row"
        assert "InitPlan" in plan
