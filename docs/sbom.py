"""The software bill of materials of a release, as CycloneDX 1.5 JSON: every package of requirements.lock, with hashes.

`make sbom` writes it next to the wheel. It says what an installation by the lock file consists of, so that whoever runs
one can ask their own scanner about it; nothing is fetched.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s\\;]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Package(NamedTuple):
    """A pinned package: SHA-256 of each file that the lock allows."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{re.sub('[-_.]+', '-', self.name).lower()}@{self.version}"


def packages(lock: str) -> Iterator[Package]:
    """The packages of a lock file's text, in its order."""
    for found in PINNED.finditer(lock):
        yield Package(found["name"], found["version"], tuple(HASH.findall(found["rest"])))


def bill(lock: str, version: str) -> dict[str, Any]:
    """The document for a version of minibar-ml."""
    own = f"pkg:pypi/minibar-ml@{version}"
    found = list(packages(lock))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": own, "name": "minibar-ml", "version": version, "purl": own}
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "purl": one.purl,
                # One package has a file for each platform; the lock allows any of them.
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/project/{one.name}/{one.version}/",
                        "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
                    }
                ],
            }
            for one in found
        ],
        "dependencies": [{"ref": own, "dependsOn": [one.purl for one in found]}],
    }


def main() -> int:
    """Write the document into dist/ and print its path."""
    sys.path.insert(0, str(ROOT))
    from minibar_ml import __version__

    path = ROOT / "dist" / f"minibar_ml-{__version__}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    document = bill(LOCK.read_text(encoding="utf-8"), __version__)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
