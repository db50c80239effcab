"""A layout from outside the package: another system with UUIDs, without stays, ledger and custody."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from support.hotels.harbour import EXAMPLE, LAYOUT
from support.hotels.simulated import AS_OF, ZONE, alerts, checksum, command, done, points, sql

from minibar_ml.domain.errors import ExitCode
from minibar_ml.store.engine import make_engine

TABLES_OF_THE_PAGE = """
CREATE TABLE property (id uuid PRIMARY KEY, title text);
CREATE TABLE unit (id uuid PRIMARY KEY, property_id uuid, number integer, category text);
CREATE TABLE article (id uuid PRIMARY KEY, title text, price numeric(8,2), withdrawn boolean);
CREATE TABLE staff (id uuid PRIMARY KEY, login text, full_name text);
CREATE TABLE round (id uuid PRIMARY KEY, unit_id uuid, staff_id uuid, started_at timestamptz,
    saved_at timestamptz DEFAULT now());
CREATE TABLE round_item (round_id uuid, article_id uuid, taken smallint, put_in smallint);
INSERT INTO property VALUES (gen_random_uuid(), 'Pier');
INSERT INTO unit SELECT gen_random_uuid(), id, 7, 'double' FROM property;
INSERT INTO article VALUES (gen_random_uuid(), 'Cola', 3.50, false);
INSERT INTO staff VALUES (gen_random_uuid(), 'ada', 'Ada');
INSERT INTO round (id, unit_id, staff_id, started_at)
    SELECT gen_random_uuid(), u.id, s.id, timestamptz '2025-11-15 10:00+02' FROM unit u, staff s;
