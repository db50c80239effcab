"""The recipes for a detector and an alert type: a toy of each is added to a copy of the tree, by the recipe's list."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minibar_ml.domain.alerting.kinds import ALERT_TYPES

ROOT = Path(__file__).parents[2]
COPIED = ("minibar_ml", "sql", "docs", "tests")
PO = "minibar_ml/i18n/locale/tr/LC_MESSAGES/alerts.po"

TOY_DETECTOR = '''"""Rooms visited far more often in a day than any room usually is: a toy."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.ml.contract import DetectorSpec, TooLittle
from minibar_ml.ml.faults.injected import concatenate, oddest_day
from minibar_ml.ml.stats import thresholds


def busy_day(detector, fold, rng):
    """Thirty visits to every room on each held-out day."""
    frames = fold.seen(detector)
    busy = replace(frames, rooms=frames.rooms.assign(visits=30))
    sizes = dict.fromkeys(frames.rooms["room_id"].unique().tolist(), 30.0)
    return concatenate([oddest_day(detector, fold, busy, [day], sizes) for day in fold.days])


class OftenVisited:
    """Exponential tail of a room's visits in a day."""

    spec: ClassVar[DetectorSpec] = DetectorSpec(
        name="often_visited",
        metric="room_consumption",
        types=("consumption_anomaly",),
        reasons={"visited_often": None},
        reads={"rooms": 0},
        learns_from="rooms",
        share=0.01,
        inject=busy_day,
    )

    def fit(self, past, min_points):
        visits = past.rooms["visits"].dropna().to_numpy(dtype=float)
        if len(visits) < max(min_points, 2):
            return TooLittle(len(visits), max(min_points, 2), "room checks")
        mean = max(float(visits.mean()), 1.0)
        return {"mean": mean, "past": thresholds.history(visits / mean, len(visits))}

    def score(self, frames, parameters, moment):
        rooms = frames.rooms[frames.rooms["day"] == moment.day]
        visits, mean = rooms["visits"].fillna(0).astype(float), parameters["mean"]
        upper = 3.0 * mean
        found = rooms.assign(entity_id=rooms["room_id"], value=visits, expected=mean, lower=0.0, upper=upper)
        return found.assign(score=visits / mean)

    def decide(self, scores, parameters, limits, moment):
        due = scores[(scores["score"] >= self.spec.threshold(parameters, limits)) & (scores["value"] >= 20)]
        return [
            Finding(
                type="consumption_anomaly",
                hotel_id=moment.hotel_id,
                entity_type="room",
                entity_id=int(row["entity_id"]),
                metric="room_consumption",
                occurred_on=moment.date,
                reason="visited_often",
                severity="low",
                detector=self.spec.name,
                value=float(row["value"]),
                expected=float(row["expected"]),
                score=float(row["score"]),
            )
            for row in due.to_dict("records")
        ]
'''
TOY_TEST = '''"""The toy detector's own test, end to end: learn, detect, evaluate."""

from dataclasses import replace

from support.hotels.ordinary_life import LAST_DAY, moment, ordinary

from minibar_ml.ml.contract import Limits
from minibar_ml.ml.detection import detect_day
from minibar_ml.ml.evaluation.quality import evaluate
from minibar_ml.ml.training import learn


def test_thirty_visits_in_a_day_are_found_and_faults_like_it_measured():
    frames = ordinary(11)
    today = frames.rooms["day"] == LAST_DAY
    room = int(frames.rooms["room_id"][today].iloc[0])
    busy = frames.rooms.assign(visits=frames.rooms["visits"].mask(today & (frames.rooms["room_id"] == room), 30))
    findings = detect_day(replace(frames, rooms=busy), learn(frames.between(0, LAST_DAY), 30), Limits(), moment())
    assert [(one.entity_id, one.detector) for one in findings if one.reason == "visited_often"] == [
        (room, "often_visited")
    ]
    measured = evaluate(frames, LAST_DAY + 1, 30, 30, Limits(), with_forests=False).detectors["often_visited"]
    # The other rooms were not checked that day.
    assert measured.recall(0.01, 1.0) > 0.5
