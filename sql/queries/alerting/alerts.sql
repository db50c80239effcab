-- Alerts: findings become alerts, people decide on them, and both are read.
-- A fingerprint is type, hotel, entity and whether it is an event or a state; a live alert is open, acknowledged or snoozed.
-- What another session holds (`held`) is left alone.

-- name: apply
-- Turns one day's findings, at most one a fingerprint, into alerts; returns how many were opened, updated, suppressed.
-- None of them rests on a point of before :not_before. oldest: the first day that an alert which is live now is about; null
-- where none is.
WITH found AS (
    -- What is critical on its day is not when the day is looked at later; a fault that lasts is of now.
    SELECT f.*, e.figures, least(f.since_on, f.occurred_on) AS first_on,
           greatest(f.occurred_on, CAST(:judged_on AS date)) AS judged_on,
           CASE WHEN f.is_state THEN f.severity ELSE aged(f.severity, f.occurred_on, :as_of) END AS severity_now
    FROM jsonb_array_elements(CAST(:findings AS jsonb)) AS e(figures)
    CROSS JOIN LATERAL jsonb_to_record(e.figures) AS f(
        type text, severity severity, hotel_id integer, entity_type text, entity_id integer, entity_name text, metric text,
        value double precision, expected double precision, lower double precision, upper double precision,
        deviation_percent double precision, score double precision, detector text, impact numeric(14, 2), reason text,
        facts jsonb, message text, suggested_action text, occurred_on date, since_on date, raised_at timestamptz,
        settled_at timestamptz, is_state boolean, is_continuing boolean, is_repeatable boolean)
), live AS (
    -- Locked, so that a verdict which comes in between waits and what is worked out here stays true. A day of a fault
    -- that does not last counts once; the alert's figures are those of its strongest day. A rule gives no score: more of
    -- the same is stronger. Of equal days the first counts. Where each day is a fault of its own the last one counts, whose
    -- sentence names those before.
    SELECT a.id, f.occurred_on, is_state, f.severity_now AS found_severity, a.status = 'snoozed' AS is_snoozed,
           CAST(f.occurred_on > a.last_occurred_on OR (NOT f.is_state AND s.is_new) AS integer) AS repeats,
           -- How long a request that somebody had looked after stayed on record does not make its end more severe.
           s.is_later AND f.severity_now > a.severity
               AND NOT (f.settled_at IS NOT NULL AND coalesce(jsonb_exists(a.facts, 'checked_after'), false)) AS is_worse,
           s.is_other, s.is_later, coalesce(jsonb_exists(f.facts, 'checked_after'), false) AS is_checked,
           -- The wait for one request only grows: a shorter one is of corrected records.
           coalesce(f.facts ->> 'requested_at' = a.facts ->> 'requested_at', false) AND f.value < a.value AS is_shorter,
           -- What lasts is less severe as of a later day, so that nothing rises and falls by the hour, or at once by two steps.
           f.is_state AND s.is_later AND f.severity_now < a.severity
               AND (coalesce(a.lower_since < t.today, false)
                    OR coalesce(f.severity_now <= CAST(
                        CASE a.severity WHEN 'critical' THEN 'medium' WHEN 'high' THEN 'low' END AS severity), false)) AS is_eased,
           t.today, s.began_on, n.measured_on, n.figures,
           s.is_later
               AND (n.entity_name, n.metric, n.value, n.expected, n.lower, n.upper, n.deviation_percent, n.score,
                    n.detector, n.impact, n.reason, n.facts, n.message, n.suggested_action)
                   IS DISTINCT FROM
                   (a.entity_name, a.metric, a.value, a.expected, a.lower, a.upper, a.deviation_percent, a.score,
                    a.detector, a.impact, a.reason, a.facts, a.message, a.suggested_action) AS has_news
    FROM found f JOIN ml_alerts a USING (type, hotel_id, entity_type, entity_id, is_state)
    CROSS JOIN (SELECT CAST(CAST(:as_of AS timestamptz) - interval '1 microsecond' AS date) AS today) t
    CROSS JOIN LATERAL (
        SELECT NOT EXISTS (SELECT FROM ml_alert_days d WHERE d.alert_id = a.id AND d.occurred_on = f.occurred_on) AS is_new,
               -- A state is what the latest run says, also where it began earlier than was known; of days that a person
               -- decided on it says nothing.
               o.is_other, NOT f.is_state OR o.is_other OR a.last_seen <= CAST(:as_of AS timestamptz) AS is_later,
               CASE WHEN o.is_other OR NOT (f.is_state AND d.is_decided) THEN f.occurred_on END AS began_on,
               CASE WHEN o.is_other THEN d.is_closed_request
                    ELSE NOT f.is_state AND f.occurred_on < a.occurred_on AND d.is_closed_day END AS is_closed
        FROM (SELECT coalesce(f.facts ->> 'requested_at' <> a.facts ->> 'requested_at', false) AS is_other) o
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or(c.resolved_by <> 'system'), false) AS is_decided,
                   count(*) > 0 AS is_closed_day,
                   -- One that ended by itself and waits again had its end taken off the records.
                   coalesce(bool_or(c.facts ->> 'requested_at' = f.facts ->> 'requested_at'
                                    AND (c.resolved_by <> 'system' OR f.settled_at IS NOT NULL)), false) AS is_closed_request
            FROM ml_alerts c
            WHERE (c.type, c.hotel_id, c.entity_type, c.entity_id, c.is_state)
                    = (f.type, f.hotel_id, f.entity_type, f.entity_id, f.is_state)
              AND NOT is_live(c.status) AND c.end_reason IS DISTINCT FROM 'records_changed'
              AND f.occurred_on BETWEEN c.occurred_on AND c.last_occurred_on) d) s
    CROSS JOIN LATERAL (
        SELECT d.occurred_on AS measured_on, d.figures, r.* FROM (
            SELECT f.occurred_on, f.score, f.value, f.figures
            UNION ALL
            SELECT d.occurred_on, d.score, d.value, d.figures FROM ml_alert_days d
            WHERE d.alert_id = a.id AND d.occurred_on <> f.occurred_on AND NOT f.is_state) d
        CROSS JOIN LATERAL jsonb_to_record(d.figures) AS r(
            entity_name text, metric text, expected double precision, lower double precision, upper double precision,
            deviation_percent double precision, detector text, impact numeric(14, 2), reason text, facts jsonb,
            message text, suggested_action text, value double precision, score double precision)
        ORDER BY CASE WHEN f.is_repeatable THEN d.occurred_on END DESC,
                 coalesce(d.figures #> '{facts,still_missing}' = '0', false), coalesce(d.score, '-Infinity') DESC,
                 CASE WHEN d.score IS NULL THEN d.value END DESC, d.occurred_on
        LIMIT 1) n
    WHERE is_live(a.status) AND a.id NOT IN (SELECT held('alerts'))
      -- What was decided about a day before this alert, or about another request, stays decided.
      AND NOT s.is_closed
    FOR UPDATE OF a
), updated AS (
    UPDATE ml_alerts a
    SET occurrences = a.occurrences + l.repeats,
        measured_on = CASE WHEN l.has_news THEN l.measured_on ELSE a.measured_on END,
        occurred_on = least(a.occurred_on, CASE WHEN l.is_later THEN l.began_on END),
        last_occurred_on = CASE WHEN l.is_other THEN l.occurred_on ELSE greatest(a.last_occurred_on, l.occurred_on) END,
        last_seen = greatest(a.last_seen, CAST(:as_of AS timestamptz)),
        -- One that is about another request now is as severe as that one, one whose room was checked since as that says,
        -- and one that was answered sooner as that wait.
        severity = CASE WHEN l.is_worse OR l.is_other OR l.is_checked OR l.is_eased
                             OR (l.is_shorter AND l.found_severity < a.severity)
                        THEN l.found_severity ELSE a.severity END,
        lower_since = CASE WHEN NOT l.is_later THEN a.lower_since
                           WHEN l.is_state AND l.found_severity < a.severity
                                AND NOT (l.is_other OR l.is_checked OR l.is_eased OR l.is_shorter)
                           THEN least(a.lower_since, l.today) END,
        -- Nobody who put an alert off knew that it would become critical, and nobody who read one knew of another request.
        (status, snoozed_until, snoozed_by, read_at, read_by) = (
            SELECT a.status, a.snoozed_until, a.snoozed_by, a.read_at, a.read_by WHERE NOT l.is_unknown
            UNION ALL
            SELECT 'open', NULL, NULL, NULL, NULL WHERE l.is_unknown),
        (entity_name, metric, value, expected, lower, upper, deviation_percent, score, detector, impact, reason, facts,
         message, suggested_action) = (
            SELECT a.entity_name, a.metric, a.value, a.expected, a.lower, a.upper, a.deviation_percent, a.score,
                   a.detector, a.impact, a.reason, a.facts, a.message, a.suggested_action
            WHERE NOT l.has_news
            UNION ALL
            SELECT r.* FROM jsonb_to_record(l.figures) AS r(
                entity_name text, metric text, value double precision, expected double precision,
                lower double precision, upper double precision, deviation_percent double precision,
                score double precision, detector text, impact numeric(14, 2), reason text, facts jsonb, message text,
                suggested_action text)
            WHERE l.has_news)
    FROM (SELECT *, is_other OR (is_snoozed AND is_worse AND found_severity = 'critical') AS is_unknown FROM live) l
    WHERE a.id = l.id AND (l.repeats = 1 OR l.is_worse OR l.is_eased OR l.has_news OR a.last_seen < :as_of)
    RETURNING l.repeats = 1 OR l.is_worse OR l.is_eased OR l.has_news AS is_changed
), fresh AS (
    SELECT * FROM found f WHERE NOT EXISTS (
        SELECT FROM ml_alerts a
        WHERE (a.type, a.hotel_id, a.entity_type, a.entity_id, a.is_state)
                = (f.type, f.hotel_id, f.entity_type, f.entity_id, f.is_state)
          AND is_live(a.status))
      -- Of whose alert another session holds, it may make it live again, and nobody can point to it.
      AND (f.type, f.hotel_id, f.entity_type, f.entity_id, f.is_state) NOT IN (
          SELECT h.type, h.hotel_id, h.entity_type, h.entity_id, h.is_state FROM ml_alerts h
          WHERE h.id IN (SELECT held('alerts')))
), closed AS (
    -- A closed alert covers what lies in its days, except another request of the same room, for a guest waits again,
    -- and an event that has clearly grown since it ended by itself: by a quarter, and by one unit at least. What a
    -- person decided stays decided. One that ended because the records had changed covers nothing: they may change
    -- back. Nor does a state that a mute ended: it was not over. Nor one that ended by itself where a later day finds
    -- it again, though it began before: a stock that is still low is low again once its ledger is no longer below zero.
    -- So does a request that is open again: what had ended it was taken off the records.
    SELECT a.id, a.type, a.hotel_id, a.entity_type, a.entity_id, a.is_state, f.occurred_on,
           a.last_occurred_on >= f.occurred_on AND a.end_reason IS DISTINCT FROM 'records_changed'
               AND (f.facts ->> 'requested_at' <> a.facts ->> 'requested_at') IS NOT TRUE
               AND NOT (a.resolved_by = 'system' AND a.last_occurred_on = f.occurred_on AND NOT f.is_state
                        AND f.value >= a.value + greatest(1, abs(a.value) / 4))
               AND NOT (f.is_state AND a.mute_id IS NOT NULL)
               AND NOT (f.is_state AND a.resolved_by = 'system'
                        AND CASE WHEN f.facts ->> 'requested_at' IS NULL THEN f.judged_on > CAST(a.resolved_at AS date)
                                 ELSE f.settled_at IS NULL AND a.resolved_at < :as_of END) AS is_covering,
           a.status = 'false_positive' AND f.is_continuing AND f.occurred_on - 1 = a.last_occurred_on
               AND coalesce(f.score, '-Infinity') <= coalesce(a.score, '-Infinity') AS is_same_episode
    FROM fresh f JOIN ml_alerts a USING (type, hotel_id, entity_type, entity_id, is_state)
    WHERE a.status IN ('resolved', 'false_positive') AND a.last_occurred_on >= f.occurred_on - 1
), extended AS (
    -- A fault that goes on for weeks gets one verdict. That alert grows with it, a day at a time, so that the next
    -- day follows it too; only a gap or a stronger sign is something new.
    UPDATE ml_alerts a SET last_occurred_on = c.occurred_on
    FROM closed c
    WHERE a.id = c.id AND c.is_same_episode AND a.last_occurred_on < c.occurred_on
), opened AS (
    INSERT INTO ml_alerts AS a (
        type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper,
        deviation_percent, score, detector, impact, reason, facts, message, suggested_action, occurred_on,
        last_occurred_on, measured_on, raised_at, last_seen, previous_id)
    SELECT type, severity_now, hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper,
           deviation_percent, score, detector, impact, reason, facts, message, suggested_action, occurred_on,
           occurred_on, occurred_on, coalesce(raised_at, :as_of), greatest(raised_at, :as_of),
           (SELECT max(p.id) FROM ml_alerts p
            WHERE (p.type, p.hotel_id, p.entity_type, p.entity_id, p.is_state)
                = (f.type, f.hotel_id, f.entity_type, f.entity_id, f.is_state))
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM closed c
        WHERE (c.type, c.hotel_id, c.entity_type, c.entity_id, c.is_state)
                = (f.type, f.hotel_id, f.entity_type, f.entity_id, f.is_state)
          AND (c.is_covering OR c.is_same_episode))
    ON CONFLICT (type, hotel_id, entity_type, entity_id, is_state) WHERE status IN ('open', 'acknowledged', 'snoozed') DO NOTHING
    RETURNING a.id, a.type, a.hotel_id, a.entity_type, a.entity_id, a.is_state
), days AS (
    INSERT INTO ml_alert_days AS d (alert_id, occurred_on, since_on, judged_on, severity, value, score, figures, ground)
    SELECT n.id, f.occurred_on, f.first_on, f.judged_on, f.severity, f.value, f.score, f.figures, g.ground
    FROM (SELECT id, type, hotel_id, entity_type, entity_id, is_state FROM opened
          UNION ALL
          SELECT a.id, a.type, a.hotel_id, a.entity_type, a.entity_id, a.is_state
          FROM live JOIN ml_alerts a USING (id)) n
    JOIN found f USING (type, hotel_id, entity_type, entity_id, is_state)
    CROSS JOIN LATERAL ground_of(f.metric, CAST(:rests_also AS jsonb) -> f.type, f.hotel_id, f.entity_type, f.entity_id,
                                 f.first_on, f.judged_on, CAST(:not_before AS timestamptz)) g
    WHERE NOT f.is_state
    ON CONFLICT (alert_id, occurred_on) DO UPDATE
        SET since_on = excluded.since_on, judged_on = excluded.judged_on, severity = excluded.severity,
            value = excluded.value, score = excluded.score, figures = excluded.figures, ground = excluded.ground
        WHERE (d.since_on, d.judged_on, d.severity, d.value, d.score, d.figures, d.ground)
              IS DISTINCT FROM
              (excluded.since_on, excluded.judged_on, excluded.severity, excluded.value, excluded.score,
               excluded.figures, excluded.ground)
)
SELECT (SELECT count(*) FROM opened) AS opened,
       (SELECT count(*) FROM updated WHERE is_changed) AS updated,
       (SELECT count(*) FROM fresh) - (SELECT count(*) FROM opened) AS suppressed,
       (SELECT least(min(occurred_on), CAST(min(requested_at) AS date)) FROM (
            SELECT occurred_on, CAST(facts ->> 'requested_at' AS timestamptz) FROM found
            UNION ALL
            SELECT occurred_on, CAST(facts ->> 'requested_at' AS timestamptz) FROM ml_alerts WHERE is_live(status)
        ) l (occurred_on, requested_at)) AS oldest

