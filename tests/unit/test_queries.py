"""The loader of named queries: what reaches the driver."""

import re
from pathlib import Path

import pytest

from minibar_ml.store.queries import query
from minibar_ml.store.sql_files import query_files, sections, sql_folder

FILES = sorted((sql_folder() / "queries").rglob("*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_comment_reaches_the_driver_which_would_put_values_into_it(path: Path) -> None:
    names = list(sections(path))
    assert names
    assert [name for name in names if "--" in str(query(f"{path.stem}.{name}"))] == []


def test_a_subject_is_one_file_in_whatever_folder() -> None:
    assert sorted(path.stem for path in FILES) == sorted(query_files())


def test_a_bind_that_only_a_comment_names_is_none() -> None:
    assert ":name, each" in sections(query_files()["people"])["fetch"]
    assert str(query("people.fetch")).count(":name") == 2


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != "migrations"], ids=lambda path: path.stem)
def test_a_query_names_no_schema_so_that_it_runs_on_temporary_tables_too(path: Path) -> None:
    """The record of migrations is read before the path can be set; a copy names what it is made like."""
    named = re.findall(r"(?<!')\bminibar_ml\.\w+", path.read_text(encoding="utf-8"))
    copied = [f"minibar_ml.{name}" for name in ("ml_alerts", "ml_alert_days", "ml_muted_findings")]
    assert named == (copied if path.stem == "scratch" else [])
