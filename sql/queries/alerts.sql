-- Alerts: findings become alerts, persons judge them, and both are read.
-- A fingerprint is type, hotel and entity; a live alert is open or acknowledged.

-- name: apply
-- Turns one day's findings, at most one a fingerprint, into alerts; returns how many were opened, updated, suppressed.
WITH found AS (
    SELECT * FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS f(
        type text, severity text, hotel_id integer, entity_type text, entity_id integer, entity_name text, metric text,
        value double precision, expected double precision, lower double precision, upper double precision,
        deviation_percent double precision, score double precision, detector text, impact numeric(14, 2), reason text,
        facts jsonb, message text, suggested_action text, occurred_on date, raised_at timestamptz,
        is_state boolean, is_continuing boolean)
), live AS (
    -- Locked, so that a verdict which comes in between waits and what is worked out here stays true.
    SELECT a.id, f.occurred_on, f.is_state, f.severity AS found_severity, CAST(f.occurred_on > a.last_occurred_on AS integer) AS repeats,
           f.occurred_on >= a.last_occurred_on
               AND array_position(ARRAY['low', 'medium', 'high', 'critical'], f.severity)
                 > array_position(ARRAY['low', 'medium', 'high', 'critical'], a.severity) AS is_worse,
           f.occurred_on >= a.last_occurred_on
               AND (f.is_state OR coalesce(f.score, '-Infinity') > coalesce(a.score, '-Infinity')
                    -- A rule gives no score: more of the same is worse.
                    OR (f.score IS NULL AND a.score IS NULL AND f.value > a.value)
                    -- Figures of a day are corrected by the same day's. Once it was repeated they may be another day's.
                    OR (f.occurred_on = a.last_occurred_on AND a.occurrences = 1))
               AND (f.entity_name, f.metric, f.value, f.expected, f.lower, f.upper, f.deviation_percent, f.score,
                    f.detector, f.impact, f.reason, f.facts, f.message, f.suggested_action)
                   IS DISTINCT FROM
                   (a.entity_name, a.metric, a.value, a.expected, a.lower, a.upper, a.deviation_percent, a.score,
                    a.detector, a.impact, a.reason, a.facts, a.message, a.suggested_action) AS has_news
    FROM found f JOIN minibar_ml.ml_alerts a USING (type, hotel_id, entity_type, entity_id)
    WHERE a.status IN ('open', 'acknowledged')
    FOR UPDATE OF a
), updated AS (
    UPDATE minibar_ml.ml_alerts a
    SET occurrences = a.occurrences + l.repeats,
        -- The day that is told is the day whose figures are told.
        occurred_on = CASE WHEN l.has_news AND NOT l.is_state THEN l.occurred_on ELSE a.occurred_on END,
        last_occurred_on = greatest(a.last_occurred_on, l.occurred_on),
        last_seen = greatest(a.last_seen, CAST(:as_of AS timestamptz)),
        severity = CASE WHEN l.is_worse THEN l.found_severity ELSE a.severity END,
        (entity_name, metric, value, expected, lower, upper, deviation_percent, score, detector, impact, reason, facts,
         message, suggested_action) = (
            SELECT a.entity_name, a.metric, a.value, a.expected, a.lower, a.upper, a.deviation_percent, a.score,
                   a.detector, a.impact, a.reason, a.facts, a.message, a.suggested_action
            WHERE NOT l.has_news
            UNION ALL
            SELECT f.entity_name, f.metric, f.value, f.expected, f.lower, f.upper, f.deviation_percent, f.score,
                   f.detector, f.impact, f.reason, f.facts, f.message, f.suggested_action
            FROM found f
            WHERE l.has_news
              AND (f.type, f.hotel_id, f.entity_type, f.entity_id) = (a.type, a.hotel_id, a.entity_type, a.entity_id))
    FROM live l
    WHERE a.id = l.id AND (l.repeats = 1 OR l.is_worse OR l.has_news OR a.last_seen < :as_of)
    RETURNING l.repeats = 1 OR l.is_worse OR l.has_news AS is_changed
), fresh AS (
    SELECT * FROM found f WHERE NOT EXISTS (
        SELECT FROM minibar_ml.ml_alerts a
        WHERE (a.type, a.hotel_id, a.entity_type, a.entity_id) = (f.type, f.hotel_id, f.entity_type, f.entity_id)
          AND a.status IN ('open', 'acknowledged'))
), closed AS (
    -- A closed alert covers what lies in its days, except another request of the same room, for a guest waits again,
    -- and an event that has clearly grown since it was judged: by a quarter, and by one unit at least.
    SELECT a.id, a.type, a.hotel_id, a.entity_type, a.entity_id, f.occurred_on,
           a.last_occurred_on >= f.occurred_on
               AND (f.facts ->> 'requested_at' <> a.facts ->> 'requested_at') IS NOT TRUE
               AND NOT (a.last_occurred_on = f.occurred_on AND NOT f.is_state
                        AND f.value >= a.value + greatest(1, abs(a.value) / 4)) AS is_covering,
           a.status = 'false_positive' AND f.is_continuing AND f.occurred_on - 1 = a.last_occurred_on
               AND coalesce(f.score, '-Infinity') <= coalesce(a.score, '-Infinity') AS is_same_episode
    FROM fresh f JOIN minibar_ml.ml_alerts a USING (type, hotel_id, entity_type, entity_id)
    WHERE a.status IN ('resolved', 'false_positive') AND a.last_occurred_on >= f.occurred_on - 1
), extended AS (
    -- A fault that goes on for weeks was judged once. The judged alert grows with it, a day at a time, so that the next
    -- day follows it too; only a gap or a stronger sign is something new.
    UPDATE minibar_ml.ml_alerts a SET last_occurred_on = c.occurred_on
    FROM closed c
    WHERE a.id = c.id AND c.is_same_episode AND a.last_occurred_on < c.occurred_on
), opened AS (
    INSERT INTO minibar_ml.ml_alerts AS a (
        type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper,
        deviation_percent, score, detector, impact, reason, facts, message, suggested_action, occurred_on,
        last_occurred_on, raised_at, last_seen)
    SELECT type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper,
           deviation_percent, score, detector, impact, reason, facts, message, suggested_action, occurred_on,
           occurred_on, coalesce(raised_at, :as_of), greatest(raised_at, :as_of)
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM closed c
        WHERE (c.type, c.hotel_id, c.entity_type, c.entity_id) = (f.type, f.hotel_id, f.entity_type, f.entity_id)
          AND (c.is_covering OR c.is_same_episode))
    ON CONFLICT (type, hotel_id, entity_type, entity_id) WHERE status IN ('open', 'acknowledged') DO NOTHING
    RETURNING a.id
)
SELECT (SELECT count(*) FROM opened) AS opened,
       (SELECT count(*) FROM updated WHERE is_changed) AS updated,
       (SELECT count(*) FROM fresh) - (SELECT count(*) FROM opened) AS suppressed

