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