-- name: resolve
-- Resolves live alerts whose fault is settled, gone (states) or long unseen (events), one row each; opens again those
-- whose snooze is over and that are not resolved; of :hotels, NULL: of all. A state that today's records don't show on its
-- own days was none, nor was one that only a clock which was ahead has seen. No point of before :not_before is read: an
-- alert that is about a day before :oldest has been reopened since `apply`, and is left to a later run.
WITH found AS (
    SELECT * FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS f(
        type text, hotel_id integer, entity_type text, entity_id integer, occurred_on date, settled_at timestamptz,
        facts jsonb, is_state boolean)
), live AS (
    SELECT a.id, a.type, a.hotel_id, a.entity_type, a.entity_id, a.metric, a.reason, a.raised_at, a.last_seen, a.upper,
           CAST(a.facts ->> 'requested_at' AS timestamptz) AS requested_at,
           a.occurred_on, a.last_occurred_on,
           -- What came in late was found late: its normal days begin when somebody could first know of it.
           greatest(a.last_occurred_on, CAST(a.raised_at - interval '1 day' AS date)) AS known_on,
           -- What was found of another request of the room says nothing of this one.
           f.type IS NOT NULL AND NOT o.is_other AS is_found, o.is_other, f.occurred_on AS found_on,
           CASE WHEN NOT o.is_other THEN f.settled_at END AS settled_at, is_state, p.is_open,
           -- First seen at an instant that had not come, and not found by the first run that looks since.
           is_state AND (f.type IS NULL OR o.is_other) AND a.raised_at >= :as_of AND a.last_seen <= :as_of
               AND EXISTS (SELECT FROM ml_alert_events e
                           WHERE e.alert_id = a.id AND e.event = 'opened' AND e.as_of > :as_of) AS is_early,
           CAST(CAST(:as_of AS timestamptz) AS date)
               - greatest(a.last_occurred_on, CAST(a.raised_at - interval '1 day' AS date)) AS days,
           CASE WHEN a.reason = ANY(:state_reasons) THEN 0
                ELSE CAST(CAST(:normal_days AS jsonb) ->> a.type AS integer) END AS normal_days
    FROM ml_alerts a LEFT JOIN found f USING (type, hotel_id, entity_type, entity_id, is_state)
    CROSS JOIN LATERAL (
        SELECT coalesce(f.facts ->> 'requested_at' <> a.facts ->> 'requested_at', false) AS is_other) o
    CROSS JOIN LATERAL (
        -- Whether the request is still open on record.
        SELECT jsonb_exists(a.facts, 'requested_at') AND (f.type IS NULL OR o.is_other) AND EXISTS (
            SELECT FROM ml_metrics m
            WHERE (m.metric_type, m.hotel_id, m.entity_type, m.entity_id)
                  = (a.metric, a.hotel_id, a.entity_type, a.entity_id)
              AND m.observed_at >= :not_before
              AND m.observed_at > CAST(a.facts ->> 'requested_at' AS timestamptz) - interval '1 second'
              AND m.observed_at < CAST(a.facts ->> 'requested_at' AS timestamptz) + interval '1 second'
              AND CAST(m.context ->> 'open' AS boolean)) AS is_open) p
    WHERE is_live(a.status) AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
      AND least(a.occurred_on, CAST(CAST(a.facts ->> 'requested_at' AS timestamptz) AS date)) >= CAST(:oldest AS date)
), over AS (
    -- A request that is open and is not found is of a room that nobody lets any longer.
    SELECT id, (type = ANY(:stale_types) AND hotel_id = ANY(CAST(:closed_hotels AS integer[]))) OR is_open AS is_gone,
           CASE WHEN settled_at IS NOT NULL THEN greatest(settled_at, raised_at) ELSE :as_of END AS ended_at
    FROM live l
    WHERE l.id NOT IN (SELECT held('alerts')) AND CASE
        WHEN is_found THEN settled_at IS NOT NULL AND last_occurred_on <= found_on
        WHEN normal_days IS NULL THEN false
        WHEN is_early AND type = ANY(:evaluated) THEN true
        -- That a silence is too long to be looked for does not end it: only data do, or a mute, or that the hotel is closed.
        WHEN type = ANY(:stale_types) THEN type = ANY(:evaluated) AND last_seen <= :as_of
            AND (hotel_id = ANY(CAST(:closed_hotels AS integer[])) OR EXISTS (
                SELECT FROM ml_metrics m
                WHERE m.metric_type = l.metric AND m.hotel_id = l.hotel_id
                  AND m.observed_at >= :not_before
                  AND m.observed_at >= l.last_occurred_on AND m.observed_at < :as_of))
        -- It may wait behind that one.
        WHEN is_other AND is_open THEN false
        -- While nobody records a hotel's use it seems to fall, and its stock to last: that ends nothing.
        WHEN is_state AND entity_type = 'product' AND hotel_id <> ALL(CAST(:closed_hotels AS integer[]))
             AND EXISTS (SELECT FROM live s WHERE s.type = 'data_stale' AND s.is_found AND s.hotel_id = l.hotel_id) THEN false
        -- What was seen at a later instant is not gone because an earlier day is looked at again.
        WHEN is_state THEN type = ANY(:evaluated) AND last_seen <= :as_of AND days >= normal_days
        WHEN days <= normal_days THEN false
        -- Where no data come in, silence says nothing.
        WHEN EXISTS (SELECT FROM live s WHERE s.type = 'data_stale' AND s.hotel_id = l.hotel_id) THEN false
        WHEN days > :most_quiet_days OR entity_type NOT IN ('room', 'attendant') THEN true
        -- Days on which nobody looked into the room, or the attendant did not work, are not normal ones.
        ELSE (SELECT count(DISTINCT m.business_date) FROM ml_metrics m
              WHERE (m.metric_type, m.hotel_id, m.entity_type, m.entity_id)
                  = (l.metric, l.hotel_id, l.entity_type, l.entity_id)
                AND m.observed_at >= :not_before AND m.observed_at >= l.known_on AND m.observed_at < :as_of
                AND m.business_date > l.known_on
                AND m.business_date < CAST(CAST(:as_of AS timestamptz) AS date)) >= normal_days
        END
), woken AS (
    UPDATE ml_alerts a
    SET status = 'open', snoozed_until = NULL, snoozed_by = NULL, read_at = NULL, read_by = NULL
    FROM live l
    WHERE a.id = l.id AND a.status = 'snoozed' AND a.snoozed_until <= :as_of AND a.id NOT IN (SELECT held('alerts'))
      AND NOT EXISTS (SELECT FROM over o WHERE o.id = a.id)
)
UPDATE ml_alerts a
SET status = 'resolved', resolved_at = o.ended_at, resolved_by = 'system', snoozed_until = NULL, snoozed_by = NULL,
    muted_by = NULL, end_reason = CASE WHEN o.is_withdrawn THEN 'records_changed' WHEN o.is_gone THEN 'subject_gone' END,
    is_counted = a.is_counted AND NOT o.is_withdrawn
