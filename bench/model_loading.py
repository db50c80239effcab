"""What loading one sealed isolation forest costs, by serial form: the figures of decision record 0001.

Each form is measured in a process of its own (`python -m bench.model_loading FORM`) that has already imported
scikit-learn, as detect has; CPU, the best of several runs, since the machine may be busy. Heavy imports stand in the
functions: the benchmarks' own process must stay small.
"""

import io
import json
import pickle
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bench.hotel import Server
from bench.processes import ROOT
from bench.rows import Row

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

NAME = "model_loading"
SEED, TREES, SAMPLES, FEATURES, POINTS, REPEATS = 7, 100, 256, 10, 5000, 7
TRUSTED = ["sklearn.tree._tree.Tree"]
IMPORTS = {"skops": "skops.io", "pickle": "pickle", "plain": "skops.io", "statistics only": "json"}
MODELS_PER_CYCLE = 4


def forest() -> "IsolationForest":
    """The forest that is measured."""
    import numpy as np
    from sklearn.ensemble import IsolationForest

    points = np.random.default_rng(SEED).normal(size=(POINTS, FEATURES))
    return IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=SEED).fit(points)


def statistics() -> dict[str, Any]:
    """What is stored with a forest: baselines of 1,000 entities."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    return {name: rng.normal(size=1000) for name in ("median", "spread", "weight", "floor")}


def with_skops() -> tuple[bytes, Callable[[bytes], object]]:
    """The whole payload by skops."""
    from skops import io as skops_io

    dumped: bytes = skops_io.dumps({"forest": forest(), **statistics()})
    return dumped, lambda data: skops_io.loads(data, trusted=TRUSTED)


def with_pickle() -> tuple[bytes, Callable[[bytes], object]]:
    """The whole payload by pickle."""
    return pickle.dumps({"forest": forest(), **statistics()}), pickle.loads


def plain() -> tuple[bytes, Callable[[bytes], object]]:
    """The forest by skops, everything else as arrays without pickle."""
    import numpy as np
    from skops import io as skops_io

    def load(data: bytes) -> object:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        found["forest"] = skops_io.loads(found["forest"].tobytes(), trusted=TRUSTED)
        return found

    buffer = io.BytesIO()
    np.savez(buffer, forest=np.frombuffer(skops_io.dumps(forest()), dtype=np.uint8), **statistics())
    return buffer.getvalue(), load


def statistics_only() -> tuple[bytes, Callable[[bytes], object]]:
    """A model without a forest in the plain form."""
    import numpy as np

    def load(data: bytes) -> object:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    buffer = io.BytesIO()
    np.savez(buffer, **statistics())
    return buffer.getvalue(), load


FORMS = {"skops": with_skops, "pickle": with_pickle, "plain": plain, "statistics only": statistics_only}


def measure(form: str) -> dict[str, float]:
    """Import, load and open (decrypt, unfold, load) of one form, in CPU seconds, and its sizes in bytes."""
    import sklearn.ensemble  # noqa: F401
    from cryptography.fernet import Fernet

    started = time.process_time()
    __import__(IMPORTS[form])
    imported = time.process_time() - started
    data, load = FORMS[form]()
    cipher = Fernet(Fernet.generate_key())
    sealed = cipher.encrypt(zlib.compress(data))
    return {
        "import": imported,
        "load": best(lambda: load(data)),
        "open": best(lambda: load(zlib.decompress(cipher.decrypt(sealed)))),
        "bytes": len(data),
        "sealed": len(sealed),
    }


def best(work: Callable[[], object]) -> float:
    """CPU seconds of the cheapest of several runs."""
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Every form; a cycle is the import and four models, all of them of that form."""
    bare = "import time; s = time.process_time(); import sklearn.ensemble; print(time.process_time() - s)"
    base = 1000 * float(_printed("-c", bare))
    for form in FORMS:
        row = json.loads(_printed("-m", "bench.model_loading", form))
        cycle = row["import"] + MODELS_PER_CYCLE * row["open"]
        for what, seconds in (("open one", row["open"]), ("a cycle", cycle)):
            yield Row(
                benchmark=NAME,
                measured=f"{form}: {what}, {row['sealed'] / 1024:.0f} KiB sealed",
                value=1000 * seconds,
                unit="ms",
                baseline="import sklearn.ensemble" if what == "a cycle" else "",
                baseline_value=base if what == "a cycle" else None,
            )


def _printed(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
