"""Recipes in docs/recipes name places that exist, and the lists of places are complete."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from minibar_ml.domain.alerting.kinds import KINDS
from minibar_ml.domain.metrics import COLLECTED
from minibar_ml.domain.source_parts import PARTS
from minibar_ml.i18n.labels import LABELS
from minibar_ml.ml.detectors import ALL
from minibar_ml.store.source.layouts import Layout, layouts

ROOT = Path(__file__).parents[3]
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
PLACE = re.compile(r"`((?:minibar_ml|sql|tests|docs|quality|bench)/[\w./-]*)`")
METRICS = [collected.type for collected in COLLECTED]


def recipe(name: str) -> str:
    return (ROOT / "docs" / "recipes" / f"{name}.md").read_text(encoding="utf-8")


def numbered_places(name: str) -> list[str]:
    """The place that each numbered line of a recipe starts with."""
    return re.findall(r"^\d+\. `([^`]+)`", recipe(name), re.MULTILINE)


def text_of(place: str) -> str:
    """A file's text; of a folder that of all files in it."""
    path = ROOT / place
    files = [path] if path.is_file() else sorted(path.glob("*.sql"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def sources() -> Iterator[str]:
    """Every source file of the program, by its path from the root."""
    for folder, kind in (("minibar_ml", "*.py"), ("sql", "*.sql")):
        yield from (path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(kind))


def names_every_metric(place: str) -> bool:
    return set(METRICS) <= set(re.findall(r"\w+", text_of(place)))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_names_places_that_exist(path: Path) -> None:
    places = PLACE.findall(path.read_text(encoding="utf-8"))
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("place", numbered_places("metric"))
def test_every_place_of_the_metric_recipe_names_every_metric(place: str) -> None:
    assert names_every_metric(place)


def test_the_metric_recipe_leaves_no_place_out() -> None:
    listed = tuple(PLACE.findall(recipe("metric")))
    named_everywhere = [place for place in sources() if names_every_metric(place)]
    assert named_everywhere
    assert [place for place in named_everywhere if not place.startswith(listed)] == []


def test_the_turkish_catalog_of_the_metric_recipe_names_every_metric() -> None:
    catalogs = [place for place in PLACE.findall(recipe("metric")) if place.endswith(".po")]
    assert [Path(place).name for place in catalogs] == ["alerts.po"]
    assert [name for name in METRICS if f'msgid "{LABELS["metric"][name]}"' not in text_of(catalogs[0])] == []


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.name)
def test_every_source_layout_defines_what_the_program_needs(layout: Layout) -> None:
    needed = {function for part in PARTS if not part.is_optional for function in part.functions}
    assert needed - set(layout.functions) == set()


def test_contributing_sends_to_the_detectors_of_each_alert() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|,]+), `(\w+)` \| (.*) \|$", table, re.MULTILINE)
    assert len(rows) > 5
    for title, type_, files in rows:
        assert KINDS[type_].title == title
        raised = {type(one).__module__.rpartition(".")[2] for one in ALL if type_ in one.spec.types}
        assert set(re.findall(r"`(\w+)\.py`", files)) == raised


def test_contributing_names_places_that_exist() -> None:
    places = PLACE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert [place for place in places if not (ROOT / place).exists()] == []
