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

-- A name without what the eye does not see: case, blanks and control characters.
CREATE FUNCTION minibar_ml.bare(name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT lower(regexp_replace(name, '[[:space:][:cntrl:]\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]+', '', 'g')
                 COLLATE "C")
$$;

-- Whether a name is somebody else's: that of another role of the server, or the system's. Who acts may leave themselves
-- unnamed, but not pass for another.
CREATE OR REPLACE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT named <> session_user AND EXISTS (
        SELECT FROM (SELECT CAST(rolname AS text) FROM pg_roles
                     UNION ALL SELECT CAST(database_role AS text) FROM minibar_ml.ml_access
                     UNION ALL SELECT 'system') taken (name)
        WHERE taken.name <> session_user AND minibar_ml.bare(taken.name) = minibar_ml.bare(named))
$$;

-- As before, and an entry that everybody can read later.
CREATE OR REPLACE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        IF action IS NULL OR action NOT IN (
            'alert.list', 'alert.view', 'report.view', 'report.written', 'message.sent',
            'people.add', 'people.set', 'people.remove', 'people.channel') THEN
            RAISE EXCEPTION 'role % may not record %', session_user, action USING ERRCODE = 'insufficient_privilege';
        ELSIF minibar_ml.is_anothers(operator) THEN
            RAISE EXCEPTION 'role % may not act as %', session_user, operator USING ERRCODE = 'insufficient_privilege';
        ELSIF length(operator) > 200 OR length(subject) > 1000 OR length(minibar_ml.os_user()) > 200
              OR NOT minibar_ml.is_readable(before) OR NOT minibar_ml.is_readable(after) THEN
            RAISE EXCEPTION 'role % may not record an entry as long or deep as this', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), record_action.operator, record_action.action, record_action.subject,
            record_action.before, record_action.after);
END
$$;

-- As before, of every verdict that a person gives: the name that it goes by is not another's, also where it stood there
-- before, a snooze has an end, and which alert explains another is the jobs' to say.
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
    -- Who gave a verdict, and when, changes with the verdict alone.
    IF NEW.status = OLD.status
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who decided on an alert changes only with the verdict' USING ERRCODE = 'insufficient_privilege';
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
DROP TRIGGER ml_alerts_verdict ON minibar_ml.ml_alerts;
CREATE TRIGGER ml_alerts_verdict BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status OR NEW.read_by IS DISTINCT FROM OLD.read_by
          OR NEW.read_at IS DISTINCT FROM OLD.read_at OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
          OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at OR NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
          OR NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until OR NEW.muted_by IS DISTINCT FROM OLD.muted_by)
    EXECUTE FUNCTION minibar_ml.check_verdict();

-- Comments as long as the program allows.
CREATE OR REPLACE FUNCTION minibar_ml.check_comment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        NEW.at := statement_timestamp();
        IF minibar_ml.is_anothers(NEW."by") OR length(NEW."by") > 200 OR length(NEW.body) > 4000 THEN
            RAISE EXCEPTION 'role % may not comment as %, nor in more than 4000 characters', session_user,
                left(NEW."by", 200) USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

-- The common store and the installation itself are everybody's to see: only who is administrator of all hotels mutes them.
CREATE POLICY common ON minibar_ml.ml_mutes AS RESTRICTIVE FOR INSERT WITH CHECK (
    hotel_id <> 0 OR (SELECT minibar_ml.runs_jobs(current_user))
    OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY common_ended ON minibar_ml.ml_mutes AS RESTRICTIVE FOR UPDATE USING (
    hotel_id <> 0 OR (SELECT minibar_ml.runs_jobs(current_user))
    OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));

-- As hotels_as: a login asks for itself, and for roles that it is a member of.
CREATE OR REPLACE FUNCTION minibar_ml.is_any(who name, roles text[]) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access a JOIN pg_roles r ON r.rolname = a.database_role
                   WHERE a.database_role = who AND a.role = ANY(roles) AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;
CREATE OR REPLACE FUNCTION minibar_ml.is_everywhere(who name, roles text[]) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access a JOIN pg_roles r ON r.rolname = a.database_role
                   WHERE a.database_role = who AND a.role = ANY(roles) AND a.hotel_ids IS NULL
                     AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;