-- name: resolve
-- Resolves live alerts whose fault is settled, gone (states) or long unseen (events); one row each, and why.
WITH found AS (
    SELECT * FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS f(
        type text, hotel_id integer, entity_type text, entity_id integer, occurred_on date, settled_at timestamptz)
), over AS (
    SELECT a.id,
           CASE WHEN f.settled_at IS NOT NULL THEN greatest(f.settled_at, a.raised_at) ELSE :as_of END AS ended_at
    FROM minibar_ml.ml_alerts a LEFT JOIN found f USING (type, hotel_id, entity_type, entity_id)
    WHERE a.status IN ('open', 'acknowledged')
      AND CASE
          WHEN f.type IS NOT NULL THEN f.settled_at IS NOT NULL AND a.last_occurred_on <= f.occurred_on
          -- What was seen at a later instant is not gone because an earlier day is looked at again.
          WHEN a.type = ANY(:state_types) OR a.reason = :state_reason
              THEN a.type = ANY(:evaluated) AND a.last_seen <= :as_of
          ELSE a.type <> ALL(:persistent_types)
              AND CAST(CAST(:as_of AS timestamptz) AS date) - a.last_occurred_on > :quiet_days
          END
)
UPDATE minibar_ml.ml_alerts a SET status = 'resolved', resolved_at = o.ended_at, resolved_by = 'system'
FROM over o WHERE a.id = o.id AND a.status IN ('open', 'acknowledged')
RETURNING a.id

-- name: fetch_ranked
-- Alerts that match the filter, the gravest first, or the dearest first where :by_impact.
SELECT * FROM minibar_ml.ml_alerts
WHERE (CAST(:statuses AS text[]) IS NULL OR status = ANY(CAST(:statuses AS text[])))
  AND (CAST(:severities AS text[]) IS NULL OR severity = ANY(CAST(:severities AS text[])))
  AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
  AND (CAST(:since AS timestamptz) IS NULL OR raised_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR raised_at < :until)
ORDER BY CASE WHEN :by_impact THEN impact END DESC NULLS LAST,
         array_position(ARRAY['low', 'medium', 'high', 'critical'], severity) DESC,
         impact DESC NULLS LAST, raised_at DESC, id
LIMIT :limit

