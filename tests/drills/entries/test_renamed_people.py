"""Who may change names in the hotel's tables has nobody else accused by it without a word."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.simulated import ZONE, done, sql

from minibar_ml.simulate import HotelPlan, generate, write

AS_OF = "2026-04-01"
PLAN = HotelPlan(seed=7, ends_on=date(2026, 3, 31), rooms=12, days=40, products=8, untidy=False, fault_kinds=())
LOSS = """
WITH z AS (
    INSERT INTO personel_zimmet (personel_id, otel_id, zimmet_tarihi, iade_tarihi, durum)
    VALUES (:thief, 1, '2026-03-31 06:00+00', '2026-03-31 12:00+00', 'iade_edildi') RETURNING id)
INSERT INTO personel_zimmet_detay (zimmet_id, urun_id, miktar, kullanilan_miktar, kalan_miktar, iade_edilen_miktar)
SELECT z.id, (SELECT min(id) FROM urunler), 90, 10, 0, 0 FROM z
"""
THIEF, COLLEAGUE = "Emine Kara", "Sevgi Akpınar"
NAMED = "UPDATE kullanicilar SET ad = :first, soyad = :last WHERE id = :id"
SHOWS_NOTHING = "\u200b"


def _call(url: str, user_id: int, name: str) -> None:
    first, last = name.split(" ", 1)
    sql(url, NAMED, first=first, last=last, id=user_id)


@pytest.fixture
def accused(make_database: Callable[..., str]) -> tuple[str, int, int]:
    """A store with an alert about one of two attendants: its URL, that one and the other."""
    url = make_database()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(PLAN), "b", ZONE)
    one, other = (
        row.id for row in sql(url, "SELECT id FROM kullanicilar WHERE rol = 'kat_sorumlusu' ORDER BY id LIMIT 2")
    )
    _call(url, one, THIEF)
    _call(url, other, COLLEAGUE)
    sql(url, LOSS, thief=one)
    done(url, "db", "init", "--quiet")
    for job in ("collect", "train", "detect"):
        done(url, job, "--as-of", AS_OF, "--quiet")
    return url, one, other


def _alert(url: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, list[str]]:
    """What the alert calls the person after another run, and the steps of its life."""
    done(url, "detect", "--as-of", AS_OF, "--quiet")
    (found,) = sql(url, "SELECT id, entity_name FROM minibar_ml.ml_alerts WHERE type = 'custody_loss'")
    capsys.readouterr()
    done(url, "alerts", "show", str(found.id), "--json")
    shown = json.loads(capsys.readouterr().out)
    return found.entity_name, [step["event"] for step in shown["events"]]


def test_an_alert_that_names_somebody_else_than_before_says_so(
    accused: tuple[str, int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    url, one, other = accused
    assert _alert(url, capsys) == (THIEF, ["opened"])
    _call(url, one, COLLEAGUE)
    _call(url, other, THIEF)
    assert _alert(url, capsys) == (COLLEAGUE, ["opened", "renamed"])


@pytest.mark.parametrize("name", [COLLEAGUE, COLLEAGUE.upper(), f"Sevgi{SHOWS_NOTHING} Akpınar", "Sеvgi Аkpınаr"])
def test_who_takes_a_colleagues_name_is_told_apart_by_a_number(
    accused: tuple[str, int, int], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url, one, _ = accused
    _call(url, one, name)
    assert _alert(url, capsys) == (f"{name} (#{one})", ["opened", "renamed"])


def test_a_number_in_a_name_is_nobody_elses(accused: tuple[str, int, int], capsys: pytest.CaptureFixture[str]) -> None:
    url, one, other = accused
    _call(url, one, f"{COLLEAGUE} (#{other})")
    assert _alert(url, capsys)[0] == f"{COLLEAGUE} (#{other}) (#{one})"


def test_a_namesake_who_comes_later_and_pseudonyms_are_no_other_name(
    accused: tuple[str, int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    url, one, other = accused
    _call(url, other, THIEF)
    assert _alert(url, capsys) == (f"{THIEF} (#{one})", ["opened"])
    done(url, "config", "set", "staff_names", "initials", "--quiet")
    assert _alert(url, capsys) == (f"E. K. (#{one})", ["opened"])
