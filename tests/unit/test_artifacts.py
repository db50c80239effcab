"""A sealed model opens only with its key, whole, and as the very model version that it is."""

import hashlib
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.fernet import Fernet
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression

from minibar_ml.artifacts import envelope, payload
from minibar_ml.artifacts.keys import Keys, create_key_file, load_keys, parse_keys
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, ModelRefused
from minibar_ml.domain.models import ModelHeader

HEADER = ModelHeader("isolation_forest", "room_consumption", 3, 7)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
KEYS = parse_keys(NEW, "the test")


@pytest.fixture(scope="module")
def forest() -> IsolationForest:
    points = np.random.default_rng(1).normal(size=(200, 3))
    return IsolationForest(n_estimators=5, max_samples=32, random_state=1).fit(points)


def facts(body: bytes, **changed: Any) -> dict[str, Any]:
    return {
        "format": envelope.FORMAT,
        "model_type": "isolation_forest",
        "metric_type": "room_consumption",
        "hotel_id": 3,
        "version": 7,
        "libraries": envelope.library_versions(),
        "has_forest": True,
        "sha256": hashlib.sha256(body).hexdigest(),
    } | changed


def forge(body: bytes, keys: Keys = KEYS, **changed: Any) -> bytes:
    """An envelope of any contents, as one who holds the key could make it."""
    head = json.dumps(facts(body, **changed)).encode()
    return wrap(zlib.compress(struct.pack(">I", len(head)) + head + body), keys)


def wrap(compressed: bytes, keys: Keys = KEYS) -> bytes:
    return envelope.MAGIC + keys.fingerprints[0] + keys.fernet.encrypt(compressed)


def test_a_model_comes_back_as_it_was_sealed(forest: IsolationForest) -> None:
    points = np.random.default_rng(2).normal(size=(50, 3))
    given = {
        "parameters": {"threshold": 1.5, "names": ["a", "ö"], "nothing": None, "count": np.int64(4)},
        "baselines": {"days": np.array(["2026-01-01"], dtype="datetime64[D]"), "medians": np.arange(4.0)},
        "forest": forest,
    }
    opened = envelope.open_sealed(envelope.seal(given, HEADER, KEYS), HEADER, KEYS)
    assert opened["parameters"] == {"threshold": 1.5, "names": ["a", "ö"], "nothing": None, "count": 4}
    np.testing.assert_array_equal(opened["baselines"]["days"], given["baselines"]["days"])
    np.testing.assert_array_equal(opened["baselines"]["medians"], np.arange(4.0))
    np.testing.assert_array_equal(opened["forest"].score_samples(points), forest.score_samples(points))


