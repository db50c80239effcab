"""The section on attendants: which cases there are, and what is counted of them."""

from datetime import date

from minibar_ml.simulate import Fault
from quality import attendants
from quality.attendants import Case, Named
from quality.page import attendants as page
from quality.page import report

BEGAN, ENDED = date(2026, 5, 4), date(2026, 5, 24)
CASES = attendants.cases("tune")


def _named(case: Case, days: list[int | None], others: int = 0) -> Named:
    """Attendant 1 of each hotel is named on a day, or not; and so many others."""
    kind = "attendant_excess" if case.deed == "adds" else "attendant_silence"
    faults = [
        Fault(kind, hotel, "attendant", 1, BEGAN, ENDED, case.strength, "")  # type: ignore[arg-type]
        for hotel in range(1, len(days) + 1)
    ]
    first = {
        (hotel, 1, kind): date.fromordinal(BEGAN.toordinal() + day - 1)
        for hotel, day in enumerate(days, start=1)
        if day is not None
    }
    first |= {(1, 100 + n, kind): ENDED for n in range(others)}
    return Named(first, tuple(faults), 10, 900)


def _row(table: str, *first: str) -> list[str]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return next(row for row in rows if row[: len(first)] == list(first))


def test_each_deed_has_every_strength_with_either_way_to_share_rooms() -> None:
    done = [(one.deed, one.strength, one.sharing) for one in CASES if one.deed]
    assert len(done) == len(set(done)) == 12
    assert {one.difference for one in CASES if one.deed is None} == set(attendants.DIFFERENCES)
    names = [hotel.name for one in CASES for hotel in one.hotels]
    assert len(names) == len(set(names))
    seeds = {
        part: {hotel.plan.seed for one in attendants.cases(part) for hotel in one.hotels} for part in attendants.SEEDS
    }
    assert not seeds["tune"] & seeds["held_out"]


def test_who_is_named_counts_from_the_first_day_and_others_are_false() -> None:
    measured = [(one, _named(one, [1, 10, 11, None], others=2)) for one in CASES if one.deed]
    row = _row(page.found(measured), "adds 0.3 units a check", "own floors")
    assert row[2:4] == ["4", "0.50"]
    assert row[5] == "0.75"
    assert row[7:] == ["10", "2", "0.75", "-"]
    target = _row(page.targets(measured), "adds 0.3 units a check: named within 10 days >= 0.8")
    assert target[1].startswith("0.50 (")
    assert target[2] == "**not met**"


def test_the_wrong_kind_of_alert_about_the_right_person_is_false() -> None:
    case = next(one for one in CASES if one.deed == "adds")
    named = _named(case, [3, None])
    wrong = Named({(2, 1, "attendant_silence"): ENDED, **named.first}, named.faults, 10, 900)
    assert (wrong.falsely, wrong.days_until_found) == (1, [3, None])


def test_hotels_without_a_deed_are_counted_by_who_differs() -> None:
    honest = [one for one in CASES if one.deed is None]
    measured = [
        (one, Named({(1, 7, "attendant_excess"): ENDED} if one.difference == "slow" else {}, (), 10, 900))
        for one in honest
    ]
    table = page.falsely(measured)
    assert _row(table, "slow")[1:6] == ["10", "210", "35", "1", "0.053"]
    assert _row(table, "nobody")[1:5] == ["20", "420", "70", "0"]
    assert _row(table, "together")[4] == "1"


def test_the_section_takes_its_place_on_the_page() -> None:
    measured = [(one, _named(one, [1]) if one.deed else Named({}, (), 10, 900)) for one in CASES]
    made = page.section(measured)
    text = report.put_into("# Quality\n\n## What was found\n\nx\n\n## Simple rules and more\n\ny\n", made, page.HEADING)
    assert text.index("## What was found") < text.index(page.HEADING) < text.index("## Simple rules")
