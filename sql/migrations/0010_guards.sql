-- No search_path of a caller decides what our functions call; what people's roles may write is checked and on record, and
-- no job trusts a row that they may write.

-- In which schema the contract's functions look for each table of the application.
ALTER TABLE minibar_ml.ml_source_contract ADD COLUMN schemas jsonb NOT NULL DEFAULT '{}';

ALTER FUNCTION minibar_ml.refuse_change() SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION minibar_ml.sees_everything() SET search_path = pg_catalog, pg_temp;

-- Whether a name is the login of somebody else: who acts may leave themselves unnamed, but not pass for another.
CREATE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access WHERE database_role = named AND database_role <> session_user)
$$;

-- The operating-system user that a session of ours names when it connects.
CREATE FUNCTION minibar_ml.os_user() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('minibar_ml.os_user', true), ''), 'unknown')
$$;

-- The one way to add an entry to the audit log. Number, instant, role and hash are added by the log's trigger. A person's
-- login records what persons do by commands; what jobs do, and what triggers record, it can't claim.
CREATE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
DROP POLICY added ON minibar_ml.ml_audit_log;

-- The settings that a job noted last. An entry that a person's login wrote, before it was kept from that, does not
-- count, nor one that is not an object. Persons are shown none.
CREATE FUNCTION minibar_ml.noted_settings() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.after FROM minibar_ml.ml_audit_log l JOIN pg_roles r ON r.rolname = l.database_role
    WHERE l.action = 'settings.changed' AND jsonb_typeof(l.after) = 'object' AND NOT minibar_ml.is_person(r.rolname)
      AND NOT minibar_ml.is_person(session_user)
    ORDER BY l.id DESC LIMIT 1
$$;

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
                ELSE count(*) FILTER (WHERE n.is_active) || ' model(s)' END,
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
    SELECT minibar_ml.os_user(), 'models.delete', count(*) || ' model(s)',
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

-- What administrators change in people, addresses and messages is on record, by whatever way they do it: table, verb and
-- rows, without what is sealed or large.
CREATE FUNCTION minibar_ml.record_writes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    dropped text[] := ARRAY['sealed', 'content', 'body', 'html'];
    before jsonb;
    after jsonb;
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := (SELECT jsonb_agg(to_jsonb(o) - dropped) FROM before_rows o);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (SELECT jsonb_agg(to_jsonb(n) - dropped) FROM after_rows n);
    END IF;
    IF before IS NOT NULL OR after IS NOT NULL THEN
        INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
        VALUES (minibar_ml.os_user(), 'table.' || lower(TG_OP), TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ml_people', 'ml_channels', 'ml_outbox', 'ml_mails', 'ml_attachments'] LOOP
        EXECUTE format('CREATE TRIGGER %s_inserted AFTER INSERT ON minibar_ml.%s REFERENCING NEW TABLE AS after_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
        EXECUTE format('CREATE TRIGGER %s_updated AFTER UPDATE ON minibar_ml.%s
                        REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
        EXECUTE format('CREATE TRIGGER %s_deleted AFTER DELETE ON minibar_ml.%s REFERENCING OLD TABLE AS before_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
    END LOOP;
END
$$;

-- A verdict is not given in another login's name either. As the owner, for whom the logins can be seen.
CREATE OR REPLACE FUNCTION minibar_ml.check_judgement() RETURNS trigger
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
        RAISE EXCEPTION 'only a job judges alerts as the system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM unnest(named) AS n (name) WHERE minibar_ml.is_anothers(n.name)) THEN
        RAISE EXCEPTION 'role % may not judge alerts as another login', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Who gave a verdict, and when, changes with the verdict alone.
    IF NEW.status = OLD.status
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who judged an alert changes with the verdict alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Clocks may differ by up to a day.
    IF (NEW.read_at IS DISTINCT FROM OLD.read_at AND abs(extract(epoch FROM NEW.read_at - now())) > 86400)
       OR (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
           AND abs(extract(epoch FROM NEW.resolved_at - now())) > 86400) THEN
        RAISE EXCEPTION 'an alert is judged now, not at another time' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- Functions that act for the owner are there for those who are granted them in sql/roles.sql.
REVOKE EXECUTE ON FUNCTION minibar_ml.is_anothers(text),
    minibar_ml.record_action(text, text, text, jsonb, jsonb) FROM PUBLIC;
