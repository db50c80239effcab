-- What jobs do is on record though somebody holds the audit log: entries wait here and are moved into the log as soon as
-- it is free. Nobody who holds the log has a message sent twice, or kept from being sent.

CREATE TABLE minibar_ml.ml_audit_waiting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
);
COMMENT ON TABLE minibar_ml.ml_audit_waiting IS 'Entries of jobs that are not in the audit log yet.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.id IS 'Number of the entry among those that waited.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.at IS 'When it was done, by the server''s clock.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.action IS 'What was done.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.subject IS 'To what.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.before IS 'How it was before.';
COMMENT ON COLUMN minibar_ml.ml_audit_waiting.after IS 'How it was afterwards.';
ALTER TABLE minibar_ml.ml_audit_waiting ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_audit_waiting USING ((SELECT minibar_ml.runs_jobs(current_user)));

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
        INSERT INTO minibar_ml.ml_audit_waiting (action, subject, before, after)
        VALUES ('people.follow', TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;
