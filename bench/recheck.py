"""Recheck: what it adds to a run of detect that 100,000 live alerts are compared with the points that they rest on.

The rooms of a hotel are copied in the store under other ids, as for `scale`, and most of them get three live alerts of
recent days each. Runs that compare are paired with runs of the same store whose alerts rest on nothing.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bench.hotel import LAST_DAY, Hotel, Server, execute
from bench.processes import Spent, median
from bench.rows import Row
from bench.scale import COPY
from bench.statements import count

NAME = "recheck"
ROOMS, COPIES, ALERTS, REPEATS = 250, 180, 100_000, 3
LIMIT, MORE_STATEMENTS = 1.2, 5
POINTS_DAYS = 45
TYPES = ("consumption_anomaly", "vacant_consumption", "silent_room")
RAISE = """
INSERT INTO minibar_ml.ml_alerts (
    type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value, detector, reason, message,
    suggested_action, occurred_on, last_occurred_on, measured_on, raised_at, last_seen)
SELECT t.type, 'medium', m.hotel_id, 'room', m.entity_id, CAST(m.entity_id AS text), 'room_consumption', 5, 'bench',
       'bench', '', '', o.day, o.day, o.day, now(), now()
FROM (SELECT DISTINCT ON (entity_id) hotel_id, entity_id, business_date FROM minibar_ml.ml_metrics
      WHERE metric_type = 'room_consumption' AND business_date BETWEEN %(since)s AND %(until)s
        -- Rooms that the source names would be called by those names.
        AND entity_id NOT IN (SELECT room_id FROM minibar_ml.source_rooms())
      ORDER BY entity_id, md5(CAST(entity_id AS text) || CAST(business_date AS text))) m
CROSS JOIN unnest(CAST(%(types)s AS text[])) AS t(type)
-- On two days, so that those of a room are no incident.
CROSS JOIN LATERAL (SELECT m.business_date - CAST(t.type = 'vacant_consumption' AS integer) AS day) o
ORDER BY m.entity_id LIMIT %(alerts)s
ON CONFLICT DO NOTHING
"""
"""A room that has such an alert already keeps it."""
REST = """
INSERT INTO minibar_ml.ml_alert_days (alert_id, occurred_on, since_on, judged_on, severity, value, score, figures)
SELECT id, occurred_on, occurred_on, occurred_on, severity, value, 9, to_jsonb(a) FROM minibar_ml.ml_alerts a
WHERE detector = 'bench'
"""
GROUNDS = """
UPDATE minibar_ml.ml_alert_days d SET ground = g.ground
FROM (SELECT a.id, g.ground FROM minibar_ml.ml_alerts a CROSS JOIN LATERAL minibar_ml.ground_of(
          a.metric, NULL, a.hotel_id, a.entity_type, a.entity_id, a.occurred_on, a.occurred_on) g
      WHERE a.detector = 'bench') g
