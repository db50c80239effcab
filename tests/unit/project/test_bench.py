"""The benchmarks: each is listed, can be imported without its heavy libraries, and shows its figures in one table."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FRAME = {"__init__", "__main__", "hotel", "processes", "rows"}


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_every_benchmark_is_listed_under_its_name() -> None:
    listed = import_module("bench.__main__").BENCHMARKS
    files = {path.stem for path in (ROOT / "bench").glob("*.py")} - FRAME
    assert set(listed) == files
    for name in files:
        module = import_module(f"bench.{name}")
        assert (module.NAME, module.__doc__ is not None, callable(module.run)) == (name, True, True)


def test_listing_them_imports_nothing_heavy() -> None:
    code = "import sys, bench.__main__; print({'numpy', 'pandas', 'sklearn', 'sqlalchemy'} & sys.modules.keys())"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert printed.stdout == "set()\n"


@pytest.mark.parametrize(
    ("value", "other", "limit", "holds"),
    [
        (2.0, None, None, None),
        (2.0, None, 2.0, True),
        (2.1, None, 2.0, False),
        (3.0, 2.0, 2.0, True),
        (5.0, 2.0, 2.0, False),
    ],
)
def test_a_limit_is_for_the_ratio_where_there_is_one(
    value: float, other: float | None, limit: float | None, holds: bool | None
) -> None:
    rows = import_module("bench.rows")
    row = rows.Row(benchmark="b", measured="m", value=value, unit="s", baseline="o", baseline_value=other, limit=limit)
    assert row.holds is holds
    assert rows.table([row]).splitlines()[1].endswith({None: "", True: "yes", False: "NO"}[holds])