FROM (
    -- A state that is over was one: its days still show it, a request its own moment. Where they don't, the records were
    -- changed, or the clock was ahead.
    SELECT o.*, l.is_early OR l.is_state AND NOT l.is_found AND NOT EXISTS (
               SELECT FROM ml_metrics m
               WHERE (m.metric_type, m.hotel_id, m.entity_type, m.entity_id)
                     = (l.metric, l.hotel_id, l.entity_type, l.entity_id)
                 AND m.observed_at >= :not_before
                 AND m.observed_at > coalesce(l.requested_at - interval '1 second', l.occurred_on - 1)
                 AND m.observed_at < coalesce(l.requested_at + interval '1 second', l.last_occurred_on + 2)
                 AND (l.requested_at IS NOT NULL OR m.business_date BETWEEN l.occurred_on AND l.last_occurred_on)
                 AND (m.metric_value < 0
                      OR (l.type = ANY(:shown_by_limit) AND m.metric_value >= coalesce(l.upper, m.metric_value))))
               AND (l.reason = ANY(:state_reasons) OR l.type = ANY(:shown_by_limit)) AS is_withdrawn
    FROM over o JOIN live l USING (id)) o
WHERE a.id = o.id AND is_live(a.status)
RETURNING a.id

-- name: mute
-- Mutes live alerts that follow from another live one and unmutes the others: where data are stale,
-- what was found since without them; where all of a hotel takes more of a product, rooms that took mostly that product.
-- Those that mute others are few and are found once: each of 100,000 live alerts would read a third of the rest otherwise.
WITH muters AS MATERIALIZED (
    SELECT * FROM ml_alerts
    WHERE is_live(status)
      AND (type = 'data_stale' OR (type = 'consumption_anomaly' AND reason = ANY(:shift_reasons)))
), wanted AS (
    SELECT a.id, m.id AS muted_by
    FROM ml_alerts a
    LEFT JOIN LATERAL (
        SELECT m.id FROM muters m
        WHERE m.id <> a.id AND CASE
            WHEN m.type = 'data_stale'
                -- A chain's common store knows no hotel: what it lacks may be any hotel's.
                THEN a.hotel_id IN (m.hotel_id, :common_store) AND a.type = ANY(:needs_fresh_data)
                     AND a.last_occurred_on >= m.occurred_on
            ELSE a.type = m.type AND a.hotel_id = m.hotel_id AND a.entity_type = 'room'
                AND a.measured_on BETWEEN m.occurred_on - 1 AND m.last_occurred_on + 1
                -- A room that took most of what was too much is the cause of the product's alert, not its effect.
                AND (SELECT sum(p.units) FILTER (WHERE p.id = m.entity_id) > sum(p.units) / 2
                        AND NOT (m.measured_on = a.measured_on AND sum(p.units) FILTER (WHERE p.id = m.entity_id)
                                 > (m.value - coalesce(m.expected, 0)) / 2)
                     FROM jsonb_to_recordset(CASE jsonb_typeof(a.facts -> 'products') WHEN 'array' THEN a.facts -> 'products' END)
                          AS p(id integer, units double precision))
            END
        ORDER BY m.type = 'data_stale' DESC, m.id LIMIT 1) m ON true
    WHERE is_live(a.status)
)
UPDATE ml_alerts a SET muted_by = w.muted_by
FROM wanted w
WHERE a.id = w.id AND is_live(a.status) AND a.muted_by IS DISTINCT FROM w.muted_by
  AND a.id NOT IN (SELECT held('alerts')) AND coalesce(w.muted_by, 0) NOT IN (SELECT held('alerts'))

