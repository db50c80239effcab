-- What an alert rests on, so that it can be held against today's records.

-- An alert's end and last correction. A person's verdict has no reason here; the system's may: the records no longer
-- show the fault, or what it was about is gone.
ALTER TABLE minibar_ml.ml_alerts
    ADD COLUMN end_reason text CHECK (end_reason IN ('records_changed', 'subject_gone')),
    ADD COLUMN corrected_at timestamptz;

-- The days on which the fault of an alert was found, each with its figures. Faults that last (states) have none: every
-- run looks at them again. `ground` is a digest of the entity's points of the days from since_on to judged_on, as they
-- were; null: there were none to look at.
CREATE TABLE minibar_ml.ml_alert_days (
    alert_id bigint NOT NULL REFERENCES minibar_ml.ml_alerts (id) ON DELETE CASCADE,
    occurred_on date NOT NULL,
    since_on date NOT NULL,
    judged_on date NOT NULL,
    severity minibar_ml.severity NOT NULL,
    value double precision NOT NULL,
    score double precision,
    figures jsonb NOT NULL,
    ground text,
    PRIMARY KEY (alert_id, occurred_on),
    CHECK (since_on <= occurred_on AND occurred_on <= judged_on)
);
-- Seen by whoever sees the alert; written by jobs alone.
ALTER TABLE minibar_ml.ml_alert_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_alert_days USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_alert_days FOR SELECT USING (
    EXISTS (SELECT FROM minibar_ml.ml_alerts a WHERE a.id = alert_id));

-- A point as digests see it. How full the hotel was is no matter of the entity's own.
CREATE FUNCTION minibar_ml.point_digest(metric_type text, metric_value double precision, context jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT metric_type || ' ' || CAST(metric_value AS text) || ' ' || CAST(context - 'occupancy' AS text)
$$;

-- The digest of an entity's points of one metric, and of others that speak for it, from one day to another; the common
-- store has points of its products in all hotels. PostgreSQL inlines it.
CREATE FUNCTION minibar_ml.ground_of(
    of_metric text, also jsonb, of_hotel integer, of_type text, of_entity integer, since_on date, until_on date
) RETURNS TABLE (ground text) LANGUAGE sql STABLE AS $$
    SELECT md5(string_agg(minibar_ml.point_digest(m.metric_type, m.metric_value, m.context), E'\n'
                          ORDER BY m.metric_type, m.hotel_id, m.observed_at))
    FROM minibar_ml.ml_metrics m
    WHERE m.entity_type = of_type AND m.entity_id = of_entity AND (m.hotel_id = of_hotel OR of_hotel = 0)
      AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
      AND m.business_date BETWEEN since_on AND until_on
      AND (m.metric_type = of_metric OR jsonb_exists(also, m.metric_type))
$$;

-- Live alerts of before: the day of the figures is all that is known of their days. Where its point is gone by now, the
-- next run says so.
INSERT INTO minibar_ml.ml_alert_days (alert_id, occurred_on, since_on, judged_on, severity, value, score, figures, ground)
SELECT a.id, a.measured_on, a.measured_on, a.measured_on, a.severity, a.value, a.score, to_jsonb(a), coalesce(g.ground, '')
FROM minibar_ml.ml_alerts a
CROSS JOIN LATERAL minibar_ml.ground_of(
    a.metric, CASE WHEN a.metric = 'stock_outflow' THEN jsonb '["product_consumption"]' END, a.hotel_id, a.entity_type,
    a.entity_id, a.measured_on, a.measured_on) g
WHERE minibar_ml.is_live(a.status) AND a.metric IN (
    'stock_outflow', 'product_consumption', 'room_consumption', 'vacant_consumption', 'refill_duration', 'custody_loss');

-- Of whom the points have changed, and not only of which days: another room's day is not looked at again for it.
DROP TABLE minibar_ml.ml_changed_days;
CREATE TABLE minibar_ml.ml_changed_days (
    run_id bigint NOT NULL REFERENCES minibar_ml.ml_job_runs (id) ON DELETE CASCADE,
    business_date date NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    PRIMARY KEY (run_id, business_date, hotel_id, entity_type, entity_id)
);
ALTER TABLE minibar_ml.ml_changed_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_changed_days USING ((SELECT minibar_ml.runs_jobs(current_user)));

-- Steps of an alert's life say what was measured then, and corrections are steps.
ALTER TABLE minibar_ml.ml_alert_events
    ADD COLUMN value double precision,
    ADD COLUMN reason text,
    DROP CONSTRAINT ml_alert_events_event_check,
    ADD CONSTRAINT ml_alert_events_event_check CHECK (event IN (
        'opened', 'escalated', 'corrected', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved', 'false_positive',
        'reopened', 'muted', 'unmuted'));

CREATE OR REPLACE FUNCTION minibar_ml.record_opened_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, value)
    SELECT id, 'opened', severity, value FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;

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
            (4, 'corrected', n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL,
                             NULL, NULL),
            (5, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (6, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (7, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (8, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (9, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (10, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
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

COMMENT ON COLUMN minibar_ml.ml_alerts.end_reason IS
    'Why the system ended it, where not because all is normal again: records_changed or subject_gone.';
COMMENT ON COLUMN minibar_ml.ml_alerts.corrected_at IS
    'As of when its figures were last corrected, because the records changed.';
COMMENT ON TABLE minibar_ml.ml_alert_days IS 'The days on which an alert''s fault was found, with their figures.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.alert_id IS 'The alert.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.occurred_on IS 'The business day of the fault.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.since_on IS 'The first day whose points it was found by.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.judged_on IS 'The last one: the day that was checked.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.severity IS 'How severe that day was.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.value IS 'What was measured.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.score IS 'Evidence in nats.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.figures IS 'All figures and sentences of that day.';
COMMENT ON COLUMN minibar_ml.ml_alert_days.ground IS
    'Digest of the points that it rests on, as they were; null: none to look at.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.value IS 'What the alert said was measured then.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.reason IS 'Why the system resolved it, where not because all is normal.';
COMMENT ON TABLE minibar_ml.ml_changed_days IS
    'Whose points of past business days a run of collect has changed: detect checks them again.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.run_id IS 'The run of collect.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.business_date IS 'The day.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.entity_type IS 'room, product or attendant.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.entity_id IS 'The source''s id.';
