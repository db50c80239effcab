"""What several detectors rest on is learned once: they are fitted one after the other to the same frames."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from minibar_ml.ml.frames import Frames

Given = TypeVarTuple("Given")
Learned = TypeVar("Learned")


def once(learn: Callable[[Frames, *Given], Learned]) -> Callable[[Frames, *Given], Learned]:
    """`learn`, whose results are kept for as long as the frames are; nobody may change them."""
    kept: WeakKeyDictionary[Frames, dict[tuple[*Given], Learned]] = WeakKeyDictionary()

    @wraps(learn)
    def learned(past: Frames, *given: *Given) -> Learned:
        of_past = kept.setdefault(past, {})
        if given not in of_past:
            of_past[given] = learn(past, *given)
        return of_past[given]

    return learned
