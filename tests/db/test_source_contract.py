"""The source contract is recognised, complete, and says what is missing."""

from collections.abc import Callable

import pytest
from conftest import ZONE, load_sql

from minibar_ml.domain.errors import SourceIncomplete
from minibar_ml.store import migrations
from minibar_ml.store.engine import make_engine
from minibar_ml.store.queries import sql_folder
from minibar_ml.store.source import contract as source


@pytest.mark.parametrize("layout", ["layout_a", "layout_b"])
def test_a_layout_is_recognised_and_all_of_it_can_be_used(make_database: Callable[..., str], layout: str) -> None:
    url = make_database()
    load_sql(url, sql_folder() / "simulate" / f"{layout}.sql")
    with make_engine(url, ZONE).connect() as connection:
        migrations.upgrade(connection)
        contract = source.install(connection)
    assert contract.layout == layout
    assert contract.gaps == ()
    assert "source_visits" in contract.usable


def test_a_database_without_the_application_is_refused_by_name(database: str) -> None:
    with make_engine(database, ZONE).connect() as connection:
        migrations.upgrade(connection)
        with pytest.raises(SourceIncomplete, match=r"minibar_islemleri\.islem_tarihi"):
            source.install(connection)
