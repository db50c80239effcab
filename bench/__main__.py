"""`python -m bench`: run the benchmarks and print one table; exit 1 if a limit is exceeded."""

import argparse
import json
import sys

from bench import (
    chain,
    documents,
    history,
    intake,
    jobs,
    model_loading,
    recheck,
    reports,
    rounds,
    scale,
    startup,
    statements,
    unchanged,
)
from bench.hotel import machine, server
from bench.rows import Row, table

MODULES = (
    startup, statements, unchanged, jobs, history, chain, rounds, scale, recheck, model_loading, reports, documents,
    intake,
)  # fmt: skip
BENCHMARKS = {module.NAME: module for module in MODULES}


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all where none is named")
    parser.add_argument(
        "--large",
        action="store_true",
        help="10,000 rooms, a night of 100,000 and 100,000 live alerts too (many minutes more)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHMARKS.keys():
        parser.error(f"{sorted(unknown)[0]} is not one of {', '.join(BENCHMARKS)}")
    rows: list[Row] = []
    with server() as running:
        for name in asked.names or BENCHMARKS:
            print(f"measuring {name} ...", file=sys.stderr)
            rows += BENCHMARKS[name].run(running, large=asked.large)
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": [row.as_json() for row in rows]}, indent=2))
    else:
        print(f"{machine()}\n\n{table(rows)}")
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
