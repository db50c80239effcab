"""What no new row announces: low ids, another time zone, a line that says nothing."""

import pytest
from support.hotels.simulated import command, done, points, sql
from support.hotels.sources import SmallHotel


@pytest.fixture
def small(store_url: str) -> SmallHotel:
    """The small hotel with a check of room 1, collected on the evening of 16 November."""
    hotel = SmallHotel(store_url)
    hotel.visit(1, "2025-11-16 10:00", {1: 1})
    done(hotel.url, "collect", "--as-of", "2025-11-16T20:00", "--quiet")
    return hotel


def test_a_late_row_under_a_low_id_is_found_by_the_next_days_first_run(small: SmallHotel) -> None:
    small.visit(2, "2025-11-02 10:00", {1: 7})
    sql(small.url, "ALTER TABLE minibar_islem_detay DISABLE TRIGGER ALL")
    sql(small.url, "UPDATE minibar_islem_detay SET islem_id = -5, id = -5 WHERE tuketim = 7")
    sql(small.url, "UPDATE minibar_islemleri SET id = -5 WHERE oda_id = 2")
    done(small.url, "collect", "--as-of", "2025-11-16T21:00", "--quiet")
    assert not [key for key in points(small.url, "room_consumption") if key[1] == 2]
    done(small.url, "collect", "--as-of", "2025-11-17T00:15", "--quiet")
    assert [value for key, (value, _) in points(small.url, "room_consumption").items() if key[1] == 2] == [7]


def test_another_time_zone_computes_every_day_again_and_says_so(
    small: SmallHotel, capsys: pytest.CaptureFixture[str]
) -> None:
    west = {"ML_TIMEZONE": "America/New_York"}
    assert command(small.url, "collect", "--rezone", "--as-of", "2025-11-17T00:15", **west) == 0
    assert "the time zone was Europe/Nicosia" in capsys.readouterr().err
    assert len(points(small.url, "room_consumption")) == 1


def test_a_check_of_which_only_an_impossible_line_is_known_did_not_find_nothing(small: SmallHotel) -> None:
    small.visit(3, "2025-11-16 11:00", {1: 1500})
    small.visit(4, "2025-11-16 12:00", {1: 1500, 2: 2})
    done(small.url, "collect", "--as-of", "2025-11-16T21:00", "--quiet")
    found = {key[1]: value for key, (value, _) in points(small.url, "room_consumption").items()}
    assert found == {1: 1, 4: 2}
