-- Limits of functions that others may call: nobody asks for another login's hotels, and nobody makes partitions without end.

-- A login asks for itself and for roles that it is a member of; policies ask for the role that is at work.
CREATE OR REPLACE FUNCTION minibar_ml.hotels_as(who name, roles text[]) RETURNS integer[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT hotel_ids || 0 FROM minibar_ml.ml_access
    WHERE database_role = who AND role = ANY(roles)
      AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname = who AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;

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
                'CREATE TABLE minibar_ml.%I PARTITION OF minibar_ml.ml_metrics FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                month_start AT TIME ZONE 'UTC',
                (month_start + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('ALTER TABLE minibar_ml.%I ENABLE ROW LEVEL SECURITY', partition_name);
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;

-- Nobody but who is granted it calls a function that acts for the owner. Triggers fire for everybody all the same; whoever
-- may execute their functions could put them on a table of their own, and record there what never happened.
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'minibar_ml'::regnamespace AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END
$$;

-- No instant that people write is one that a program can't read, such as one before Christ or 'infinity'; nor is a time
-- of day midnight written as 24:00.
ALTER TABLE minibar_ml.ml_alerts ADD CONSTRAINT ml_alerts_times CHECK (
    read_at >= '1999-12-31 00:00+00' AND read_at < '2200-01-01 00:00+00'
    AND resolved_at >= '1999-12-31 00:00+00' AND resolved_at < '2200-01-01 00:00+00'
    AND snoozed_until >= '1999-12-31 00:00+00' AND snoozed_until < '2200-01-01 00:00+00');
ALTER TABLE minibar_ml.ml_mutes ADD CONSTRAINT ml_mutes_times CHECK (
    since >= '1999-12-31 00:00+00' AND since < '2200-01-01 00:00+00'
    AND until >= '1999-12-31 00:00+00' AND until < '2200-01-01 00:00+00'
    AND ended_at >= '1999-12-31 00:00+00' AND ended_at < '2200-01-01 00:00+00');
-- Nor is a list one in which something is missing, or a list of lists.
ALTER TABLE minibar_ml.ml_mutes ADD CONSTRAINT ml_mutes_lists CHECK (
    coalesce(array_ndims(alert_types), 1) = 1 AND array_position(alert_types, NULL) IS NULL
    AND coalesce(array_ndims(entity_ids), 1) = 1 AND array_position(entity_ids, NULL) IS NULL);
ALTER TABLE minibar_ml.ml_people ADD CONSTRAINT ml_people_lists CHECK (
    coalesce(array_ndims(hotels), 1) = 1 AND array_position(hotels, NULL) IS NULL
    AND coalesce(array_ndims(alert_types), 1) = 1 AND array_position(alert_types, NULL) IS NULL
    AND coalesce(array_ndims(reports), 1) = 1 AND array_position(reports, NULL) IS NULL);
ALTER TABLE minibar_ml.ml_job_runs ADD CONSTRAINT ml_job_runs_times CHECK (
    as_of >= '1999-12-31 00:00+00' AND as_of < '2200-01-01 00:00+00'
    AND ended_at >= '1999-12-31 00:00+00' AND ended_at < '2200-01-01 00:00+00');
ALTER TABLE minibar_ml.ml_outbox ADD CONSTRAINT ml_outbox_times CHECK (
    created_at >= '1999-12-31 00:00+00' AND created_at < '2200-01-01 00:00+00'
    AND next_at >= '1999-12-31 00:00+00' AND next_at < '2200-01-01 00:00+00'
    AND ended_at >= '1999-12-31 00:00+00' AND ended_at < '2200-01-01 00:00+00');
ALTER TABLE minibar_ml.ml_people ADD CONSTRAINT ml_people_times CHECK (
    quiet_from < '24:00' AND quiet_until < '24:00' AND digest_at < '24:00');

-- Whether a value that a person's login hands in can be read by everybody later: an object, short, flat and without endless
-- numbers. The log is never pruned.
CREATE FUNCTION minibar_ml.is_readable(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT value IS NULL
        OR (jsonb_typeof(value) IN ('object', 'array') AND length(CAST(value AS text)) <= 20000
            AND CAST(value AS text) !~ '[0-9]{200}' AND NOT jsonb_path_exists(value, 'strict $.**{10 to last}'))
$$;

-- As before, and counts and errors that can be read.
CREATE OR REPLACE FUNCTION minibar_ml.check_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
    IF TG_OP = 'INSERT' THEN
        NEW.started_at := clock_timestamp();
    END IF;
    NEW.ended_at := CASE WHEN NEW.ended_at IS NOT NULL THEN clock_timestamp() END;
    RETURN NEW;
END
$$;
