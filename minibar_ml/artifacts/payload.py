"""A model's payload and its serial form: JSON and plain arrays, and the forest by skops with types hard-coded.

No pickle anywhere. skops is imported only where there is a forest, and asked to build only what a forest is made of.
See docs/decisions/0001-model-serialisation.md.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

TRUSTED_TYPES = ("sklearn.tree._tree.Tree",)
"""What a forest needs beyond the types that skops trusts by itself; never read from the data."""
MAX_BYTES = 64 * 1024 * 1024
"""A serial form larger than this is refused; a forest of 100 trees takes 3 MB."""
ARRAY, FOREST = "$array", "$forest"
VALUES = "values"


def pack(payload: Mapping[str, Any]) -> tuple[bytes, bool]:
    """The serial form of a payload, and whether there is a forest in it.

    Takes JSON-able values, numpy arrays of plain types and at most one IsolationForest, nested in dicts (with text
    keys) and lists as you like; tuples come back as lists. Raises TypeError for anything else.
    """
    members: dict[str, Any] = {}
    described = _describe(dict(payload), members)
    members[VALUES] = _as_array(json.dumps(described).encode())
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **members)
    return buffer.getvalue(), FOREST in members


def _describe(value: Any, members: dict[str, Any]) -> Any:
    """The value in JSON's terms; arrays and the forest are moved to `members` and leave a reference."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        if odd := [key for key in value if not isinstance(key, str) or key.startswith("$")]:
            raise TypeError(f"a payload's keys are text without a leading $, not {odd[0]!r}")
        return {key: _describe(item, members) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_describe(item, members) for item in value]
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("a payload's arrays hold numbers, times or text, not Python objects")
        name = f"array{len(members)}"
        members[name] = value
        return {ARRAY: name}
    if type(value).__name__ == "IsolationForest" and FOREST not in members:
        members[FOREST] = _as_array(_dump_forest(value))
        return {FOREST: True}
    raise TypeError(f"a payload can't hold {type(value).__name__}, nor two forests")


def unpack(data: bytes) -> dict[str, Any]:
    """The payload of a serial form; raises ValueError, or what its parsers raise, where it is not one.

    Only for bytes whose origin is proven: `envelope.open_sealed` does that.
    """
    _refuse_bomb(data)
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        members = {name: archive[name] for name in archive.files}
    restored = json.loads(members[VALUES].tobytes(), object_hook=lambda found: _restore(found, members))
    if not isinstance(restored, dict):
        raise ValueError("the payload is not a dict")
    return restored


def _restore(found: dict[str, Any], members: dict[str, Any]) -> Any:
    if ARRAY in found:
        return members[found[ARRAY]]
    if FOREST in found:
        return _load_forest(members[FOREST].tobytes())
    return found


def _dump_forest(forest: Any) -> bytes:
    from skops.io import dumps

    return bytes(dumps(forest))


def _load_forest(data: bytes) -> Any:
    from skops.io import loads

    _refuse_bomb(data)
    return loads(data, trusted=list(TRUSTED_TYPES))


def _as_array(data: bytes) -> Any:
    return np.frombuffer(data, dtype=np.uint8)


def _refuse_bomb(data: bytes) -> None:
    """Both forms are zip archives: what they would unfold to is known before anything is unfolded."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
            raise ValueError(f"the payload decompresses to more than {MAX_BYTES} bytes")
