-- What the login of the jobs does by psql, when somebody else has got hold of it.

-- Whether a login is of the store's owner; superusers are.
CREATE FUNCTION minibar_ml.owns_store(who name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_has_role(who, (SELECT relowner FROM pg_class WHERE oid = CAST('minibar_ml.ml_alerts' AS regclass)), 'MEMBER')
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.owns_store(name) FROM PUBLIC;

-- Each call made twelve years of partitions at most, of whatever era: some thousands of them use up the locks that all
-- sessions share, and no run of a job begins any more.
CREATE OR REPLACE FUNCTION minibar_ml.ensure_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamp := date_trunc('month', since AT TIME ZONE 'UTC');
    partition_name text;
    made integer := 0;
BEGIN
    IF since < until - interval '12 years' OR until > clock_timestamp() + interval '5 years'
       OR since < '1999-12-31 00:00:00Z' THEN
        RAISE EXCEPTION 'no partitions are made from % to %: more than 12 years, 5 years ahead, or before 2000', since,
            until
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

CREATE OR REPLACE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
    moves boolean := NOT is_person AND coalesce(current_setting('minibar_ml.moves', true), '') = 'on';
    is_free boolean := moves OR NOT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting);
    head minibar_ml.ml_audit_head;
    last record;
BEGIN
    -- What is too long for a hash would wait for ever, and every run that moves what waits would end there.
    IF octet_length(concat_ws('', NEW.os_user, NEW.operator, NEW.action, NEW.subject, NEW.before, NEW.after))
       > 20000000 THEN
        RAISE EXCEPTION 'an entry of the audit log has 20 million bytes at most' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    IF is_free THEN
        SELECT * INTO head FROM minibar_ml.ml_audit_head FOR UPDATE SKIP LOCKED;
        IF NOT FOUND AND minibar_ml.waits_for_audit_head() THEN
            SELECT * INTO STRICT head FROM minibar_ml.ml_audit_head FOR UPDATE;
        END IF;
    END IF;
    IF head IS NULL THEN
        INSERT INTO minibar_ml.ml_audit_waiting (os_user, operator, action, subject, before, after)
        VALUES (NEW.os_user, NEW.operator, NEW.action, NEW.subject, NEW.before, NEW.after);
        RETURN NULL;
    END IF;
    SELECT id, hash INTO last FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1;
    -- Never from an entry before the head: then later ones were removed, and the chain has to show it.
    IF last.id > head.last_id THEN
        head.last_id := last.id;
        head.hash := last.hash;
    END IF;
    NEW.id := head.last_id + 1;
    NEW.at := clock_timestamp();
    NEW.database_role := coalesce(CASE WHEN moves THEN NEW.database_role END, session_user);
    NEW.hash := minibar_ml.audit_hash(head.hash, NEW);
    IF is_person THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    END IF;
    RETURN NEW;
END
$$;

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

CREATE OR REPLACE FUNCTION minibar_ml.record_writes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    dropped text[] := ARRAY['sealed', 'content', 'body', 'html'];
    -- People and addresses say where mail goes: there jobs are recorded as people are, whatever command they call it.
    is_told boolean := minibar_ml.is_person(session_user)
                       OR (TG_TABLE_NAME IN ('ml_people', 'ml_channels') AND NOT minibar_ml.owns_store(session_user));
    follows boolean := NOT minibar_ml.is_person(session_user)
                       AND coalesce(current_setting('minibar_ml.follows', true), '') = 'on';
    before jsonb;
    after jsonb;
BEGIN
    IF NOT is_told AND NOT follows THEN
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
    ELSIF follows THEN
        PERFORM minibar_ml.add_entry(NULL, 'people.follow', TG_TABLE_NAME, before, after);
    ELSE
        INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
        VALUES (minibar_ml.os_user(), 'table.' || lower(TG_OP), TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;

-- A run that has ended is a record: nobody but the owner changes it, or removes it before its year is over.
CREATE FUNCTION minibar_ml.keep_ended_runs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user)
       AND (TG_OP = 'UPDATE' OR OLD.ended_at IS NULL OR OLD.started_at > clock_timestamp() - interval '365 days') THEN
        RAISE EXCEPTION '% of a run that has ended is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.keep_ended_runs() FROM PUBLIC;
CREATE TRIGGER ml_job_runs_kept BEFORE UPDATE ON minibar_ml.ml_job_runs
    FOR EACH ROW WHEN (OLD.outcome <> 'running') EXECUTE FUNCTION minibar_ml.keep_ended_runs();
CREATE TRIGGER ml_job_runs_not_removed BEFORE DELETE ON minibar_ml.ml_job_runs
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.keep_ended_runs();
