"""What `db upgrade --sql` prints is what a database administrator can run by hand."""

from pathlib import Path

import pytest
from conftest import ZONE, load_sql

from minibar_ml.cli.app import main
from minibar_ml.store import migrations
from minibar_ml.store.engine import make_engine


def test_the_printed_script_makes_the_store_in_an_empty_database(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ML_DATABASE_URL", database)
    assert main(["db", "upgrade", "--sql"]) == 0
    script = tmp_path / "upgrade.sql"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    load_sql(database, script)
    with make_engine(database, ZONE).connect() as connection:
        assert migrations.pending(connection) == []
