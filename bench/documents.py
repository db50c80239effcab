"""Documents: a month of 100,000 alerts in each format and in all at once, by the command that cron runs."""

from collections.abc import Iterator

from bench.hotel import LAST_DAY, Server, execute
from bench.rows import Row

NAME = "documents"
ROOMS, ALERTS = 30, 100_000
MEMORY_LIMIT = 512.0
FORMATS = ("html", "pdf", "xlsx", "json")
ENDING = "2025-10-31"
"""A month that the simulated hotel has whole."""
FILL = """
INSERT INTO minibar_ml.ml_alerts (type, severity, status, hotel_id, entity_type, entity_id, entity_name, metric, value,
    expected, detector, impact, reason, message, suggested_action, occurred_on, last_occurred_on, measured_on,
    raised_at, last_seen, resolved_at, resolved_by)
SELECT 'consumption_anomaly', CAST((ARRAY['low', 'medium', 'high', 'critical'])[1 + n %% 4] AS minibar_ml.severity),
    CASE WHEN n %% 10 = 0 THEN 'open' ELSE 'resolved' END, 1, 'room', n, 'Oda ' || n, 'room_consumption', 9, 5,
    'statistics', n %% 900, 'room_high', 'Oda ' || n || ': 9 units, 5 expected.', 'Count again.', day, day, day,
    day + time '12:00', day + time '12:00',
    CASE WHEN n %% 10 = 0 THEN NULL ELSE day + time '15:00' END, CASE WHEN n %% 10 = 0 THEN NULL ELSE 'ayse' END
FROM generate_series(1, %(alerts)s) n CROSS JOIN LATERAL (SELECT date '2025-10-01' + n %% 31 AS day) days
"""


def run(server: Server, *, large: bool) -> Iterator[Row]:
    """Peak memory and time of the monthly report, format by format, then with all of them."""
    hotel = server.hotel(ROOMS)
    hotel.run("collect", "--as-of", LAST_DAY)
    execute(hotel.url, FILL, {"alerts": ALERTS})
    execute(hotel.url, "VACUUM ANALYZE")
    for formats in (*((one,) for one in FORMATS), FORMATS):
        options = [part for name in formats for part in ("--format", name)]
        spent = hotel.run("report", "monthly", "--ending", ENDING, "--as-of", LAST_DAY, "--out", "documents", *options)
        for what, value, unit, limit in (
            ("peak memory", spent.peak_mb, "MB", MEMORY_LIMIT),
            ("wall", spent.wall, "s", None),
        ):
            measured = f"{ALERTS:,} alerts, {' + '.join(formats)}: {what}"
            yield Row(benchmark=NAME, measured=measured, value=value, unit=unit, limit=limit)