INSERT INTO round_item SELECT r.id, a.id, 2, 2 FROM round r, article a;
"""


def test_the_layout_of_the_page_can_be_used_as_it_stands(database: str, tmp_path: Path) -> None:
    sql(database, TABLES_OF_THE_PAGE)
    file = tmp_path / "pier.sql"
    file.write_text(EXAMPLE, encoding="utf-8")
    done(database, "db", "init", ML_SOURCE_FILE=str(file))
    done(database, "collect", "--as-of", AS_OF)
    assert points(database, "room_consumption")[("room_consumption", 1, "2025-11-15 00:00:00+02")][0] == 2
    assert points(database, "product_consumption")[("product_consumption", 1, "2025-11-15 00:00:00+02")][0] == 2


def test_hotels_and_rooms_get_small_numbers_and_keep_their_names(harbour: str) -> None:
    done(harbour, "collect", "--as-of", AS_OF)
    hotels = sql(harbour, "SET search_path = minibar_ml; SELECT hotel_id, name FROM source_hotels() ORDER BY 1")
    assert {number for number, _ in hotels} == {1, 2}
    assert {name for _, name in hotels} == {"Harbour House", "Harbour Annex"}
    rooms = {entity for metric, entity, _ in points(harbour) if metric == "room_consumption"}
    assert rooms == set(range(1, 61))


def test_a_new_room_gets_the_next_number_and_changes_no_other(harbour: str) -> None:
    before = dict(map(tuple, sql(harbour, "SELECT key, id FROM minibar_ml.ml_source_ids WHERE kind = 'room'")))
    sql(
        harbour,
        "INSERT INTO pms.room SELECT CAST('00000000-0000-0000-0000-000000000000' AS uuid), id, '999', 'suite', NULL"
        " FROM pms.property LIMIT 1",
    )
    done(harbour, "collect", "--as-of", AS_OF)
    after = dict(map(tuple, sql(harbour, "SELECT key, id FROM minibar_ml.ml_source_ids WHERE kind = 'room'")))
    assert after == {**before, "00000000-0000-0000-0000-000000000000": 61}


def test_a_part_that_a_layout_never_had_can_be_left_out(harbour: str) -> None:
    done(harbour, "db", "init", "--without", "custody", "--without", "stays", "--quiet", ML_SOURCE_FILE=str(LAYOUT))
    done(harbour, "collect", "--as-of", AS_OF, "--quiet")
    assert points(harbour, "room_consumption")


def test_collecting_again_changes_nothing(harbour: str) -> None:
    done(harbour, "collect", "--as-of", AS_OF)
    first = checksum(harbour)
    done(harbour, "collect", "--as-of", AS_OF, "--since", "2025-09-01")
    assert checksum(harbour) == first


def test_what_is_taken_from_a_room_is_found_by_its_name(harbour: str) -> None:
    done(harbour, "collect", "--as-of", AS_OF)
    done(harbour, "train", "--as-of", AS_OF)
    sql(
        harbour,
        """INSERT INTO pms."RoomVisit" SELECT md5('theft')::uuid, id, 9000000011, '2025-11-17 12:00', 'checked',
           '2025-11-17 12:00' FROM pms.room WHERE door = '107'""",
    )
    sql(harbour, """INSERT INTO pms."RoomVisitItem" VALUES (md5('theft')::uuid, 'SKU-3', 25, 25)""")
    later = f"{AS_OF}T18:00"
    done(harbour, "collect", "--as-of", later)
    done(harbour, "detect", "--as-of", later)
    assert alerts(harbour, columns="type, entity_type, entity_name, value") == [
        ("consumption_anomaly", "room", "107", 25.0)
    ]


def test_units_of_a_numeric_column_are_whole_and_halves_are_refused(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(harbour, 'ALTER TABLE pms."RoomVisitItem" ALTER missing TYPE numeric(8,2), ALTER added TYPE numeric(8,2)')
    done(harbour, "collect", "--as-of", AS_OF)
    whole = points(harbour, "room_consumption")
    assert {type(value) for _, context in whole.values() for value in context.get("products", {}).values()} == {int}
    sql(
        harbour,
        """UPDATE pms."RoomVisitItem" SET missing = 1.5 WHERE ("visitId", sku) = (
           SELECT i."visitId", i.sku FROM pms."RoomVisitItem" i JOIN pms."RoomVisit" v ON v.id = i."visitId"
           WHERE v."deletedAt" IS NULL ORDER BY v."visitedAt" DESC LIMIT 1)""",
    )
    capsys.readouterr()
    done(harbour, "collect", "--as-of", AS_OF, "--since", "2025-09-01")
    assert "visit lines: 1 row refused, units not whole" in capsys.readouterr().err
    for command_ in ("train", "detect", "rounds"):
        done(harbour, command_, "--as-of", AS_OF)
    done(harbour, "metrics", "pace", "--as-of", AS_OF)


def test_time_bounds_reach_the_index_through_the_translation(harbour: str) -> None:
    with make_engine(harbour, ZONE).connect() as connection:
        connection.execute(text('ANALYZE pms."RoomVisit"'))
        asked = (
            "EXPLAIN SELECT * FROM source_visits('2025-11-16 10:00', '2025-11-16 10:05')"
            " JOIN source_rooms() USING (room_id)"
        )
        plan = "\n".join(connection.execute(text(asked)).scalars())
    assert "RoomVisit_visitedAt_idx" in plan


def test_db_check_shows_what_is_read_and_what_the_layout_leaves_out(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    done(harbour, "db", "check", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["layout"], shown["is_own_file"]) == ("harbour", True)
    assert shown["numbered"] == ["hotel", "room", "product", "user"]
    assert shown["without"] == ["recipients", "stays", "ledger", "requests", "custody"]
    rows = {part["part"]: (part["rows"], part["newest"]) for part in shown["parts"]}
    assert rows["rooms"] == (60, None)
    assert rows["visits"] == (4200, "2025-11-16T10:50:00+02:00")
    assert rows["stays"] == (None, None)


def test_a_file_that_differs_from_what_is_installed_is_reported(
    harbour: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "harbour.sql"
    file.write_text(LAYOUT.read_text(encoding="utf-8") + "\n-- changed\n", encoding="utf-8")
    assert command(harbour, "db", "check", ML_SOURCE_FILE=str(file)) == ExitCode.PRECONDITION
    assert "run `minibar-ml db init`" in capsys.readouterr().err
    done(harbour, "db", "check")


def test_jobs_need_the_file_no_longer(harbour: str, tmp_path: Path) -> None:
    done(harbour, "collect", "--as-of", AS_OF, ML_SOURCE_FILE=str(tmp_path / "gone.sql"))


def test_a_mistake_in_the_sql_is_named_by_db_init(
    harbour: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "harbour.sql"
    file.write_text(LAYOUT.read_text(encoding="utf-8").replace("p.name::text", "p.nam::text"), encoding="utf-8")
    assert command(harbour, "db", "init", ML_SOURCE_FILE=str(file)) == ExitCode.PRECONDITION
    assert "harbour: source_hotels: column p.nam does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("needs: property(", "needs: properties(", "source_hotels reads property, which its needs line"),
        (" STABLE AS $$", " VOLATILE AS $$", "source_hotels is not `LANGUAGE sql STABLE AS $$ ... $$`"),
    ],
)
def test_what_the_file_itself_shows_is_named_by_db_init(
    harbour: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    file = tmp_path / "harbour.sql"
    content = LAYOUT.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new), encoding="utf-8")
    assert command(harbour, "db", "init", ML_SOURCE_FILE=str(file)) == ExitCode.CONFIGURATION
    assert said in capsys.readouterr().err


def test_every_column_that_no_needs_line_names_is_named_by_db_init(
    harbour: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rights are granted by the needs lines: what they leave out would fail in a job, under another login."""
    file = tmp_path / "harbour.sql"
    content = LAYOUT.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(-- needs: .*?), \w+\)", r"\1)", content), encoding="utf-8")
    assert command(harbour, "db", "init", ML_SOURCE_FILE=str(file)) == ExitCode.PRECONDITION
    said = capsys.readouterr().err
    assert said.count("which its needs line does not name") > 5


