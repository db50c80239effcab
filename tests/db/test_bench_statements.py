"""What benchmarks write by themselves is what the store takes now: otherwise they end before they have measured."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Connection

ROOT = Path(__file__).resolve().parents[2]


def statements() -> list[tuple[str, str]]:
    files = [path for path in sorted((ROOT / "bench").glob("*.py")) if "minibar_ml.ml_" in path.read_text("utf-8")]
    return [
        (path.stem, name)
        for path in files
        for name in re.findall(r"^([A-Z_]+) = \"\"\"\n?INSERT", path.read_text("utf-8"), re.M)
    ]


@pytest.mark.parametrize(("module", "name"), statements())
def test_the_store_takes_what_a_benchmark_writes(
    module: str, name: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    statement = getattr(import_module(f"bench.{module}"), name)
    # Planned and not run: types and columns are checked, and no value is needed.
    planned = connection.exec_driver_sql("EXPLAIN " + re.sub(r"%\(\w+\)s", "NULL", statement))
    assert "ml_" in planned.scalars().first()
