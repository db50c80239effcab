"""The page of tested PostgreSQL versions keeps what a run does not say better."""

from pathlib import Path

import compatibility
import pytest

FEW = "| 15 | 15.18 | few | 9 | 0 | 0 | 2026-11-27 |"
ALL = "| 15 | 15.18 | all | 99 | 0 | 0 | 2026-11-27 |"
OTHER = "| 14 | 14.23 | few | 9 | 0 | 0 | 2026-11-27 |"


def test_few_tests_replace_no_row_of_all_of_them_and_versions_that_were_not_found_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "compatibility.md"
    monkeypatch.setattr(compatibility, "PAGE", page)
    for rows, left in (({15: FEW}, [FEW]), ({14: OTHER}, [OTHER, FEW]), ({15: ALL}, [OTHER, ALL]),
                       ({15: FEW}, [OTHER, ALL])):  # fmt: skip
        compatibility.write(rows)
        assert [line for line in page.read_text().splitlines() if line[:3] == "| 1"] == left


def test_the_versions_of_the_wheel_are_found() -> None:
    assert max(compatibility.found()) >= 18


def test_the_tests_that_ci_runs_on_another_version_exist() -> None:
    assert [path for path in (*compatibility.ALL, *compatibility.FEW) if not (compatibility.ROOT / path).exists()] == []
