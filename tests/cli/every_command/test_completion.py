"""What a shell offers for values, and that a key press does not wait for it."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from minibar_ml.cli.app import main

ROOT = Path(__file__).parents[3]
PROGRAM = "import sys; sys.argv[0] = 'minibar-ml'; from minibar_ml.cli.app import run; run()"
LOADED = (
    "import sys, json, atexit; atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr));"
    + PROGRAM
)
LIMIT_SECONDS = 0.2


def _offered(line: str, url: str = "", code: str = PROGRAM, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        env={
            "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "ML_DATABASE_URL": url,
            "COMP_WORDS": f"minibar-ml {line}", "COMP_CWORD": str(len(line.split(" "))),
            "_MINIBAR_ML_COMPLETE": "complete_bash", **environment,
        },
    )  # fmt: skip


def _values(line: str, url: str = "") -> list[str]:
    ran = _offered(line, url)
    assert ran.stderr == ""
    return [line for line in ran.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("alerts list --severity ", ["critical", "high", "medium", "low"]),
        ("alerts list --severity c", ["critical"]),
        ("alerts list --status s", ["snoozed"]),
        ("alerts list --type s", ["stock_anomaly", "shrinkage", "stock_depletion", "silent_room"]),
        ("people add ayse --severity h", ["high"]),
        ("mutes add --type v", ["vacant_consumption"]),
        ("alerts list --format ", ["table", "json", "ndjson", "csv", "xlsx"]),
        ("forecast --format ", ["table", "json", "csv", "xlsx"]),
        ("rounds --format p", ["pdf"]),
        ("alerts show --js", ["--json"]),
        ("alerts show --json --as", ["--as-of"]),
        ("aler", ["alerts"]),
    ],
)
def test_values_of_options_are_offered(line: str, values: list[str]) -> None:
    assert _values(line) == values


NAMED = """
SET search_path = public;
INSERT INTO oteller (id, ad) VALUES (1, 'Deniz Otel');
INSERT INTO katlar (id, otel_id, kat_adi, kat_no) VALUES (1, 1, '2. KAT', 2), (2, 1, '1. KAT', 1);
INSERT INTO odalar (id, kat_id, oda_no) VALUES (1, 2, '101'), (2, 2, '102'), (3, 1, '201');
INSERT INTO urun_gruplari (id, grup_adi) VALUES (1, 'x');
INSERT INTO urunler (id, grup_id, urun_adi, aktif) VALUES (1, 1, 'Efes 33 cl', true), (2, 1, 'Eker Ayran', false);
INSERT INTO kullanicilar (id, kullanici_adi, ad, soyad, rol) VALUES
    (1, 'a', 'Ayşe', 'Kaya', 'kat_sorumlusu'), (2, 'c', 'Can', 'Er', 'kat_sorumlusu');
"""


def test_names_of_floors_attendants_and_products_in_use_are_offered(three: Connection, store_url: str) -> None:
    three.execute(text(NAMED))
    three.commit()
    assert _values("rounds --floor ", store_url) == ["1.\\ KAT", "2.\\ KAT"]
    assert _values("rounds --attendant A", store_url) == ["Ayşe\\ Kaya"]
    assert _values("forecast --product E", store_url) == ["Efes\\ 33\\ cl"]
    assert main(["config", "set", "staff_names", "initials"]) == 0
    assert _values("rounds --attendant ", store_url) == ["A.\\ K.", "C.\\ E."]


def test_hotels_and_numbers_of_live_alerts_are_offered(three: Connection, store_url: str) -> None:
    three.execute(text("INSERT INTO public.oteller (id, ad) VALUES (1, 'Deniz Otel'), (2, 'Kale')"))
    three.commit()
    assert main(["alerts", "resolve", "3"]) == 0
    assert _values("alerts list --hotel ", store_url) == ["Deniz\\ Otel", "Kale"]
    assert _values("forecast --hotel K", store_url) == ["Kale"]
    assert _values("alerts show ", store_url) == ["2", "1"]
    assert _values("alerts resolve 2 1", store_url) == ["1"]
    zsh = _offered("", store_url, _MINIBAR_ML_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="minibar-ml alerts read ",
                   ML_LANG="tr", COMP_WORDS="")  # fmt: skip
    assert "yüksek, Olağandışı tüketim, 1126" in zsh.stdout


@pytest.mark.parametrize("url", ["postgresql://nobody@localhost:1/x", "embedded:/nowhere", "nonsense", ""])
def test_without_a_store_nothing_is_offered_and_nothing_said(url: str) -> None:
    assert _values("alerts show ", url) == []
    assert _values("alerts list --hotel ", url) == []


@pytest.mark.parametrize(
    "line", ["alerts list --type ", "alerts list --hotel ", "alerts show ", "forecast --product ", "rounds --format "]
)
def test_a_key_press_does_not_wait(three: Connection, store_url: str, line: str) -> None:
    _offered(line, store_url)  # writes byte code
    loaded = set(json.loads(_offered(line, store_url, LOADED).stderr.splitlines()[-1]))
    assert not loaded & {"sqlalchemy", "sklearn", "numpy", "pandas", "rich.table"}
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _offered(line, store_url)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < LIMIT_SECONDS
