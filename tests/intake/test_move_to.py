"""A hotel that began with a database in a folder moves to a server: everything or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hotels.house_of_lists import DAY, IN_HOUSE, PRODUCTS, ROOMS
from support.hotels.simulated import ZONE, sql
from support.program.folders import run, stopped_afterwards

from minibar_ml.store.engine import make_engine
from minibar_ml.store.schema import moving

COUNTS = "SELECT (SELECT count(*) FROM minibar_in.night), (SELECT count(*) FROM minibar_ml.ml_audit_log)"

REFUSE = """
    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN IF tg_tag = 'CREATE INDEX' THEN RAISE 'no room on this server'; END IF; END $$
"""
"""A server that takes the tables and then fails."""


@pytest.fixture
def pier() -> Iterator[Path]:
    """The folder of the hotel Pier, with rooms, products and a list of guests in house."""
    with stopped_afterwards("minibar-ml-move-") as folder:
        assert run(folder, "start", "--here", ".", "--hotel", "Pier", "--timezone", "Europe/Nicosia").returncode == 0
        for name, content in (("rooms", ROOMS), ("products", PRODUCTS), ("in_house", IN_HOUSE)):
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        for words in (("rooms", "rooms.csv"), ("products", "products.csv"), ("in_house", "in_house.csv", "--day", DAY)):
            assert run(folder, "import", *words).returncode == 0
        yield folder


@pytest.mark.slow
def test_all_that_a_folder_has_moves_to_a_server_and_the_settings_name_it(pier: Path, database: str) -> None:
    moved = run(pier, "move-to", database)
    assert moved.returncode == 0, moved.stderr
    assert f"ML_DATABASE_URL='{database}'" in (pier / ".env").read_text()
    assert (pier / ".env").stat().st_mode & 0o777 == 0o600
    nights, audited = sql(database, COUNTS)[0]
    assert nights == 2 and audited > 0
    # The same list is known there, and the folder's own server has nothing to do any more.
    again = run(pier, "import", "in_house", "in_house.csv", "--day", DAY)
    assert again.returncode == 0 and "imported before" in again.stdout
    assert not (pier / "pgdata" / "postmaster.pid").exists()
    assert run(pier, "audit", "verify").returncode == 0
    assert list(pier.glob(".move.*")) == []
    assert run(pier, "move-to", database).returncode == 5


@pytest.mark.slow
def test_a_move_that_was_killed_after_the_copy_is_finished_by_the_next(pier: Path, database: str) -> None:
    source, target = (make_engine(url, ZONE) for url in (f"embedded:{pier}", database))
    moving.copy(source, target, pier)
    (pier / ".move.left.sql").touch()
    finished = run(pier, "move-to", database)
    assert finished.returncode == 0, finished.stderr
    assert f"ML_DATABASE_URL='{database}'" in (pier / ".env").read_text()


@pytest.mark.slow
def test_what_cannot_be_moved_leaves_folder_and_server_as_they_were(pier: Path, store_url: str, database: str) -> None:
    before = (pier / ".env").read_bytes()
    taken = run(pier, "move-to", store_url)
    assert taken.returncode == 5 and "has a schema minibar_ml already" in taken.stderr
    shown = run(pier, "move-to", "postgresql://minibar:secret@localhost/minibar")
    assert shown.returncode == 2 and "must hold no password" in shown.stderr and "secret" not in shown.stderr
    missing = run(pier, "move-to", store_url.replace("/test_", "/gone_"))
    assert missing.returncode == 4 and "database does not exist" in missing.stderr
    sql(database, REFUSE)
    sql(database, "CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()")
    refused = run(pier, "move-to", database)
    assert refused.returncode == 5 and "Nothing was moved" in refused.stderr
    assert "no room on this server" in refused.stderr
    assert sql(database, "SELECT count(*) FROM pg_namespace WHERE nspname IN ('minibar_ml', 'minibar_in')") == [(0,)]
    assert (pier / ".env").read_bytes() == before
    assert run(pier, "import", "in_house", "in_house.csv", "--day", DAY).returncode == 0
