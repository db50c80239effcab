-- Reports: a period of one hotel, or of all where no hotel is named, as known at one instant.
-- An alert counts on the day on which it was raised, as in `alerts list --since`: what is counted of a day never changes
-- afterwards, and the sums of all lists are equal.
-- What the records no longer showed by that instant was no fault: it counts nowhere.

-- name: snapshot
-- Makes all statements of the transaction see one state of the store; it is idle while pages are drawn.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL idle_in_transaction_session_timeout = 0

-- name: tallies
-- Alerts by the day they were raised, type, severity and the status they had at that instant, with their impact; and
-- whether it was a person who resolved them. Of the period before, those raised before an instant, which is its end, or
-- the same hour of it where the period itself still runs. Types without a possible loss lack no price.
SELECT CAST(raised_at AS date) AS day, type, severity,
       CASE WHEN status IN ('resolved', 'false_positive') AND resolved_at <= :as_of THEN status
            WHEN status = 'snoozed' AND snoozed_until > :as_of THEN status
            WHEN coalesce(read_at <= :as_of, status = 'acknowledged') THEN 'acknowledged'
            ELSE 'open' END AS status,
       coalesce(status = 'resolved' AND resolved_at <= :as_of AND resolved_by <> 'system', false) AS by_person,
       count(*) AS alerts, count(impact) FILTER (WHERE is_counted) AS priced,
       count(*) FILTER (WHERE is_counted AND impact IS NULL AND type = ANY(:in_money)) AS unpriced,
       sum(impact) FILTER (WHERE is_counted) AS impact
FROM ml_alerts
WHERE raised_at >= CAST(:before AS date) AND raised_at < CAST(:until AS date) AND raised_at <= :as_of
  AND (raised_at >= CAST(:since AS date) OR raised_at < CAST(:compared_until AS timestamptz))
  AND (end_reason = 'records_changed' AND resolved_at <= :as_of) IS NOT TRUE
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
GROUP BY 1, 2, 3, 4, 5

-- name: windows
-- Alerts raised in the last so many hours (`is_now`) and in as many before those, by severity and status.
SELECT w.hours, a.raised_at > CAST(:as_of AS timestamptz) - w.hours * interval '1 hour' AS is_now, a.severity,
       CASE WHEN a.status IN ('resolved', 'false_positive') AND a.resolved_at <= :as_of THEN a.status ELSE 'live' END
           AS status,
       coalesce(a.status = 'resolved' AND a.resolved_at <= :as_of AND a.resolved_by <> 'system', false) AS by_person,
       count(*) AS alerts, count(a.impact) FILTER (WHERE a.is_counted) AS priced,
       count(*) FILTER (WHERE a.is_counted AND a.impact IS NULL AND a.type = ANY(:in_money)) AS unpriced,
       sum(a.impact) FILTER (WHERE a.is_counted) AS impact
FROM unnest(CAST(:hours AS integer[])) AS w(hours)
JOIN ml_alerts a
  ON a.raised_at > CAST(:as_of AS timestamptz) - 2 * w.hours * interval '1 hour' AND a.raised_at <= :as_of
WHERE (CAST(:hotel_id AS integer) IS NULL OR a.hotel_id = :hotel_id)
  AND (a.end_reason = 'records_changed' AND a.resolved_at <= :as_of) IS NOT TRUE
GROUP BY 1, 2, 3, 4, 5

-- name: waiting
-- Alerts that were live at that instant, by hotel and severity, the most severe first; apart from them those that were
-- snoozed then, and the first instant at which one of them comes back.
SELECT hotel_id, severity, is_snoozed, count(*) AS alerts, sum(impact) FILTER (WHERE is_counted) AS impact,
       min(raised_at) AS oldest_at, min(snoozed_until) AS until
FROM ml_alerts
CROSS JOIN LATERAL (SELECT status = 'snoozed' AND snoozed_until > :as_of) AS s (is_snoozed)
WHERE (is_snoozed OR was_live(status, snoozed_until, resolved_at, :as_of))
  AND muted_by IS NULL AND raised_at <= :as_of AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
GROUP BY hotel_id, severity, is_snoozed
ORDER BY severity DESC, hotel_id

