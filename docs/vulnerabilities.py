"""Known vulnerabilities of the packages that the lock files pin, from OSV (https://osv.dev), which has PyPI's too.

    make audit                            one request to api.osv.dev with names and versions, nothing else
    make audit ARGS="--database all.zip"  without the network: OSV's export, fetched elsewhere from
                                          https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip

Exit status 0: none is known; 1: some are, one line each; 75: the data could not be had, which says nothing.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from sbom import ROOT, Package, packages

LOCKS = tuple(ROOT / f"requirements{part}.lock" for part in ("", "-dev", "-public"))
SERVICE = "https://api.osv.dev/v1/querybatch"
SECONDS = 30
NOT_HAD = 75
Found = Iterator[tuple[Package, str]]


class NotHad(Exception):
    """The data could not be had."""


def pinned() -> list[Package]:
    """The packages of all lock files, each version once."""
    found = {one.purl: one for lock in LOCKS for one in packages(lock.read_text(encoding="utf-8"))}
    return [found[purl] for purl in sorted(found)]


def asked(wanted: Sequence[Package], service: str = SERVICE) -> Found:
    """What OSV's service knows about packages; raises NotHad where it can't be asked."""
    queries = [{"package": {"name": one.name, "ecosystem": "PyPI"}, "version": one.version} for one in wanted]
    body = json.dumps({"queries": queries}).encode()
    try:
        request = Request(service, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=SECONDS) as reply:
            results = json.load(reply)["results"]
    except (URLError, OSError, ValueError, KeyError) as error:
        raise NotHad(f"{service} could not be asked ({error}).") from error
    for package, result in zip(wanted, results, strict=True):
        for one in result.get("vulns") or ():
            yield package, str(one["id"])


def looked_up(wanted: Sequence[Package], export: Path) -> Found:
    """What an export of OSV's database knows about packages; raises NotHad where it can't be read."""
    known = {_name(one.name): one for one in wanted}
    try:
        with zipfile.ZipFile(export) as archive:
            records = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise NotHad(f"{export} could not be read ({error}).") from error
    for record in records:
        for package in set(_affected(record, known)):
            yield package, str(record["id"])


def _affected(record: dict[str, Any], known: dict[str, Package]) -> Iterator[Package]:
    # A record that was withdrawn was wrong.
    for one in [] if record.get("withdrawn") else record.get("affected") or []:
        package = known.get(_name(one["package"]["name"]))
        if package and package.version in (one.get("versions") or ()):
            yield package


def _name(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, and print one line for each package and vulnerability."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--database", type=Path, metavar="ZIP", help="OSV's export of PyPI, instead of the network")
    given = options.parse_args(arguments)
    wanted = pinned()
    try:
        found = sorted(looked_up(wanted, given.database) if given.database else asked(wanted))
    except NotHad as error:
        sys.stderr.write(f"not audited: {error} Where there is no network: --database, see docs/vulnerabilities.py\n")
        return NOT_HAD
    for package, identifier in found:
        sys.stdout.write(f"{package.name} {package.version}: https://osv.dev/vulnerability/{identifier}\n")
    sys.stderr.write(f"{len(wanted)} packages, {len(found)} known vulnerabilities\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
