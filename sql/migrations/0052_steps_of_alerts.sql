-- Of what lasts, since when it is less severe than its alert says: by a later day's run the alert is so too.
ALTER TABLE minibar_ml.ml_alerts ADD COLUMN lower_since date;
COMMENT ON COLUMN minibar_ml.ml_alerts.lower_since IS 'Of what lasts: the day since which each run has found it less severe than the alert is; null: the last one has not.';

-- Steps of their own: a figure that has grown, and another request of the room. Steps say what was measured before them.
ALTER TABLE minibar_ml.ml_alert_events DROP CONSTRAINT ml_alert_events_event_check,
    ADD CONSTRAINT ml_alert_events_event_check CHECK (event IN (
        'opened', 'escalated', 'eased', 'recurred', 'corrected', 'updated', 'next_request', 'acknowledged', 'snoozed', 'unsnoozed',
        'resolved', 'false_positive', 'reopened', 'muted', 'unmuted'));
COMMENT ON COLUMN minibar_ml.ml_alert_events.value_before IS 'Of a correction, another severity, figure or request: what the alert said was measured before it.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.impact_before IS 'Of a correction, another severity, figure or request: the possible loss before it.';

CREATE OR REPLACE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
BEGIN
    WITH happened AS (
        SELECT n.id, e.place, e.event, n.severity, n.value, n.impact,
               CASE WHEN s.is_told THEN o.value END AS value_before, CASE WHEN s.is_told THEN o.impact END AS impact_before,
               CASE WHEN e.event = 'resolved' AND n.resolved_by = 'system' THEN n.end_reason END AS reason,
               -- The system never takes a verdict back: whoever did is the one that is logged in.
               coalesce(nullif(nullif(e.by, 'system'), ''),
                        CASE WHEN is_person OR e.event = 'reopened' THEN session_user END) AS by,
               e.action,
               -- By the clock of the run: that of the server may be another, as where history is walked.
               CASE WHEN e.event = 'corrected' THEN n.corrected_at WHEN e.event = 'resolved' THEN n.resolved_at
                    WHEN e.event IN ('escalated', 'recurred', 'updated', 'next_request') THEN n.last_seen
                    ELSE run.as_of END AS as_of,
               minibar_ml.verdict(o.status, o.read_at, o.read_by, o.resolved_at, o.resolved_by, o.snoozed_until,
                                    o.snoozed_by) AS before,
               minibar_ml.verdict(n.status, n.read_at, n.read_by, n.resolved_at, n.resolved_by, n.snoozed_until,
                                    n.snoozed_by) AS after
        FROM after_rows n JOIN before_rows o USING (id)
        LEFT JOIN (SELECT max(as_of) AS as_of FROM minibar_ml.ml_job_runs WHERE job = 'detect' AND outcome = 'running') run ON true
        CROSS JOIN LATERAL (
            SELECT n.corrected_at IS NOT DISTINCT FROM o.corrected_at AND minibar_ml.is_live(n.status) AS is_same,
                   n.type = 'unanswered_request' AND coalesce(n.facts ->> 'requested_at' <> o.facts ->> 'requested_at', false)
                       AS is_next,
                   n.type = 'vacant_consumption' AND n.last_occurred_on > o.last_occurred_on AND minibar_ml.is_live(n.status)
                       AS is_again) c
        CROSS JOIN LATERAL (VALUES
            (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL,
                         CASE WHEN is_person THEN 'alert.mute' END),
            (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                           AND minibar_ml.is_live(n.status), NULL,
                           CASE WHEN is_person THEN 'alert.unmute' END),
            -- Another request of the room is what the alert is about now.
            (3, 'next_request', c.is_next AND c.is_same, NULL, NULL),
            (4, 'escalated', n.severity > o.severity, NULL, NULL),
            -- Corrected records say by themselves what became of the severity.
            (5, 'eased', n.severity < o.severity AND c.is_same, NULL, NULL),
            (6, 'corrected', n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL,
                             NULL, NULL),
            -- Of the types whose days are each a fault of its own (AlertKind.is_repeatable).
            (7, 'recurred', c.is_again, NULL, NULL),
            -- By the clock alone nothing is new of what lasts: of that only a stock below zero moves with its entries.
            (8, 'updated', n.value <> o.value AND n.severity = o.severity AND c.is_same AND NOT c.is_next AND NOT c.is_again
                           AND (NOT n.is_state OR n.type = 'stock_anomaly'), NULL, NULL),
            (9, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (10, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (11, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (12, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (13, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (14, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive')
        ) AS e (place, event, happened, by, action)
        CROSS JOIN LATERAL (
            -- One step says what the figure was before.
            SELECT CASE WHEN e.event IN ('escalated', 'eased') THEN c.is_same AND NOT c.is_next
                        ELSE e.event IN ('corrected', 'updated', 'next_request') END AS is_told) s
        WHERE e.happened
    ), written AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by, value, value_before, impact, impact_before,
                                               reason, as_of)
        SELECT id, event, severity, by, value, value_before, impact, impact_before, reason, CASE WHEN by IS NULL THEN as_of END
        FROM happened ORDER BY id, place
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

CREATE OR REPLACE FUNCTION minibar_ml.record_opened_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, value, impact, as_of)
    -- What a request's guest had waited at that instant; the run that found it may be hours later.
    SELECT id, 'opened', severity,
           CASE WHEN type = 'unanswered_request' AND raised_at < last_seen
                THEN least(value, round(extract(epoch FROM raised_at - CAST(facts ->> 'requested_at' AS timestamptz)) / 60, 1))
                ELSE value END,
           impact, raised_at
    FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;
