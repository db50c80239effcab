"""Forged models, sealed by our own key even, run nothing: detect refuses them, goes on with statistics and says so."""

import hashlib
import io
import json
import os
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.hotels.simulated import AS_OF, KEY, alerts, command, sql

from minibar_ml.artifacts import envelope
from minibar_ml.artifacts.keys import parse_keys

KEYS = parse_keys(KEY, "the test")


class Bomb:
    """Pickled, it makes a folder when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


class Gadget:
    """A type that skops does not trust."""


def _as_pickle(mark: Path) -> bytes:
    return pickle.dumps(Bomb(mark))


def _as_pickled_array(mark: Path) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, values=np.array([Bomb(mark)], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def _as_gadget(_mark: Path) -> bytes:
    import skops.io

    buffer = io.BytesIO()
    forest = np.frombuffer(skops.io.dumps(Gadget()), dtype=np.uint8)
    values = np.frombuffer(b'{"format": 2, "forest": {"$forest": true}}', dtype=np.uint8)
    np.savez(buffer, **{"values": values, "$forest": forest})
    return buffer.getvalue()


def _forged(row: Any, body: bytes) -> bytes:
    """An envelope of any contents for a stored model's place, as one who holds the key could make it."""
    facts = {
        "format": envelope.FORMAT, "model_type": row.model_type, "metric_type": row.metric_type,
        "hotel_id": row.hotel_id, "version": row.version, "libraries": envelope.library_versions(),
        "has_forest": True, "sha256": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    head = json.dumps(facts).encode()
    token = KEYS.fernet.encrypt(zlib.compress(struct.pack(">I", len(head)) + head + body))
    return envelope.MAGIC + KEYS.fingerprints[0] + token


@pytest.mark.parametrize("forge", [_as_pickle, _as_pickled_array, _as_gadget])
def test_a_forged_model_runs_nothing_and_detection_goes_on(
    forge: Callable[[Path], bytes],
    trained: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, mark = trained, tmp_path / "executed"
    asked = "SELECT id, model_type, metric_type, hotel_id, version FROM minibar_ml.ml_models"
    for row in sql(url, asked):
        blob = _forged(row, forge(mark))
        sql(url, "UPDATE minibar_ml.ml_models SET model_data = :blob WHERE id = :id", blob=blob, id=row.id)
    model = str(sql(url, asked)[0].id)
    assert command(url, "models", "show", model) == 5
    assert command(url, "keys", "status") == 0
    assert command(url, "doctor") == 1
    assert command(url, "detect", "--as-of", AS_OF) == 0
    said = capsys.readouterr().err
    assert "refused: its contents can't be read" in said
    assert "traceback" not in said
    assert not mark.exists()
    assert alerts(url, "type = 'model_fallback'", "status") == [("open",)]
    assert len(alerts(url)) > 1, "detection must go on"