-- name: happened
-- What happened to alerts in each of some spans of days: raised in it, read, confirmed by a person, marked as false,
-- ended by themselves, withdrawn because the records changed. The money is that of the alerts; what was raised and proved
-- to be false has none. Of the period before, the second span, only what happened before an instant, as in `tallies`.
SELECT s.span, w.what, a.hotel_id, a.severity, count(*) AS alerts,
       sum(a.impact) FILTER (WHERE a.is_counted AND NOT (
           w.what = 'raised' AND a.status = 'false_positive' AND a.resolved_at <= :as_of)) AS impact
FROM ml_alerts a
CROSS JOIN LATERAL (SELECT a.end_reason IS NOT DISTINCT FROM 'records_changed' AND a.resolved_at <= :as_of) c (is_gone)
CROSS JOIN LATERAL (VALUES
    ('raised', CASE WHEN NOT c.is_gone THEN a.raised_at END),
    ('read', a.read_at),
    (CASE WHEN a.status = 'false_positive' THEN 'false_positive' WHEN c.is_gone THEN 'withdrawn'
          WHEN a.resolved_by = 'system' THEN 'ended' ELSE 'confirmed' END,
     CASE WHEN a.status IN ('resolved', 'false_positive') THEN a.resolved_at END)
) AS w (what, at)
JOIN unnest(CAST(:starts AS date[]), CAST(:ends AS date[])) WITH ORDINALITY AS s (since, until, span)
  ON w.at >= s.since
 AND w.at < least(CAST(s.until AS timestamptz), CASE WHEN s.span = 2 THEN CAST(:compared_until AS timestamptz) END)
WHERE w.at <= :as_of AND (CAST(:hotel_id AS integer) IS NULL OR a.hotel_id = :hotel_id)
GROUP BY 1, 2, 3, 4

-- name: places
-- Where the alerts raised in the period were: by hotel, kind of entity and day, those of rooms by room.
SELECT hotel_id, entity_type, CASE WHEN entity_type = 'room' THEN entity_id END AS room_id,
       CAST(raised_at AS date) AS day, count(*) AS alerts, max(severity) AS worst
FROM ml_alerts
WHERE raised_at >= CAST(:since AS date) AND raised_at < CAST(:until AS date) AND raised_at <= :as_of
  AND (end_reason = 'records_changed' AND resolved_at <= :as_of) IS NOT TRUE
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
GROUP BY 1, 2, 3, 4

-- name: in_house
-- Guests who are in some rooms at that instant: since and until when, as far as the guest lists know.
SELECT s.room_id, s.arrives_on, max(s.departs_on) AS departs_on
FROM source_stays(CAST(CAST(:as_of AS timestamptz) AS date), CAST(CAST(:as_of AS timestamptz) AS date) + 1) s
WHERE s.room_id = ANY(:rooms) AND s.arrives_on <= CAST(CAST(:as_of AS timestamptz) AS date)
  AND coalesce(s.departs_at, s.leaves_at, 'infinity') > :as_of
GROUP BY s.room_id, s.arrives_on

-- name: actions
-- Live alerts with their sentences, the most severe first; of each severity those with a deadline, a guest or an order,
-- before the largest possible loss.
WITH ranked AS (
    SELECT id AS ranked_id, row_number() OVER (
        PARTITION BY severity ORDER BY type IN ('unanswered_request', 'stock_depletion') DESC, impact DESC NULLS LAST,
                                       raised_at DESC, id DESC) AS place
    FROM ml_alerts
    WHERE was_live(status, snoozed_until, resolved_at, :as_of)
      AND muted_by IS NULL AND raised_at <= :as_of
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
)
SELECT id, type, severity, CASE WHEN read_at <= :as_of THEN 'acknowledged' ELSE 'open' END AS status,
       hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper, deviation_percent, score,
       detector, CAST(impact AS double precision) AS impact, reason, facts, message, suggested_action,
       occurred_on, last_occurred_on, measured_on, raised_at, last_seen, occurrences,
       read_at, read_by, resolved_at, resolved_by, snoozed_until, snoozed_by, previous_id, muted_by, end_reason,
       corrected_at, incident_id, is_counted, mute_id, CAST(CAST(:as_of AS timestamptz) AS date) AS today
FROM ml_alerts JOIN ranked ON id = ranked_id
WHERE place <= :limit
ORDER BY severity DESC, place

