"""Pace: a slow day of one attendant, as against a heavy day, a slow attendant and a break."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from support.hotels.ordinary_life import LAST_DAY, changed, found_on, moment, ordinary, walk

from minibar_ml.ml.contract import TooLittle
from minibar_ml.ml.detectors.refill_pace import RefillPace
from minibar_ml.ml.frames import Frames

SEEDS = range(400, 420)


def busiest(frames: Frames) -> int:
    """Who has the most gaps on the last day."""
    return int(frames.gaps[frames.gaps["day"] == LAST_DAY]["attendant_id"].mode().iloc[0])


def with_day(frames: Frames, change: Callable[[pd.DataFrame], pd.DataFrame], who: int) -> Frames:
    """The frames with the last day of one attendant changed."""
    gaps = frames.gaps
    his = (gaps["day"] == LAST_DAY) & (gaps["attendant_id"] == who)
    return changed(frames, gaps=pd.concat([gaps[~his], change(gaps[his])], ignore_index=True))


def slowed(frames: Frames, factor: float) -> Frames:
    return with_day(frames, lambda day: day.assign(minutes=(factor * day["minutes"]).clip(upper=45)), busiest(frames))


def test_a_day_at_half_the_pace_is_found() -> None:
    for seed in SEEDS:
        frames = ordinary(seed)
        found = found_on(RefillPace(), slowed(frames, 2.0), moment())
        assert [(f.entity_id, f.reason) for f in found] == [(busiest(frames), "slow")]
        assert found[0].expected is not None
        assert found[0].value / found[0].expected == pytest.approx(2, rel=0.35)


def test_a_quarter_slower_is_ordinary() -> None:
    assert [f for seed in SEEDS for f in found_on(RefillPace(), slowed(ordinary(seed), 1.25), moment())] == []


def test_a_heavier_day_is_not_a_slower_one() -> None:
    """Twice the items take longer, as everywhere; the pace is as usual."""
    for seed in SEEDS:
        frames = ordinary(seed)

        def heavier(day: pd.DataFrame) -> pd.DataFrame:
            more = (day["items"] + 5).clip(upper=10)
            usual = (4.5 + 0.8 * more) / (4.5 + 0.8 * day["items"].clip(upper=10))
            return day.assign(items=more, minutes=(day["minutes"] * usual).clip(upper=45))

        assert found_on(RefillPace(), with_day(frames, heavier, busiest(frames)), moment()) == []


def test_an_attendant_who_is_always_slow_is_at_their_usual_pace() -> None:
    for seed in SEEDS[:8]:
        frames = ordinary(seed)
        slow = frames.gaps["attendant_id"] == busiest(frames)
        minutes = frames.gaps["minutes"].where(~slow, (1.8 * frames.gaps["minutes"]).clip(upper=45))
        assert found_on(RefillPace(), changed(frames, gaps=frames.gaps.assign(minutes=minutes)), moment()) == []


def test_two_breaks_do_not_make_a_slow_day() -> None:
    def rest(day: pd.DataFrame) -> pd.DataFrame:
        return day.assign(minutes=day["minutes"].where(day.reset_index().index >= 2, 45.0).to_numpy())

    for seed in SEEDS[:8]:
        frames = ordinary(seed)
        assert found_on(RefillPace(), with_day(frames, rest, busiest(frames)), moment()) == []


def test_a_newcomer_at_the_hotel_s_pace_is_ordinary() -> None:
    for seed in SEEDS[:8]:
        frames = ordinary(seed)
        newcomer = with_day(frames, lambda day: day.assign(attendant_id=99), busiest(frames))
        assert found_on(RefillPace(), newcomer, moment()) == []


def test_five_gaps_are_too_few_to_score() -> None:
    frames = slowed(ordinary(400), 3.0)
    assert found_on(RefillPace(), with_day(frames, lambda day: day.head(5), busiest(frames)), moment()) == []


def test_a_slow_morning_may_be_made_up_for() -> None:
    frames = slowed(ordinary(400), 3.0)
    morning = with_day(frames, lambda day: day.head(8), busiest(frames))
    assert found_on(RefillPace(), morning, moment(hours=11)) == []


def test_an_ordinary_hotel_is_quiet() -> None:
    # 8 hotels, 20 days each
    assert sum(len(walk(RefillPace(), ordinary(seed))) for seed in SEEDS[:8]) <= 1


# Minutes in the rooms, where rooms come free one by one and the way to the next is mostly waiting


def waiting(seed: int) -> Frames:
    """The hotel with gaps that are mostly waiting, and the minutes in the rooms on record."""
    frames = ordinary(seed)
    rng = np.random.default_rng(seed)
    in_rooms = frames.gaps.assign(in_room=True, minutes=frames.gaps["minutes"] / 3)
    gaps = frames.gaps.assign(minutes=rng.uniform(3, 45, len(frames.gaps)))
    return changed(frames, gaps=pd.concat([gaps, in_rooms], ignore_index=True))


def slow_in_rooms(frames: Frames, who: int, factor: float = 2.0) -> Frames:
    def slower(day: pd.DataFrame) -> pd.DataFrame:
        return day.assign(minutes=day["minutes"].where(~day["in_room"], factor * day["minutes"]))

    return with_day(frames, slower, who)


def test_who_is_slow_in_the_rooms_is_found_though_the_gaps_are_mostly_waiting() -> None:
    for seed in SEEDS[:8]:
        frames = waiting(seed)
        (found,) = found_on(RefillPace(), slow_in_rooms(frames, busiest(frames)), moment())
        assert (found.entity_id, found.facts["in_rooms"] if found.facts else None) == (busiest(frames), True)
        assert found.expected is not None
        assert found.value / found.expected == pytest.approx(2, rel=0.35)


def test_a_waiting_hotel_without_a_slow_attendant_is_quiet() -> None:
    assert sum(len(walk(RefillPace(), waiting(seed))) for seed in SEEDS[:4]) <= 1


def slow_on_the_way(seed: int, rooms: int) -> Frames:
    """Twice the minutes from room to room, with the usual ones on record in so many of the day's rooms."""
    usual = ordinary(seed).gaps.assign(in_room=True)
    frames = slowed(ordinary(seed), 2.0)
    both = changed(frames, gaps=pd.concat([frames.gaps, usual], ignore_index=True))

    def recorded(day: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([day[~day["in_room"]], day[day["in_room"]].head(rooms)])

    return with_day(both, recorded, busiest(frames))


def test_waiting_and_unrecorded_rooms_between_rooms_are_no_slowness() -> None:
    """Rooms that are not free yet, and checks that the application refused to save, lengthen the way alone."""
    assert [f for seed in SEEDS[:8] for f in found_on(RefillPace(), slow_on_the_way(seed, 6), moment())] == []


def test_the_way_decides_where_the_minutes_of_five_rooms_are_on_record() -> None:
    for seed in SEEDS[:8]:
        found = found_on(RefillPace(), slow_on_the_way(seed, 5), moment())
        assert [f.entity_id for f in found] == [busiest(ordinary(seed))]
        assert all("in_rooms" not in (f.facts or {}) for f in found)


def test_minutes_in_rooms_alone_are_enough_to_learn_from() -> None:
    frames = waiting(401)
    alone = changed(frames, gaps=frames.gaps[frames.gaps["in_room"]])
    assert [f.entity_id for f in found_on(RefillPace(), slow_in_rooms(alone, busiest(alone)), moment())] == [
        busiest(alone)
    ]


def test_six_days_are_too_little() -> None:
    learned = RefillPace().fit(ordinary(1).between(LAST_DAY - 5, LAST_DAY + 1), 30)
    assert isinstance(learned, TooLittle)
    assert learned.need == 7