WHERE d.alert_id = g.id
"""
NO_GROUNDS = "UPDATE minibar_ml.ml_alert_days SET ground = NULL"
CHANGED = """
UPDATE minibar_ml.ml_alert_days SET ground = md5(coalesce(ground, ''))
WHERE alert_id IN (SELECT id FROM minibar_ml.ml_alerts WHERE detector = 'bench' ORDER BY id LIMIT 100)
"""
NONE = """
UPDATE minibar_ml.ml_alerts SET status = 'resolved', resolved_at = now(), resolved_by = 'system'
WHERE detector = 'bench'
"""
SAME = "SELECT 1"
MEASURED = {"same": "all as their records", "changed": "a hundred whose days are checked again"}
COUNTED = {"same": SAME, "changed": CHANGED, "none": NONE}
COLLECTED = """
INSERT INTO minibar_ml.ml_job_runs (job, as_of, outcome, started_at, ended_at, counts)
VALUES ('collect', %(as_of)s, 'done', clock_timestamp(), clock_timestamp(), '{}')
"""
"""A run of collect that found nothing new: a real one would remove the copied rooms' points."""
FORGET = (
    "DELETE FROM minibar_ml.ml_job_runs WHERE id = (SELECT max(id) FROM minibar_ml.ml_job_runs WHERE job = 'detect')"
)
"""So that the other run of a pair does the same once more."""
ALL_LIVE = """
SELECT 1 / CAST(count(*) >= 0.99 * %(alerts)s AS integer) FROM minibar_ml.ml_alerts
WHERE minibar_ml.is_live(status) AND detector = 'bench'
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Only with `large`: the first run of a day, which compares all alerts, and those of every 15 minutes."""
    if not large:
        return
    hotel = server.hotel(ROOMS)
    night = date.fromisoformat(LAST_DAY) + timedelta(days=1)
    hotel.run("collect", "--as-of", f"{night}")
    hotel.run("train", "--as-of", f"{night}")
    execute(hotel.url, COPY, {"copies": COPIES - 1, "after": night - timedelta(days=POINTS_DAYS)})
    execute(hotel.url, "VACUUM ANALYZE")
    hotel.run("detect", "--as-of", f"{night - timedelta(days=1)}T23:45")
    # Before the days that are checked as a whole: nothing is wrong there, and what others' records contradict ends.
    days = {"since": night - timedelta(days=7), "until": night - timedelta(days=2)}
    execute(hotel.url, RAISE, days | {"types": list(TYPES), "alerts": ALERTS})
    execute(hotel.url, REST)
    execute(hotel.url, ALL_LIVE, {"alerts": ALERTS})
    yield from _rows("the first run of a day", *_paired(hotel, f"{night}T00:05"))
    hotel.run("detect", "--as-of", f"{night}T08:45")
    yield from _rows("every 15 minutes", *_paired(hotel, f"{night}T09:00"))
    # The first run of another day, against one without alerts: what is sent for those that differ counts too.
    next_run = f"{night + timedelta(days=1)}T00:05"
    sent = {name: _statements(hotel, next_run, grounds) for name, grounds in COUNTED.items()}
    for state, what in MEASURED.items():
        measured = f"{ALERTS:,} live alerts, {what}: statements more than without alerts"
        value = sent[state] - sent["none"]
        yield Row(benchmark=NAME, measured=measured, value=value, unit="", limit=MORE_STATEMENTS)


def _paired(hotel: Hotel, as_of: str) -> tuple[Spent, Spent]:
    """What a run costs that compares, and one that does not; each is forgotten, and first in turn."""
    spent: dict[str, list[Spent]] = {GROUNDS: [], NO_GROUNDS: []}
    for n in range(REPEATS):
        for grounds in (GROUNDS, NO_GROUNDS) if n % 2 else (NO_GROUNDS, GROUNDS):
            execute(hotel.url, grounds)
            execute(hotel.url, "VACUUM ANALYZE minibar_ml.ml_alert_days")
            execute(hotel.url, COLLECTED, {"as_of": as_of})
            spent[grounds].append(hotel.run("detect", "--as-of", as_of))
            execute(hotel.url, ALL_LIVE, {"alerts": ALERTS})
            execute(hotel.url, FORGET)
    return median(spent[GROUNDS]), median(spent[NO_GROUNDS])


def _statements(hotel: Hotel, as_of: str, grounds: str) -> int:
    """How many statements such a run sends."""
    execute(hotel.url, GROUNDS)
    execute(hotel.url, grounds)
    execute(hotel.url, COLLECTED, {"as_of": as_of})
    sent = count(hotel, [("detect", "detect", "-q", "--as-of", as_of)])["detect"]
    execute(hotel.url, FORGET)
    return sent


def _rows(what: str, compared: Spent, without: Spent) -> Iterator[Row]:
    cpu = (compared.cpu + compared.server, without.cpu + without.server)
    figures = (("wall", compared.wall, without.wall, None), ("CPU with the server's", *cpu, LIMIT))
    for name, value, other, limit in figures:
        yield Row(
            benchmark=NAME, measured=f"{ALERTS:,} live alerts, {what}: {name}", value=value, unit="s",
            baseline="without comparing", baseline_value=other, limit=limit,
        )  # fmt: skip
