-- What jobs do is on record though somebody holds the audit log: entries wait here and are moved into the log as soon as
-- it is free. Nobody who holds the log has a message sent twice, or kept from being sent.

CREATE TABLE minibar_ml.ml_audit_waiting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    database_role text NOT NULL DEFAULT session_user,
    os_user text NOT NULL,
    operator text,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
);
COMMENT ON TABLE minibar_ml.ml_audit_waiting IS 'Entries of jobs that are not in the audit log yet.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.id IS 'Number of the entry among those that waited.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.at IS 'When it was done, by the server''s clock.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.database_role IS 'The role that had logged in.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.os_user IS 'The operating-system user, as the client says.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.operator IS 'The person who was named, as the client says.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.action IS 'What was done.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.subject IS 'To what.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.before IS 'How it was before.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.after IS 'How it was afterwards.';
-- Functions of the owner alone write and empty it.
ALTER TABLE minibar_ml.ml_audit_waiting ENABLE ROW LEVEL SECURITY;

-- Whoever moves an entry that has waited is not who left it. Only functions of the owner insert, and none but
-- record_waiting() names a role: with the setting alone nobody writes in another's name.
ALTER TABLE minibar_ml.ml_audit_log ALTER COLUMN database_role DROP DEFAULT;
CREATE OR REPLACE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
    NEW.database_role := coalesce(
        CASE WHEN current_setting('minibar_ml.moves', true) = 'on' THEN NEW.database_role END, session_user);
    NEW.hash := minibar_ml.audit_hash(head.hash, NEW);
    IF minibar_ml.is_person(session_user) THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    END IF;
    RETURN NEW;
END
$$;

-- Whether entries wait: then a job has something to do.
CREATE FUNCTION minibar_ml.entries_wait() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting)
$$;
REVOKE ALL ON FUNCTION minibar_ml.entries_wait() FROM PUBLIC;

-- Adds an entry to the log. Where another transaction holds that for a second, or did so for an entry that still waits, a
-- job's entry waits elsewhere. A person waits for the log: what they do is not done before it is on record.
CREATE FUNCTION minibar_ml.add_entry(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    patience text := current_setting('lock_timeout');
    is_free boolean := true;
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        IF EXISTS (SELECT FROM minibar_ml.ml_audit_waiting) THEN
            is_free := minibar_ml.record_waiting() = 0;
        ELSE
            BEGIN
                PERFORM set_config('lock_timeout', '1s', true);
                PERFORM FROM minibar_ml.ml_audit_head FOR UPDATE;
                PERFORM set_config('lock_timeout', patience, true);
            EXCEPTION WHEN lock_not_available THEN
                is_free := false;
            END;
        END IF;
        IF NOT is_free THEN
            INSERT INTO minibar_ml.ml_audit_waiting (os_user, operator, action, subject, before, after)
            VALUES (minibar_ml.os_user(), add_entry.operator, add_entry.action, add_entry.subject, add_entry.before,
                    add_entry.after);
            RETURN;
        END IF;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), add_entry.operator, add_entry.action, add_entry.subject, add_entry.before, add_entry.after);
END
$$;
REVOKE ALL ON FUNCTION minibar_ml.add_entry(text, text, text, jsonb, jsonb) FROM PUBLIC;

-- Moves what waits into the log, in its order, saying when it was done where that was over a minute ago; how many entries
-- wait on, because the log is held. A person moves none.
CREATE FUNCTION minibar_ml.record_waiting() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) OR NOT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting) THEN
        RETURN 0;
    END IF;
    PERFORM FROM minibar_ml.ml_audit_head FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN (SELECT count(*) FROM minibar_ml.ml_audit_waiting);
    END IF;
    PERFORM set_config('minibar_ml.moves', 'on', true);
    WITH moved AS MATERIALIZED (
        DELETE FROM minibar_ml.ml_audit_waiting RETURNING *
    )
    INSERT INTO minibar_ml.ml_audit_log (database_role, os_user, operator, action, subject, before, after)
    SELECT database_role, os_user, operator, action, subject, before,
           CASE WHEN at < clock_timestamp() - interval '1 minute' AND action <> 'settings.changed'
                THEN jsonb_build_object('done_at', at, 'after', after) ELSE after END
    FROM moved ORDER BY id;
    PERFORM set_config('minibar_ml.moves', 'off', true);
    RETURN 0;
END
$$;
REVOKE ALL ON FUNCTION minibar_ml.record_waiting() FROM PUBLIC;

