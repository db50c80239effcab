-- Verdicts go on record by whatever way they are given: the command or psql. Who may judge can't judge in the system's
-- name, nor at another time than now.

-- Whether a login is a person's: it neither runs jobs nor owns the store.
CREATE FUNCTION minibar_ml.is_person(who name) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT minibar_ml.runs_jobs(who)
       AND NOT pg_has_role(who, (SELECT relowner FROM pg_class WHERE oid = CAST('minibar_ml.ml_alerts' AS regclass)), 'MEMBER')
$$;

-- Whether this session sees and may change all hotels' rows: the owner, a job, an administrator of all hotels.
CREATE FUNCTION minibar_ml.sees_everything() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT row_security_active('minibar_ml.ml_alerts')
        OR minibar_ml.runs_jobs(current_user)
        OR minibar_ml.is_everywhere(current_user, ARRAY['administrator'])
$$;

-- What persons decided about an alert, as the audit log tells it.
CREATE FUNCTION minibar_ml.judgement(
    status text, read_at timestamptz, read_by text, resolved_at timestamptz, resolved_by text,
    snoozed_until timestamptz, snoozed_by text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
        'status', status, 'read_at', read_at, 'read_by', read_by, 'resolved_at', resolved_at,
        'resolved_by', resolved_by, 'snoozed_until', snoozed_until, 'snoozed_by', snoozed_by)
$$;

CREATE OR REPLACE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
BEGIN
    WITH happened AS (
        SELECT n.id, e.place, e.event, n.severity,
               -- The system never takes a verdict back: whoever did is the one that is logged in.
               coalesce(nullif(nullif(e.by, 'system'), ''),
                        CASE WHEN is_person OR e.event = 'reopened' THEN session_user END) AS by,
               e.action,
               minibar_ml.judgement(o.status, o.read_at, o.read_by, o.resolved_at, o.resolved_by, o.snoozed_until,
                                    o.snoozed_by) AS before,
               minibar_ml.judgement(n.status, n.read_at, n.read_by, n.resolved_at, n.resolved_by, n.snoozed_until,
                                    n.snoozed_by) AS after
        FROM after_rows n JOIN before_rows o USING (id)
        CROSS JOIN LATERAL (VALUES
            (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL,
                         CASE WHEN is_person THEN 'alert.mute' END),
            (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                           AND n.status IN ('open', 'acknowledged', 'snoozed'), NULL,
                           CASE WHEN is_person THEN 'alert.unmute' END),
            (3, 'escalated', array_position(ARRAY['low', 'medium', 'high', 'critical'], n.severity)
                           > array_position(ARRAY['low', 'medium', 'high', 'critical'], o.severity), NULL, NULL),
            (4, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (5, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (6, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (7, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (8, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (9, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive')
        ) AS e (place, event, happened, by, action)
        WHERE e.happened
    ), told AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by)
        SELECT id, event, severity, by FROM happened ORDER BY id, place
    )
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT coalesce(nullif(current_setting('minibar_ml.os_user', true), ''), 'unknown'), by, action, 'alert ' || id,
           before,
           after || CASE WHEN event = 'snoozed'
                       THEN jsonb_build_object('reason', nullif(current_setting('minibar_ml.reason', true), ''))
                       ELSE '{}' END
    FROM happened WHERE action IS NOT NULL AND by IS NOT NULL
    ORDER BY id, place;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.check_judgement() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF (NEW.read_by = 'system' AND OLD.read_by IS DISTINCT FROM NEW.read_by)
       OR (NEW.resolved_by = 'system' AND OLD.resolved_by IS DISTINCT FROM NEW.resolved_by)
       OR (NEW.snoozed_by = 'system' AND OLD.snoozed_by IS DISTINCT FROM NEW.snoozed_by) THEN
        RAISE EXCEPTION 'only a job judges alerts as the system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Who gave a verdict, and when, changes with the verdict alone.
    IF NEW.status = OLD.status
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who judged an alert changes with the verdict alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- A day's play for clocks that differ.
    IF (NEW.read_at IS DISTINCT FROM OLD.read_at AND abs(extract(epoch FROM NEW.read_at - now())) > 86400)
       OR (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
           AND abs(extract(epoch FROM NEW.resolved_at - now())) > 86400) THEN
        RAISE EXCEPTION 'an alert is judged now, not at another time' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_alerts_judged BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW
    WHEN (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
          OR NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
          OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at)
    EXECUTE FUNCTION minibar_ml.check_judgement();
