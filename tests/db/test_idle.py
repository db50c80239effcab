"""Which alert types have nothing to work with is found by collect, hotel by hotel, and said where people look."""

import json

import pytest
from support.hotels.application import Application
from support.hotels.simulated import AS_OF, command, done, sql

from minibar_ml.domain.alerting.kinds import KINDS

DAY = "2025-11-16"


@pytest.fixture
def hotel(installed: Application) -> Application:
    """The application's present version, whose rooms are refilled from the floor store."""
    sql(
        installed.url,
        "INSERT INTO otel_zimmet_stok (otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar)"
        " VALUES (1, 1, 100, 10, 90)",
    )
    installed.setup(1, f"{DAY} 10:00", 1, 2)
    return installed


def idle(url: str) -> dict[str, tuple[int | None, str, list[str]]]:
    """By type, the hotel, the reason and the parts that the last collect recorded."""
    done(url, "collect", "--as-of", AS_OF, "--quiet")
    (recorded,) = sql(url, "SELECT counts -> 'idle' FROM minibar_ml.ml_job_runs ORDER BY id DESC LIMIT 1")[0]
    return {one["type"]: (one["hotel_id"], one["reason"], one["parts"]) for one in recorded}


def draw(url: str, units: int) -> None:
    """A withdrawal of the attendant from the floor store."""
    sql(
        url,
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi) SELECT id, 1, 1, :units, CAST(:at AS timestamptz), 'minibar_kullanim'"
        " FROM otel_zimmet_stok",
        units=units, at=f"{DAY} 10:00",
    )  # fmt: skip


def test_custody_has_nothing_to_work_with_where_no_person_s_withdrawals_are_on_record(hotel: Application) -> None:
    assert idle(hotel.url)["custody_loss"] == (1, "no_draws", [])


def test_custody_has_something_to_work_with_once_withdrawals_are_on_record(hotel: Application) -> None:
    draw(hotel.url, 2)
    assert "custody_loss" not in idle(hotel.url)


def test_custody_of_another_hotel_is_no_help(hotel: Application) -> None:
    sql(
        hotel.url,
        "INSERT INTO oteller (id, ad, aktif) VALUES (2, 'Other', true);"
        " INSERT INTO otel_zimmet_stok (otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar)"
        " VALUES (2, 1, 100, 10, 90)",
    )
    sql(
        hotel.url,
        "INSERT INTO personel_zimmet_kullanim (otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar,"
        " islem_tarihi, islem_tipi) SELECT id, 1, 1, 2, timestamptz '2025-11-16 10:00', 'minibar_kullanim'"
        " FROM otel_zimmet_stok WHERE otel_id = 1",
    )
    assert idle(hotel.url)["custody_loss"] == (2, "no_draws", [])


def test_what_has_points_is_not_idle_and_what_has_none_is(hotel: Application) -> None:
    found = idle(hotel.url)
    assert "consumption_anomaly" not in found
    assert found["unanswered_request"] == (1, "no_rows", [])
    assert found["vacant_consumption"] == (1, "no_rows", [])


def test_what_the_system_does_not_have_is_named_once_for_all_hotels(harbour: str) -> None:
    found = idle(harbour)
    assert found["custody_loss"] == (None, "absent", ["custody"])
    assert found["vacant_consumption"] == (None, "absent", ["stays"])
    assert found["stock_depletion"] == (None, "absent", ["ledger"])
    assert not {"consumption_anomaly", "refill_delay"} & found.keys()


def test_a_part_that_cannot_be_read_is_another_reason(hotel: Application) -> None:
    sql(hotel.url, "DROP TABLE public.minibar_dolum_talepleri CASCADE")
    command(hotel.url, "collect", "--as-of", AS_OF, "--quiet")
    (recorded,) = sql(hotel.url, "SELECT counts -> 'idle' FROM minibar_ml.ml_job_runs ORDER BY id DESC LIMIT 1")[0]
    (found,) = [one for one in recorded if one["type"] == "unanswered_request"]
    assert (found["reason"], found["parts"]) == ("unreadable", ["requests"])


def test_status_db_check_and_report_say_it(
    hotel: Application, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    idle(hotel.url)
    said = (
        "nothing to work with for Items missing from an attendant's cart, hotel 1: rooms are refilled from the floor"
        " store, and no person's withdrawals from it are on record"
    )
    capsys.readouterr()
    command(hotel.url, "status", "--as-of", AS_OF)
    assert said in " ".join(capsys.readouterr().out.split())
    command(hotel.url, "db", "check")
    assert said in " ".join(capsys.readouterr().out.split())
    done(hotel.url, "db", "check", "--json")
    assert "custody_loss" in {one["type"] for one in json.loads(capsys.readouterr().out)["idle"]}
    folder = tmp_path_factory.mktemp("report")
    done(hotel.url, "report", "weekly", "--ending", DAY, "--as-of", AS_OF, "--out", str(folder), "--lang", "tr")
    (page,) = folder.glob("minibar-*")
    assert "kimin ne aldığı kayıtlı değil" in page.read_text(encoding="utf-8")


def test_every_type_about_the_hotel_names_what_it_rests_on() -> None:
    assert [kind.type for kind in KINDS.values() if bool(kind.fed_by) is kind.is_operational] == []