-- name: ease
-- Makes high what was critical on days that have passed: of an event by the last of its days that was critical.
UPDATE ml_alerts a SET severity = 'high'
WHERE a.severity = 'critical' AND is_live(a.status) AND a.type <> ALL(:state_types) AND a.reason <> ALL(:state_reasons)
  AND a.id NOT IN (SELECT held('alerts'))
  AND aged(a.severity, coalesce((SELECT max(d.occurred_on) FROM ml_alert_days d
                                 WHERE d.alert_id = a.id AND d.severity = 'critical'), a.last_occurred_on), :as_of) = 'high'

-- name: rename
-- Calls live alerts by what rooms, people, products and hotels are called today, where the source has other names for them.
-- Returns a digest of all names, and the days of events whose figures have an old name, their own or one in a list, with
-- today's: of alerts that had another name, and of all where the digest is another than the last run's.
WITH named AS MATERIALIZED (
    SELECT 'room' AS entity_type, room_id AS entity_id, room_name AS name FROM source_rooms()
    UNION ALL
    SELECT 'attendant', user_id, name FROM staff()
    UNION ALL
    SELECT 'product', product_id, name FROM source_products()
    UNION ALL
    SELECT 'hotel', hotel_id, name FROM source_hotels()
), digest AS MATERIALIZED (
    SELECT n.digest, n.digest IS DISTINCT FROM (
               SELECT counts ->> 'names' FROM ml_job_runs
               WHERE job = 'detect' AND outcome IN ('done', 'partly') ORDER BY id DESC LIMIT 1) AS is_other
    FROM (SELECT md5(string_agg(concat_ws(' ', entity_type, entity_id, name), E'\n' ORDER BY entity_type, entity_id)) AS digest
          FROM named) n
), renamed AS (
    UPDATE ml_alerts a SET entity_name = n.name
    FROM named n
    WHERE is_live(a.status) AND (a.entity_type, a.entity_id) = (n.entity_type, n.entity_id)
      AND n.name <> '' AND a.entity_name <> n.name AND a.id NOT IN (SELECT held('alerts'))
    RETURNING a.id
), looked_at AS MATERIALIZED (
    SELECT d.*, a.entity_type, a.entity_id FROM ml_alerts a JOIN ml_alert_days d ON d.alert_id = a.id
    WHERE is_live(a.status) AND a.id NOT IN (SELECT held('alerts'))
      AND ((SELECT is_other FROM digest) OR a.id IN (SELECT id FROM renamed))
), called AS (
    SELECT alert_id, occurred_on, entity_type, entity_id, figures ->> 'entity_name' AS name FROM looked_at
    UNION ALL
    SELECT alert_id, occurred_on, 'product', CAST(p.one ->> 'id' AS integer), p.one ->> 'name'
    FROM looked_at CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(figures #> '{facts,products}') WHEN 'array' THEN figures #> '{facts,products}' END) AS p(one)
    UNION ALL
    SELECT alert_id, occurred_on, 'room', CAST(r.one AS integer), figures #>> ARRAY['facts', 'rooms', CAST(r.place - 1 AS text)]
    FROM looked_at CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(figures #> '{facts,room_ids}') WHEN 'array' THEN figures #> '{facts,room_ids}' END)
        WITH ORDINALITY AS r(one, place)
), other AS (
    SELECT c.alert_id, c.occurred_on, jsonb_object_agg(c.entity_type || ' ' || c.entity_id, n.name) AS names
    FROM called c JOIN named n USING (entity_type, entity_id)
    WHERE n.name <> '' AND c.name IS DISTINCT FROM n.name
    GROUP BY c.alert_id, c.occurred_on
)
SELECT g.digest, o.alert_id, o.occurred_on, o.names, d.figures
FROM digest g LEFT JOIN other o ON true LEFT JOIN ml_alert_days d USING (alert_id, occurred_on)
ORDER BY o.alert_id, o.occurred_on

-- name: reword
-- Gives days of alerts figures and sentences with today's names, and their alerts those of the day that they show. What was
-- closed meanwhile stays as it was.
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:days AS jsonb)) AS r(alert_id bigint, occurred_on date, figures jsonb)
), live AS MATERIALIZED (
    SELECT id FROM ml_alerts
    WHERE id IN (SELECT alert_id FROM given) AND is_live(status) AND id NOT IN (SELECT held('alerts'))
    ORDER BY id FOR UPDATE
), reworded AS MATERIALIZED (
    SELECT g.* FROM given g JOIN live l ON l.id = g.alert_id
), days AS (
    UPDATE ml_alert_days d SET figures = r.figures
    FROM reworded r WHERE (d.alert_id, d.occurred_on) = (r.alert_id, r.occurred_on)
)
UPDATE ml_alerts a
SET facts = r.figures -> 'facts', message = r.figures ->> 'message', suggested_action = r.figures ->> 'suggested_action'
FROM reworded r WHERE a.id = r.alert_id AND a.measured_on = r.occurred_on

