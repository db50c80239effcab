-- What alerts rest on: the points of the days on which their faults were found.

-- name: follow
-- Files live alerts under the hotel to which their subject has moved: the points of their last day are gone from their own
-- hotel, and one other has such points. A product has moved where no product of its hotel has points of the metric any more;
-- its stock is of the last movement. Looked at are those of today and yesterday, those whose points of past days have changed
-- since the last run of detect, and all where collect has computed all days again. Returns the first day that a live alert, or a
-- muted finding that is still compared, rests on; null where none does.
WITH moved AS (
    SELECT DISTINCT ON (a.type, m.hotel_id, a.entity_type, a.entity_id, a.is_state) a.id, m.hotel_id
    FROM ml_alerts a
    CROSS JOIN LATERAL (SELECT a.last_occurred_on - CASE a.entity_type WHEN 'product' THEN 28 ELSE 0 END AS since_on) d
    CROSS JOIN LATERAL (
        SELECT min(m.hotel_id) FILTER (WHERE m.is_of_days) AS hotel_id FROM (
            SELECT m.hotel_id, m.business_date BETWEEN d.since_on AND a.last_occurred_on AS is_of_days FROM ml_metrics m
            WHERE m.metric_type = a.metric AND m.entity_type = a.entity_type AND m.entity_id = a.entity_id
              AND m.observed_at >= d.since_on - 1 AND m.observed_at < a.last_occurred_on + 2) m
        HAVING min(m.hotel_id) FILTER (WHERE m.is_of_days) = max(m.hotel_id) FILTER (WHERE m.is_of_days)
           AND min(m.hotel_id) FILTER (WHERE m.is_of_days) <> a.hotel_id
           AND NOT (a.entity_type = 'product' AND bool_or(m.hotel_id = a.hotel_id))) m
    WHERE is_live(a.status) AND a.entity_type <> 'hotel' AND a.id NOT IN (SELECT held('alerts'))
      AND (a.type, m.hotel_id, a.entity_type, a.entity_id, a.is_state) NOT IN (
          SELECT h.type, h.hotel_id, h.entity_type, h.entity_id, h.is_state FROM ml_alerts h
          WHERE h.id IN (SELECT held('alerts')))
      AND (a.last_occurred_on >= CAST(CAST(:as_of AS timestamptz) AS date) - 1
           OR (a.hotel_id, a.entity_type, a.entity_id) IN (SELECT hotel_id, entity_type, entity_id FROM ml_changed_days)
           OR EXISTS (SELECT FROM ml_job_runs c
                      WHERE c.job = 'collect' AND jsonb_exists(c.counts, 'is_afresh') AND c.ended_at >= (
                          SELECT max(started_at) FROM ml_job_runs WHERE job = 'detect' AND outcome IN ('done', 'partly'))))
      AND NOT EXISTS (
          SELECT FROM ml_alerts l
          WHERE is_live(l.status) AND l.hotel_id = m.hotel_id
            AND (l.type, l.entity_type, l.entity_id, l.is_state) = (a.type, a.entity_type, a.entity_id, a.is_state))
    ORDER BY a.type, m.hotel_id, a.entity_type, a.entity_id, a.is_state, a.id
), followed AS (
    UPDATE ml_alerts a SET hotel_id = m.hotel_id FROM moved m WHERE a.id = m.id AND is_live(a.status)
)
SELECT min(day) AS oldest FROM (
    SELECT min(d.since_on) FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
    WHERE is_live(a.status) AND d.ground IS NOT NULL
    UNION ALL
    SELECT min(since_on) FROM ml_muted_findings
    WHERE ground IS NOT NULL AND judged_on >= CAST(:today AS date) - CAST(:daily_days AS integer)) f (day)