-- name: listed
-- Every alert that was raised or closed in the period or waited at its end, snoozed ones included, as it is at that instant,
-- the newest first; and how many there are. What was withdrawn counts in no sum, and of an incident one alert counts:
-- `counted_in` names it where that is another one, or the incident where the role may not see which.
SELECT id, hotel_id, entity_type, entity_id, entity_name, type, severity,
       CASE WHEN closed THEN status WHEN status = 'snoozed' AND snoozed_until > :as_of THEN status
            WHEN coalesce(read_at <= :as_of, status = 'acknowledged') THEN 'acknowledged' ELSE 'open' END AS status,
       occurred_on, last_occurred_on, raised_at, incident_id,
       CASE WHEN is_counted AND NOT (closed AND (status = 'false_positive' OR coalesce(end_reason = 'records_changed', false)))
                 THEN impact WHEN impact IS NOT NULL THEN 0 END AS impact,
       CASE WHEN NOT closed THEN NULL WHEN status = 'false_positive' THEN status
            WHEN end_reason = 'records_changed' THEN 'withdrawn' WHEN resolved_by = 'system' THEN 'ended'
            ELSE 'confirmed' END AS verdict,
       CASE WHEN NOT is_counted AND impact IS NOT NULL AND end_reason IS DISTINCT FROM 'records_changed' THEN coalesce(
           (SELECT min(m.id) FROM ml_alerts m WHERE m.incident_id = a.incident_id AND m.is_counted),
           nullif(a.incident_id, a.id)) END AS counted_in,
       CASE WHEN closed THEN resolved_at END AS closed_at,
       CASE WHEN closed THEN nullif(resolved_by, 'system') END AS closed_by, count(*) OVER () AS total
FROM ml_alerts a
CROSS JOIN LATERAL (SELECT status IN ('resolved', 'false_positive') AND resolved_at <= :as_of) AS c (closed)
WHERE raised_at <= :as_of AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
  AND ((raised_at >= CAST(:since AS date) AND raised_at < CAST(:until AS date))
       OR (closed AND resolved_at >= CAST(:since AS date) AND resolved_at < CAST(:until AS date))
       OR (raised_at < CAST(:until AS date) AND muted_by IS NULL AND (NOT closed OR resolved_at >= CAST(:until AS date))))
ORDER BY raised_at DESC, id DESC LIMIT :limit

-- name: consumed
-- What was consumed in each of some spans of days: by product, weekday (1: Monday) and room, the latter with its days of
-- checks; the shares of occupied rooms by hotel, added up over its days; and how many days have any check.
WITH points AS (
    SELECT s.span, m.metric_type, m.hotel_id, m.entity_id, m.business_date, m.metric_value AS units,
           CAST(m.context -> 'charged' ->> 0 AS double precision) AS charged_units,
           CAST(m.context -> 'charged' ->> 1 AS double precision) AS charged_amount
    FROM unnest(CAST(:starts AS date[]), CAST(:ends AS date[])) WITH ORDINALITY AS s (since, until, span)
    JOIN ml_metrics m ON m.business_date >= s.since AND m.business_date < s.until
                     AND m.observed_at >= s.since - 1 AND m.observed_at < s.until + 1
    WHERE m.metric_type IN ('product_consumption', 'room_consumption', 'occupancy')
      AND (CAST(:hotel_id AS integer) IS NULL OR m.hotel_id = :hotel_id)
)
SELECT span, 'product' AS grain, entity_id AS id, sum(units) AS units, count(*) AS points,
       coalesce(sum(charged_units), 0) AS charged_units, coalesce(sum(charged_amount), 0) AS charged_amount
FROM points WHERE metric_type = 'product_consumption' GROUP BY span, entity_id
UNION ALL
SELECT span, 'weekday', CAST(extract(isodow FROM business_date) AS integer), sum(units), count(*), 0, 0
FROM points WHERE metric_type = 'product_consumption' GROUP BY 1, 3
UNION ALL
SELECT span, 'room', entity_id, sum(units), count(DISTINCT business_date), 0, 0
FROM points WHERE metric_type = 'room_consumption' GROUP BY span, entity_id
UNION ALL
SELECT span, 'occupancy', hotel_id, sum(units), count(*), 0, 0
FROM points WHERE metric_type = 'occupancy' GROUP BY span, hotel_id
UNION ALL
SELECT span, 'day', 0, 0, count(DISTINCT business_date), 0, 0
FROM points WHERE metric_type = 'room_consumption' GROUP BY span

