"""What several detectors rest on is learned once from the same frames, and forgotten with them."""

import gc
from dataclasses import replace

from support.hotels.ordinary_life import ordinary

from minibar_ml.ml.frames import Frames
from minibar_ml.ml.once import once

HOTEL = ordinary(11)


def test_the_same_frames_are_learned_from_once_by_what_is_asked_and_equal_ones_again() -> None:
    asked = []

    @once
    def learned(past: Frames, least: int) -> int:
        asked.append((past, least))
        return len(past.rooms) + least

    other = replace(HOTEL)
    assert learned(HOTEL, 1) == learned(HOTEL, 1) == len(HOTEL.rooms) + 1
    assert learned(HOTEL, 2) == learned(other, 2) == len(HOTEL.rooms) + 2
    assert [(id(past), least) for past, least in asked] == [(id(HOTEL), 1), (id(HOTEL), 2), (id(other), 2)]


def test_what_was_learned_is_gone_with_its_frames() -> None:
    class Model:
        alive = 0

        def __init__(self) -> None:
            Model.alive += 1

        def __del__(self) -> None:
            Model.alive -= 1

    learn = once(lambda past: Model())
    past = replace(HOTEL)
    assert learn(past) is learn(past)
    del past
    gc.collect()
    assert Model.alive == 0