-- name: fetch_moved
-- Days of live alerts, and of muted findings (no alert), whose points are no longer as they were when the fault was found,
-- or are gone. And days whose own points (is_own) are as they were, but points that they were compared with have changed:
-- of others of the hotel (null: of any) on one of the days that :compared names for the type. :own, where it is known whose
-- points of past days have changed, are they; others' are then as they were. Null: everybody's are compared. An alert that
-- somebody has reopened since `follow`, and that rests on a day before :oldest, is left to a later run.
WITH own AS MATERIALIZED (
    SELECT DISTINCT entity_type, entity_id
    FROM jsonb_to_recordset(CAST(:own AS jsonb)) AS o(entity_type text, entity_id integer)
), looked_at AS MATERIALIZED (
    SELECT a.type, a.metric, a.hotel_id, a.entity_type, a.entity_id, d.*, EXISTS (
               SELECT FROM jsonb_to_recordset(CAST(:changed AS jsonb)) AS c(hotel_id integer, entity_type text, day date)
               WHERE c.day BETWEEN d.judged_on - w.days AND d.judged_on AND c.entity_type = w.others
                 AND (c.hotel_id IS NULL OR c.hotel_id = a.hotel_id OR a.hotel_id = 0)) AS is_compared
    FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
    LEFT JOIN jsonb_to_recordset(CAST(:compared AS jsonb)) AS w(type text, entity_type text, others text, days integer)
           ON w.type = a.type AND w.entity_type = a.entity_type AND d.score IS NOT NULL
    WHERE is_live(a.status) AND d.ground IS NOT NULL AND d.judged_on <= :today AND d.since_on >= CAST(:oldest AS date)
)
SELECT d.alert_id, d.type, d.hotel_id, d.entity_type, d.entity_id, d.metric, d.occurred_on, d.judged_on,
       d.ground IS DISTINCT FROM g.ground AS is_own, d.value, d.figures ->> 'reason' AS reason
FROM looked_at d
CROSS JOIN LATERAL ground_of(d.metric, CAST(:rests_also AS jsonb) -> d.type, d.hotel_id, d.entity_type, d.entity_id,
                             d.since_on, d.judged_on, CAST(:not_before AS timestamptz)) g
WHERE (CAST(:own AS jsonb) IS NULL OR d.judged_on = :today OR d.is_compared
       OR (d.entity_type, d.entity_id) IN (SELECT entity_type, entity_id FROM own))
  AND (d.is_compared OR d.ground IS DISTINCT FROM g.ground)
UNION ALL
SELECT DISTINCT CAST(NULL AS bigint), k.type, k.hotel_id, k.entity_type, k.entity_id, k.metric, k.occurred_on, k.judged_on,
       true, CAST(NULL AS double precision), NULL
FROM ml_muted_findings k
CROSS JOIN LATERAL ground_of(k.metric, CAST(:rests_also AS jsonb) -> k.type, k.hotel_id, k.entity_type, k.entity_id,
                             k.since_on, k.judged_on, CAST(:not_before AS timestamptz)) g
WHERE k.ground IS NOT NULL AND k.since_on >= CAST(:oldest AS date)
  AND k.judged_on BETWEEN CAST(:today AS date) - CAST(:daily_days AS integer) AND :today
  AND (CAST(:own AS jsonb) IS NULL OR k.judged_on = :today
       OR (k.entity_type, k.entity_id) IN (SELECT entity_type, entity_id FROM own))
  AND k.ground IS DISTINCT FROM g.ground
ORDER BY alert_id, type, hotel_id, entity_type, entity_id, occurred_on

-- name: fetch_days
-- The days of live alerts of some entities.
SELECT d.alert_id, a.type, a.hotel_id, a.entity_type, a.entity_id, a.metric, d.occurred_on, d.judged_on
FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
WHERE is_live(a.status) AND (a.hotel_id, a.entity_type, a.entity_id) IN (
    SELECT hotel_id, entity_type, entity_id
    FROM jsonb_to_recordset(CAST(:entities AS jsonb)) AS e(hotel_id integer, entity_type text, entity_id integer))
ORDER BY d.alert_id, d.occurred_on

-- name: find_first_day
-- The first day that a live alert rests on; of days before :not_before the records are not read again.
SELECT min(d.since_on) FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
WHERE is_live(a.status) AND d.ground IS NOT NULL AND d.since_on >= CAST(:not_before AS date)

-- name: fetch_followed
-- What live alerts are about that later records may settle: requests, and days on which units left the depot.
SELECT a.hotel_id, a.entity_id, a.facts ->> 'requested_at' AS requested_at, CAST(NULL AS bigint) AS alert_id,
       CAST(NULL AS date) AS judged_on, CAST(NULL AS jsonb) AS figures