-- name: details
-- Of some alerts: their metric on 30 days, the last ones or those up to the alert where it is older, and what happened to
-- them by then. A level is the day's last one, anything else the day's highest.
WITH asked AS (
    SELECT *, CASE WHEN last_occurred_on > CAST(:today AS date) - 30 AND last_occurred_on <= CAST(:today AS date)
                   THEN CAST(:today AS date) ELSE last_occurred_on END AS ends_on
    FROM ml_alerts WHERE id = ANY(CAST(:ids AS bigint[]))
)
SELECT a.id, a.ends_on, a.occurred_on, a.measured_on, a.last_occurred_on, s.values, h.history
FROM asked a
CROSS JOIN LATERAL (
    SELECT array_agg(p.value ORDER BY n) AS values
    FROM generate_series(0, 29) n
    LEFT JOIN (
        SELECT m.business_date,
               CASE WHEN m.metric_type = 'stock_level' THEN (array_agg(m.metric_value ORDER BY m.observed_at DESC))[1]
                    ELSE max(m.metric_value) END AS value
        FROM ml_metrics m
        WHERE (m.metric_type, m.hotel_id, m.entity_type, m.entity_id)
            = (a.metric, a.hotel_id, a.entity_type, a.entity_id)
          AND m.observed_at >= a.ends_on - 31 AND m.observed_at < a.ends_on + 2 AND m.observed_at <= :as_of
        GROUP BY m.business_date, m.metric_type) p ON p.business_date = a.ends_on - 29 + n) s
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('at', at, 'event', event, 'by', by, 'severity', severity, 'body', body,
                                        'value', value, 'reason', reason, 'value_before', value_before,
                                        'impact', impact, 'impact_before', impact_before, 'as_of', as_of) ORDER BY at, event = 'commented', step) AS history
    FROM (SELECT at, event, by, severity, CAST(NULL AS text) AS body, value, reason, value_before, impact, impact_before,
                 as_of, id AS step
          FROM ml_alert_events WHERE alert_id = a.id AND coalesce(as_of, at) <= :as_of
          UNION ALL
          SELECT at, 'commented', by, NULL, body, NULL, NULL, NULL, NULL, NULL, NULL, id
          FROM ml_alert_comments WHERE alert_id = a.id AND at <= :as_of) steps) h

-- name: affected
-- The entities with most alerts, the first of each kind, and how many there are of the kind; false positives and withdrawn ones left out.
WITH counted AS (
    SELECT hotel_id, entity_type, entity_id, count(*) AS alerts,
           sum(impact) FILTER (WHERE is_counted) AS impact,
           count(*) FILTER (WHERE is_counted AND impact IS NULL AND type = ANY(:in_money)) AS unpriced,
           (array_agg(entity_name ORDER BY raised_at DESC, id DESC))[1] AS name,
           count(*) FILTER (WHERE was_live(status, snoozed_until, resolved_at, :as_of)) AS live,
           max(severity) AS worst
    FROM ml_alerts
    WHERE raised_at >= CAST(:since AS date) AND raised_at < CAST(:until AS date) AND raised_at <= :as_of
      AND NOT (status = 'false_positive' AND resolved_at <= :as_of)
      AND (end_reason = 'records_changed' AND resolved_at <= :as_of) IS NOT TRUE
      AND entity_type IN ('product', 'room', 'attendant')
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
    GROUP BY hotel_id, entity_type, entity_id
), ranked AS (
    SELECT *, count(*) OVER (PARTITION BY entity_type) AS total, row_number() OVER (
        PARTITION BY entity_type ORDER BY alerts DESC, impact DESC NULLS LAST, name, hotel_id, entity_id) AS place
    FROM counted
)
SELECT hotel_id, entity_type, entity_id, name, alerts, live, impact, unpriced, total, worst
FROM ranked WHERE place <= :limit ORDER BY entity_type, place

-- name: unanswered
-- Refill requests of the period that nobody ever answered: the guest left, the room was checked without a refill, or a day
-- passed.
SELECT count(*) AS unanswered FROM ml_metrics
WHERE metric_type = 'request_response' AND context ->> 'ended_by' IN ('departure', 'check', 'age')
  AND observed_at >= CAST(:since AS date) - 1 AND observed_at < CAST(:until AS date) + 1 AND observed_at <= :as_of
  AND business_date >= :since AND business_date < :until
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)

