"""Results kept in `.quality/`, by what they were made of: the plan and the source code that made them."""

import hashlib
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".quality"
Made = TypeVar("Made")


@cache
def source_hash(*paths: str) -> str:
    """One figure for all Python and SQL files beneath these paths of the checkout, as they were when first asked."""
    digest = hashlib.sha256()
    for path in paths:
        root = ROOT / path
        for file in sorted(root.rglob("*") if root.is_dir() else [root]):
            if file.suffix in {".py", ".sql"}:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()


def cached(what: str, name: str, made_of: object, make: Callable[[], Made]) -> Made:
    """What was made of the same before, or what `make` gives now; older results of that name are dropped."""
    key = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
    file = FOLDER / f"{what}-{name}-{key}.pickle"
    if file.exists():
        made: Made = pickle.loads(file.read_bytes())
        return made
    made = make()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(f"{what}-{name}-*.pickle"):
        old.unlink(missing_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
    unfinished.rename(file)
    return made