-- name: fetch_latest
-- Alerts that match the filter, the latest first: a limit reads no more of the index than it needs.
SELECT * FROM minibar_ml.ml_alerts
WHERE (CAST(:statuses AS text[]) IS NULL OR status = ANY(CAST(:statuses AS text[])))
  AND (CAST(:severities AS text[]) IS NULL OR severity = ANY(CAST(:severities AS text[])))
  AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
  AND (CAST(:since AS timestamptz) IS NULL OR raised_at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR raised_at < :until)
ORDER BY raised_at DESC, id
LIMIT :limit

-- name: fetch_by_id
-- The alerts of these ids.
SELECT * FROM minibar_ml.ml_alerts WHERE id = ANY(:ids) ORDER BY id

-- name: judge
-- Gives a verdict on those alerts that it still changes, with an audit entry each; returns the alerts it changed.
WITH before AS (
    SELECT id, status, read_at, read_by, resolved_at, resolved_by FROM minibar_ml.ml_alerts
    WHERE id = ANY(:ids) AND status = ANY(:from_statuses) ORDER BY id FOR UPDATE
), after AS (
    UPDATE minibar_ml.ml_alerts a
    SET status = :verdict,
        read_at = CASE WHEN :verdict = 'acknowledged' THEN :at ELSE a.read_at END,
        read_by = CASE WHEN :verdict = 'acknowledged' THEN :operator ELSE a.read_by END,
        resolved_at = CASE WHEN :verdict = 'acknowledged' THEN a.resolved_at ELSE :at END,
        resolved_by = CASE WHEN :verdict = 'acknowledged' THEN a.resolved_by ELSE :operator END
    FROM before b WHERE a.id = b.id
    RETURNING a.*
), audited AS (
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT :os_user, :operator, :action, 'alert ' || a.id, to_jsonb(b) - 'id',
           jsonb_build_object('status', a.status, 'read_at', a.read_at, 'read_by', a.read_by,
                              'resolved_at', a.resolved_at, 'resolved_by', a.resolved_by)
    FROM after a JOIN before b USING (id)
)
SELECT * FROM after ORDER BY id

-- name: series
-- An alert's metric on each of 30 days: the last ones, or those up to the alert where it is older. A level is the
-- day's last one, anything else the day's highest.
WITH alert AS (
    SELECT *, CASE WHEN last_occurred_on > CAST(:today AS date) - 30 AND last_occurred_on <= CAST(:today AS date)
                   THEN CAST(:today AS date) ELSE last_occurred_on END AS ends_on
    FROM minibar_ml.ml_alerts WHERE id = :id
), points AS (
    SELECT m.business_date,
           CASE WHEN m.metric_type = 'stock_level' THEN (array_agg(m.metric_value ORDER BY m.observed_at DESC))[1]
                ELSE max(m.metric_value) END AS value
    FROM alert a JOIN minibar_ml.ml_metrics m
      ON (m.metric_type, m.hotel_id, m.entity_type, m.entity_id) = (a.metric, a.hotel_id, a.entity_type, a.entity_id)
    WHERE m.observed_at >= a.ends_on - 31 AND m.observed_at < a.ends_on + 2
    GROUP BY m.business_date, m.metric_type
)
SELECT day, p.value, day IN (a.occurred_on, a.last_occurred_on) AS is_marked
FROM alert a
CROSS JOIN LATERAL (SELECT a.ends_on - 29 + n AS day FROM generate_series(0, 29) n) days
LEFT JOIN points p ON p.business_date = day
ORDER BY day

-- name: counts
-- Alerts raised in a span by type, by severity and by status, each row one of the three; judged means by a person.
SELECT type, severity, status, count(*) AS alerts,
       count(*) FILTER (WHERE status = 'false_positive' OR (status = 'resolved' AND resolved_by <> 'system')) AS judged,
       count(*) FILTER (WHERE status = 'false_positive') AS false_positives
FROM minibar_ml.ml_alerts
WHERE raised_at >= :since AND raised_at < :until
GROUP BY GROUPING SETS ((type), (severity), (status))
ORDER BY type, severity, status

-- name: counts_by_day
-- Alerts raised on each day of a span, days without any included.
SELECT CAST(day AS date) AS day, count(a.id) AS alerts
FROM generate_series(CAST(CAST(:since AS timestamptz) AS date),
                     CAST(CAST(:until AS timestamptz) - interval '1 microsecond' AS date), interval '1 day') day
LEFT JOIN minibar_ml.ml_alerts a
       ON CAST(a.raised_at AS date) = CAST(day AS date) AND a.raised_at >= :since AND a.raised_at < :until
GROUP BY 1 ORDER BY 1
