"""Another hotel system, whose layout was written from docs/source-layouts.md alone: see tests/data/harbour."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import load_sql

from minibar_ml.store.sql_files import sql_folder
from support.hotels.simulated import done, sql

HARBOUR = Path(__file__).parents[2] / "data" / "harbour"
LAYOUT = HARBOUR / "harbour.sql"
PAGE = sql_folder().parent / "docs" / "source-layouts.md"
EXAMPLE = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]
"""The layout that the page shows."""


def on_path(url: str, *schemas: str) -> None:
    """Have every new session of the database look for tables there."""
    name = sql(url, "SELECT quote_ident(current_database())")[0][0]
    sql(url, f"ALTER DATABASE {name} SET search_path = {', '.join(schemas)}")


@pytest.fixture(scope="session")
def harbour_template(make_database: Callable[..., str]) -> str:
    """The system's tables, filled, the store and the layout; cloned, never used itself."""
    url = make_database()
    load_sql(url, HARBOUR / "tables.sql", HARBOUR / "rows.sql")
    on_path(url, "pms", "public")
    done(url, "db", "init", "--quiet", ML_SOURCE_FILE=str(LAYOUT))
    return url


@pytest.fixture
def harbour(make_database: Callable[..., str], harbour_template: str) -> str:
    """URL of a database of that system."""
    url = make_database(harbour_template)
    on_path(url, "pms", "public")
    return url
