-- What people store beside the audit log has an end too, and what the login of the jobs makes of an alert's words shows.

-- Bodies and attachments of mails are in no entry of the log, and so were in nobody's share of a day.
ALTER TABLE minibar_ml.ml_audit_shares ADD COLUMN stored bigint NOT NULL DEFAULT 0;
COMMENT ON TABLE minibar_ml.ml_audit_shares IS 'How much each person''s login has added to the audit log, and stored beside it, on the last day that it did.';
COMMENT ON COLUMN minibar_ml.ml_audit_shares.stored IS 'How many bytes of mails, attachments and sealed addresses were written, before compression.';

CREATE OR REPLACE FUNCTION minibar_ml.count_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    share minibar_ml.ml_audit_shares;
BEGIN
    IF NOT minibar_ml.is_person(session_user) OR NOT EXISTS (SELECT FROM added) THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_shares AS s (database_role, day, entries, bytes)
    SELECT session_user, CAST(clock_timestamp() AT TIME ZONE 'UTC' AS date), count(*),
           sum(octet_length(concat_ws('', a.os_user, a.operator, a.action, a.subject, a.before, a.after)))
    FROM added a
    ON CONFLICT (database_role) DO UPDATE SET
        day = excluded.day,
        entries = excluded.entries + CASE s.day WHEN excluded.day THEN s.entries ELSE 0 END,
        bytes = excluded.bytes + CASE s.day WHEN excluded.day THEN s.bytes ELSE 0 END,
        stored = CASE s.day WHEN excluded.day THEN s.stored ELSE 0 END
    RETURNING * INTO share;
    IF share.entries > 20000 OR share.bytes > 20000000 THEN
        RAISE EXCEPTION 'role % may leave 20,000 entries a day in the audit log, of 20 million bytes', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- Refuses a person more than their share of what is stored in a day; the trigger names the columns whose bytes count: those
-- that `record_writes` leaves out of the log.
CREATE FUNCTION minibar_ml.count_stored() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written bigint;
    total bigint;
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT coalesce(sum(%s), 0) FROM added', (
        SELECT string_agg(format('coalesce(octet_length(%I), 0)', a.name), ' + ') FROM unnest(TG_ARGV) AS a (name)))
    INTO written;
    IF written = 0 THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_shares AS s (database_role, day, entries, bytes, stored)
    VALUES (session_user, CAST(clock_timestamp() AT TIME ZONE 'UTC' AS date), 0, 0, written)
    ON CONFLICT (database_role) DO UPDATE SET
        day = excluded.day,
        entries = CASE s.day WHEN excluded.day THEN s.entries ELSE 0 END,
        bytes = CASE s.day WHEN excluded.day THEN s.bytes ELSE 0 END,
        stored = excluded.stored + CASE s.day WHEN excluded.day THEN s.stored ELSE 0 END
    RETURNING stored INTO total;
    IF total > 50000000 THEN
        RAISE EXCEPTION 'role % may write mails and attachments of 50 million bytes a day', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.count_stored() FROM PUBLIC;
CREATE TRIGGER ml_mails_counted AFTER INSERT ON minibar_ml.ml_mails
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('body', 'html');
CREATE TRIGGER ml_attachments_counted AFTER INSERT ON minibar_ml.ml_attachments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('content');
CREATE TRIGGER ml_channels_counted AFTER INSERT ON minibar_ml.ml_channels
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('sealed');
CREATE TRIGGER ml_channels_counted_again AFTER UPDATE ON minibar_ml.ml_channels
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('sealed');

-- What a closed alert says is not changed: no job needs to. Where it belongs (incident, sums) and its last day may be.
CREATE FUNCTION minibar_ml.keep_closed_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moving text[] := ARRAY['status', 'read_at', 'read_by', 'resolved_at', 'resolved_by', 'snoozed_until', 'snoozed_by',
                           'muted_by', 'raised_at', 'last_seen', 'last_occurred_on', 'incident_id', 'is_counted',
                           -- Generated, and not computed yet.
                           'is_state']
                     || CASE WHEN NEW.status <> OLD.status THEN ARRAY['end_reason', 'mute_id'] ELSE '{}' END;
BEGIN
    IF to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving AND NOT minibar_ml.owns_store(session_user) THEN
        RAISE EXCEPTION 'what a closed alert says is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.keep_closed_alerts() FROM PUBLIC;
CREATE TRIGGER ml_alerts_closed BEFORE UPDATE ON minibar_ml.ml_alerts
    FOR EACH ROW WHEN (OLD.status IN ('resolved', 'false_positive'))
    EXECUTE FUNCTION minibar_ml.keep_closed_alerts();

-- When an alert was raised is moved only where a clock was ahead, back to now.
CREATE FUNCTION minibar_ml.keep_raised_at() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user)
       AND NOT (OLD.raised_at > clock_timestamp() AND NEW.raised_at < OLD.raised_at
                AND NEW.raised_at > clock_timestamp() - interval '1 day') THEN
        RAISE EXCEPTION 'when an alert was raised is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.keep_raised_at() FROM PUBLIC;
CREATE TRIGGER ml_alerts_raised BEFORE UPDATE ON minibar_ml.ml_alerts
    FOR EACH ROW WHEN (NEW.raised_at IS DISTINCT FROM OLD.raised_at) EXECUTE FUNCTION minibar_ml.keep_raised_at();

