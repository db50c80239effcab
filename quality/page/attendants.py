"""The section on attendants: how many are named by what they do and how long it takes, and who is named wrongly."""

from collections.abc import Iterator, Sequence
from statistics import mean, median

from minibar_ml.ml.evaluation.holdout import HELD_OUT_DAYS as ESTIMATED_OF
from quality.attendants import DIFFERENCES, SCORED_DAYS, Case, Deed, Difference, Named
from quality.page.tables import interval, markdown, share
from quality.shares import Share, counts_interval

HEADING = "## Attendants"
SOON = 10
WANTED = 0.8
WANTED_OF: tuple[tuple[Deed, float], ...] = (("adds", 0.3), ("leaves_out", 0.5))
MOST_FALSE = 0.1
Measured = Sequence[tuple[Case, Named]]
WORDS = """\
Made by `make quality ARGS=--attendants`, on hotels of their own (quality/attendants.py): for each line five of 100
rooms with four attendants and five of 80 rooms with three, two days off a week each, collected as all others, the last
{days} days walked through. In each, one attendant does the same for these three weeks: *adds* enters so many units more
a check, of rooms that were slept in; *leaves out* enters nothing at so many of the checks, and the next check finds it.
Everybody overlooks everything at some checks, each at a share of their own, up to a tenth. *In turn*: an attendant's
rooms change daily; *own floors*: they stay, and colleagues take them on days off. Days are counted from the first one,
days off too. *Others* are people named who do nothing, or not that. The last two columns compare what was found
with what `train` says would be, of the same hotels the day before anybody does anything.

In the hotels of the second table nobody does anything wrong. One attendant is *quick* or *slow* (0.6 and 1.7 times the
minutes), has *busy floors* (a free room is let 2.5 times as often as others) or a *thirsty wing* (its guests take
three times as much), is *new* (two weeks) or was *on leave* (16 of the last 28 days); all have floors of their own,
but in half of the hotels of the first line. Whoever is named there is named wrongly. The detectors that run are
`attendant_entries` and `unseen_round`; a person counts once.
"""
NAMES: dict[Difference, str] = {
    "none": "nobody", "quick": "quick", "slow": "slow", "busy_floors": "busy floors", "thirsty_wing": "thirsty wing",
    "new": "new", "on_leave": "on leave",
}  # fmt: skip


def section(measured: Measured) -> str:
    """Heading, words, targets and both tables."""
    words = WORDS.format(days=SCORED_DAYS).strip()
    return "\n\n".join([HEADING, words, targets(measured), found(measured), falsely(measured)])


def targets(measured: Measured) -> str:
    """What the detectors are to reach, over both ways to share rooms."""
    rows = []
    for deed, strength in WANTED_OF:
        days = [
            day
            for one, named in measured
            if (one.deed, one.strength) == (deed, strength)
            for day in named.days_until_found
        ]
        recall = _within(days, SOON)
        is_met = recall.value is not None and recall.value >= WANTED
        words = f"{_done(deed, strength)}: named within {SOON} days >= {WANTED:g}"
        rows.append([words, f"{share(recall)} ({interval(recall)})", "met" if is_met else "**not met**"])
    false, room_days = sum(named.falsely for _, named in measured), _thousand_room_days(measured)
    low, high = (count / room_days for count in counts_interval(false))
    is_met = false / room_days <= MOST_FALSE
    words = f"all of these hotels: false alerts a day and 1,000 rooms <= {MOST_FALSE:g}"
    figure = f"{false / room_days:.3f} ({low:.3f} to {high:.3f})"
    rows.append([words, figure, "met" if is_met else "**not met**"])
    return markdown(("target", "measured", ""), rows)


def found(measured: Measured) -> str:
    """By deed, strength and how rooms are shared: who is named, and when."""
    head = (
        "attendant",
        "rooms",
        "people",
        f"within {SOON} days",
        "95 %",
        "within 21 days",
        "95 %",
        "median days",
        "others",
        f"within {ESTIMATED_OF} days",
        "estimate",
    )
    return markdown(head, list(_lines(measured)))


def _lines(measured: Measured) -> Iterator[list[str]]:
    for one, named in measured:
        if one.deed:
            days = named.days_until_found
            soon, ever = _within(days, SOON), _within(days, SCORED_DAYS)
            known = [day for day in days if day is not None]
            yield [
                _done(one.deed, one.strength), _words(one.sharing), str(len(days)), share(soon), interval(soon),
                share(ever), interval(ever), f"{median(known):g}" if known else "-", str(named.falsely),
                share(_within(days, ESTIMATED_OF)), _estimate(one, named),
            ]  # fmt: skip


def _estimate(one: Case, named: Named) -> str:
    """What training would have said of the same hotels, before anybody did anything."""
    found = [estimate.adds if one.deed == "adds" else estimate.leaves_out for estimate in named.estimates]
    return f"{mean(of_hotel[one.strength] for of_hotel in found):.2f}" if found else "-"


def falsely(measured: Measured) -> str:
    """Who is named where nobody does anything wrong."""
    head = ("who differs", "hotels", "hotel-days", "people", "named", "FA/d", "95 %")
    honest = [(one, named) for one, named in measured if one.deed is None]
    groups = [(NAMES[name], [pair for pair in honest if pair[0].difference == name]) for name in DIFFERENCES]
    return markdown(head, [_line(words, group) for words, group in [*groups, ("together", honest)] if group])


def _line(words: str, group: Measured) -> list[str]:
    hotels = sum(named.hotels for _, named in group)
    people = sum(hotel.plan.hotels * hotel.plan.attendants_per_hotel for one, _ in group for hotel in one.hotels)
    false, room_days = sum(named.falsely for _, named in group), _thousand_room_days(group)
    low, high = (count / room_days for count in counts_interval(false))
    rate = [f"{false / room_days:.3f}", f"{low:.3f} to {high:.3f}"]
    return [words, str(hotels), str(hotels * SCORED_DAYS), str(people), str(false), *rate]


def _done(deed: Deed, strength: float) -> str:
    return f"adds {strength:g} units a check" if deed == "adds" else f"leaves out {strength:.0%}"


def _words(sharing: str) -> str:
    return sharing.replace("_", " ")


def _within(days: Sequence[int | None], most: int) -> Share:
    return Share(sum(day is not None and day <= most for day in days), len(days))


def _thousand_room_days(measured: Measured) -> float:
    return sum(named.rooms for _, named in measured) * SCORED_DAYS / 1000
