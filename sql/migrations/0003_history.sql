-- What happens is on record, by whatever way it is done: a command or psql. The audit log only grows and shows
-- tampering; what people's roles may write is checked, and no job trusts a row that they may write.

-- The operating-system user that a session of ours names when it connects.
CREATE FUNCTION minibar_ml.os_user() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('minibar_ml.os_user', true), ''), 'unknown')
$$;

-- jsonb has one way to write each value, and an instant as seconds does not depend on the session's time zone.
CREATE FUNCTION minibar_ml.audit_hash(previous bytea, entry minibar_ml.ml_audit_log) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(previous || convert_to(CAST(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.database_role, entry.os_user, entry.operator, entry.action,
        entry.subject, CAST(entry.before AS text), CAST(entry.after AS text)) AS text), 'UTF8'))
$$;

-- Entries get their number, instant, role and hash here, whatever was asked for. The lock on the one row of the head
-- lasts to the end of the transaction, so that entries of several sessions stand in one line without a gap. What this
-- very statement added is later than the head, which follows after each statement: as many versions of it as entries
-- would make a long statement quadratic.
CREATE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head minibar_ml.ml_audit_head;
    last record;
BEGIN
    SELECT * INTO STRICT head FROM minibar_ml.ml_audit_head FOR UPDATE;
    SELECT id, hash INTO last FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1;
    -- Never from an entry before the head: then later ones were removed, and the chain has to show it.
    IF last.id > head.last_id THEN
        head.last_id := last.id;
        head.hash := last.hash;
    END IF;
    NEW.id := head.last_id + 1;
    NEW.at := clock_timestamp();
    NEW.database_role := session_user;
    NEW.hash := minibar_ml.audit_hash(head.hash, NEW);
    RETURN NEW;
END
$$;
CREATE FUNCTION minibar_ml.move_audit_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE minibar_ml.ml_audit_head h SET last_id = l.id, hash = l.hash
    FROM (SELECT id, hash FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1) l
    WHERE l.id > h.last_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION minibar_ml.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER ml_audit_log_chain BEFORE INSERT ON minibar_ml.ml_audit_log
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.chain_audit_entry();
CREATE TRIGGER ml_audit_log_head AFTER INSERT ON minibar_ml.ml_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.move_audit_head();
CREATE TRIGGER ml_audit_log_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON minibar_ml.ml_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();
CREATE TRIGGER ml_audit_head_stays BEFORE DELETE OR TRUNCATE ON minibar_ml.ml_audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();
ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_chain,
    ENABLE ALWAYS TRIGGER ml_audit_log_head, ENABLE ALWAYS TRIGGER ml_audit_log_grows;

-- The one way to add an entry to the audit log. Number, instant, role and hash are added by the log's trigger. A
-- person's login records what persons do by commands; what jobs do, and what triggers record, it can't claim.
CREATE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        IF action IS NULL OR action NOT IN (
            'alert.list', 'alert.view', 'report.view', 'report.written', 'message.sent',
            'people.add', 'people.set', 'people.remove', 'people.channel') THEN
            RAISE EXCEPTION 'role % may not record %', session_user, action USING ERRCODE = 'insufficient_privilege';
        ELSIF minibar_ml.is_anothers(operator) THEN
            RAISE EXCEPTION 'role % may not act as %', session_user, operator USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), record_action.operator, record_action.action, record_action.subject,
            record_action.before, record_action.after);
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.record_action(text, text, text, jsonb, jsonb) FROM PUBLIC;

-- The settings that a job noted last. An entry that a person's login wrote does not count, nor one that is
-- not an object. Persons are shown none.
CREATE FUNCTION minibar_ml.noted_settings() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.after FROM minibar_ml.ml_audit_log l JOIN pg_roles r ON r.rolname = l.database_role
    WHERE l.action = 'settings.changed' AND jsonb_typeof(l.after) = 'object' AND NOT minibar_ml.is_person(r.rolname)
      AND NOT minibar_ml.is_person(session_user)
    ORDER BY l.id DESC LIMIT 1
$$;

-- What happened to each alert, in order. Triggers write it, so that no way of changing an alert can forget to; whoever
-- announces alerts reads from here.
CREATE FUNCTION minibar_ml.record_opened_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity)
    SELECT id, 'opened', severity FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_alerts_opened AFTER INSERT ON minibar_ml.ml_alerts REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_opened_alerts();

-- What persons decided about an alert, as the audit log shows it.
CREATE FUNCTION minibar_ml.verdict(
    status text, read_at timestamptz, read_by text, resolved_at timestamptz, resolved_by text,
    snoozed_until timestamptz, snoozed_by text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
        'status', status, 'read_at', read_at, 'read_by', read_by, 'resolved_at', resolved_at,
        'resolved_by', resolved_by, 'snoozed_until', snoozed_until, 'snoozed_by', snoozed_by)
$$;

CREATE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
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
    ), written AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by)
        SELECT id, event, severity, by FROM happened ORDER BY id, place
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
CREATE TRIGGER ml_alerts_changed AFTER UPDATE ON minibar_ml.ml_alerts
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_changed_alerts();