-- Nor is what its days say. An alert that the same statement ends was live before it.
CREATE FUNCTION minibar_ml.keep_closed_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user) AND EXISTS (
           SELECT FROM changed c JOIN minibar_ml.ml_alerts a ON a.id = c.alert_id
           CROSS JOIN LATERAL (
               SELECT e.event, e.at FROM minibar_ml.ml_alert_events e
               WHERE e.alert_id = a.id AND e.event IN ('opened', 'resolved', 'false_positive', 'reopened')
               ORDER BY e.id DESC LIMIT 1) last
           WHERE a.status IN ('resolved', 'false_positive') AND last.event IN ('resolved', 'false_positive')
             AND last.at < statement_timestamp()) THEN
        RAISE EXCEPTION 'what a closed alert says is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.keep_closed_days() FROM PUBLIC;
CREATE TRIGGER ml_alert_days_added AFTER INSERT ON minibar_ml.ml_alert_days
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();
CREATE TRIGGER ml_alert_days_changed AFTER UPDATE ON minibar_ml.ml_alert_days
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();
CREATE TRIGGER ml_alert_days_removed AFTER DELETE ON minibar_ml.ml_alert_days
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();

-- A sentence without its figures.
CREATE FUNCTION minibar_ml.wording(sentence text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(sentence, '[0-9][0-9.,:%]*', '#', 'g')
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.wording(text) FROM PUBLIC;

-- What the login of the jobs changes of what live alerts say, and no step of their history shows, is in the audit log. Of
-- what lasts the figures move with the clock, at each run: of that the words alone are compared.
CREATE FUNCTION minibar_ml.record_reworded_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    left_out text[] := ARRAY['raised_at', 'last_seen', 'last_occurred_on', 'occurrences', 'score', 'deviation_percent', 'status', 'read_at',
                             'read_by', 'resolved_at', 'resolved_by', 'snoozed_until', 'snoozed_by', 'muted_by', 'end_reason',
                             'incident_id', 'is_counted', 'mute_id', 'lower_since', 'is_state'];
BEGIN
    IF minibar_ml.is_person(session_user) OR minibar_ml.owns_store(session_user) THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
    SELECT minibar_ml.os_user(), 'alert.reword', 'alert ' || o.id, d.before, d.after
    FROM after_rows n JOIN before_rows o USING (id)
    CROSS JOIN LATERAL (
        SELECT n.corrected_at IS NOT DISTINCT FROM o.corrected_at AND minibar_ml.is_live(n.status) AS is_same,
               n.is_state AND n.type <> 'stock_anomaly' AS is_clocked) c
    CROSS JOIN LATERAL (
        -- As in record_changed_alerts: whether there is a step.
        SELECT n.severity > o.severity OR (n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL)
               OR (c.is_same AND (n.severity < o.severity OR (n.value <> o.value AND NOT c.is_clocked)
                                  OR (n.type = 'unanswered_request'
                                      AND coalesce(n.facts ->> 'requested_at' <> o.facts ->> 'requested_at', false)))) AS is_told
    ) s
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(p.key, p.value) AS before, jsonb_object_agg(p.key, to_jsonb(n) -> p.key) AS after
        FROM jsonb_each(to_jsonb(o) - left_out) p WHERE to_jsonb(n) -> p.key IS DISTINCT FROM p.value) d
    WHERE (n.entity_name, n.metric, n.detector, n.reason, n.hotel_id, minibar_ml.wording(n.message),
           minibar_ml.wording(n.suggested_action))
          IS DISTINCT FROM (o.entity_name, o.metric, o.detector, o.reason, o.hotel_id, minibar_ml.wording(o.message),
                            minibar_ml.wording(o.suggested_action))
       OR (NOT s.is_told
           AND (n.severity <> o.severity OR (n.corrected_at IS NULL AND o.corrected_at IS NOT NULL)
                OR (NOT c.is_clocked
                    AND (n.value, n.expected, n.lower, n.upper, n.impact, n.facts, n.message, n.occurred_on, n.measured_on)
                        IS DISTINCT FROM
                        (o.value, o.expected, o.lower, o.upper, o.impact, o.facts, o.message, o.occurred_on, o.measured_on))))
    ORDER BY o.id;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.record_reworded_alerts() FROM PUBLIC;
CREATE TRIGGER ml_alerts_reworded AFTER UPDATE ON minibar_ml.ml_alerts
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_reworded_alerts();

-- A step is ticked off once, by the run that writes its messages, which stays on record for a year.
CREATE FUNCTION minibar_ml.check_considered() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user) AND EXISTS (
           SELECT FROM after_rows n JOIN before_rows o USING (id)
           WHERE n.considered_at IS NULL OR o.considered_at IS NOT NULL OR NOT EXISTS (
               SELECT FROM minibar_ml.ml_job_runs r
               WHERE r.job IN ('notify', 'detect') AND r.outcome = 'running' AND r.as_of = n.considered_at)) THEN
        RAISE EXCEPTION 'a step of an alert is ticked off once, by a run that is on record'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.check_considered() FROM PUBLIC;
CREATE TRIGGER ml_alert_events_considered AFTER UPDATE ON minibar_ml.ml_alert_events
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.check_considered();
