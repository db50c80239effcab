-- Locks that nobody but who runs a job can take or hold.

-- One row for each lock. Whoever works has it locked by a transaction; nothing in it ever changes.
CREATE TABLE minibar_ml.ml_job_locks (
    name text PRIMARY KEY
);
INSERT INTO minibar_ml.ml_job_locks (name) VALUES
    ('collect'), ('train'), ('detect'), ('notify'), ('report'), ('monthly'), ('dashboard'), ('config'), ('keys'),
    ('import'), ('inbox');
COMMENT ON TABLE minibar_ml.ml_job_locks IS
    'Locks of jobs, of the first import of facts (config), of key rotation (keys) and of imported files. A run has its row locked.';
COMMENT ON COLUMN minibar_ml.ml_job_locks.name IS 'What is locked.';

-- To lock a row is to be allowed to update it, which nobody does. Administrators write reports.
ALTER TABLE minibar_ml.ml_job_locks ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_job_locks FOR UPDATE
    USING ((SELECT minibar_ml.runs_jobs(current_user))) WITH CHECK (false);
CREATE POLICY reports ON minibar_ml.ml_job_locks FOR UPDATE
    USING (name IN ('report', 'monthly', 'dashboard')
           AND (SELECT minibar_ml.is_any(current_user, '{administrator}')))
    WITH CHECK (false);
CREATE POLICY seen ON minibar_ml.ml_job_locks FOR SELECT USING (
    (SELECT minibar_ml.runs_jobs(current_user))
    OR (SELECT minibar_ml.is_any(current_user, '{administrator,viewer,storekeeper}')));

CREATE TRIGGER ml_job_locks_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON minibar_ml.ml_job_locks
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

-- Whoever may DELETE from a table may also lock all of it. Administrators of all hotels remove people and addresses by
-- functions instead.
CREATE FUNCTION minibar_ml.remove_person(number bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) AND NOT minibar_ml.is_everywhere(session_user, '{administrator}') THEN
        RAISE EXCEPTION 'role % may not remove people', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM minibar_ml.ml_people p WHERE p.id = number;
    RETURN FOUND;
END
$$;
CREATE FUNCTION minibar_ml.remove_channel(person bigint, wanted text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) AND NOT minibar_ml.is_everywhere(session_user, '{administrator}') THEN
        RAISE EXCEPTION 'role % may not remove addresses', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM minibar_ml.ml_channels c WHERE c.person_id = person AND c.kind = wanted;
    RETURN FOUND;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.remove_person(bigint), minibar_ml.remove_channel(bigint, text) FROM PUBLIC;

-- Every entry of the audit log waits for the transaction of the one before it. A person who forgets an open transaction
-- loses it before others give up waiting.
CREATE OR REPLACE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
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
    IF minibar_ml.is_person(session_user) THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    END IF;
    RETURN NEW;
END
$$;

-- A partition that is made first and attached then waits for nobody who reads the others.
CREATE OR REPLACE FUNCTION minibar_ml.ensure_partitions(since timestamp with time zone, until timestamp with time zone)
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    month_start timestamp := date_trunc('month', since AT TIME ZONE 'UTC');
    partition_name text;
    made integer := 0;
BEGIN
    IF since < until - interval '12 years' OR until > clock_timestamp() + interval '5 years' THEN
        RAISE EXCEPTION 'no partitions are made from % to %: more than 12 years, or 5 years ahead', since, until
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WHILE month_start <= (until AT TIME ZONE 'UTC') + interval '2 months' LOOP
        partition_name := 'ml_metrics_' || to_char(month_start, 'YYYY_MM');
        IF to_regclass('minibar_ml.' || partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE minibar_ml.%I (LIKE minibar_ml.ml_metrics INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                partition_name);
            EXECUTE format('ALTER TABLE minibar_ml.%I ENABLE ROW LEVEL SECURITY', partition_name);
            EXECUTE format(
                'ALTER TABLE minibar_ml.ml_metrics ATTACH PARTITION minibar_ml.%I FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                month_start AT TIME ZONE 'UTC',
                (month_start + interval '1 month') AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;