-- Whoever may give a verdict can't give it in the system's or another login's name, nor at another time than now.
CREATE FUNCTION minibar_ml.check_verdict() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named text[] := ARRAY[CASE WHEN NEW.read_by IS DISTINCT FROM OLD.read_by THEN NEW.read_by END,
                          CASE WHEN NEW.resolved_by IS DISTINCT FROM OLD.resolved_by THEN NEW.resolved_by END,
                          CASE WHEN NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by THEN NEW.snoozed_by END];
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF 'system' = ANY (named) THEN
        RAISE EXCEPTION 'only a job may change alerts as the system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM unnest(named) AS n (name) WHERE minibar_ml.is_anothers(n.name)) THEN
        RAISE EXCEPTION 'role % may not change alerts as another login', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Who gave a verdict, and when, changes with the verdict alone.
    IF NEW.status = OLD.status
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who decided on an alert changes only with the verdict' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Clocks may differ by up to a day.
    IF (NEW.read_at IS DISTINCT FROM OLD.read_at AND abs(extract(epoch FROM NEW.read_at - now())) > 86400)
       OR (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
           AND abs(extract(epoch FROM NEW.resolved_at - now())) > 86400) THEN
        RAISE EXCEPTION 'a verdict is given now, not at another time' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_alerts_verdict BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW
    WHEN (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
          OR NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
          OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at)
    EXECUTE FUNCTION minibar_ml.check_verdict();

-- Comments are said now, and not in the system's or another login's name; each is on record.
CREATE FUNCTION minibar_ml.check_comment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        NEW.at := statement_timestamp();
        IF NEW."by" = 'system' OR minibar_ml.is_anothers(NEW."by") THEN
            RAISE EXCEPTION 'role % may not comment as %', session_user, NEW."by"
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_alert_comments_checked BEFORE INSERT ON minibar_ml.ml_alert_comments
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_comment();
CREATE FUNCTION minibar_ml.record_comments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, after)
    SELECT minibar_ml.os_user(), by, 'alert.comment', 'alert ' || alert_id, jsonb_build_object('comment', body)
    FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_alert_comments_recorded AFTER INSERT ON minibar_ml.ml_alert_comments
    REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_comments();

-- Which models are in use is on record, whatever way it changed; and which were deleted while they were.
CREATE FUNCTION minibar_ml.model_title(model minibar_ml.ml_models) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('%s model of %s, hotel %s, version %s', model.model_type, model.metric_type, model.hotel_id,
                  model.version)
$$;
CREATE FUNCTION minibar_ml.record_model_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
    SELECT minibar_ml.os_user(),
           CASE WHEN bool_or(n.is_active AND n.version < r.version) THEN 'models.roll_back'
                WHEN bool_or(n.is_active) THEN 'models.promote' ELSE 'models.retire' END,
           CASE count(DISTINCT (n.metric_type, n.hotel_id)) WHEN 1 THEN min(n.metric_type || ', hotel ' || n.hotel_id)
                ELSE count(*) FILTER (WHERE n.is_active)
                     || CASE count(*) FILTER (WHERE n.is_active) WHEN 1 THEN ' model' ELSE ' models' END END,
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE NOT n.is_active), '[]'),
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE n.is_active), '[]')
    FROM after_rows n JOIN before_rows o USING (id)
    LEFT JOIN before_rows r ON (r.model_type, r.metric_type, r.hotel_id) = (n.model_type, n.metric_type, n.hotel_id)
                           AND r.is_active AND r.id <> n.id
    WHERE n.is_active <> o.is_active
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_models_changed AFTER UPDATE ON minibar_ml.ml_models
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_model_changes();
CREATE FUNCTION minibar_ml.record_deleted_models() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before)
    SELECT minibar_ml.os_user(), 'models.delete', count(*) || CASE count(*) WHEN 1 THEN ' model' ELSE ' models' END,
           jsonb_agg(minibar_ml.model_title(o) ORDER BY o.id)
    FROM before_rows o WHERE o.is_active OR NOT minibar_ml.runs_jobs(session_user)
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_models_deleted AFTER DELETE ON minibar_ml.ml_models
    REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_deleted_models();

-- Reports are the one job that people run: theirs is a run of now, and its counts are an object.
CREATE FUNCTION minibar_ml.check_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF NEW.as_of > now() + interval '1 day' OR jsonb_typeof(NEW.counts) <> 'object'
       OR (TG_OP = 'UPDATE' AND (OLD.outcome <> 'running' OR (NEW.id, NEW.job, NEW.as_of, NEW.started_at)
                                 IS DISTINCT FROM (OLD.id, OLD.job, OLD.as_of, OLD.started_at))) THEN
        RAISE EXCEPTION 'role % records a run of a report as it takes place', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.started_at := clock_timestamp();
    END IF;
    NEW.ended_at := CASE WHEN NEW.ended_at IS NOT NULL THEN clock_timestamp() END;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_job_runs_checked BEFORE INSERT OR UPDATE ON minibar_ml.ml_job_runs
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_run();
