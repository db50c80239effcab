"""Records are added, corrected, moved and deleted after alerts rest on them: alerts say what today's records say.

What is found by an entity's own records, and what lasts, is exactly what a run over today's records finds.
What is found by comparing with others keeps while its own records are as they were and ten times the budget would
still raise it; others' records alone raise nothing (docs/decisions/0054).
"""

import os
from collections import Counter
from collections.abc import Callable

import pytest
from support.hotels import edited_hotel
from support.hotels.edited_hotel import LAST, Held, live, severities, states, walked
from support.hotels.simulated import sql

HISTORIES = int(os.environ.get("MINIBAR_HISTORIES", "3"))
"""Random histories of edits; 200 of them take half an hour."""
ROOMS = 80
OWN_FIGURES = ("vacant_consumption", "consumption_anomaly")
"""Whose figures are the entity's own, though what is unusual depends on others."""


@pytest.fixture(scope="module")
def begun(make_database: Callable[..., str]) -> str:
    """The hotel on the first evening."""
    url = make_database()
    edited_hotel.begin(url, ROOMS)
    return url


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_after_any_history_of_edits_alerts_say_what_todays_records_say(
    begun: str, passing_database: Callable[..., str], seed: int
) -> None:
    edited = passing_database(begun)
    looked_at = live(edited, seed)
    today = walked(passing_database(edited))
    held, true = (Held.of(url, compared=False).days for url in (edited, today))
    assert {day: held[day] for day in held if held[day] != true.get(day)} == {}, "alerts that records contradict"
    assert {day: true[day] for day in true if true[day] != held.get(day)} == {}, "faults that records show"
    assert states(edited) == states(today), "what lasts"
    assert severities(edited).items() <= severities(today).items(), "how severe that is"
    raised = Held.of(today, compared=True)
    held, true = Held.of(edited, compared=True).days, raised.days
    missed = {
        day for day in true.keys() - held.keys() if (*day[1:], raised.metrics[day]) in looked_at or day[2] == LAST
    }
    assert missed == set(), "faults that an entity's own records show"
    own = {day for day in held.keys() & true.keys() if day[0] in OWN_FIGURES}
    assert {day for day in own if held[day][0] != true[day][0]} == set(), "with other figures"
    if kept := held.keys() - true.keys():
        enough = Held.of(walked(passing_database(edited), lenient=True), compared=True)
        assert {day for day in kept if day[1:] not in enough.causes} == set(), "that records of others contradict"
    events = Counter(row[0] for row in sql(edited, "SELECT event FROM minibar_ml.ml_alert_events"))
    withdrawn = sql(edited, "SELECT count(*) FROM minibar_ml.ml_alerts WHERE end_reason = 'records_changed'")[0][0]
    assert withdrawn + events["corrected"] > 3, "the edits touched what alerts rest on"
    assert len(held) > 3
