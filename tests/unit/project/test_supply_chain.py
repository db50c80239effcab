"""Locked packages have hashes, the bill of materials lists them all, and the audit says what it could not ask."""

import json
import zipfile
from pathlib import Path

import pytest
import sbom
import vulnerabilities

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("lock", vulnerabilities.LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    found = list(sbom.packages(text))
    assert len(found) == sum("==" in line and not line.lstrip().startswith("#") for line in text.splitlines()) > 50
    assert [one.name for one in found if not one.hashes] == []
    assert sum(len(one.hashes) for one in found) == text.count("--hash=sha256:") == text.count("--hash=")


def test_the_bill_of_materials_lists_every_locked_package_with_its_hashes() -> None:
    lock = sbom.LOCK.read_text(encoding="utf-8")
    document = json.loads(json.dumps(sbom.bill(lock, "1.2.3")))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/minibar-ml@1.2.3"
    listed = {one["purl"]: one for one in document["components"]}
    assert list(listed) == [one.purl for one in sbom.packages(lock)] == document["dependencies"][0]["dependsOn"]
    for one in sbom.packages(lock):
        (reference,) = listed[one.purl]["externalReferences"]
        assert {known["content"] for known in reference["hashes"]} == set(one.hashes)


def _export(folder: Path, *records: dict[str, object]) -> Path:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, record in enumerate(records):
            archive.writestr(f"PYSEC-{number}.json", json.dumps(record))
    return path


def _record(name: str, *versions: str, **more: object) -> dict[str, object]:
    affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "versions": list(versions)}]
    return {"id": f"PYSEC-{name}", "affected": affected, **more}


def test_a_locked_version_that_osv_knows_as_vulnerable_is_named(tmp_path: Path, capsys: Capture) -> None:
    numpy = next(one for one in vulnerabilities.pinned() if one.name == "numpy")
    export = _export(
        tmp_path, _record("NumPy", "0.1", numpy.version), _record("scipy", "0.1"), _record("elsewhere", numpy.version),
        _record("pandas", *(one.version for one in vulnerabilities.pinned()), withdrawn="2026-01-01T00:00:00Z"),
    )  # fmt: skip
    assert vulnerabilities.main(["--database", str(export)]) == 1
    said = capsys.readouterr()
    assert said.out == f"numpy {numpy.version}: https://osv.dev/vulnerability/PYSEC-NumPy\n"
    assert vulnerabilities.main(["--database", str(_export(tmp_path, _record("scipy", "0.1")))]) == 0


def test_data_that_cannot_be_had_is_no_clean_bill(tmp_path: Path, capsys: Capture) -> None:
    assert vulnerabilities.main(["--database", str(tmp_path / "none.zip")]) == vulnerabilities.NOT_HAD
    (tmp_path / "broken.zip").write_text("x")
    assert vulnerabilities.main(["--database", str(tmp_path / "broken.zip")]) == vulnerabilities.NOT_HAD
    with pytest.raises(vulnerabilities.NotHad, match="could not be asked"):
        list(vulnerabilities.asked([sbom.Package("numpy", "1", ())], "http://127.0.0.1:9/"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("not audited") == 2