def test_statistics_are_opened_without_importing_scikit_learn() -> None:
    code = (
        "import sys; from minibar_ml.artifacts import envelope, keys\n"
        "from minibar_ml.domain.models import ModelHeader\n"
        f"k = keys.parse_keys({NEW!r}, 'test'); h = ModelHeader('statistics', 'occupancy', 1, 1)\n"
        "envelope.open_sealed(envelope.seal({'a': 1}, h, k), h, k); print({'sklearn', 'skops'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_a_flipped_byte_anywhere_is_refused() -> None:
    blob = envelope.seal({"a": list(range(50))}, HEADER, KEYS)
    token = len(envelope.MAGIC) + 8
    places = [0, 3, 4, 11, token, token + 5, token + 20, token + 60, len(blob) // 2, len(blob) - 40, len(blob) - 3]
    for place in places:
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(ModelRefused, match="room_consumption, hotel 3, version 7 was refused"):
            envelope.open_sealed(bytes(changed), HEADER, KEYS)


@pytest.mark.parametrize(
    "blob",
    [b"", b"MBML", b"MBML" + KEYS.fingerprints[0], b"\x80\x04N.", b"\0" * 100],
    ids=["nothing", "magic", "head", "pickle", "zeros"],
)
def test_what_is_no_envelope_is_refused(blob: bytes) -> None:
    with pytest.raises(ModelRefused, match="minibar-ml train"):
        envelope.open_sealed(blob, HEADER, KEYS)


def test_a_cut_envelope_is_refused() -> None:
    blob = envelope.seal({"a": 1}, HEADER, KEYS)
    for length in range(0, len(blob), 37):
        with pytest.raises(ModelRefused):
            envelope.open_sealed(blob[:length], HEADER, KEYS)


@pytest.mark.parametrize(
    "expected",
    [
        ModelHeader("statistics", "room_consumption", 3, 7),
        ModelHeader("isolation_forest", "stock_level", 3, 7),
        ModelHeader("isolation_forest", "room_consumption", 4, 7),
        ModelHeader("isolation_forest", "room_consumption", 3, 8),
    ],
)
def test_a_blob_swapped_for_another_models_is_refused(expected: ModelHeader) -> None:
    blob = envelope.seal({"a": 1}, HEADER, KEYS)
    with pytest.raises(ModelRefused, match=r"it is the isolation_forest model of room_consumption, hotel 3, version 7"):
        envelope.open_sealed(blob, expected, KEYS)


def test_no_key_and_a_wrong_key_are_distinguished_from_tampering() -> None:
    blob = envelope.seal({"a": 1}, HEADER, KEYS)
    other = parse_keys(OLD, "keys.txt")
    with pytest.raises(ModelRefused, match="there is no key; run `minibar-ml keys status`"):
        envelope.open_sealed(blob, HEADER, None)
    with pytest.raises(ModelRefused, match=r"which keys\.txt does not hold; restore that key"):
        envelope.open_sealed(blob, HEADER, other)
    with pytest.raises(ModelRefused, match="changed after it was sealed"):
        envelope.open_sealed(blob[:60] + bytes([blob[60] ^ 1]) + blob[61:], HEADER, KEYS)
    # Relabelled with the fingerprint of a key that is held, it is still no token of that key.
    with pytest.raises(ModelRefused, match="changed after it was sealed"):
        envelope.open_sealed(envelope.MAGIC + other.fingerprints[0] + blob[12:], HEADER, other)


def test_old_blobs_open_after_a_rotation_and_new_ones_use_the_new_key() -> None:
    old, rotated = parse_keys(OLD, "a"), parse_keys(f"{NEW},{OLD}", "b")
    assert envelope.open_sealed(envelope.seal({"a": 1}, HEADER, old), HEADER, rotated) == {"a": 1}
    with pytest.raises(ModelRefused, match="does not hold"):
        envelope.open_sealed(envelope.seal({"a": 1}, HEADER, rotated), HEADER, old)


class Bomb:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_never_executed_even_under_our_own_key(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    evil = Bomb(mark)
    as_array = io.BytesIO()
    np.savez(as_array, values=np.array([evil], dtype=object), allow_pickle=True)
    for body in (pickle.dumps(evil), as_array.getvalue()):
        with pytest.raises(ModelRefused, match="can't be read"):
            envelope.open_sealed(forge(body), HEADER, KEYS)
    with pytest.raises(ModelRefused):
        envelope.open_sealed(wrap(pickle.dumps(evil)), HEADER, KEYS)
    assert not mark.exists()


def test_a_type_that_is_not_hard_coded_is_not_built() -> None:
    import skops.io

    class Odd(LinearRegression):
        pass

    buffer = io.BytesIO()
    dumped = np.frombuffer(skops.io.dumps(Odd()), dtype=np.uint8)
    values = np.frombuffer(b'{"forest": {"$forest": true}}', dtype=np.uint8)
    np.savez(buffer, **{"values": values, "$forest": dumped})
    with pytest.raises(ModelRefused, match="UntrustedTypes"):
        envelope.open_sealed(forge(buffer.getvalue()), HEADER, KEYS)


def test_a_bomb_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MAX_BYTES", 100_000)
    with pytest.raises(ModelRefused, match="decompresses to more than"):
        envelope.open_sealed(wrap(zlib.compress(b"\0" * 10_000_000)), HEADER, KEYS)
    nested = io.BytesIO()
    np.savez_compressed(nested, values=np.zeros(10_000_000, dtype=np.uint8))
    with pytest.raises(ModelRefused, match="ValueError"):
        envelope.open_sealed(forge(nested.getvalue()), HEADER, KEYS)
    with pytest.raises(ValueError, match="more than a sealed model may have"):
        envelope.seal({"a": np.zeros(100_000)}, HEADER, KEYS)


def test_another_scikit_learn_is_refused_for_a_forest_only() -> None:
    body, _ = payload.pack({"a": 1})
    ours = envelope.library_versions()["scikit-learn"]
    patch = ".".join(ours.split(".")[:2]) + ".99"
    older = {"libraries": {"scikit-learn": "0.24.1"}}
    with pytest.raises(ModelRefused, match=rf"made by scikit-learn 0\.24\.1, this is {ours}; run `minibar-ml train`"):
        envelope.open_sealed(forge(body, **older), HEADER, KEYS)
    assert envelope.open_sealed(forge(body, **older, has_forest=False), HEADER, KEYS) == {"a": 1}
    assert envelope.open_sealed(forge(body, libraries={"scikit-learn": patch}), HEADER, KEYS) == {"a": 1}


def test_header_and_payload_are_checked_against_each_other() -> None:
    body, _ = payload.pack({"a": 1})
    with pytest.raises(ModelRefused, match="its format 2 is not ours"):
        envelope.open_sealed(forge(body, format=2), HEADER, KEYS)
    with pytest.raises(ModelRefused, match="not the one that was sealed"):
        envelope.open_sealed(forge(body, sha256="0" * 64), HEADER, KEYS)


@pytest.mark.parametrize(
    "unfit",
    [{1: "a"}, {"$array": "x"}, {"a": datetime.now(UTC)}, {"a": np.array([None])}, {"a": {1, 2}}, {"a": b"bytes"}],
)
def test_a_payload_that_would_not_come_back_is_not_sealed(unfit: dict[Any, Any]) -> None:
    with pytest.raises(TypeError, match="payload"):
        envelope.seal(unfit, HEADER, KEYS)


def test_two_forests_are_not_sealed(forest: IsolationForest) -> None:
    with pytest.raises(TypeError, match="two forests"):
        envelope.seal({"a": forest, "b": forest}, HEADER, KEYS)


def test_keys_come_from_the_setting_first_and_from_the_file_else(tmp_path: Path) -> None:
    path = tmp_path / "the.key"
    create_key_file(path)
    assert load_keys(Settings(key_file=path)).source == str(path)
    both = load_keys(Settings(key_file=path, encryption_keys=f"{NEW}, {OLD}"))
    assert (both.source, len(both.fingerprints)) == ("ML_ENCRYPTION_KEYS", 2)
    assert NEW not in repr(both)


@pytest.mark.parametrize(
    "text",
    ["secret", f"{NEW},secret", NEW[:-4], NEW + "AAAA", "ş" * 44, "!" + NEW[1:]],
    ids=["short", "second short", "cut", "longer", "letters", "sign"],
)
def test_a_malformed_key_is_named_by_its_place_and_never_printed(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"Key [12] of ML_ENCRYPTION_KEYS is not a Fernet key") as caught:
        load_keys(Settings(encryption_keys=text))
    shown = f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"
    assert not any(key in shown for key in text.split(","))


def test_no_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.key does not exist; run `minibar-ml keys new`"):
        load_keys(Settings(key_file=tmp_path / "missing.key"))
    (tmp_path / "empty.key").touch(mode=0o600)
    with pytest.raises(ConfigurationError, match="holds no key"):
        load_keys(Settings(key_file=tmp_path / "empty.key"))
    with pytest.raises(ConfigurationError, match="Is a directory"):
        load_keys(Settings(key_file=tmp_path))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o610])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "the.key"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=rf"mode {mode:04o}.*chmod 600 {path}"):
        load_keys(Settings(key_file=path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "the.key"
    create_key_file(path)
    os.chown(path, 65534, 65534)
    with pytest.raises(ConfigurationError, match="belongs to user 65534"):
        load_keys(Settings(key_file=path))