-- name: group_incidents
-- Puts live alerts of one cause into one incident: of a product whose days touch, a product's book below zero with an
-- earlier loss of most of what it lacks, of a room and day, and rooms with a product's shift that took mostly that product
-- or most of what was too much of it. The first of them gives the incident
-- its number; who is in one stays in it, and incidents that turn out to have one cause become one.
WITH RECURSIVE live AS MATERIALIZED (
    SELECT id, type, hotel_id, entity_type, entity_id, occurred_on, last_occurred_on, measured_on, reason, facts,
           value - coalesce(expected, 0) AS excess, coalesce(incident_id, id) AS incident_id,
           CASE WHEN reason = ANY(:state_reasons) THEN -value END AS short_of,
           CASE WHEN metric = 'stock_outflow' THEN coalesce(CAST(facts ->> 'still_missing' AS double precision), value) END AS missing
    FROM ml_alerts WHERE is_live(status)
), took AS MATERIALIZED (
    SELECT a.hotel_id, a.measured_on, a.incident_id, p.id AS product_id, p.units,
           sum(p.units) OVER (PARTITION BY a.id) AS room_units
    FROM live a CROSS JOIN LATERAL jsonb_to_recordset(
        CASE jsonb_typeof(a.facts -> 'products') WHEN 'array' THEN a.facts -> 'products' END
    ) AS p(id integer, units double precision)
    WHERE a.entity_type = 'room' AND a.type = ANY(:of_rooms)
), linked AS (
    SELECT a.incident_id, b.incident_id AS other_id FROM live a JOIN live b
      ON b.entity_id = a.entity_id AND b.id < a.id AND (b.hotel_id = a.hotel_id OR 0 IN (a.hotel_id, b.hotel_id))
    WHERE a.entity_type = 'product' AND b.entity_type = 'product'
      AND a.type = ANY(:of_products) AND b.type = ANY(:of_products)
      AND a.occurred_on <= b.last_occurred_on + 1 AND b.occurred_on <= a.last_occurred_on + 1
    UNION
    -- A book that is below zero because of units that left it earlier, whether at once or when a count took them off again.
    SELECT z.incident_id, l.incident_id FROM live z JOIN live l
      ON l.entity_id = z.entity_id AND (l.hotel_id = z.hotel_id OR 0 IN (l.hotel_id, z.hotel_id))
    WHERE z.entity_type = 'product' AND l.entity_type = 'product' AND z.short_of > 0 AND l.missing > z.short_of / 2
      AND l.occurred_on <= z.last_occurred_on
    UNION
    -- With the first of a room and day, without a join of all pairs: the planner expects a handful of live alerts.
    SELECT incident_id, min(incident_id) OVER (PARTITION BY hotel_id, entity_id, measured_on)
    FROM live WHERE entity_type = 'room' AND type = ANY(:of_rooms)
    UNION
    SELECT t.incident_id, m.incident_id FROM took t JOIN live m
      ON m.hotel_id = t.hotel_id AND m.entity_type = 'product' AND m.entity_id = t.product_id
    WHERE m.reason = ANY(:shift_reasons) AND t.measured_on BETWEEN m.occurred_on - 1 AND m.last_occurred_on + 1
      AND (t.units > t.room_units / 2 OR (t.measured_on = m.measured_on AND t.units > m.excess / 2))
), neighbours AS MATERIALIZED (
    SELECT incident_id, other_id FROM linked WHERE incident_id <> other_id
    UNION SELECT other_id, incident_id FROM linked WHERE incident_id <> other_id
), reached AS (
    -- The first of a cause reaches all of it; from the others only later ones are looked for.
    SELECT incident_id AS first_id, incident_id FROM neighbours
    UNION
    SELECT r.first_id, n.other_id FROM reached r JOIN neighbours n USING (incident_id) WHERE n.other_id > r.first_id
), merged AS (
    SELECT incident_id, min(first_id) AS first_id FROM reached GROUP BY incident_id
), wanted AS (
    SELECT incident_id AS id, first_id FROM merged
    UNION SELECT a.id, m.first_id FROM merged m JOIN ml_alerts a ON a.incident_id = m.incident_id
)
UPDATE ml_alerts a SET incident_id = w.first_id
FROM wanted w
WHERE a.id = w.id AND a.incident_id IS DISTINCT FROM w.first_id
  AND a.id NOT IN (SELECT held('alerts')) AND w.first_id NOT IN (SELECT held('alerts'))

