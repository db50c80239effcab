-- An alert that is about another request of its room is one that nobody has read: no step says that somebody reopened it.
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
            -- Whoever had read it had read of the request before: nobody takes that back.
            (12, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open'
                             AND NOT c.is_next,
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (13, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (14, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive'),
            (15, 'renamed', n.entity_type = 'attendant' AND n.entity_id = o.entity_id
                            AND minibar_ml.is_renamed(n.entity_id, o.entity_name, n.entity_name), NULL, NULL)
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

-- Which alert explained a closed one is on record, and changes no more: not by people either.
CREATE OR REPLACE FUNCTION minibar_ml.check_verdict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_given boolean := NEW.status <> OLD.status OR NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until;
    named text[] := ARRAY[
        CASE WHEN NEW.read_by IS DISTINCT FROM OLD.read_by OR (is_given AND NEW.status = 'acknowledged')
             THEN NEW.read_by END,
        CASE WHEN NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
                  OR (is_given AND NEW.status IN ('resolved', 'false_positive')) THEN NEW.resolved_by END,
        CASE WHEN NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by OR (is_given AND NEW.status = 'snoozed')
             THEN NEW.snoozed_by END,
        CASE WHEN is_given AND NEW.status = 'open' THEN current_setting('minibar_ml.operator', true) END];
BEGIN
    -- Who gave a verdict, and when, changes with the verdict alone, for jobs too: no step of the alert would say so.
    IF NEW.status = OLD.status AND NOT minibar_ml.owns_store(session_user)
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who decided on an alert changes only with the verdict' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF 'system' = ANY (named) THEN
        RAISE EXCEPTION 'only a job may change alerts as the system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM unnest(named) AS n (name) WHERE minibar_ml.is_anothers(n.name) OR length(n.name) > 200)
       OR length(current_setting('minibar_ml.reason', true)) > 4000 THEN
        RAISE EXCEPTION 'role % may not change alerts as another login', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.muted_by IS DISTINCT FROM OLD.muted_by AND NEW.muted_by IS NOT NULL THEN
        RAISE EXCEPTION 'only a job may say which alert explains another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Of a closed alert no step would say that it is explained no longer.
    IF NEW.muted_by IS DISTINCT FROM OLD.muted_by AND NEW.status = OLD.status AND NOT minibar_ml.is_live(NEW.status) THEN
        RAISE EXCEPTION 'which alert explained a closed one does not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Clocks may differ by up to a day; what the program allows is 366.
    IF (NEW.read_at IS DISTINCT FROM OLD.read_at AND abs(extract(epoch FROM NEW.read_at - now())) > 86400)
       OR (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
           AND abs(extract(epoch FROM NEW.resolved_at - now())) > 86400)
       OR (NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until AND NEW.snoozed_until > now() + interval '367 days') THEN
        RAISE EXCEPTION 'a verdict is given now, not at another time, and a snooze is at most 366 days long'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