'''
TOY_MIGRATION = """-- A toy type.
ALTER TABLE minibar_ml.ml_alerts DROP CONSTRAINT ml_alerts_type_check;
ALTER TABLE minibar_ml.ml_alerts ADD CONSTRAINT ml_alerts_type_check CHECK (type IN ({types}, 'door_open'));
CREATE OR REPLACE FUNCTION minibar_ml.alert_types() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[{types}, 'door_open']
$$;
"""


class Tree:
    """A copy of the tree, with a record of which files outside the tests were changed by hand."""

    def __init__(self, root: Path) -> None:
        self.root, self.touched = root, set[str]()
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.png", "*.svg"))
        shutil.copy(ROOT / "pyproject.toml", root)

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")
        if not path.startswith("tests/"):
            self.touched.add(path)

    def insert(self, path: str, before: str, text: str) -> None:
        assert before in self.read(path), (path, before)
        self.write(path, self.read(path).replace(before, text + before, 1))

    def append(self, path: str, text: str) -> None:
        self.write(path, self.read(path) + text)

    def translate(self, english: str, turkish: str, context: str | None = None) -> None:
        """One entry more in the Turkish catalog of alerts."""
        about = f'msgctxt "{context}"\n' if context else ""
        self.append(PO, f'\n{about}msgid "{english}"\nmsgstr "{turkish}"\n')

    def passes(self, *arguments: str) -> None:
        """Run tests of the copy; they import the copy, not the tree that it was made of."""
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *arguments],
            cwd=self.root, env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert " passed" in ran.stdout and " skipped" not in ran.stdout, ran.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def places(recipe: str) -> list[str]:
    """The place that each numbered line of a recipe starts with: what has to be written by hand."""
    text = (ROOT / "docs" / "recipes" / f"{recipe}.md").read_text(encoding="utf-8")
    return re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)


def follows(touched: set[str], recipe: str) -> bool:
    """Whether each file that was touched is in a place of its own, and no place was left out."""
    listed = places(recipe)
    used = [max((place for place in listed if path.startswith(place)), key=len, default=None) for path in touched]
    return sorted(map(str, used)) == sorted(listed)


def test_a_detector_is_added_in_six_files_by_its_recipe(tree: Tree) -> None:
    detectors, wording = "minibar_ml/ml/detectors", "minibar_ml/i18n/wordings.py"
    message, action, name = "Room {name}: visited unusually often.", "Ask why it was visited.", "visits a day"
    tree.write(f"{detectors}/often_visited.py", TOY_DETECTOR)
    imported = "from minibar_ml.ml.detectors.often_visited import OftenVisited\n"
    tree.insert(f"{detectors}/__init__.py", "from minibar_ml.ml.detectors.product_demand", imported)
    tree.insert(f"{detectors}/__init__.py", "    Stale(),\n", "    OftenVisited(),\n")
    tree.insert("minibar_ml/i18n/labels.py", '        "product_demand": ', f'        "often_visited": "{name}",\n')
    tree.insert(wording, '    "vacant": Wording(', f'    "visited_often": Wording("{message}", "{action}"),\n')
    tree.translate(name, "günlük ziyaret sayısı", "detector")
    tree.translate(message, "{name} numaralı oda çok sık ziyaret edildi.")
    tree.translate(action, "Neden ziyaret edildiğini sorun.")
    tree.append("docs/algorithms.md", "\n## Often visited rooms (`often_visited`)\n\nA toy.\n")
    assert len(tree.touched) <= 6
    assert follows(tree.touched, "detector")
    tree.write("tests/ml/test_often_visited.py", TOY_TEST)
    files = (
        "ml/test_often_visited",
        "checks/test_detector_contract",
        "unit/i18n/test_messages",
        "unit/project/test_docs",
    )
    chosen = "often_visited or every_detector or every_reason_belongs or leave_some or every_english_text"
    tree.passes(*(f"tests/{file}.py" for file in files), "-k", chosen)


def test_an_alert_type_is_added_in_five_files_by_its_recipe(tree: Tree) -> None:
    kinds, title = "minibar_ml/domain/alerting/kinds.py", "Open minibar door"
    kind = f'    AlertKind(type="door_open", title="{title}", normal_days=1, is_state=True),\n'
    tree.insert(kinds, "]\nALERT_TYPES", '    "door_open",\n')
    tree.insert(kinds, ")\nKINDS:", kind)
    last = max(int(path.name[:4]) for path in (tree.root / "sql" / "migrations").glob("*.sql"))
    types = ", ".join(f"'{name}'" for name in ALERT_TYPES)
    tree.write(f"sql/migrations/{last + 1:04}_door_open.sql", TOY_MIGRATION.format(types=types))
    tree.translate(title, "Açık minibar kapısı", "type")
    tree.append("docs/operators.en.md", f"\n### {title} (`door_open`)\n\nClose it.\n")
    tree.append("docs/operators.tr.md", "\n### Açık minibar kapısı (`door_open`)\n\nKapatın.\n")
    assert len(tree.touched) <= 5
    assert follows(tree.touched, "alert-type")
    tree.passes("tests/db/test_schema.py", "-k", "migrations_give_exactly", "--rewrite")
    files = ("checks/test_alert_kinds", "unit/i18n/test_messages", "access/test_access")
    tree.passes(*(f"tests/{file}.py" for file in files), "-k", "alert_kinds or every_type or every_english or policies")