-- name: count_incidents
-- Lets one alert of each incident count in sums: the one with the largest possible loss, muted ones last. Where a count
-- has put units back, a book that was below zero without them says nothing of what is missing.
WITH members AS (
    SELECT m.id, row_number() OVER (
               PARTITION BY m.incident_id
               ORDER BY m.status = 'false_positive' OR m.end_reason IS NOT DISTINCT FROM 'records_changed',
                        m.muted_by IS NOT NULL, m.is_put_back AND m.reason = ANY(:state_reasons),
                        m.impact DESC NULLS LAST, m.id) = 1
           AND m.end_reason IS DISTINCT FROM 'records_changed' AS counts
    FROM (SELECT *, bool_or(facts -> 'put_back' IS NOT NULL) OVER (PARTITION BY incident_id) AS is_put_back
          FROM ml_alerts
          WHERE incident_id IN (SELECT incident_id FROM ml_alerts WHERE incident_id IS NOT NULL AND is_live(status))) m
)
UPDATE ml_alerts a SET is_counted = m.counts FROM members m
WHERE a.id = m.id AND a.is_counted <> m.counts AND a.id NOT IN (SELECT held('alerts'))

-- name: fetch_incidents
-- The live alerts of these incidents that were raised before an instant, or by now.
SELECT * FROM ml_alerts
WHERE incident_id = ANY(:ids) AND is_live(status) AND raised_at < coalesce(CAST(:until AS timestamptz), 'infinity')
ORDER BY id

