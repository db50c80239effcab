-- Alerts that stay true: critical is a matter of today, muted findings and refused rows end with their ground.

-- The severity of a day's fault at an instant: what is critical has to be dealt with at once, and after two days that is
-- over (FRESH_DAYS in minibar_ml/domain/severities.py). An instant that is midnight belongs to the day before. Age never
-- raises a severity.
CREATE FUNCTION minibar_ml.aged(severity minibar_ml.severity, occurred_on date, at timestamptz)
RETURNS minibar_ml.severity LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN occurred_on < CAST(at - interval '1 microsecond' AS date) - 2
                THEN least(severity, 'high'::minibar_ml.severity) ELSE severity END
$$;

-- Every run looks for critical alerts that have grown old.
CREATE INDEX ml_alerts_critical ON minibar_ml.ml_alerts (last_occurred_on)
    WHERE severity = 'critical' AND status IN ('open', 'acknowledged', 'snoozed');

ALTER TABLE minibar_ml.ml_alert_events DROP CONSTRAINT ml_alert_events_event_check,
    ADD CONSTRAINT ml_alert_events_event_check CHECK (event IN (
        'opened', 'escalated', 'eased', 'recurred', 'corrected', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved',
        'false_positive', 'reopened', 'muted', 'unmuted'));

-- As before, and when a severity fell with age.
CREATE OR REPLACE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
BEGIN
    WITH happened AS (
        SELECT n.id, e.place, e.event, n.severity, n.value,
               CASE WHEN e.event = 'resolved' AND n.resolved_by = 'system' THEN n.end_reason END AS reason,
               -- The system never takes a verdict back: whoever did is the one that is logged in.
               coalesce(nullif(nullif(e.by, 'system'), ''),
                        CASE WHEN is_person OR e.event = 'reopened' THEN session_user END) AS by,
               e.action,
               minibar_ml.verdict(o.status, o.read_at, o.read_by, o.resolved_at, o.resolved_by, o.snoozed_until,
                                    o.snoozed_by) AS before,
               minibar_ml.verdict(n.status, n.read_at, n.read_by, n.resolved_at, n.resolved_by, n.snoozed_until,
                                    n.snoozed_by) AS after
        FROM after_rows n JOIN before_rows o USING (id)
        CROSS JOIN LATERAL (VALUES
            (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL,
                         CASE WHEN is_person THEN 'alert.mute' END),
            (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                           AND minibar_ml.is_live(n.status), NULL,
                           CASE WHEN is_person THEN 'alert.unmute' END),
            (3, 'escalated', n.severity > o.severity, NULL, NULL),
            -- Corrected records say by themselves what became of the severity.
            (4, 'eased', n.severity < o.severity AND n.corrected_at IS NOT DISTINCT FROM o.corrected_at
                         AND minibar_ml.is_live(n.status), NULL, NULL),
            (5, 'corrected', n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL,
                             NULL, NULL),
            -- Of the types whose days are each a fault of its own (AlertKind.is_repeatable).
            (6, 'recurred', n.type = 'vacant_consumption' AND n.last_occurred_on > o.last_occurred_on
                            AND minibar_ml.is_live(n.status), NULL, NULL),
            (7, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (8, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (9, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (10, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (11, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (12, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive')
        ) AS e (place, event, happened, by, action)
        WHERE e.happened
    ), written AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by, value, reason)
        SELECT id, event, severity, by, value, reason FROM happened ORDER BY id, place
    )
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT minibar_ml.os_user(), by, action, 'alert ' || id,
           before,
           after || CASE WHEN event = 'snoozed'
                       THEN jsonb_build_object('reason', nullif(current_setting('minibar_ml.reason', true), ''))
                       ELSE '{}' END
    FROM happened WHERE action IS NOT NULL AND by IS NOT NULL
    ORDER BY id, place;
    RETURN NULL;
END
$$;

-- What a muted finding rests on, as in ml_alert_days; null: a fault that lasts, or one found before this was kept.
ALTER TABLE minibar_ml.ml_muted_findings
    ADD COLUMN metric text,
    ADD COLUMN since_on date,
    ADD COLUMN judged_on date,
    ADD COLUMN ground text;
COMMENT ON COLUMN minibar_ml.ml_muted_findings.metric IS 'The metric.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.since_on IS 'The first day whose points it was found by.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.judged_on IS 'The last one: the day that was checked.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.ground IS
    'Digest of the points that it rests on, as they were; null: a fault that lasts.';

-- Refused rows by their own business day, so that reading more days again is no growth, and rows that are gone are gone.
-- What was counted by the day of a run is counted again by the next run.
DELETE FROM minibar_ml.ml_source_problems WHERE NOT is_of_new_rows;
ALTER TABLE minibar_ml.ml_source_problems RENAME COLUMN seen_on TO day;
ALTER TABLE minibar_ml.ml_source_problems ADD COLUMN first_on date;
UPDATE minibar_ml.ml_source_problems SET first_on = day;
ALTER TABLE minibar_ml.ml_source_problems ALTER COLUMN first_on SET NOT NULL;
COMMENT ON COLUMN minibar_ml.ml_changed_days.entity_type IS
    'room, product or attendant; hotel where only how full it was has changed.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.day IS
    'The business day of the rows; of new rows that of the run that saw them.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.first_on IS
    'The business day of the run that first counted so many.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.affected IS 'How many rows of the day.';

-- As before, by the primary key where the hotel is known: of a room with a month of points of many metrics it reads only
-- those of its own.
CREATE OR REPLACE FUNCTION minibar_ml.ground_of(
    of_metric text, also jsonb, of_hotel integer, of_type text, of_entity integer, since_on date, until_on date
) RETURNS TABLE (ground text) LANGUAGE sql STABLE AS $$
    SELECT md5(string_agg(minibar_ml.point_digest(p.metric_type, p.metric_value, p.context), E'\n'
                          ORDER BY p.metric_type, p.hotel_id, p.observed_at))
    FROM (
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.metric_value, m.context FROM minibar_ml.ml_metrics m
        WHERE also IS NULL AND of_hotel <> 0 AND m.metric_type = of_metric AND m.hotel_id = of_hotel
          AND m.entity_type = of_type AND m.entity_id = of_entity
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
        UNION ALL
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.metric_value, m.context FROM minibar_ml.ml_metrics m
        WHERE NOT (also IS NULL AND of_hotel <> 0) AND m.entity_type = of_type AND m.entity_id = of_entity
          AND (m.hotel_id = of_hotel OR of_hotel = 0)
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
          AND (m.metric_type = of_metric OR jsonb_exists(also, m.metric_type))
    ) p
$$;
