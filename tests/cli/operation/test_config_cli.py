"""`config`: facts of the hotels stand in the store, are taken over once, and no shell's environment changes figures."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.alerts.alert_commands import raise_alerts
from support.alerts.findings import HIGH_ROOM
from support.hotels.simulated import AS_OF, ZONE, command, done, sql
from support.servers.mail_server import Mailbox, serving

from minibar_ml.cli.config import keys
from minibar_ml.config.facts import FACTS
from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine

ONCE = "Veri deposuna alındı"


@pytest.fixture
def imported(store_url: str) -> str:
    """A store whose facts are the defaults, and hotels 1 and 2."""
    sql(store_url, "INSERT INTO oteller (ad, aktif) VALUES ('Deniz', true), ('Kale', true)")
    sql(store_url, "INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'Bar')")
    sql(
        store_url,
        "INSERT INTO urunler (id, grup_id, urun_adi, satis_fiyati) VALUES (1, 1, 'Efes', 10), (2, 1, 'Su', 5)",
    )
    done(store_url, "config", "import", "--quiet")
    return store_url


def _shown(url: str, capsys: pytest.CaptureFixture[str], *asked: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    done(url, "config", "show", "--json", "--quiet", *asked)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def _value(url: str, capsys: pytest.CaptureFixture[str], *asked: str) -> Any:
    (row,) = _shown(url, capsys, *asked)
    return row["value"]


def test_an_upgrade_takes_the_environment_over_once_and_says_so(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(database, "db", "upgrade", ML_ALERT_BUDGET="2.5", ML_LANG="tr")
    said = capsys.readouterr().err
    assert f"{ONCE}: alert_budget = 2.5" in said
    assert f"{ONCE}: timezone = Europe/Nicosia" in said
    done(database, "db", "upgrade", ML_ALERT_BUDGET="3")
    assert ONCE not in capsys.readouterr().err
    assert (_value(database, capsys, "alert_budget"), _value(database, capsys, "lang")) == (2.5, "tr")


def test_afterwards_a_variable_that_differs_has_no_effect_and_gets_a_warning_with_the_cure(
    imported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(imported, "config", "show", "lead_time_days", "--json", ML_LEAD_TIME_DAYS="9", ML_LOOKBACK_DAYS="3")
    said = capsys.readouterr()
    assert json.loads(said.out)[0]["value"] == 3
    assert "ML_LEAD_TIME_DAYS is ignored: lead_time_days is 3 in the store" in said.err
    assert "`minibar-ml config set lead_time_days '9'` changes it" in said.err
    assert "ML_LOOKBACK_DAYS" not in said.err, "it says what the store says"


def test_what_is_set_is_shown_with_who_and_since_when_and_is_in_the_audit_log(
    imported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(imported, "config", "set", "alert_budget", "2", "--by", "ayse")
    (row,) = _shown(imported, capsys, "alert_budget")
    assert (row["value"], row["default"], row["scope"]) == (2.0, 1.0, "store")
    assert (row["stated"]["operator"], row["stated"]["stated_by"]) == ("ayse", "postgres")
    asked = (
        "SELECT operator, subject, before, after ->> 'value' FROM minibar_ml.ml_audit_log WHERE action = 'config.set'"
    )
    assert tuple(sql(imported, f"{asked} ORDER BY id DESC LIMIT 1")[0]) == ("ayse", "alert_budget", None, "2.0")
    done(imported, "config", "set", "alert_budget", "--default")
    assert _value(imported, capsys, "alert_budget") == 1.0
    done(imported, "config", "history", "alert_budget", "--json")
    assert [one["value"] for one in json.loads(capsys.readouterr().out)] == [None, "2.0"]


def test_a_hotel_and_a_product_may_have_their_own(imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(imported, "config", "set", "lead_time_days", "5", "--hotel", "2")
    done(imported, "config", "set", "lead_time_days", "7", "--hotel", "2", "--product", "EFES")
    assert _value(imported, capsys, "lead_time_days", "--hotel", "1") == 3
    rows = _shown(imported, capsys, "lead_time_days", "--hotel", "2")
    assert [(row["hotel_id"], row["product"], row["value"]) for row in rows] == [(2, None, 5), (2, "1", 7)]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("alert_budgt", "2"), "did you mean alert_budget?"),
        (("alert_budget", "0"), "alert_budget=0.0 must be between 0.01 and 1000"),
        (("alert_budget", "two"), "alert_budget='two' is not a number"),
        (("alert_budget",), "Give a value, or --default"),
        (("alert_budget", "2", "--default"), "Give a value, or --default"),
        (("alert_budget", "2", "--hotel", "1"), "holds for all hotels"),
        (("stock_deviation", "1", "--product", "Efes"), "does not differ by product"),
        (("timezone", "Europe/Berlin"), "collect --rezone"),
        (("events", "x"), "config import"),
        (("country", "Turkey"), "country='Turkey' is not an ISO 3166-1 code"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_way_to_do_it(
    imported: str, words: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sql(imported, "SELECT count(*) FROM minibar_ml.ml_facts")
    assert command(imported, "config", "set", *words) == ExitCode.USAGE
    assert problem in capsys.readouterr().err
    assert sql(imported, "SELECT count(*) FROM minibar_ml.ml_facts") == before


def test_a_hotel_or_product_that_is_not_there_is_named(imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(imported, "config", "set", "order_cover_days", "9", "--hotel", "7") == ExitCode.PRECONDITION
    assert "There is no hotel 7" in capsys.readouterr().err
    assert command(imported, "config", "set", "min_order", "9", "--product", "Rakı") == ExitCode.PRECONDITION
    assert "There is no product 'Rakı'" in capsys.readouterr().err


def test_a_file_of_events_replaces_the_events_of_its_hotels_and_one_of_products_adds(
    imported: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events, products = tmp_path / "events.csv", tmp_path / "products.csv"
    events.write_text(
        "starts_on,ends_on,name,hotel_id\n2026-07-20,2026-07-21,Festival,1\n2026-08-01,2026-08-01,Fair,\n"
    )
    products.write_text("product,lead_time_days\n2,9\nEfes,4\n")
    done(imported, "config", "import", str(events))
    done(imported, "config", "import", str(products))
    events.write_text("starts_on,ends_on,name,hotel_id\n2026-07-25,2026-07-25,Gala,1\n")
    done(imported, "config", "import", str(events))
    named = [[one["name"] for one in row["value"]] for row in _shown(imported, capsys, "events")]
    assert named == [["Fair"], ["Gala"]]
    rows = _shown(imported, capsys, "lead_time_days")
    assert [(row["product"], row["value"]) for row in rows] == [(None, 3), ("2", 9), ("efes", 4)]
    capsys.readouterr()
    done(imported, "config", "import", str(products))
    assert "Nothing to import" in capsys.readouterr().err


def test_a_run_as_of_an_instant_goes_by_what_held_then(imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(imported, "config", "set", "lookback_days", "9", "--from", "2026-03-01")
    done(imported, "config", "set", "lookback_days", "5", "--from", "2026-02-01")
    shown = [_value(imported, capsys, "lookback_days", "--as-of", day) for day in ("2026-01-31", "2026-02-01", AS_OF)]
    assert shown == [3, 5, 3]
    assert _value(imported, capsys, "lookback_days") == 5, "what was stated last counts"


def test_a_value_that_somebody_wrote_past_the_program_is_ignored_with_a_warning(
    imported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for fact, hotel, value in (("alert_budget", "NULL", "1e9"), ("lang", "1", "tr"), ("events", "1", '[{"name": 7}]'),
                               ("no_such", "NULL", "1"), ("check_in_time", "NULL", "25:00")):  # fmt: skip
        sql(imported, "INSERT INTO minibar_ml.ml_facts (fact, hotel_id, value, since)"
                      f" VALUES ('{fact}', {hotel}, :value, '2026-01-01')", value=value)  # fmt: skip
    done(imported, "collect", "--json")
    said = capsys.readouterr().err
    for problem in ("alert_budget=1000000000.0 must be", "lang holds for all hotels", "events=", "no_such: not a fact",
                    "check_in_time='25:00' is not"):  # fmt: skip
        assert f"ignored in the store: {problem}" in said
    assert _value(imported, capsys, "alert_budget") == 1.0


def test_statements_are_only_added_and_their_time_is_the_servers(imported: str) -> None:
    sql(imported, "INSERT INTO minibar_ml.ml_facts (fact, value, since, stated_at, stated_by)"
                  " VALUES ('lang', 'tr', now(), '2001-01-01', 'nobody')")  # fmt: skip
    ((at, by),) = sql(imported, "SELECT stated_at, stated_by FROM minibar_ml.ml_facts ORDER BY id DESC LIMIT 1")
    assert (abs((datetime.now(UTC) - at).total_seconds()) < 60, by) == (True, "postgres")
    for change in ("UPDATE minibar_ml.ml_facts SET value = 'en'", "DELETE FROM minibar_ml.ml_facts"):
        with pytest.raises(Exception, match="ml_facts"):
            sql(imported, change)


def test_collect_refuses_another_zone_unless_asked_to_change_it(
    imported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done(imported, "collect", "--quiet")
    assert command(imported, "collect", ML_TIMEZONE="Asia/Tokyo") == ExitCode.CONFIGURATION
    said = capsys.readouterr().err
    assert "the hotels' time zone is Europe/Nicosia" in said and "is ignored" not in said
    assert command(imported, "collect", "--rezone") == ExitCode.USAGE
    done(imported, "alerts", "list", ML_TIMEZONE="Asia/Tokyo")
    assert "`minibar-ml collect --rezone` changes it" in capsys.readouterr().err
    done(imported, "collect", "--rezone", ML_TIMEZONE="Asia/Tokyo")
    said = capsys.readouterr().err
    assert "all business days are computed again" in said
    assert "is ignored" not in said, "it has: it is what is asked for"
    assert _value(imported, capsys, "timezone") == "Asia/Tokyo"
    assert sql(imported, "SELECT counts ->> 'has_moved' FROM minibar_ml.ml_job_runs ORDER BY id DESC LIMIT 1") == [
        ("true",)
    ]


def test_a_first_import_keeps_the_zone_that_the_points_have(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    done(store_url, "collect", "--quiet")
    sql(store_url, "TRUNCATE minibar_ml.ml_watermarks")
    sql(store_url, "ALTER TABLE minibar_ml.ml_facts DISABLE TRIGGER ml_facts_grow")
    sql(store_url, "DELETE FROM minibar_ml.ml_facts")
    done(store_url, "db", "upgrade", ML_TIMEZONE="Asia/Tokyo")
    assert "ML_TIMEZONE=Asia/Tokyo is not taken over" in capsys.readouterr().err
    assert _value(store_url, capsys, "timezone") == "Europe/Nicosia"


def test_the_meaning_is_in_the_language_of_the_installation(imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _shown(imported, capsys, "min_order")[0]["meaning"] == "least units of an order"
    done(imported, "config", "set", "lang", "tr")
    assert _shown(imported, capsys, "min_order")[0]["meaning"] == "bir siparişin en az adedi"


def test_the_currency_is_shown_with_amounts(imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(imported, "config", "set", "currency", "lira") == ExitCode.USAGE
    assert "currency='lira' is not an ISO 4217 code" in capsys.readouterr().err
    done(imported, "config", "set", "currency", "TRY")
    with make_engine(imported, ZONE).connect() as connection:
        raise_alerts(connection, replace(HIGH_ROOM, impact=719.5))
        connection.commit()
    done(
        imported,
        "people",
        "add",
        "ayse",
        "--email",
        "a@hotel.example",
        "--role",
        "administrator",
        "--hotel",
        "all",
        "--severity",
        "low",
        "--quiet",
    )
    # Old news is not mailed; what somebody had put off is.
    done(imported, "alerts", "snooze", "1", "--until", "3d", "--quiet")
    done(imported, "alerts", "reopen", "1", "--quiet")
    capsys.readouterr()
    done(imported, "alerts", "show", "1")
    assert "719.50 TRY" in capsys.readouterr().out
    with serving(Mailbox()) as mailbox:
        done(imported, "alerts", "notify", "--quiet", **mailbox.settings())
        (mail,) = mailbox.accepted
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Possible loss: 719.50 TRY" in body.get_content()


def test_names_are_completed_with_their_help() -> None:
    assert keys.completed("LEAD") == [("lead_time_days", "days from order to delivery")]
    assert {name for name, _ in keys.completed("")} == set(FACTS)