-- name: fetch_ranked
-- Alerts that match the filter, the most severe first, or the largest possible loss first where :by_impact.
SELECT * FROM matching_alerts(
    :statuses, CAST(:severities AS severity[]), :types, :hotel_ids, :since, :until, :entity_type, :entity_id, :entity_name,
    :rooms, :words, :is_muted)
ORDER BY CASE WHEN :by_impact THEN impact END DESC NULLS LAST, severity DESC,
         impact DESC NULLS LAST, raised_at DESC, id
LIMIT :limit

-- name: fetch_latest
-- Alerts that match the filter, the latest first: a limit reads no more of the index than it needs.
SELECT * FROM matching_alerts(
    :statuses, CAST(:severities AS severity[]), :types, :hotel_ids, :since, :until, :entity_type, :entity_id, :entity_name,
    :rooms, :words, :is_muted)
ORDER BY raised_at DESC, id
LIMIT :limit

-- name: fetch_by_id
-- The alerts of these ids.
SELECT * FROM ml_alerts WHERE id = ANY(:ids) ORDER BY id

-- name: count_matching
-- How many alerts match the filter by severity, what they add to a sum of possible losses, and of which hotels they are:
-- those about the installation (:of_server) are of none.
SELECT severity, count(*) AS alerts,
       sum(CASE WHEN is_counted AND status <> 'false_positive' THEN impact END) AS impact,
       coalesce(array_agg(DISTINCT hotel_id) FILTER (WHERE type <> ALL(:of_server)), '{}') AS hotel_ids
FROM matching_alerts(
    :statuses, CAST(:severities AS severity[]), :types, :hotel_ids, :since, :until, :entity_type, :entity_id, :entity_name,
    :rooms, :words, :is_muted)
GROUP BY severity ORDER BY severity DESC

-- name: fetch_hidden
-- Live alerts that match the filter and that a list leaves out: how many each muting alert mutes, and how many are
-- snoozed (no muting alert).
SELECT h.muted_by, m.type, m.entity_name, count(*) AS alerts
FROM matching_alerts(
    NULL, CAST(:severities AS severity[]), :types, :hotel_ids, :since, :until, :entity_type, :entity_id, :entity_name,
    :rooms, :words, NULL) h LEFT JOIN ml_alerts m ON m.id = h.muted_by
WHERE h.muted_by IS NOT NULL OR h.status = 'snoozed'
GROUP BY h.muted_by, m.type, m.entity_name
ORDER BY alerts DESC, h.muted_by

-- name: fetch_changeable
-- Which of these alerts this role may change. They are locked: policies for changes hold for whoever locks a row.
SELECT id FROM ml_alerts WHERE id = ANY(:ids) ORDER BY id FOR UPDATE

-- name: set_verdict
-- Gives a verdict on those alerts that it still changes, with a comment if there is one; returns them. Triggers write
-- the history and the audit log.
WITH before AS (
    SELECT id FROM ml_alerts
    WHERE id = ANY(:ids) AND status = ANY(:from_statuses) ORDER BY id FOR UPDATE
), after AS (
    UPDATE ml_alerts a
    SET status = :verdict,
        read_at = CASE WHEN :verdict = 'acknowledged' THEN :at ELSE a.read_at END,
        read_by = CASE WHEN :verdict = 'acknowledged' THEN :operator ELSE a.read_by END,
        resolved_at = CASE WHEN :verdict = 'acknowledged' THEN a.resolved_at ELSE :at END,
        resolved_by = CASE WHEN :verdict = 'acknowledged' THEN a.resolved_by ELSE :operator END,
        muted_by = CASE WHEN :verdict = 'acknowledged' THEN a.muted_by END,
        snoozed_until = NULL, snoozed_by = NULL
    FROM before b WHERE a.id = b.id
    RETURNING a.*
), commented AS (
    INSERT INTO ml_alert_comments (alert_id, by, body)
    SELECT id, :operator, :comment FROM after WHERE CAST(:comment AS text) IS NOT NULL ORDER BY id
)
SELECT * FROM after ORDER BY id