CREATE OR REPLACE FUNCTION minibar_ml.noted_settings(file text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT n.after FROM (
        (SELECT 1 AS place, w.after FROM minibar_ml.ml_audit_waiting w
         WHERE w.action = 'settings.changed' AND NOT minibar_ml.is_person(session_user)
           AND (noted_settings.file IS NULL OR coalesce(w.after ->> 'file', '') = noted_settings.file)
         ORDER BY w.id DESC LIMIT 1)
        UNION ALL
        (SELECT 2, l.after FROM minibar_ml.ml_audit_log l JOIN pg_roles r ON r.rolname = l.database_role
         WHERE l.action = 'settings.changed' AND jsonb_typeof(l.after) = 'object' AND NOT minibar_ml.is_person(r.rolname)
           AND NOT minibar_ml.is_person(session_user)
           AND (noted_settings.file IS NULL OR coalesce(l.after ->> 'file', '') = noted_settings.file)
         ORDER BY l.id DESC LIMIT 1)) n
    ORDER BY n.place LIMIT 1
$$;

-- Where the hotel application says that mail goes to somebody else, a job takes that over: that is on record too.
CREATE OR REPLACE FUNCTION minibar_ml.record_writes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    dropped text[] := ARRAY['sealed', 'content', 'body', 'html'];
    is_person boolean := minibar_ml.is_person(session_user);
    before jsonb;
    after jsonb;
BEGIN
    IF NOT is_person AND (current_setting('minibar_ml.follows', true) = 'on') IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := (SELECT jsonb_agg(to_jsonb(o) - dropped) FROM before_rows o);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (SELECT jsonb_agg(to_jsonb(n) - dropped) FROM after_rows n);
    END IF;
    IF before IS NULL AND after IS NULL THEN
        RETURN NULL;
    ELSIF is_person THEN
        INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
        VALUES (minibar_ml.os_user(), 'table.' || lower(TG_OP), TG_TABLE_NAME, before, after);
    ELSE
        PERFORM minibar_ml.add_entry(NULL, 'people.follow', TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;

-- Models that a training changes are on record like what jobs do otherwise.
CREATE OR REPLACE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        -- What a command of theirs does, and no more: lists and views, reports of administrators, people of those of all
        -- hotels.
        IF (CASE WHEN action IN ('alert.list', 'alert.view', 'report.view') THEN true
                 WHEN action IN ('report.written', 'message.sent')
                 THEN minibar_ml.is_any(session_user, '{administrator}')
                 WHEN action IN ('people.add', 'people.set', 'people.remove', 'people.channel')
                 THEN minibar_ml.is_everywhere(session_user, '{administrator}') END) IS NOT TRUE THEN
            RAISE EXCEPTION 'role % may not record %', session_user, action USING ERRCODE = 'insufficient_privilege';
        ELSIF minibar_ml.is_anothers(operator) THEN
            RAISE EXCEPTION 'role % may not act as %', session_user, operator USING ERRCODE = 'insufficient_privilege';
        ELSIF length(operator) > 200 OR length(subject) > 1000 OR length(minibar_ml.os_user()) > 200
              OR NOT minibar_ml.is_readable(before) OR NOT minibar_ml.is_readable(after) THEN
            RAISE EXCEPTION 'role % may not record an entry as long or deep as this', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    PERFORM minibar_ml.add_entry(operator, action, subject, before, after);
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.record_deleted_models() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM minibar_ml.add_entry(
        NULL, 'models.delete', count(*) || CASE count(*) WHEN 1 THEN ' model' ELSE ' models' END,
        jsonb_agg(minibar_ml.model_title(o) ORDER BY o.id), NULL)
    FROM before_rows o WHERE o.is_active OR NOT minibar_ml.runs_jobs(session_user)
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.record_model_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM minibar_ml.add_entry(
           NULL,
           CASE WHEN bool_or(n.is_active AND n.version < r.version) THEN 'models.roll_back'
                WHEN bool_or(n.is_active) THEN 'models.promote' ELSE 'models.retire' END,
           CASE count(DISTINCT (n.metric_type, n.hotel_id)) WHEN 1 THEN min(n.metric_type || ', hotel ' || n.hotel_id)
                ELSE count(*) FILTER (WHERE n.is_active)
                     || CASE count(*) FILTER (WHERE n.is_active) WHEN 1 THEN ' model' ELSE ' models' END END,
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE NOT n.is_active), '[]'),
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE n.is_active), '[]'))
    FROM after_rows n JOIN before_rows o USING (id)
    LEFT JOIN before_rows r ON (r.model_type, r.metric_type, r.hotel_id) = (n.model_type, n.metric_type, n.hotel_id)
                           AND r.is_active AND r.id <> n.id
    WHERE n.is_active <> o.is_active
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
