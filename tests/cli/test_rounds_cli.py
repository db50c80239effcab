"""`rounds`: which rooms to check, in walking order, from what was known that morning."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.hotels.simulated import AS_OF, command, done, sql, state

from minibar_ml.cli.app import main
from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import Layout
from minibar_ml.store.source.names import folded

DAY = "2025-11-16"
CHECKS = (
    "SELECT entity_id, metric_value FROM minibar_ml.ml_metrics"
    " WHERE metric_type = 'room_consumption' AND business_date = :day"
)


@pytest.fixture(scope="module")
def _night(make_database: Callable[..., str], hotel_points: dict[Layout, str]) -> str:
    """A collected hotel after a night's training."""
    url = make_database(hotel_points["b"])
    done(url, "train", "--as-of", DAY, "--quiet")
    return url


@pytest.fixture
def trained(passing_database: Callable[..., str], _night: str) -> str:
    """A database of its own with the same."""
    return passing_database(_night)


@pytest.fixture
def rounds(trained: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """The round of the hotel as JSON."""

    def ask(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        done(trained, "rounds", "--as-of", AS_OF, "--day", DAY, "--json", *arguments)
        (one,) = json.loads(capsys.readouterr().out)
        return dict(one)

    return ask


def _rooms(one: dict[str, Any]) -> set[int]:
    return {visit["room_id"] for visit in one["visits"]}


@pytest.mark.usefixtures("store_url")
def test_an_empty_store_is_success_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rounds"]) == ExitCode.OK
    said = capsys.readouterr()
    assert said.out == ""
    assert "No room to check" in said.err


def test_departures_are_always_visited_and_of_the_others_a_share(rounds: Callable[..., dict[str, Any]]) -> None:
    few, many = rounds("--share", "0.3", "--every", "9"), rounds("--share", "1")
    assert few["departures"] == many["departures"] > 0
    assert _rooms(few) < _rooms(many)
    assert few["in_house"] == many["in_house"] == many["in_house_visits"]
    assert few["in_house_visits"] < 0.6 * few["in_house"]
    assert many["left_out"] == 0
    assert few["left_out"] == few["in_house"] - few["in_house_visits"]
    left = [v["units"] for v in many["visits"] if v["room_id"] not in _rooms(few)]
    chosen = [v["units"] for v in few["visits"] if not v["reasons"]]
    assert min(chosen) >= max(left)


def test_rooms_that_nobody_slept_in_are_not_visited(trained: str, rounds: Callable[..., dict[str, Any]]) -> None:
    nights = "SELECT room_id FROM minibar_ml.ml_nights WHERE night = CAST(:day AS date) - 1 AND state = 'occupied'"
    slept_in = {row[0] for row in sql(trained, nights, day=DAY)}
    visits = rounds("--share", "1")["visits"]
    visited = {v["room_id"] for v in visits if v["checked_on"] == "2025-11-15" and not v["alert_id"]}
    assert visited
    assert visited <= slept_in


def test_a_past_day_s_round_knows_nothing_of_that_day(trained: str, rounds: Callable[..., dict[str, Any]]) -> None:
    before = rounds()
    sql(trained, "UPDATE minibar_ml.ml_metrics SET metric_value = 9 WHERE business_date >= CAST(:day AS date)", day=DAY)
    assert rounds() == before


def test_rooms_checked_today_are_left_out(trained: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    done(trained, "rounds", "--as-of", f"{DAY}T23:00", "--json")
    (one,) = json.loads(capsys.readouterr().out)
    checked = {row[0] for row in sql(trained, CHECKS, day=DAY)}
    assert one["done"] == len(checked) > 0
    assert not _rooms(one) & checked


def test_visits_are_counted_with_departures(rounds: Callable[..., dict[str, Any]]) -> None:
    asked = rounds("--every", "9")["departures"] + 8
    one = rounds("--every", "9", "--visits", str(asked))
    assert len(one["visits"]) == asked


def test_a_door_shut_yesterday_is_on_the_round_and_first_on_its_floor(
    trained: str, rounds: Callable[..., dict[str, Any]]
) -> None:
    shut = next(v for v in rounds("--share", "1")["visits"][::-1] if not v["reasons"])
    sql(
        trained,
        "INSERT INTO oda_dnd_kayitlari (oda_id, otel_id, kayit_tarihi, dnd_sayisi, durum, olusturma_tarihi)"
        " SELECT :room, 1, CAST(:day AS date) - 1, 2, 'aktif', CAST(:day AS date) - 1",
        room=shut["room_id"], day=DAY,
    )  # fmt: skip
    sql(
        trained,
        "DELETE FROM minibar_ml.ml_metrics WHERE metric_type = 'room_consumption' AND entity_id = :room"
        " AND business_date = CAST(:day AS date) - 1",
        room=shut["room_id"], day=DAY,
    )  # fmt: skip
    visits = [v for v in rounds("--share", "0", "--every", "99")["visits"] if v["floor"] == shut["floor"]]
    assert visits[0]["room_id"] == shut["room_id"]
    assert visits[0]["reasons"] == ["do_not_disturb"]


def test_a_room_with_an_open_alert_is_on_the_round_until_somebody_has_read_it(
    trained: str, rounds: Callable[..., dict[str, Any]]
) -> None:
    done(trained, "detect", "--as-of", DAY, "--quiet")
    rows = sql(trained, "SELECT min(id), entity_id FROM minibar_ml.ml_alerts WHERE entity_type = 'room'"
               " AND status = 'open' GROUP BY entity_id LIMIT 1")  # fmt: skip
    ((alert, room),) = rows
    arguments = ("--share", "0", "--every", "99")
    (visit,) = [v for v in rounds(*arguments)["visits"] if v["room_id"] == room]
    assert visit["alert_id"] == alert
    assert "alert" in visit["reasons"]
    sql(trained, "UPDATE minibar_ml.ml_alerts SET status = 'acknowledged', read_at = now(), read_by = 'a'"
        " WHERE entity_id = :room AND entity_type = 'room'", room=room)  # fmt: skip
    assert all("alert" not in v["reasons"] for v in rounds(*arguments)["visits"] if v["room_id"] == room)


def test_no_room_in_house_goes_unchecked_for_longer_than_asked(
    trained: str, rounds: Callable[..., dict[str, Any]]
) -> None:
    sql(
        trained,
        "DELETE FROM minibar_ml.ml_metrics WHERE metric_type = 'room_consumption'"
        " AND business_date BETWEEN CAST(:day AS date) - 3 AND CAST(:day AS date) - 1",
        day=DAY,
    )
    visits = {v["room_id"]: v for v in rounds("--share", "1", "--every", "3")["visits"]}
    waited = {room for room, v in visits.items() if (v["nights"] or 0) >= 3 and "departure" not in v["reasons"]}
    assert waited
    assert all("not_checked" in visits[room]["reasons"] for room in waited)
    assert waited <= _rooms(rounds("--share", "0", "--every", "3"))


def test_chances_and_units_come_true_on_average(trained: str, rounds: Callable[..., dict[str, Any]]) -> None:
    """Five mornings together, within a fifth."""
    expected, units, chance, used = 0.0, 0.0, 0.0, 0
    for day in ("2025-11-12", "2025-11-13", "2025-11-14", "2025-11-15", "2025-11-16"):
        really = dict(map(tuple, sql(trained, CHECKS, day=day)))
        for visit in rounds("--share", "1", "--day", day)["visits"]:
            if visit["room_id"] in really:
                expected, chance = expected + visit["units"], chance + visit["chance"]
                units, used = units + really[visit["room_id"]], used + (really[visit["room_id"]] > 0)
    assert expected == pytest.approx(units, rel=0.2)
    assert chance == pytest.approx(used, rel=0.2)


def test_the_round_follows_the_floors(rounds: Callable[..., dict[str, Any]]) -> None:
    one = rounds()
    walked = [(int("".join(filter(str.isdigit, v["floor"]))), int(v["room"])) for v in one["visits"]
              if "do_not_disturb" not in v["reasons"]]  # fmt: skip
    assert walked == sorted(walked)
    floor = one["visits"][0]["floor"]
    assert {v["floor"] for v in rounds("--floor", floor)["visits"]} == {floor}


def test_an_attendant_s_round_has_the_rooms_that_they_check_most_often(
    trained: str, rounds: Callable[..., dict[str, Any]]
) -> None:
    everybody = _rooms(rounds("--share", "1"))
    with_shifts = (
        "SELECT DISTINCT u.name FROM minibar_ml.source_users() u JOIN minibar_ml.ml_metrics m"
        " ON m.metric_type = 'refill_duration' AND m.entity_id = u.user_id"
    )
    shares = {row[0]: _rooms(rounds("--share", "1", "--attendant", row[0])) for row in sql(trained, with_shifts)}
    assert len([rooms for rooms in shares.values() if rooms]) > 1
    assert all(rooms < everybody for rooms in shares.values())
    found = list(shares.values())
    assert all(not one & other for place, one in enumerate(found) for other in found[place + 1 :])


def test_a_round_names_its_attendant_and_whoever_is_not_the_only_one_is_asked_for(
    trained: str, rounds: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    everybody = dict(sql(trained, "SELECT user_id, name FROM minibar_ml.source_users()"))
    of_room = (
        "SELECT CAST(context ->> 'attendant' AS integer) FROM minibar_ml.ml_metrics"
        " WHERE metric_type = 'room_consumption' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    ((busiest,),) = sql(trained, of_room)
    assert rounds("--attendant", str(busiest))["attendant"] == everybody[busiest]
    assert command(trained, "rounds", "--as-of", AS_OF, "--attendant", "a") == ExitCode.USAGE
    said = " ".join(capsys.readouterr().err.split())
    meant = ", ".join(f"{name} ({id})" for id, name in everybody.items() if "a" in folded(name))
    assert f"--attendant 'a' can be any of these: {meant}. Give the whole name or the id." in said


def test_a_share_is_read_as_people_write_it(
    trained: str, rounds: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = _rooms(rounds("--share", "0.5"))
    assert all(_rooms(rounds("--share", written)) == wanted for written in ("0,5", "50%", "%50", " 50 % "))
    for wrong in ("60", "-1", "half", "120%", "nan", "%"):
        assert command(trained, "rounds", f"--share={wrong}") == ExitCode.USAGE, wrong
        assert "is no share" in capsys.readouterr().err


def test_an_unknown_floor_is_no_day_without_work(trained: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(trained, "rounds", "--as-of", AS_OF, "--floor", "99") == ExitCode.PRECONDITION
    assert "There is no floor '99'" in capsys.readouterr().err


def test_figures_of_rounds_have_no_more_digits_than_they_are_worth(rounds: Callable[..., dict[str, Any]]) -> None:
    one = rounds()
    assert one["units"] == round(one["units"], 2)
    assert one["left_out_units"] == round(one["left_out_units"], 2)


@pytest.mark.usefixtures("store_url")
def test_a_day_after_tomorrow_and_two_limits_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rounds", "--day", "2999-01-01"]) == ExitCode.USAGE
    assert "later than tomorrow" in capsys.readouterr().err
    assert main(["rounds", "--visits", "3", "--share", "0.5"]) == ExitCode.USAGE
    assert "cannot be combined" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_tables_fit_80_columns_in_both_languages(
    trained: str, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    state(trained, ML_LANG=lang)
    capsys.readouterr()
    done(trained, "rounds", "--as-of", AS_OF, "--day", DAY, COLUMNS="80")
    said = capsys.readouterr()
    assert max(map(len, said.out.splitlines())) <= 80
    assert {"en": "Chance", "tr": "Olasılık"}[lang] in said.out
    assert {"en": "left out", "tr": "bırakılan"}[lang] in said.err


def test_without_a_stored_model_one_is_learned_in_memory(trained: str, rounds: Callable[..., dict[str, Any]]) -> None:
    stored = rounds()
    sql(trained, "UPDATE minibar_ml.ml_models SET is_active = false")
    learned = rounds()
    assert learned["units"] == pytest.approx(stored["units"], rel=0.1)


def test_the_cart_holds_more_than_is_expected_and_as_much_altogether(rounds: Callable[..., dict[str, Any]]) -> None:
    one = rounds("--share", "1")
    assert sum(load["expected"] for load in one["cart"]) == pytest.approx(one["units"], rel=0.05)
    assert all(load["units"] >= load["expected"] for load in one["cart"] if load["expected"] >= 1)
    assert sum(load["units"] for load in one["cart"]) > one["units"]
