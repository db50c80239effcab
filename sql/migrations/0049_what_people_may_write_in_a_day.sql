-- What people may write in a day has an end: the audit log can't be pruned, and their lists of mutes and runs are read by
-- everybody's commands.

CREATE INDEX ml_audit_log_role ON minibar_ml.ml_audit_log (database_role, at DESC);

-- Whatever people change is on record, so that the log knows how much that was.
CREATE OR REPLACE FUNCTION minibar_ml.move_audit_head() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    today record;
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        SELECT count(*) AS entries, coalesce(sum(l.size), 0) AS bytes INTO today
        FROM (SELECT coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0) AS size
              FROM minibar_ml.ml_audit_log
              WHERE database_role = session_user AND at > clock_timestamp() - interval '1 day' LIMIT 20001) l;
        IF today.entries > 20000 OR today.bytes > 20000000 THEN
            RAISE EXCEPTION 'role % may leave 20,000 entries a day in the audit log, of 20 million bytes', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    UPDATE minibar_ml.ml_audit_head h SET last_id = l.id, hash = l.hash
    FROM (SELECT id, hash FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1) l
    WHERE l.id > h.last_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.check_run() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF NEW.as_of > now() + interval '1 day' OR jsonb_typeof(NEW.counts) <> 'object'
       OR NOT minibar_ml.is_readable(NEW.counts) OR length(NEW.error) > 20000
       OR (TG_OP = 'UPDATE' AND (OLD.outcome <> 'running' OR (NEW.id, NEW.job, NEW.as_of, NEW.started_at)
                                 IS DISTINCT FROM (OLD.id, OLD.job, OLD.as_of, OLD.started_at))) THEN
        RAISE EXCEPTION 'role % records a run of a report as it takes place', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(NEW.counts) c WHERE c.key = 'failed_hotels' OR jsonb_typeof(c.value) <> 'number') THEN
        RAISE EXCEPTION 'role % may record numbers of a run, and not which hotels failed', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF (SELECT count(*) >= 1000 FROM minibar_ml.ml_job_runs r
            WHERE r.job = NEW.job AND r.started_at > clock_timestamp() - interval '1 day') THEN
            RAISE EXCEPTION 'a report is made a thousand times a day at most' USING ERRCODE = 'insufficient_privilege';
        END IF;
        NEW.started_at := clock_timestamp();
    END IF;
    NEW.ended_at := CASE WHEN NEW.ended_at IS NOT NULL THEN clock_timestamp() END;
    RETURN NEW;
END
$$;
