"""The section on vacant rooms: what is counted, and where it stands on the page."""

from dataclasses import replace
from datetime import date

from support.alerts.findings import VACANT

from minibar_ml.simulate import ApplicationManner, Fault, HotelPlan
from quality.hotels import Hotel
from quality.page import report, vacancy
from quality.raised import Raised
from quality.results import Results
from quality.walk import Walk

DAY = date(2025, 11, 10)


def _walk(hours: str | None, faults: tuple[Fault, ...], alerts: tuple[Raised, ...]) -> Walk:
    manner = None if hours is None else ApplicationManner(hours=hours)  # type: ignore[arg-type]
    plan = HotelPlan(seed=1, ends_on=date(2025, 11, 30), rooms=100, manner=manner)
    return Walk(Hotel("any", plan, "b", 0.0, 30), faults, alerts, {}, {}, 0.0, {})


def _theft(room: int, units: float) -> Fault:
    return Fault("vacant_consumption", 1, "room", room, DAY, DAY, units, "")


def _alert(room: int, reason: str) -> Raised:
    return Raised(replace(VACANT, entity_id=room, hotel_id=1, occurred_on=DAY, reason=reason), [DAY])


def _results() -> Results:
    faults = (_theft(1, 2.0), _theft(2, 4.0), _theft(3, 4.0))
    alerts = (_alert(1, "vacant"), _alert(2, "after_first_check"), _alert(9, "vacant"))
    return Results("tune", (_walk("all", faults, alerts), _walk(None, faults, alerts)), (), 0.0)


def _row(table: str, first: str) -> list[str]:
    return next(row for line in table.splitlines() if (row := [cell.strip() for cell in line.split("|")])[1] == first)


def test_recall_certainty_and_false_alerts_are_those_of_hotels_in_the_applications_manner() -> None:
    for hours in ("all", "together"):
        row = _row(vacancy.by_hours(_results()), hours)
        assert row[2:6] == ["1", "3", "2", "0.67"]
        assert row[7:10] == ["0.33", "1", "0.333"]
    assert "none" not in vacancy.by_hours(_results())


def test_units_are_counted_in_the_class_that_they_reach() -> None:
    rows = [line.split("|") for line in vacancy.by_units(_results()).splitlines()]
    counted = {(row[1].strip(), row[2].strip()): (row[3].strip(), row[4].strip()) for row in rows[2:]}
    assert counted["all", "2 units and more"] == ("1", "1.00")
    assert counted["all", "3 units and more"] == ("2", "0.50")
    assert counted["all", "5 units and more"] == ("0", "-")


def test_a_section_takes_the_place_of_its_former_one() -> None:
    page = "# Quality\n\n## What was found\n\nx\n\n## Simple rules and more\n\ny\n"
    once = report.put_into(page, f"{vacancy.HEADING}\n\nfirst", vacancy.HEADING)
    assert once.index("x") < once.index("first") < once.index("## Simple rules")
    assert report.put_into(once, f"{vacancy.HEADING}\n\nsecond", vacancy.HEADING) == once.replace("first", "second")


def test_the_section_on_the_page_ends_before_the_bound() -> None:
    page = report.FILE.read_text(encoding="utf-8")
    after = report.put_into(page, f"{vacancy.HEADING}\n\nother", vacancy.HEADING)
    assert "other\n\n## The bound\n\nWhat a test finds" in after
