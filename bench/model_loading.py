"""What loading one sealed isolation forest costs, by serial form: the figures of decision record 0001.

Run with `python bench/model_loading.py`. Each form is measured in a process of its own that has already imported
scikit-learn, as detect has; CPU seconds, the best of several runs, since the machine may be busy.
"""

import io
import json
import pickle
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import numpy as np
from cryptography.fernet import Fernet
from sklearn.ensemble import IsolationForest

SEED, TREES, SAMPLES, FEATURES, POINTS, REPEATS = 7, 100, 256, 10, 5000, 7
TRUSTED = ["sklearn.tree._tree.Tree"]
IMPORTS = {"skops": "skops.io", "pickle": "pickle", "plain": "skops.io", "statistics only": "json"}
MODELS_PER_CYCLE = 4


def forest() -> IsolationForest:
    """The forest that is measured."""
    points = np.random.default_rng(SEED).normal(size=(POINTS, FEATURES))
    return IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=SEED).fit(points)


def statistics() -> dict[str, np.ndarray]:
    """What is stored beside a forest: baselines of 1,000 entities."""
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

    def load(data: bytes) -> object:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    buffer = io.BytesIO()
    np.savez(buffer, **statistics())
    return buffer.getvalue(), load


FORMS = {"skops": with_skops, "pickle": with_pickle, "plain": plain, "statistics only": statistics_only}


def measure(form: str) -> dict[str, float]:
    """Import, load and open (decrypt, unfold, load) of one form, in CPU seconds, and its sizes in bytes."""
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


def main() -> None:
    """Measure every form in a process of its own and print the table."""
    bare = "import time; s = time.process_time(); import sklearn.ensemble; print(time.process_time() - s)"
    base = float(subprocess.run([sys.executable, "-c", bare], check=True, capture_output=True, text=True).stdout)
    print(f"{TREES} trees, {SAMPLES} samples, {FEATURES} features; CPU milliseconds")
    print(f"import of sklearn.ensemble: {base * 1000:.0f}")
    print(f"{'form':<16}{'import':>8}{'load':>8}{'open':>8}{'a cycle':>9}{'KiB':>8}{'sealed':>8}")
    for form in FORMS:
        command = [sys.executable, __file__, form]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        cycle = row["import"] + MODELS_PER_CYCLE * row["open"]
        times = "".join(f"{row[name] * 1000:>8.1f}" for name in ("import", "load", "open"))
        print(f"{form:<16}{times}{cycle * 1000:>9.0f}{row['bytes'] / 1024:>8.0f}{row['sealed'] / 1024:>8.0f}")
    print(f"a cycle: the import and {MODELS_PER_CYCLE} models, all of them of this form")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