-- name: snooze
-- Snoozes live alerts until an instant, with the reason as a comment if there is one; returns those it changed.
-- Triggers write the history and the audit log.
WITH named AS MATERIALIZED (
    SELECT set_config('minibar_ml.reason', coalesce(CAST(:reason AS text), ''), true) AS reason
), before AS (
    SELECT id FROM ml_alerts
    WHERE id = ANY(:ids) AND is_live(status) AND snoozed_until IS DISTINCT FROM :until
    ORDER BY id FOR UPDATE
), after AS (
    UPDATE ml_alerts a SET status = 'snoozed', snoozed_until = :until, snoozed_by = :operator
    FROM before b, named n WHERE a.id = b.id AND n.reason IS NOT NULL
    RETURNING a.*
), commented AS (
    INSERT INTO ml_alert_comments (alert_id, by, body)
    SELECT id, :operator, :reason FROM after WHERE CAST(:reason AS text) IS NOT NULL ORDER BY id
)
SELECT * FROM after ORDER BY id

-- name: reopen
-- Takes back what persons made of alerts, the latest episode of each fault alone; returns the alerts it changed.
-- Triggers write the history and the audit log.
WITH named AS MATERIALIZED (
    SELECT set_config('minibar_ml.operator', :operator, true) AS name
), before AS (
    SELECT id FROM ml_alerts a
    WHERE id = ANY(:ids) AND status <> 'open' AND (status <> 'resolved' OR resolved_by <> 'system')
      AND NOT EXISTS (
          SELECT FROM ml_alerts l
          WHERE (l.type, l.hotel_id, l.entity_type, l.entity_id, l.is_state)
                = (a.type, a.hotel_id, a.entity_type, a.entity_id, a.is_state)
            AND l.id > a.id)
    ORDER BY id FOR UPDATE
), after AS (
    UPDATE ml_alerts a
    SET status = 'open', read_at = NULL, read_by = NULL, resolved_at = NULL, resolved_by = NULL,
        snoozed_until = NULL, snoozed_by = NULL
    FROM before b, named n WHERE a.id = b.id AND n.name IS NOT NULL
    RETURNING a.*
)
SELECT * FROM after ORDER BY id

-- name: comment
-- Adds a comment to an alert. A trigger writes the audit entry.
INSERT INTO ml_alert_comments (alert_id, by, body) VALUES (:id, :operator, :body)

-- name: history
-- What happened to an alert and what was said of it, in order; `by` is null where the system did it.
SELECT at, event, by, severity, body, value, reason, value_before, impact, impact_before, as_of FROM (
    SELECT at, event, by, severity, CAST(NULL AS text) AS body, value, reason, value_before,
           CAST(impact AS double precision) AS impact, CAST(impact_before AS double precision) AS impact_before, as_of, id
    FROM ml_alert_events WHERE alert_id = :id
    UNION ALL
    SELECT at, 'commented', by, NULL, body, NULL, NULL, NULL, NULL, NULL, NULL, id
    FROM ml_alert_comments WHERE alert_id = :id) steps
ORDER BY at, event = 'commented', id

-- name: series
-- An alert's metric on each of 30 days: the last ones, or those up to the alert where it is older. A level is the
-- day's last one, anything else the day's highest.
WITH alert AS (
    SELECT *, CASE WHEN last_occurred_on > CAST(:today AS date) - 30 AND last_occurred_on <= CAST(:today AS date)
                   THEN CAST(:today AS date) ELSE last_occurred_on END AS ends_on
    FROM ml_alerts WHERE id = :id
), points AS (
    SELECT m.business_date,
           CASE WHEN m.metric_type = 'stock_level' THEN (array_agg(m.metric_value ORDER BY m.observed_at DESC))[1]
                ELSE max(m.metric_value) END AS value
    FROM alert a JOIN ml_metrics m
      ON (m.metric_type, m.hotel_id, m.entity_type, m.entity_id) = (a.metric, a.hotel_id, a.entity_type, a.entity_id)
    WHERE m.observed_at >= a.ends_on - 31 AND m.observed_at < a.ends_on + 2
    GROUP BY m.business_date, m.metric_type
)
SELECT day, p.value, day IN (a.occurred_on, a.measured_on, a.last_occurred_on) AS is_marked
FROM alert a
CROSS JOIN LATERAL (SELECT a.ends_on - 29 + n AS day FROM generate_series(0, 29) n) days
LEFT JOIN points p ON p.business_date = day
ORDER BY day

-- name: counts
-- Alerts raised after :since and up to :until by type, by severity, by status and by detector (without a forest that
-- agreed), each row one of the four; judged: with a person's verdict.
SELECT type, severity, status, split_part(detector, '+', 1) AS detector, count(*) AS alerts,
       count(*) FILTER (WHERE status = 'false_positive' OR (status = 'resolved' AND resolved_by <> 'system')) AS judged,
       count(*) FILTER (WHERE status = 'false_positive') AS false_positives
FROM ml_alerts
WHERE raised_at > :since AND raised_at <= :until
  AND (CAST(:hotel_ids AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotel_ids AS integer[])))
GROUP BY GROUPING SETS ((type), (severity), (status), (split_part(detector, '+', 1)))
ORDER BY type, severity, status, detector

-- name: counts_by_day
-- Alerts raised on each day of such a span, days without any included.
SELECT CAST(day AS date) AS day, count(a.id) AS alerts
FROM generate_series(CAST(CAST(:since AS timestamptz) AS date),
                     CAST(CAST(:until AS timestamptz) AS date), interval '1 day') day
LEFT JOIN ml_alerts a
       ON CAST(a.raised_at AS date) = CAST(day AS date) AND a.raised_at > :since AND a.raised_at <= :until
      AND (CAST(:hotel_ids AS integer[]) IS NULL OR a.hotel_id = ANY(CAST(:hotel_ids AS integer[])))
GROUP BY 1 ORDER BY 1