-- name: verdicts
-- Alerts by type that had a person's verdict by then, and how many were false; types without a verdict have 0.
-- What ended without action has no verdict.
SELECT type, count(*) FILTER (WHERE judged) AS judged,
       count(*) FILTER (WHERE judged AND status = 'false_positive') AS false_positives
FROM (SELECT type, status, resolved_at <= :as_of AND (status = 'false_positive'
             OR (status = 'resolved' AND resolved_by <> 'system')) AS judged
      FROM ml_alerts
      WHERE raised_at >= CAST(:since AS date) AND raised_at < CAST(:until AS date) AND raised_at <= :as_of
        AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)) a
GROUP BY type ORDER BY 2 DESC, 1

-- name: days
-- Of each business day, whether it has a metric point of any kind (one index probe a day and metric), and whether
-- detection looked at it, by what its runs say of themselves; one that does not say since when it looked is taken to have
-- looked at all.
SELECT day::date AS day, EXISTS (
    SELECT FROM unnest(CAST(:metrics AS text[])) AS kind(metric) CROSS JOIN LATERAL (
        SELECT FROM ml_metrics m
        WHERE m.metric_type = kind.metric AND m.business_date = day::date
          AND m.observed_at >= day::timestamptz - interval '1 day' AND m.observed_at < day::timestamptz + interval '2 days'
          AND (CAST(:hotel_id AS integer) IS NULL OR m.hotel_id = :hotel_id)
        LIMIT 1) found) AS has_points, EXISTS (
    SELECT FROM ml_job_runs r
    WHERE r.job = 'detect' AND r.outcome IN ('done', 'partly') AND r.as_of >= day::timestamptz AND r.as_of <= :as_of
      AND NOT jsonb_exists(r.counts, 'only_hotels')
      AND coalesce(CAST(r.counts ->> 'since' AS date), DATE '-infinity') <= day::date) AS is_checked
FROM generate_series(CAST(:since AS timestamp), CAST(:until AS timestamp) - interval '1 day', interval '1 day') AS day

-- name: hotels_without_points
-- Which of these hotels have no metric point of any kind in the period: at most one index probe a hotel, day and metric.
-- Of a hotel whose points the login may not see nothing is said.
SELECT h.hotel_id
FROM unnest(CAST(:hotels AS integer[])) WITH ORDINALITY AS h(hotel_id, place)
CROSS JOIN (SELECT sees_everything() OR is_everywhere(current_user, CAST(:roles AS text[])) AS sees_all,
                   hotels_as(current_user, CAST(:roles AS text[])) AS hotels) seen
WHERE (seen.sees_all OR h.hotel_id = ANY(seen.hotels)) AND NOT EXISTS (
    SELECT FROM generate_series(CAST(:since AS timestamp), CAST(:until AS timestamp) - interval '1 day',
                                interval '1 day') AS day
    CROSS JOIN unnest(CAST(:metrics AS text[])) AS kind(metric) CROSS JOIN LATERAL (
        SELECT FROM ml_metrics m
        WHERE m.metric_type = kind.metric AND m.business_date = day::date AND m.hotel_id = h.hotel_id
          AND m.observed_at >= day::timestamptz - interval '1 day' AND m.observed_at < day::timestamptz + interval '2 days'
        LIMIT 1) found)
ORDER BY h.place

