"""Whatever a column of the source can hold: its row is set aside, counted and named, and all else is collected."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from support.hotels.application_hotel import MANNER
from support.hotels.hostile_rows import OWN, HostileRows
from support.hotels.simulated import ZONE, command, done, sql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.simulate import ApplicationManner, HotelPlan, Layout, generate, write

AS_OF = "2026-04-01"
PLAN = HotelPlan(seed=7, ends_on=date(2026, 3, 31), rooms=12, days=40, products=8, manner=MANNER)
GENERATED = 1000
AFTERWARDS = (
    ("train", "--as-of", AS_OF),
    ("detect", "--as-of", AS_OF),
    ("alerts", "list", "--status", "all"),
    ("forecast", "--as-of", AS_OF),
    ("metrics", "pace", "--as-of", AS_OF),
    ("db", "check"),
    ("status",),
    ("doctor",),
)
"""What reads the source or what was made of it; none may call a value a bug."""
manners = pytest.mark.parametrize(("layout", "manner"), [("b", MANNER), ("a", None), ("b", None)])


def _hotel(url: str, layout: Layout, manner: ApplicationManner | None) -> HostileRows:
    """A small hotel and next to it clean rows of a hotel, room, product and person of their own."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    write(engine, generate(replace(PLAN, manner=manner)), layout, ZONE)
    rows = HostileRows(url)
    rows.settle()
    done(url, "db", "init", "--quiet")
    return rows


def _points(url: str, ours: dict[str, int]) -> list[tuple[object, ...]]:
    """Every point of entities that were there before: none of the hostile rows is about them."""
    asked = (
        "SELECT metric_type, hotel_id, entity_type, entity_id, observed_at, metric_value, context"
        " FROM minibar_ml.ml_metrics WHERE hotel_id <> :hotel AND entity_id <= CASE entity_type WHEN 'room' THEN :room"
        " WHEN 'product' THEN :product WHEN 'attendant' THEN :attendant ELSE 1000000 END ORDER BY 1, 2, 3, 4, 5"
    )
    return [tuple(row) for row in sql(url, asked, **ours)]


def _highest(rows: HostileRows) -> dict[str, int]:
    """The hotel of the hostile rows, and the highest ids that were there before them."""
    own = {table: rows.own[table][0] for table in OWN}
    return {"hotel": own["oteller"], "room": own["odalar"] - 1, "product": own["urunler"] - 1,
            "attendant": own["kullanicilar"] - 1}  # fmt: skip


@manners
def test_no_value_of_any_column_stops_a_run_or_changes_what_is_known_of_others(
    make_database: Callable[..., str],
    layout: Layout,
    manner: ApplicationManner | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = make_database()
    rows = _hotel(url, layout, manner)
    rows.close()
    undisturbed = make_database(url)
    done(undisturbed, "collect", "--as-of", AS_OF, "--quiet")
    rows.reopen()
    written = sum(rows.write(row, random.Random(n)) for n, row in enumerate(rows.candidates()))
    ours = _highest(rows)
    rows.close()
    assert written > 300
    sql(url, "ANALYZE")  # so that plans are those of a hotel at work
    capsys.readouterr()
    assert command(url, "collect", "--as-of", AS_OF) == ExitCode.OK, capsys.readouterr().err
    said = capsys.readouterr().err
    for reason in ("units not between 0 and 1000", "guests not between 1 and 50", "in the future", "without a time"):
        assert reason in said
    assert _points(url, ours) == _points(undisturbed, ours) != []
    for arguments in (*AFTERWARDS, ("report", "weekly", "--format", "html", "--format", "xlsx", "--format", "pdf",
                                    "--out", str(tmp_path), "--as-of", AS_OF)):  # fmt: skip
        status, said = command(url, *arguments), capsys.readouterr().err
        assert "a bug" not in said, (arguments, status, said)


def test_of_a_thousand_generated_rows_none_is_an_unexpected_error(
    make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database()
    rows = _hotel(url, "b", MANNER)
    source, candidates, written = random.Random(20226), rows.candidates(), 0
    for _ in range(5):
        batch = 0
        while batch < GENERATED // 5:
            drawn = source.sample(candidates, 1) + source.sample(candidates, source.randrange(3))
            values = {row.column: row.value for row in drawn if row.table == drawn[0].table}
            batch += rows.write_values(drawn[0].table, values, source)
        written += batch
        for arguments in (("collect", "--as-of", AS_OF), ("detect", "--as-of", AS_OF)):
            assert command(url, *arguments) == ExitCode.OK, capsys.readouterr().err
    rows.close()
    assert written == GENERATED