FROM ml_alerts a
WHERE is_live(a.status) AND a.type = 'unanswered_request' AND a.entity_type = 'room' AND a.facts ->> 'requested_at' IS NOT NULL
UNION ALL
SELECT a.hotel_id, a.entity_id, NULL, d.alert_id, d.judged_on, d.figures
FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
WHERE is_live(a.status) AND a.entity_type = 'product' AND d.figures ->> 'metric' = 'stock_outflow'

-- name: settle
-- Gives alerts whose records have changed the figures of today: :moved are the days that were looked at again, :found
-- what was found on them, which rests on no point of before :not_before. An alert of which no day is left is resolved.
-- Returns the alerts that it changed.
WITH moved AS (
    SELECT * FROM jsonb_to_recordset(CAST(:moved AS jsonb)) AS m (alert_id bigint, occurred_on date)
), found AS (
    SELECT CAST(e.row ->> 'alert_id' AS bigint) AS alert_id, f.occurred_on, least(f.since_on, f.occurred_on) AS since_on,
           greatest(f.occurred_on, CAST(e.row ->> 'judged_on' AS date)) AS judged_on, f.severity, f.value, f.score,
           e.row -> 'figures' AS figures, f.hotel_id, f.entity_type, f.entity_id, f.metric, f.type
    FROM jsonb_array_elements(CAST(:found AS jsonb)) AS e(row)
    CROSS JOIN LATERAL jsonb_to_record(e.row -> 'figures') AS f(
        type text, hotel_id integer, entity_type text, entity_id integer, metric text, severity severity,
        value double precision, score double precision, occurred_on date, since_on date)
), live AS (
    SELECT id FROM ml_alerts
    WHERE id IN (SELECT alert_id FROM moved) AND is_live(status) AND id NOT IN (SELECT held('alerts'))
    ORDER BY id FOR UPDATE
), gone AS (
    DELETE FROM ml_alert_days d USING moved m
    WHERE (d.alert_id, d.occurred_on) = (m.alert_id, m.occurred_on) AND m.alert_id IN (SELECT id FROM live)
      AND NOT EXISTS (SELECT FROM found f WHERE (f.alert_id, f.occurred_on) = (m.alert_id, m.occurred_on))
), corrected_days AS (
    UPDATE ml_alert_days d
    SET since_on = f.since_on, judged_on = f.judged_on, severity = f.severity, value = f.value, score = f.score,
        figures = f.figures, ground = g.ground
    FROM found f
    CROSS JOIN LATERAL ground_of(f.metric, CAST(:rests_also AS jsonb) -> f.type, f.hotel_id, f.entity_type, f.entity_id,
                                 f.since_on, f.judged_on, CAST(:not_before AS timestamptz)) g
    WHERE (d.alert_id, d.occurred_on) = (f.alert_id, f.occurred_on) AND d.alert_id IN (SELECT id FROM live)
), days AS (
    SELECT alert_id, occurred_on, severity, value, score, figures FROM ml_alert_days d
    WHERE alert_id IN (SELECT id FROM live)
      AND NOT EXISTS (SELECT FROM moved m WHERE (m.alert_id, m.occurred_on) = (d.alert_id, d.occurred_on))
    UNION ALL
    SELECT alert_id, occurred_on, severity, value, score, figures FROM found
), strongest AS (
    SELECT DISTINCT ON (alert_id) alert_id, occurred_on AS measured_on,
           max(aged(severity, occurred_on, :as_of)) OVER alert AS severity, figures,
           min(occurred_on) OVER alert AS first_on, max(occurred_on) OVER alert AS last_on,
           count(*) OVER alert AS occurrences
    FROM days WINDOW alert AS (PARTITION BY alert_id)
    -- What counts have put back comes after what is still missing.
    ORDER BY alert_id, CASE WHEN CAST(figures ->> 'is_repeatable' AS boolean) THEN occurred_on END DESC,
             coalesce(figures #> '{facts,still_missing}' = '0', false),
             coalesce(score, '-Infinity') DESC, CASE WHEN score IS NULL THEN value END DESC, occurred_on
), corrected AS (
    UPDATE ml_alerts a
    SET severity = s.severity, occurred_on = s.first_on, last_occurred_on = s.last_on, measured_on = s.measured_on,
        occurrences = s.occurrences, entity_name = f.entity_name, metric = f.metric, value = f.value,
        expected = f.expected, lower = f.lower, upper = f.upper, deviation_percent = f.deviation_percent,
        score = f.score, detector = f.detector, impact = f.impact, reason = f.reason, facts = f.facts,
        message = f.message, suggested_action = f.suggested_action, corrected_at = :as_of,
        last_seen = greatest(a.last_seen, CAST(:as_of AS timestamptz))
    FROM strongest s
    CROSS JOIN LATERAL jsonb_to_record(s.figures) AS f(
        entity_name text, metric text, value double precision, expected double precision, lower double precision,
        upper double precision, deviation_percent double precision, score double precision, detector text,
        impact numeric(14, 2), reason text, facts jsonb, message text, suggested_action text)
    WHERE a.id = s.alert_id AND a.id IN (SELECT id FROM live)
      -- That critical has become high may be for its age alone.
      AND (least(a.severity, 'high'), a.occurred_on, a.last_occurred_on, a.measured_on, a.value, a.impact, a.reason,
           a.facts -> 'earlier', a.facts -> 'put_back')
          IS DISTINCT FROM (least(s.severity, 'high'), s.first_on, s.last_on, s.measured_on, f.value, f.impact, f.reason,
                            f.facts -> 'earlier', f.facts -> 'put_back')
    RETURNING a.id
), withdrawn AS (
    UPDATE ml_alerts a
    SET status = 'resolved', resolved_at = :as_of, resolved_by = 'system', end_reason = 'records_changed', is_counted = false,
        snoozed_until = NULL, snoozed_by = NULL, muted_by = NULL
    WHERE a.id IN (SELECT id FROM live) AND NOT EXISTS (SELECT FROM days d WHERE d.alert_id = a.id)
    RETURNING a.id
)
SELECT id, false AS is_withdrawn FROM corrected UNION ALL SELECT id, true FROM withdrawn ORDER BY id

-- name: fetch
-- The days on which an alert's fault was found: what it said was measured, what the records say now (null: nothing), and
-- whether the records of so long ago are still read. Records that are as they were say what they said, also where that
-- is computed from several points; the day's own metric counts, since the alert may have another day's.
SELECT d.occurred_on AS day, d.value, d.figures ->> 'reason' AS reason,
       d.occurred_on >= CAST(:today AS date) - CAST(:daily_days AS integer)
           OR (is_live(a.status) AND d.since_on >= CAST(:today AS date) - CAST(:compared_days AS integer)) AS is_read,
       CASE WHEN d.ground = g.ground THEN d.value ELSE (
           SELECT max(m.metric_value) FROM ml_metrics m
           WHERE (m.metric_type, m.hotel_id, m.entity_type, m.entity_id)
                 = (d.figures ->> 'metric', a.hotel_id, a.entity_type, a.entity_id)
             AND m.observed_at >= d.occurred_on - 1 AND m.observed_at < d.occurred_on + 2
             AND m.business_date = d.occurred_on) END AS on_record
FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
CROSS JOIN LATERAL ground_of(d.figures ->> 'metric', CAST(:rests_also AS jsonb) -> a.type, a.hotel_id, a.entity_type,
                             a.entity_id, d.since_on, d.judged_on) g
WHERE a.id = :id
ORDER BY d.occurred_on

-- name: fetch_losses
-- What an alert says of the days on which units left the depot.
SELECT figures FROM ml_alert_days WHERE alert_id = :id AND figures ->> 'metric' = 'stock_outflow' ORDER BY occurred_on

-- name: fetch_book
-- Balances of one product's ledger from the last one before a day on, as of an instant.
WITH book AS (
    SELECT observed_at, business_date, metric_value, context ->> 'kind' AS kind FROM ml_metrics
    WHERE metric_type = 'stock_level' AND hotel_id = :hotel_id AND entity_type = 'product' AND entity_id = :product_id
      AND observed_at < :until
)
SELECT CAST(:product_id AS integer) AS product_id, business_date - DATE '0001-01-01' + 1 AS day,
       CAST(extract(epoch FROM observed_at) AS double precision) AS at, metric_value AS level, kind
FROM book
WHERE observed_at >= coalesce((SELECT max(observed_at) FROM book WHERE observed_at < CAST(:first AS date)), CAST(:first AS date))
ORDER BY observed_at