-- name: pace
-- Attendants' median minutes a room, weighted by visits: the last week, each of the four before, those four pooled, the
-- last 28 days and the 28 before. Only who worked in the last `days`; who slowed down most comes first.
WITH points AS (
    SELECT hotel_id, entity_id, metric_value AS minutes, observed_at,
           greatest(coalesce(CAST(context ->> 'visits' AS numeric), 1), 1) AS visits,
           (CAST(:until AS date) - 1 - business_date) / 7 AS week
    FROM ml_metrics
    WHERE metric_type = 'refill_duration' AND entity_type = 'attendant'
      AND business_date >= CAST(:until AS date) - 56 AND business_date < :until
      AND observed_at >= CAST(:until AS date) - 57 AND observed_at < CAST(:until AS date) + 1 AND observed_at <= :as_of
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
), running AS (
    SELECT hotel_id, entity_id, bucket, minutes,
           sum(visits) OVER (PARTITION BY hotel_id, entity_id, bucket ORDER BY minutes, observed_at) AS so_far,
           sum(visits) OVER (PARTITION BY hotel_id, entity_id, bucket) AS visits
    FROM points CROSS JOIN LATERAL (VALUES
        (CAST(week AS text), week <= 4), ('usual', week BETWEEN 1 AND 4), ('month', week <= 3),
        ('month_before', week >= 4)
    ) AS b (bucket, is_in)
    WHERE is_in
), medians AS (
    SELECT hotel_id, entity_id, bucket, min(minutes) FILTER (WHERE 2 * so_far >= visits) AS minutes, max(visits) AS visits
    FROM running GROUP BY hotel_id, entity_id, bucket
), attendants AS (
    SELECT hotel_id, entity_id, max(minutes) FILTER (WHERE bucket = '0') AS minutes,
           CAST(coalesce(max(visits) FILTER (WHERE bucket = '0'), 0) AS integer) AS visits,
           ARRAY[max(minutes) FILTER (WHERE bucket = '4'), max(minutes) FILTER (WHERE bucket = '3'),
                 max(minutes) FILTER (WHERE bucket = '2'), max(minutes) FILTER (WHERE bucket = '1')] AS weeks,
           max(minutes) FILTER (WHERE bucket = 'usual') AS usual,
           CAST(coalesce(max(visits) FILTER (WHERE bucket = 'usual'), 0) AS integer) AS usual_visits,
           max(minutes) FILTER (WHERE bucket = 'month') AS month,
           CAST(coalesce(max(visits) FILTER (WHERE bucket = 'month'), 0) AS integer) AS month_visits,
           max(minutes) FILTER (WHERE bucket = 'month_before') AS month_before,
           CAST(coalesce(max(visits) FILTER (WHERE bucket = 'month_before'), 0) AS integer) AS month_before_visits
    FROM medians GROUP BY hotel_id, entity_id
)
SELECT *, count(*) OVER () AS total
FROM attendants WHERE CASE WHEN :days > 7 THEN month ELSE minutes END IS NOT NULL
ORDER BY CASE WHEN :days > 7 THEN month / nullif(month_before, 0) ELSE minutes / nullif(usual, 0) END DESC NULLS LAST,
         hotel_id, entity_id
LIMIT :limit

-- name: may_see_models
-- Whether this role may read models and how they were trained, which are the administrators'.
SELECT has_table_privilege('minibar_ml.ml_models', 'SELECT')
   AND has_table_privilege('minibar_ml.ml_training_logs', 'SELECT')

-- name: models
-- The model of each metric, hotel and kind in use at that instant, and its last training if that one failed. Where the
-- active one was trained later, it is the newest of those that there were. A training's log has no as-of of its own: it
-- is that of the run in which it took place.
WITH active AS (
    SELECT DISTINCT ON (model_type, metric_type, hotel_id) model_type AS model, metric_type, hotel_id, version,
           data_points, trained_at, accuracy, precision, recall, evaluated_on
    FROM ml_models m
    WHERE trained_at <= :as_of AND (is_active OR EXISTS (
        SELECT FROM ml_models l
        WHERE (l.model_type, l.metric_type, l.hotel_id) = (m.model_type, m.metric_type, m.hotel_id)
          AND l.is_active AND l.trained_at > :as_of))
    ORDER BY model_type, metric_type, hotel_id, version DESC
), trained AS (
    SELECT DISTINCT ON (model, metric_type, hotel_id) model, metric_type, hotel_id, data_points, success, error
    FROM ml_training_logs t
    WHERE NOT EXISTS (
        SELECT FROM ml_job_runs r
        WHERE r.job = 'train' AND r.as_of > :as_of AND t.started_at >= r.started_at
          AND (r.ended_at IS NULL OR t.started_at <= r.ended_at))
    ORDER BY model, metric_type, hotel_id, started_at DESC, id DESC
)
SELECT model, metric_type AS metric, hotel_id, version, accuracy, precision, recall, evaluated_on, trained_at,
       coalesce(active.data_points, trained.data_points) AS data_points,
       CASE WHEN NOT success THEN error END AS error, count(*) OVER () AS total