def test_tables_that_are_not_there_are_named(
    make_database: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = make_database()
    assert command(url, "db", "init", ML_SOURCE_FILE=str(LAYOUT)) == ExitCode.PRECONDITION
    assert "looked for harbour: RoomVisit.visitedAt, article.sku" in capsys.readouterr().err


def test_grants_cover_the_tables_of_the_file(harbour: str) -> None:
    done(harbour, "db", "roles", "--apply", "--quiet")
    readable = sql(
        harbour,
        "SELECT has_column_privilege('minibar_ml_collector', 'pms.\"RoomVisit\"', 'visitedAt', 'SELECT'),"
        " has_column_privilege('minibar_ml_viewer', 'pms.room', 'door', 'SELECT'),"
        " has_column_privilege('minibar_ml_viewer', 'pms.employee', 'badge', 'SELECT'),"
        " has_column_privilege('minibar_ml_operator', 'pms.employee', 'badge', 'SELECT'),"
        " has_table_privilege('minibar_ml_collector', 'minibar_ml.ml_source_ids', 'INSERT')",
    )
    assert tuple(readable[0]) == (True, True, False, True, True)


def test_the_system_can_go_back_to_the_minibar_application(store_url: str, tmp_path: Path) -> None:
    sql(store_url, TABLES_OF_THE_PAGE)
    file = tmp_path / "pier.sql"
    file.write_text(EXAMPLE, encoding="utf-8")
    done(store_url, "db", "init", ML_SOURCE_FILE=str(file))
    done(store_url, "db", "init")
    assert sql(store_url, "SELECT layout, content FROM minibar_ml.ml_source_contract") == [("minibar", None)]
    left = "SELECT 1 FROM pg_proc WHERE proname LIKE 'keyed%' AND pronamespace = CAST('minibar_ml' AS regnamespace)"
    assert sql(store_url, left) == []