FROM active FULL JOIN trained USING (model, metric_type, hotel_id)
WHERE CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id
ORDER BY metric_type, hotel_id, model DESC
LIMIT :limit

-- name: jobs
-- How the last run of each job ended, and as of when the job last did its work.
SELECT j.job, last.outcome, last.as_of AS ran_at, done.as_of AS done_at
FROM unnest(ARRAY['collect', 'train', 'detect']) WITH ORDINALITY AS j(job, place)
LEFT JOIN LATERAL (
    SELECT outcome, as_of FROM ml_job_runs r
    WHERE r.job = j.job AND r.as_of <= :as_of ORDER BY started_at DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT as_of FROM ml_job_runs r
    WHERE r.job = j.job AND r.as_of <= :as_of AND outcome IN ('done', 'partly') ORDER BY started_at DESC LIMIT 1
) done ON true
ORDER BY j.place

-- name: stock_outs
-- Products that run out within some days by their newest forecast, or have a live stock_depletion alert; and how many
-- forecasts there are. Always at least one row: without a product it only says that. What is to be ordered is never cut.
-- Those of the common store concern every hotel.
-- The figures are those that `forecast` shows: two orders for one product would leave nobody knowing which to give.
WITH forecasts AS (
    SELECT * FROM forecasts_at(:as_of)
    WHERE days_left IS NOT NULL AND (made_at >= CAST(:since AS date) OR alert_id IS NOT NULL)
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id IN (:hotel_id, 0))
), found AS (
    SELECT hotel_id, product_id AS entity_id, alerted_name AS entity_name, alert_id IS NOT NULL AS has_alert, days_left,
           CAST(figures ->> 'level' AS double precision) AS level,
           CAST(figures ->> 'p10' AS double precision) AS p10, CAST(figures ->> 'p90' AS double precision) AS p90,
           CAST(figures ->> 'empty_on' AS date) AS empty_on,
           CAST(figures ->> 'order_quantity' AS integer) AS order_quantity,
           CAST(figures ->> 'order_by' AS date) AS order_by, CASE WHEN NOT is_of_alert THEN made_on END AS forecast_on,
           count(*) OVER () AS total, row_number() OVER (ORDER BY days_left, hotel_id, product_id) AS place
    FROM forecasts WHERE days_left <= :days OR alert_id IS NOT NULL
)
SELECT found.*, n.forecasts
FROM (SELECT count(*) AS forecasts FROM forecasts) n
LEFT JOIN found ON place <= :limit OR order_quantity > 0 AND order_by IS NOT NULL
ORDER BY days_left, hotel_id, entity_id

-- name: hotels
-- The hotels that the source knows.
SELECT hotel_id AS id, name FROM source_hotels() WHERE is_active OR hotel_id = :hotel_id ORDER BY name

-- name: names
-- Names of products, attendants and rooms, and what else a report shows of them, together, where all can be read.
SELECT 'product' AS kind, product_id AS id, name, sale_price AS price, CAST(NULL AS text) AS floor,
       CAST(NULL AS text) AS room_type, CAST(NULL AS integer) AS hotel_id
FROM source_products()
UNION ALL
SELECT 'attendant', user_id, name, NULL, NULL, NULL, NULL FROM staff()
UNION ALL
SELECT 'room', room_id, room_name, NULL, floor_name, room_type, CASE WHEN is_active THEN hotel_id END FROM source_rooms()

-- name: mutes
-- Mutes that touch a period, with what was found under them in it, those that hide most first; total: how many there are.
SELECT m.*, f.findings, f.impact, count(*) OVER () AS total
FROM ml_mutes m
CROSS JOIN LATERAL (
    SELECT count(*) AS findings, sum(impact) AS impact FROM ml_muted_findings
    WHERE mute_id = m.id AND occurred_on >= CAST(:since AS date) AND occurred_on < CAST(:until AS date)) f
WHERE (CAST(:hotel_id AS integer) IS NULL OR m.hotel_id = :hotel_id)
  AND m.since <= :as_of AND m.since < CAST(CAST(:until AS date) AS timestamptz)
  AND least(m.until, m.ended_at) > CAST(CAST(:since AS date) AS timestamptz)
ORDER BY f.findings DESC, m.since, m.id LIMIT :limit
